"""Ports: what the engine needs of a store and a clock.

A clock, and a store that opens transactions. The store loads evidence and writes changes in chunks;
it knows nothing of lifecycles, and the engine nothing of SQL. What is put into the outbox is a part
of the change: its rows commit with the move or not at all. How it is taken out again is a matter of
:mod:`lazsa_flow.notices.ports`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Sequence
    from contextlib import AbstractContextManager
    from datetime import date, datetime

    from lazsa_flow.engine.evidence_row import EvidenceRow
    from lazsa_flow.engine.values import BatchChange, Change, Claim
    from lazsa_flow.lifecycle.model import Failure, Path, Snapshot


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

    def write_chunk(
        self, changes: Sequence[Change], batch_changes: Sequence[BatchChange] = ()
    ) -> None:
        """Write changes, those of identical paths among them.

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
