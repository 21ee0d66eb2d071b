"""Ports: what the engine needs of a store and a clock.

A clock, and a store that opens transactions. The store loads evidence and writes changes in chunks;
it knows nothing of lifecycles, and the engine nothing of SQL. What is put into the outbox is a part
of the change: its rows commit with the move or not at all. What is taken out of it has transactions
of its own, for nothing is sent inside one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from lazsa_flow.lifecycle.values import value

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import date, datetime

    from lazsa_flow.engine.evidence_row import EvidenceRow
    from lazsa_flow.engine.values import BatchChange, Change, Claim
    from lazsa_flow.lifecycle.model import Failure, Path, Snapshot
    from lazsa_flow.lifecycle.path_data import PathData


_Result = TypeVar("_Result")


class Transaction(Protocol):
    """One transaction: what is read in it stays true until it commits."""

    def claim(
        self,
        now: datetime,
        limit: int,
        path_id: int | None = None,
        *,
        until: datetime | None = None,
    ) -> Claim | None:
        """Take the pending timers that fell due first: one instant, one country, a path once.

        Paths that failed and wait for their next attempt are passed by, with all their timers; so
        are timers under a pause, and paths of a lifecycle that is not this process's.

        Args:
            now: The present instant: timers due at or before it.
            limit: At most so many.
            path_id: Of this path alone.
            until: Timers due at or before this instant alone.
        """
        ...

    def check_rules(self, version: Hashable) -> None:
        """Let what decides by rules of this version pass.

        Raises:
            RulesChangedError: The rules in force are others.
        """
        ...

    def evidence_rows(
        self, path_ids: Collection[int], *, before: datetime | None, on: date
    ) -> Sequence[EvidenceRow]:
        """Read what decisions on these paths may read; see :meth:`load_chunk`."""
        ...

    def load_chunk(
        self, path_ids: Collection[int], *, before: datetime | None, on: date
    ) -> Sequence[Snapshot]:
        """Load what decisions on these paths may read.

        Args:
            path_ids: The paths.
            before: Only what was recorded before this instant; ``None``: all.
            on: The date judged, for paths that are in no round.

        Returns:
            One evidence for each path that exists, in no particular order.
        """
        ...

    def load_opening(
        self, path: Path, *, on: date, sources: Collection[str] | None = None
    ) -> Snapshot:
        """Load what is recorded about the subject of a path that is not written yet.

        Args:
            path: The path.
            on: As in :meth:`load_chunk`.
            sources: The evidence sources that are read, by their names; ``None``: all.
        """
        ...

    def write_chunk(self, changes: Sequence[Change], alike: Sequence[BatchChange] = ()) -> None:
        """Write changes, those of paths that are alike among them.

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


@dataclass(frozen=True, slots=True)
class Waiting:
    """A notice in the outbox, without what it is about.

    Attributes:
        to: Whom to tell, as in :class:`~lazsa_flow.engine.values.Notice`.
        created_at: When the move was recorded.
        next_at: When it may be tried; of a claimed one, when its lease ends.
        attempts: How many have failed.
        error: The code of the last failure.
        parked: Whether it was set aside.
    """

    key: str
    kind: str
    to: str
    path: str
    country: str
    created_at: datetime
    next_at: datetime
    attempts: int
    error: str | None
    parked: bool


@value
class Claimed:
    """A notice that one relay holds until its lease ends, with what it is about.

    Attributes:
        path: The path as it stands.
        cycle_on: The round that the path was in after the move.
        row: The journal row of the move, as JSON values; for a reminder, the path's last.
        lease: Until when it is held; what another has claimed since has another one.
        attempts: How many have failed.
        data: What had been handed over with the path's triggers when the move was recorded.
    """

    key: str
    kind: str
    to: str
    path: Path
    cycle_on: date | None
    row: Mapping[str, Any]
    created_at: datetime
    lease: datetime
    attempts: int
    data: tuple[PathData, ...] = ()


class Outbox(Protocol):
    """What waits to be told. Each call commits by itself; a claim is a lease, never a lock."""

    def claim(
        self, now: datetime, until: datetime, limit: int, *, without: Collection[str] = ()
    ) -> Sequence[Claimed]:
        """Take the notices that have waited longest, for nobody else until the lease ends.

        Args:
            now: The present instant.
            until: When the lease ends.
            limit: At most so many.
            without: Whose notices are left: a recipient, or ``recipient/kind``; ``reviewers``
                stands for each of them by name as well.
        """
        ...

    def waiting(self, now: datetime, to: Collection[str]) -> Sequence[Waiting]:
        """Return what may be tried now for these recipients, without taking it."""
        ...

    def take(self, keys: Collection[str], now: datetime, until: datetime) -> Sequence[Claimed]:
        """Take just these notices; none at all where one of them is no longer to be had."""
        ...

    def postpone(self, notices: Collection[Claimed | Waiting], at: datetime) -> None:
        """Let notices wait until an instant, as they have not been tried."""
        ...

    def delivered(self, notices: Collection[Claimed], channel: str, at: datetime) -> None:
        """Take notices out that a channel has accepted, and record that they were delivered."""
        ...

    def withdraw(self, notices: Collection[Claimed]) -> None:
        """Take notices out that are held and are not to be sent."""
        ...

    def address(
        self, notices: Collection[Claimed], to: Mapping[str, Sequence[str]], now: datetime
    ) -> None:
        """Put notices for single persons in place of notices that are held, all or none.

        Args:
            notices: What is held, for a class of recipients.
            to: By the key of each, whom it is for; for nobody, it is taken out.
            now: From when they may be tried.
        """
        ...

    def failed(self, notices: Collection[Claimed], error: str, again_at: datetime | None) -> None:
        """Count an attempt that failed.

        Args:
            notices: What was tried.
            error: Its code; no address, no text.
            again_at: When to try again; ``None`` parks them.
        """
        ...

    def next_at(self) -> datetime | None:
        """Return when the next notice may be tried."""
        ...
