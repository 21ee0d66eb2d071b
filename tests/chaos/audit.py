"""What has the fault done? Everything that came of it, against a run that nothing disturbed.

Two runs of one population differ in when things were recorded, and in nothing else: each path has
the same moves with the same numbers, effects and verdicts, each timer the same outcome, each notice
the same key. What the undisturbed run has and this one lacks is *lost*; what this one has beyond it
is *doubled*. The journal replays to the state, its chains verify, and the books explain all.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import sqlalchemy as sa

from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import SystemClock, VirtualClock
from lazsa_flow.errors import JournalError
from lazsa_flow.store import schema
from lazsa_flow.store.connect import READ_ONLY, connect

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

_LOOSE: Final = frozenset({"path_id", "seq", "recorded_at", "prev_hash", "hash"})
"""What may differ between two runs of one population, or tells the row."""


class Snapshot(NamedTuple):
    """What came of a population.

    Attributes:
        moves: Each journal row's fields, by path and number.
        timers: Each timer's outcome and row, by path, name and instant.
        notices: Path and number of the move that each notice tells, by its key.
    """

    moves: dict[tuple[int, int], tuple[Any, ...]]
    timers: dict[tuple[int, str, datetime], tuple[str, int | None]]
    notices: dict[str, tuple[int, int]]


@dataclass
class Audit:
    """What was found.

    Attributes:
        lost: Moves and notices that are missing.
        doubled: Moves and notices that are too many.
        problems: Whatever else is not as it should be.
    """

    lost: int = 0
    doubled: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether all is as if nothing had happened."""
        return not (self.lost or self.doubled or self.problems)

    def add(self, other: Audit) -> None:
        """Add what another audit found."""
        self.lost += other.lost
        self.doubled += other.doubled
        self.problems += other.problems

    def check(self, holds: bool, problem: str) -> None:
        """Add a problem, unless something holds."""
        if not holds:
            self.problems.append(problem)


@contextmanager
def reading(url: str) -> Iterator[sa.Connection]:
    """Open a connection that reads one moment's state."""
    engine = connect(url)
    try:
        with engine.execution_options(**{READ_ONLY: True}).connect() as connection:
            yield connection
    finally:
        engine.dispose()


def snapshot(url: str) -> Snapshot:
    """Read what came of the population of a database."""
    journal, timers, outbox = schema.journal, schema.timers, schema.outbox
    told = [column for column in journal.columns if column.name not in _LOOSE]
    with reading(url) as connection:
        return Snapshot(
            moves={
                (row[0], row[1]): tuple(row[2:])
                for row in connection.execute(sa.select(journal.c.path_id, journal.c.seq, *told))
            },
            timers={
                (row.path_id, row.name, row.due_at): (row.status, row.seq)
                for row in connection.execute(sa.select(timers))
            },
            notices={
                row.key: (row.path_id, row.seq) for row in connection.execute(sa.select(outbox))
            },
        )


def undisturbed(url: str, at: datetime | None = None) -> Snapshot:
    """Sweep a copy of a population in this process and return what came of it."""
    now = at or SystemClock().now()
    with Programme.open(url, clock=VirtualClock(now)) as programme:
        programme.sweep()
        assert programme._runtime.store.count_due(now, 1) == 0
    return snapshot(url)


def audit(
    url: str,
    wanted: Snapshot,
    *,
    besides: Collection[int] = (),
    verify: bool = True,
    until: datetime | None = None,
    late: bool = False,
) -> Audit:
    """Compare a database with what came of its population in an undisturbed run.

    Args:
        url: The database, with nobody at work on it any more.
        wanted: What came of the undisturbed run.
        besides: Paths that are judged by whoever made or broke them.
        verify: Whether the journal must verify; it cannot where the fault has forged a path.
        until: Up to when the books are looked at; by default up to now.
        late: Whether work was late: then reminders are left aside, for those whose day had passed
            were not set.
    """
    found, result = snapshot(url), Audit()
    if late:
        found, wanted = _without_reminders(found), _without_reminders(wanted)
    _compare(result, "moves", found.moves, wanted.moves, besides)
    told = [{(*move, key): move for key, move in each.notices.items()} for each in (found, wanted)]
    _compare(result, "notices", told[0], told[1], besides)
    outcomes = {key for key in {*found.timers, *wanted.timers} if key[0] not in besides}
    other = sum(found.timers.get(key) != wanted.timers.get(key) for key in outcomes)
    result.check(other == 0, f"{other} timers ended otherwise")
    with Programme.open(url, clock=VirtualClock(until or SystemClock().now())) as programme:
        _check_books(programme, result, besides, verify=verify)
    _check_early(url, result)
    return result


def _without_reminders(found: Snapshot) -> Snapshot:
    reminders = {timer.name for timer in AWARD.timers if not timer.steps}
    return found._replace(
        timers={key: ended for key, ended in found.timers.items() if key[1] not in reminders},
        notices={
            key: row for key, row in found.notices.items() if key.split(".")[1] not in reminders
        },
    )


def _compare(
    result: Audit,
    what: str,
    found: dict[Any, Any],
    wanted: dict[Any, Any],
    besides: Collection[int],
) -> None:
    """Count what is missing, too many, or not the same; each key begins with its path."""
    keys = [key for key in {*found, *wanted} if key[0] not in besides]
    result.lost += sum(key not in found for key in keys)
    result.doubled += sum(key not in wanted for key in keys)
    other = sum(key in found and key in wanted and found[key] != wanted[key] for key in keys)
    result.check(other == 0, f"{other} {what} are others")


def _check_books(
    programme: Programme, result: Audit, besides: Collection[int], *, verify: bool
) -> None:
    unexplained = sum(book.unexplained for book in programme.books())
    result.check(unexplained == 0, f"{unexplained} timers are unexplained in the books")
    parked = {ref for ref, _ in programme.parked()} - {f"award-{number}" for number in besides}
    result.check(not parked, f"{len(parked)} paths are parked")
    try:
        if verify:
            programme.verify_journal()
    except JournalError as error:
        result.check(False, f"the journal does not verify: {error}")


def _check_early(url: str, result: Audit) -> None:
    journal = schema.journal
    early = sa.select(sa.func.count()).where(journal.c.recorded_at < journal.c.effective_at)
    with reading(url) as connection:
        count = connection.scalar(early)
    result.check(count == 0, f"{count} moves were recorded before they were due")


def progress(url: str) -> int:
    """Count the journal rows that are committed."""
    with reading(url) as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(schema.journal)) or 0
