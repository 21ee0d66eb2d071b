"""Does a rehearsal foretell the night row for row, and leave its source and its neighbours alone?

A season is made up by seed. Its dates are rehearsed as recorded; then copies of it go through the
real nights: one sweeps at each instant, and must write every foreseen row with its hash; the other
comes late, and may differ in ``recorded_at`` and in what follows from it.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections import Counter
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final, Self
from unittest.mock import patch

import psycopg

from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import VirtualClock
from lazsa_flow.foresight.outcomes import read_outcomes
from lazsa_flow.store.connect import file_of
from tests.chaos.audit import Audit
from tests.chaos.fault import Outcome, on_both, repeat
from tests.chaos.season import (
    ASKED_AT,
    DATES,
    STATEMENT,
    fill_season,
    shipped_with_invoices,
    sweep_until,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from lazsa_flow.config import Config
    from lazsa_flow.foresight.outcomes import RunOutcome
    from lazsa_flow.foresight.rehearsal import Rehearsal
    from lazsa_flow.service.runtime import Runtime
    from tests.chaos.stage import Stage

Rows = dict[tuple[str, int], str]
"""Journal rows as JSON, by path and number."""
_BY_INSTANT: Final = frozenset({"recorded_at", "hash", "prev_hash"})
"""What may differ where a row is recorded at another instant."""


def foretell(stage: Stage, seed: int, rounds: int, *, dialect: str) -> Outcome:
    """Rehearse the dates of a season of so many sellers, and go through their nights."""
    config, result = shipped_with_invoices(), Audit()
    fill_season(url := stage.empty(dialect), rounds, seed, config)
    dates = DATES[: stage.sized(len(DATES), 1)]
    with Programme.open(url, config=config, clock=VirtualClock(ASKED_AT)) as programme:
        found = [programme.rehearse(on=on) for on in dates]
    kinds = go_through(stage.copy(url), config, found, result)
    go_through_late(stage.copy(url), config, found[-1], seed, result)
    result.check(bool(found[-1].journal), "nothing fell due")
    told = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    return Outcome.of(rounds, result, f"{kinds.total()} rows foretold hash for hash: {told}")


def go_through(url: str, config: Config, found: Sequence[Rehearsal], result: Audit) -> Counter[str]:
    """Sweep at each instant until each date; every row must be as it was foretold."""
    clock, kinds = VirtualClock(found[0].now), Counter[str]()
    with Programme.open(url, config=config, clock=clock) as programme:
        before = rows_of(programme.journal()).keys()
        for rehearsed in found:
            sweep_until(programme, clock, _last_start(programme, config, rehearsed))
            written = rows_of(programme.journal())
            _compare(rehearsed, written, before, result)
        for row in programme.journal():
            if (row["path"], row["seq"]) not in before:
                kinds[f"{row['trigger']} {row['reason'] or ''}".strip()] += 1
    return kinds


def go_through_late(
    url: str, config: Config, rehearsed: Rehearsal, seed: int, result: Audit
) -> None:
    """Sweep hours or days late; the rows are as they were foretold but for the instants."""
    clock, chance = VirtualClock(rehearsed.now), Random(seed)
    with Programme.open(url, config=config, clock=clock) as programme:
        before = rows_of(programme.journal(), but=_BY_INSTANT).keys()
        until = _last_start(programme, config, rehearsed)
        while (at := programme.next_due()) is not None and at <= until:
            late = timedelta(seconds=chance.randrange(5 * 86_400))
            clock.move_to(max(clock.now(), min(at + late, until)))
            programme.sweep()
        written = rows_of(programme.journal(), but=_BY_INSTANT)
        _compare(rehearsed, written, before, result, but=_BY_INSTANT)


def _last_start(programme: Programme, config: Config, rehearsed: Rehearsal) -> datetime:
    """Return the last instant at which a date begins where it is held."""
    calendars = [programme._runtime.rulebook.calendar(each.code) for each in config.countries]
    on = rehearsed.on
    return max(each.start(on).at for each in calendars if on not in each.suspended)


def rows_of(journal: Iterable[Mapping[str, Any]], but: Iterable[str] = ()) -> Rows:
    """Return the rows of a journal, some of their fields left out."""
    left_out = frozenset(but)
    return {
        (row["path"], row["seq"]): json.dumps(
            {name: value for name, value in row.items() if name not in left_out},
            default=dict,
            sort_keys=True,
        )
        for row in journal
    }


def _compare(
    rehearsed: Rehearsal,
    written: Rows,
    before: Iterable[tuple[str, int]],
    result: Audit,
    but: Iterable[str] = (),
) -> None:
    """Count foreseen rows that are not written as lost, and others that are as doubled."""
    foretold, new = rows_of(rehearsed.journal, but), written.keys() - set(before)
    result.lost += len(foretold.keys() - new)
    result.doubled += len(new - foretold.keys())
    differing = [key for key in foretold.keys() & new if foretold[key] != written[key]]
    result.check(not differing, f"{rehearsed.on}: {len(differing)} rows differ: {differing[:3]}")


def leave_alone(stage: Stage, seed: int, rounds: int, *, dialect: str) -> Outcome:
    """Rehearse while nobody writes, and while one does who may not wait at all."""
    config, sellers = shipped_with_invoices(), stage.sized(300, 12)
    fill_season(url := stage.empty(dialect), sellers, seed, config)
    return repeat(rounds, lambda: _leave_alone_once(stage, url, config))


def _leave_alone_once(stage: Stage, url: str, config: Config) -> tuple[Audit, str]:
    seen: list[bytes] = []
    result = Audit()
    with Programme.open(url, config=config, clock=VirtualClock(ASKED_AT)) as programme:
        before = _fingerprint(url)
        programme.rehearse(on=DATES[0])
        result.check(_fingerprint(url) == before, "the source changed")
        with _Writer(url) as writer, _Looking(seen):
            programme.rehearse(on=DATES[0], facts="held")
    result.check(writer.refused is None, f"a writer was refused: {writer.refused}")
    result.check(writer.written > stage.sized(100, 3), f"only {writer.written} transactions")
    result.check(not any(STATEMENT.encode() in each for each in seen), "a statement was copied")
    return result, f"{writer.written} transactions beside a rehearsal, none refused"


def _fingerprint(url: str) -> Any:
    """Return the bytes of an SQLite file and its log, or PostgreSQL's rows and write statistics."""
    if url.startswith("sqlite"):
        file = Path(url.removeprefix("sqlite:///"))
        return [each.read_bytes() for each in (file, Path(f"{file}-wal")) if each.exists()]
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        time.sleep(1.1)  # a connection tells its statistics once a second
        tables = connection.execute(
            "SELECT relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_user_tables"
            " WHERE relname LIKE 'lazsa%' ORDER BY relname"
        ).fetchall()
        counts = [
            connection.execute(f"SELECT count(*) FROM {name}").fetchone() for name, *_ in tables
        ]
        return tables, counts


