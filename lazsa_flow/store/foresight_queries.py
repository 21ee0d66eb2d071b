"""Questions that a rehearsal asks of a store: what a date is about, and what its timers did."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from lazsa_flow import store
from lazsa_flow.store import scratch

if TYPE_CHECKING:
    from collections.abc import Collection
    from contextlib import AbstractContextManager
    from datetime import date, datetime

    import sqlalchemy as sa

    from lazsa_flow.store.scratch.later import LaterTimers
    from lazsa_flow.store.timer_outcomes import OverdueTimers, TimerOutcome


class ForesightQuestions(ABC):
    """What a rehearsal asks of a store."""

    @abstractmethod
    def _read(self, *, snapshot: bool = False) -> AbstractContextManager[sa.Connection]:
        """Lend a connection for reading."""

    def due_paths(self, on: date) -> list[int]:
        """Return the numbers of the paths that a local date is about."""
        with self._read() as connection:
            return store.timer_outcomes.read_due_paths(connection, on)

    def overdue_timers(self, now: datetime, before: date | None = None) -> list[OverdueTimers]:
        """Count the deciding timers that are due at an instant, of local dates before another."""
        with self._read() as connection:
            return store.timer_outcomes.read_overdue_timers(connection, now, before)

    def later_timers(
        self, lifecycle: str, until: datetime, countries: Collection[str]
    ) -> list[LaterTimers]:
        """Return the timers of a lifecycle that fall due after an instant, in groups."""
        with self._read() as connection:
            return scratch.later.read_later_timers(connection, lifecycle, until, countries)

    def paths_of_timers(self, lifecycle: str, group: LaterTimers) -> list[int]:
        """Return the numbers of the paths that the timers of a group are on."""
        with self._read() as connection:
            return scratch.later.read_paths_of_timers(connection, lifecycle, group)

    def timer_outcomes(self, on: date) -> list[TimerOutcome]:
        """Return what the deciding timers of a local date did, by path."""
        with self._read() as connection:
            return store.timer_outcomes.read_timer_outcomes(connection, on)
