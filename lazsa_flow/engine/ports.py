"""What does the engine need of the world?

A clock, and a store that opens transactions. The store loads evidence and writes changes in chunks;
it knows nothing of lifecycles, and the engine nothing of SQL. The outbox is a part of the change:
its rows commit with the move or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from contextlib import AbstractContextManager
    from datetime import date, datetime

    from lazsa_flow.domain.model import Evidence, Failure, Path, Record, TimerRow
    from lazsa_flow.engine.journal import JournalRow


_Result = TypeVar("_Result")


class Clock(Protocol):
    """What time is it?"""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class Notice:
    """A row for the outbox: who is to be told what; the words come when it is sent.

    Attributes:
        key: Stable for ever, so that a receiver can tell a repeat.
    """

    key: str
    kind: str
    to: str


@dataclass(frozen=True, slots=True)
class Change:
    """All that one move writes; it is written whole or not at all.

    Attributes:
        before: The path as it was read; ``None`` where it opens. Its ``seq`` must still stand.
        recorded_at: When it is written.
        row: The journal row; none for a reminder.
        fired: The timer that led to it, with its new status.
        scheduled: Timers to set.
        cancelled: Pending timers that the new state ends.
        slot: Whether the path takes or frees its subject's one place in the lifecycle.
        claims: Keys that the path takes for itself, by scope.
        linked: Changes of other paths that belong to this one.
    """

    before: Path | None
    after: Path
    recorded_at: datetime
    row: JournalRow | None
    fired: TimerRow | None = None
    scheduled: tuple[TimerRow, ...] = ()
    cancelled: tuple[TimerRow, ...] = ()
    notices: tuple[Notice, ...] = ()
    records: tuple[Record, ...] = ()
    slot: Literal["take", "free"] | None = None
    claims: tuple[tuple[str, str], ...] = ()
    linked: tuple[Change, ...] = field(default=())


class Transaction(Protocol):
    """One transaction: what is read in it stays true until it commits."""

    def claim(self, now: datetime, limit: int, path_id: int | None = None) -> Sequence[TimerRow]:
        """Take the pending timers that fell due first: one instant, one country, a path once.

        Paths that failed and wait for their next attempt are passed by, with all their timers.

        Args:
            now: Timers due at or before it.
            limit: At most so many.
            path_id: Of this path alone.
        """
        ...

    def load_chunk(
        self, path_ids: Collection[int], *, before: datetime | None, on: date
    ) -> Sequence[Evidence]:
        """Load what decisions on these paths may read.

        Args:
            path_ids: The paths.
            before: Only what was recorded before this instant; ``None``: all.
            on: The date judged, for paths that are in no round.

        Returns:
            One evidence for each path that exists, in no particular order.
        """
        ...

    def write_chunk(self, changes: Sequence[Change]) -> None:
        """Write changes.

        Raises:
            StaleVersionError: A path no longer has the version that was read.
            ConflictError: A path would take a place that is taken.
        """
        ...

    def failure_of(self, path_id: int) -> Failure | None:
        """Return how the latest attempt on a path failed, if it did."""
        ...

    def set_aside(self, failure: Failure) -> None:
        """Set a path aside with all its pending timers: until its next attempt, or parked."""
        ...

    def next_path_id(self) -> int:
        """Return the number for a path that opens."""
        ...


class Store(Protocol):
    """Opens transactions on the state."""

    def begin(self, *, write: bool = True) -> AbstractContextManager[Transaction]:
        """Open a transaction; it commits at the end of the block, or rolls back on an error."""
        ...

    def transact(self, run: Callable[[Any], _Result]) -> _Result:
        """Run a function in a transaction, and again where the database gave up on it.

        Raises:
            ContendedError: It gave up every time.
            UnavailableError: The database cannot be reached.
        """
        ...

    def next_due(self) -> datetime | None:
        """Return the instant at which the next pending timer is to be looked at."""
        ...
