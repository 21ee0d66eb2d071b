"""Clocks: the system's, and a virtual one for tests and demos."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

TOLERANCE: Final = timedelta(seconds=30)
"""The largest difference between two clocks that is accepted."""


class Clock(Protocol):
    """A source of the present instant."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock. It is made here and nowhere else."""

    def now(self) -> datetime:
        """Return the present instant in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place where the system clock is made


class VirtualClock:
    """A clock that does not run: it is set, and never goes back.

    Args:
        start: The instant it shows at first: aware, in any zone.
    """

    def __init__(self, start: datetime) -> None:
        self._now = _in_utc(start)

    def now(self) -> datetime:
        """Return the instant it shows, in UTC."""
        return self._now

    def move_to(self, at: datetime) -> None:
        """Move it on to a later instant; to an earlier one it does not move.

        Args:
            at: The instant, aware.
        """
        self._now = max(self._now, _in_utc(at))


def _in_utc(at: datetime) -> datetime:
    if at.utcoffset() is None:
        msg = f"an aware datetime is wanted, not {at.isoformat()}"
        raise ValueError(msg)
    return at.astimezone(UTC)
