"""Who is there when the fault comes? Sellers whose timers are due, in the past or very soon.

Written through the store's own write path, in bulk, by a virtual clock. A *backlog* was nominated
in February 2020 and never looked at since: on the machine's clock everything is due, up to fourteen
timers a path, with every outcome the clock can bring. *Boundaries* were nominated yesterday, and
review opens for them at instants of the near future.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import sqlalchemy as sa

from lazsa_flow.award.evidence import EVIDENCE
from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import SystemClock, VirtualClock
from lazsa_flow.engine.opening import open_path
from lazsa_flow.engine.row_builder import timer_row
from lazsa_flow.engine.rulebook import clock_actor
from lazsa_flow.lifecycle.model import Actor, Snapshot
from lazsa_flow.store import schema
from lazsa_flow.store.connect import connect
from tests import factories

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from lazsa_flow.award.store.transaction import AwardTransaction
    from lazsa_flow.engine.values import Change
    from lazsa_flow.lifecycle.model import Path

COUNTRIES: Final = ("SG", "MY", "ID", "PH", "TH", "VN")
EMPLOYEE: Final = Actor("employee", "emp-1")
START: Final = factories.noon(date(2020, 2, 10))
BATCH: Final = 1000


class Fate(NamedTuple):
    """What the panels say in the rounds of 2020, 2021, …; ``0``: they do not meet."""

    scores: tuple[int, ...]
    complete: bool = True


FATES: Final = (
    Fate((4, 4)),  # awarded, renewed, lapsed
    Fate((4,)),  # awarded, lapsed
    Fate((2,)),  # not selected
    Fate((0,)),  # carried over, not reviewed
    Fate((), complete=False),  # refused, incomplete
    Fate((4, 2)),  # awarded, not renewed
)


class _Opening:
    """Stands in for a transaction while paths open, and keeps what is to be written."""

    def __init__(self, first: int) -> None:
        self._next = first
        self.changes: list[Change] = []

    def next_path_id(self) -> int:
        self._next += 1
        return self._next - 1

    def load_opening(
        self, path: Path, *, on: date, sources: Collection[str] | None = None
    ) -> Snapshot:
        del on, sources  # these sellers are new, and their facts are written later
        return Snapshot(path, {source.name: source.fold(()) for source in EVIDENCE})

    def write_chunk(self, changes: Sequence[Change]) -> None:
        self.changes += changes


def fill_backlog(url: str, sellers: int) -> None:
    """Make a database of sellers who were nominated in 2020 and never looked at since."""
    with _programme(url, START) as programme:
        for numbers in _batches(sellers):
            programme._runtime.store.transact(partial(_backlog, programme, numbers))


def fill_boundaries(url: str, instants: Sequence[datetime]) -> None:
    """Make a database of sellers who were nominated yesterday: for each, review opens at one."""
    with _programme(url, SystemClock().now() - timedelta(days=1)) as programme:
        for numbers in _batches(len(instants)):
            programme._runtime.store.transact(partial(_boundaries, programme, numbers, instants))


def retime(url: str, at: datetime) -> None:
    """Let all that falls due later than now fall due at an instant."""
    timers = schema.timers
    later = sa.and_(
        timers.c.name == "review_opens",
        timers.c.status == "pending",
        timers.c.due_at > SystemClock().now(),
    )
    engine = connect(url)
    with engine.connect() as connection, connection.begin():
        connection.execute(sa.update(timers).where(later).values(due_at=at))
    engine.dispose()


def _programme(url: str, at: datetime) -> Programme:
    Programme.migrate(url)
    return Programme.open(url, clock=VirtualClock(at))


def _batches(count: int) -> Iterator[range]:
    for start in range(0, count, BATCH):
        yield range(start, min(start + BATCH, count))


def _nominate(
    programme: Programme, transaction: AwardTransaction, numbers: range, complete: Any
) -> list[Path]:
    """Open a path for each seller, all in a few statements."""
    now, rulebook = programme.clock.now(), programme._runtime.context.rulebook
    opening = _Opening(transaction.next_path_id())
    paths = []
    for number in numbers:
        country = COUNTRIES[number // len(FATES) % len(COUNTRIES)]
        path, _ = open_path(
            opening,  # type: ignore[arg-type]
            rulebook,
            "award",
            f"s{number}",
            country,
            actor=EMPLOYEE,
            now=now,
            cycle_on=rulebook.calendar(country).first_open_cycle(now, lambda _cycle: 30),
        )
        paths.append(path)
    transaction.write_chunk(opening.changes)
    for number, path in zip(numbers, paths, strict=True):
        transaction.add_nomination(
            path.id,
            event="made",
            source="employee",
            nominator=EMPLOYEE.id,
            complete=complete(number),
            as_of=now.date(),
            recorded_at=now,
        )
    _pass_numbers(transaction, paths[-1].id)
    return paths


def _pass_numbers(transaction: AwardTransaction, last: int) -> None:
    """Let the sequence, where there is one, go on behind the last path."""
    while transaction.next_path_id() < last:
        pass


def _backlog(programme: Programme, numbers: range, transaction: AwardTransaction) -> None:
    now = programme.clock.now()
    paths = _nominate(
        programme, transaction, numbers, lambda number: FATES[number % len(FATES)].complete
    )
    for number, path in zip(numbers, paths, strict=True):
        scores = FATES[number % len(FATES)].scores
        years = range(2020, 2020 + max(1, len(scores)))
        facts = [
            factories.facts(
                seller=path.subject,
                country=path.country,
                as_of=date(year, 3, 20),
                joined_on=date(2018, 1, 15),
            )
            for year in years
        ]
        transaction.add_facts(facts, now)
        for year, score in zip(years, scores, strict=False):
            for reviewer in range(3 if score else 0):
                transaction.add_scorecard(
                    path.id,
                    date(year, 4, 1),
                    factories.card(f"rev-{reviewer}", f"team-{reviewer}", score),
                    as_of=now.date(),
                    recorded_at=now,
                )


def _boundaries(
    programme: Programme,
    numbers: range,
    instants: Sequence[datetime],
    transaction: AwardTransaction,
) -> None:
    now = programme.clock.now()
    paths = _nominate(programme, transaction, numbers, lambda number: True)
    transaction.add_facts(
        [factories.facts(seller=path.subject, country=path.country) for path in paths], now
    )
    ids = [path.id for path in paths]
    seen = {each.path.id: each for each in transaction.load_chunk(ids, before=None, on=now.date())}
    for number, path in zip(numbers, paths, strict=True):
        at = instants[number]
        guard_context = programme._runtime.context.rulebook.guard_context(
            seen[path.id], at=at, recorded_at=now, actor=clock_actor("review_opens")
        )
        transaction.set_timer(timer_row(guard_context, "review_opens", at, decides=True))