class _Writer(threading.Thread):
    """Writes as fast as it can, and gives up at the first lock that it does not get at once.

    Attributes:
        written: How many transactions were committed.
        refused: Why one was not.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self._over = threading.Event()
        self.written = 0
        self.refused: str | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._over.set()
        self.join()

    def run(self) -> None:
        """Write until the block is over."""
        try:
            if self._url.startswith("sqlite"):
                self._write_to_file()
            else:
                self._write_to_server()
        except (sqlite3.Error, psycopg.Error) as error:
            self.refused = str(error)

    def _write_to_file(self) -> None:
        file = self._url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as writer:
            while not self._over.is_set():
                writer.execute("BEGIN IMMEDIATE")
                writer.execute("UPDATE lazsa_paths SET state = state")
                writer.execute("COMMIT")
                self.written += 1

    def _write_to_server(self) -> None:
        with psycopg.connect(self._url.replace("+psycopg", ""), autocommit=True) as writer:
            writer.execute("SET lock_timeout = '1ms'")
            while not self._over.is_set():
                writer.execute("UPDATE lazsa_paths SET state = state WHERE id % 50 = 1")
                writer.execute("UPDATE lazsa_timers SET status = status WHERE path_id % 50 = 1")
                self.written += 1


class _Looking:
    """Reads every scratch file at the end of each run of a rehearsal.

    Args:
        seen: Takes their bytes.
    """

    def __init__(self, seen: list[bytes]) -> None:
        self._seen = seen

    def __enter__(self) -> None:
        self._patch = patch("lazsa_flow.foresight.date_runs.read_outcomes", self._look)
        self._patch.start()

    def __exit__(self, *_exc: object) -> None:
        self._patch.stop()

    def _look(
        self, scratch: Runtime, on: date, countries: Collection[str]
    ) -> dict[int, RunOutcome]:
        file = file_of(scratch.store._engine.url)
        assert file is not None
        self._seen.extend(each.read_bytes() for each in file.parent.glob("*.db*"))
        return read_outcomes(scratch, on, countries)


_FORETOLD: Final = "each row is foretold with its hash; a late night differs in instants alone"
_ALONE: Final = "no byte or row of the source changes, a writer that may not wait is not refused"
FAULTS: Final = (
    *on_both(
        "rehearsal",
        foretell,
        rounds=2000,
        dose=14,
        suite="sqlite",
        seeds=3,
        unit="sellers of a made-up season, rehearsed and then lived through",
        holds=_FORETOLD,
    ),
    *on_both(
        "rehearsal-beside",
        leave_alone,
        rounds=5,
        dose=1,
        suite="postgresql",
        unit="rehearsals beside a writer with busy_timeout = 0, or lock_timeout = 1 ms",
        holds=_ALONE,
    ),
)
