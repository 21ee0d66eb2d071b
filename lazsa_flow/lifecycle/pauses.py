"""Pauses: what an operator has stopped, and for which timers.

A pause stops the timers of everything, of one country, of one cycle date, or of one country's cycle
date. Timers that fall due during a pause wait, and keep their instant.

Source:
    programme.md, "The lifecycles".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from lazsa_flow.lifecycle.model import TimerRow


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause of timers.

    Attributes:
        country: The country whose timers it stops; ``None``: of all.
        cycle: The cycle date in whose books those timers are counted; ``None``: of all.
        actor: Who paused, as ``role:id``.
        since: When.
        reason: Why, in the operator's words.
        lifted_at: When it was lifted; ``None`` while it is in force.
        lifted_by: Who lifted it.
        lifted_reason: Why.

    Units:
        Instants are aware, in UTC.
    """

    country: str | None
    cycle: date | None
    actor: str
    since: datetime
    reason: str = ""
    lifted_at: datetime | None = None
    lifted_by: str | None = None
    lifted_reason: str | None = None

    @property
    def scope(self) -> str:
        """What it stops, in words: ``everything``, ``PH``, ``cycle 2026-10-01`` or both."""
        parts = [self.country, self.cycle and f"cycle {self.cycle}"]
        return ", ".join(part for part in parts if part) or "everything"

    def __str__(self) -> str:
        why = f": {self.reason}" if self.reason else ""
        return f"{self.scope}, since {self.since:%Y-%m-%d %H:%M} UTC by {self.actor}{why}"

    def covers(self, country: str, book_on: date) -> bool:
        """Return whether it stops a country's timers that are counted under a cycle date.

        Args:
            country: The country's code.
            book_on: The date that the timer is counted under; ``None`` where it is under none.
        """
        return self.country in (None, country) and self.cycle in (None, book_on)

    def stops(self, timer: TimerRow) -> bool:
        """Return whether it stops a timer.

        Args:
            timer: A pending timer.
        """
        return self.covers(timer.country, timer.book_on)


class NightHold(NamedTuple):
    """A cycle date in a country whose timers do not fire now, since its night does not take them.

    Attributes:
        country: The country's code.
        due_at: When the date begins there.
        scope: Why they do not fire, in words.

    Units:
        Instants are aware, in UTC.
    """

    country: str
    due_at: datetime
    scope: str

    def stops(self, timer: TimerRow) -> bool:
        """Return whether it stops a timer."""
        return timer.decides and (timer.country, timer.due_at) == (self.country, self.due_at)


def first_paused_timer(
    timers: Iterable[TimerRow], pauses: Iterable[Pause | NightHold], now: datetime
) -> TimerRow | None:
    """Return the first overdue timer that decides and that a pause stops, or ``None``.

    A reminder decides nothing, so that nothing waits for it.

    Args:
        timers: Pending timers of one path.
        pauses: Those in force.
        now: The present instant; a timer due at it is overdue.
    """
    held = [
        timer
        for timer in timers
        if timer.decides and timer.due_at <= now and any(p.stops(timer) for p in pauses)
    ]
    return min(held, key=lambda timer: timer.due_at, default=None)
