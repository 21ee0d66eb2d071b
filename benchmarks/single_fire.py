"""One durable fire: a nominee withdraws, by command, with an idempotency key.

The reference is a transaction of the raw driver that asks and writes the same, a statement each,
its values ready: the key looked up, what the rules stand at asked, the subject's paths locked and
the evidence about them read, the path moved by compare-and-set, its place freed, its timers
cancelled, the journal row, the notice and the key's result written, and the commit awaited. On
PostgreSQL all of it goes in one pipeline. Both write the same rows, which are compared.

Units: milliseconds a fire, the median.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, TypeVar

from benchmarks.harness.answers import differing, take_answers
from benchmarks.harness.databases import STORES, connect
from benchmarks.harness.figures import Figure, Goal
from benchmarks.harness.turns import in_turns
from benchmarks.peers.todo import Write, make_todo
from benchmarks.population.sample_sellers import MIDNIGHT
from lazsa_flow import Actor, Programme
from lazsa_flow.clock import VirtualClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.harness.answers import Answers
    from benchmarks.harness.bench import Bench
    from benchmarks.harness.databases import Store

_OF_COMMANDS: Final = ("lazsa_keys", "lazsa_flows", "lazsa_timer_counts")
"""The tables to which a fire adds rows that are no path's."""
EVE: Final = MIDNIGHT - timedelta(hours=12)
"""When people command: before the cycle date begins."""
_GOALS: Final[dict[Store, float]] = {"sqlite": 1.3, "postgresql": 1.5}
_DRIVER: Final[dict[Store, str]] = {
    "sqlite": "the raw driver's transaction, synchronous=FULL",
    "postgresql": "the raw driver's transaction in one pipeline",
}
_STAND: Final = (
    "SELECT (SELECT count(*) FROM lazsa_policies), (SELECT count(*) FROM lazsa_countries),"
    " (SELECT count(*) FROM lazsa_suspensions),"
    " (SELECT count(*) FROM lazsa_pauses WHERE lifted_at IS NULL),"
    " (SELECT max(digest) FROM lazsa_lifecycles),"
    " (SELECT version_num FROM lazsa_alembic_version)"
)
_PATHS: Final[dict[Store, str]] = {
    "sqlite": "SELECT * FROM lazsa_paths WHERE subject = ?",
    "postgresql": "SELECT * FROM lazsa_paths WHERE subject = ? ORDER BY id FOR UPDATE",
}
_READS: Final = (
    "SELECT * FROM lazsa_facts WHERE seller = ? ORDER BY as_of DESC, recorded_at DESC LIMIT 1",
    "SELECT * FROM lazsa_records WHERE subject = ?",
)
_READS_BY_PATH: Final = (
    "SELECT * FROM lazsa_scorecards WHERE path_id = ?",
    "SELECT * FROM lazsa_nominations WHERE path_id = ?",
    "SELECT * FROM lazsa_timers WHERE path_id = ? AND status = 'pending'",
)


MEANING: Final = (
    "How long a person waits for one move to be durable, compared with a program that only "
    "writes the same rows."
)


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure both stores."""
    for store, called in STORES.items():
        filled = bench.databases.filled(store, bench.scale.fires * 2, bench.scale.fires * 2)
        with bench.databases.copy(filled) as ours_url, bench.databases.copy(filled) as raw_url:
            paths = under_review(filled)[: bench.scale.fires]
            answers = _answers(bench, filled, paths)
            with Programme.open(ours_url, clock=VirtualClock(EVE)) as programme:
                raw = _Raw(raw_url, answers)
                ours, reference = in_turns(
                    len(paths),
                    timed(paths, partial(withdraw, programme)),
                    timed(paths, raw.fire),
                    warm=False,
                )
                raw.close()
            if differ := differing(ours_url, raw_url):
                raise RuntimeError(f"other rows in {', '.join(differ)}")
        yield Figure.of(
            f"one durable fire, p50, {called}, compared with {_DRIVER[store]}",
            ours * 1000,
            reference * 1000,
            unit="ms",
            goal=Goal(_GOALS[store]),
        )


_Item = TypeVar("_Item")
Path = tuple[int, str]
"""A path's number and its subject."""


def under_review(url: str) -> list[Path]:
    """Return the paths under review, with their subjects."""
    connection = connect(url)
    query = "SELECT id, subject FROM lazsa_paths WHERE state = 'under_review' ORDER BY id"
    found = [(int(row[0]), str(row[1])) for row in connection.execute(query)]
    connection.close()
    return found


def withdraw(programme: Programme, path: Path) -> None:
    """Withdraw a nominee."""
    number, subject = path
    programme.fire(
        f"award-{number}",
        "withdraw",
        actor=Actor("seller", subject),
        reason="nominee",
        key=f"withdraw-{number}",
    )


def _answers(bench: Bench, filled: str, paths: Sequence[Path]) -> list[Answers]:
    """Fire once on a copy of its own, and take what was written."""
    with bench.databases.copy(filled) as url:
        with Programme.open(url, clock=VirtualClock(EVE)) as programme:
            for path in paths:
                withdraw(programme, path)
        return take_answers(filled, url)


def timed(items: Sequence[_Item], work: Callable[[_Item], None]) -> Callable[[], float]:
    """Return what works on the next item and returns how long it took."""
    coming = iter(items)

    def side() -> float:
        item = next(coming)
        start = perf_counter()
        work(item)
        return perf_counter() - start

    return side


def _new_rows(answers: Sequence[Answers], table: str) -> list[Write]:
    """Return the rows that the fires have added to a table, in the order of its key."""
    [found] = (each for each in answers if each.table == table)
    rows = found.rows["new"]
    return [Write(table, "new", {}, dict(zip(found.columns, row, strict=True))) for row in rows]


class _Raw:
    """The same statements on the raw driver."""

    def __init__(self, url: str, answers: Sequence[Answers]) -> None:
        self._connection = connect(url)
        self._sqlite = url.startswith("sqlite")
        self._todo = make_todo([each for each in answers if each.table not in _OF_COMMANDS])
        self._keys = {row.values["key"]: row for row in _new_rows(answers, "lazsa_keys")}
        self._counts = [
            iter(_new_rows(answers, table)) for table in ("lazsa_flows", "lazsa_timer_counts")
        ]

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def fire(self, path: Path) -> None:
        """Write the next path's rows, having read what a decision would."""
        number, subject = path
        key = f"withdraw-{number}"
        stored, counted = self._keys[key], [next(rows) for rows in self._counts]
        statements = [
            ("SELECT * FROM lazsa_keys WHERE key = ?", (key,)),
            (_STAND, ()),
            (_PATHS["sqlite" if self._sqlite else "postgresql"], (subject,)),
            *((query, (subject,)) for query in _READS),
            *((query, (number,)) for query in _READS_BY_PATH),
            *map(_statement, [*self._todo[number], stored, *counted]),
        ]
        if self._sqlite:
            self._connection.execute("BEGIN IMMEDIATE")
            for query, values in statements:
                self._connection.execute(query, values).fetchall()
            self._connection.execute("COMMIT")
            return
        with self._connection.pipeline():
            lock = ("SELECT pg_advisory_xact_lock(hashtextextended(?, 1))", (key,))
            cursors = [self._connection.execute("BEGIN")]
            for query, values in (lock, *statements):
                cursors.append(self._connection.execute(query.replace("?", "%s"), values))
            cursors.append(self._connection.execute("COMMIT"))


def _statement(write: Write) -> tuple[str, tuple[Any, ...]]:
    where = " AND ".join(f'"{name}" = ?' for name in write.key)
    values, key = tuple(write.values.values()), tuple(write.key.values())
    if write.what == "new":
        names = ", ".join(f'"{name}"' for name in write.values)
        marks = ", ".join("?" * len(values))
        return f"INSERT INTO {write.table} ({names}) VALUES ({marks})", values
    if write.what == "gone":
        return f"DELETE FROM {write.table} WHERE {where}", key
    sets = ", ".join(f'"{name}" = ?' for name in write.values)
    where += " AND seq = ?" * (write.table == "lazsa_paths")
    before = (write.values["seq"] - 1,) if write.table == "lazsa_paths" else ()
    return f"UPDATE {write.table} SET {sets} WHERE {where}", (*values, *key, *before)
