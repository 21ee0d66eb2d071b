"""Overdue timers: they fire before a command on their path, unless a pause stops them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.errors import ParkedError, PausedError
from lazsa_flow.lifecycle.pauses import first_paused_timer

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from lazsa_flow.errors import LazsaError
    from lazsa_flow.lifecycle.model import Path, Snapshot, TimerRow
    from lazsa_flow.lifecycle.pauses import NightHold, Pause
    from lazsa_flow.store.prefetch import Prefetch


class OverdueError(Exception):
    """A timer of the path is overdue, and comes before the command."""


def check_pauses(seen: Snapshot, pauses: Collection[Pause | NightHold], now: datetime) -> None:
    """Let a path pass of which no overdue timer is under a pause.

    Raises:
        PausedError: One is.
    """
    timer = first_paused_timer(seen.timers, pauses, now)
    if timer is not None:
        scope = next(p.scope for p in pauses if p.stops(timer))
        raise PausedError(path=seen.path.ref, timer=timer.name, scope=scope)


def check_overdue(look: Prefetch, now: datetime) -> None:
    """Let a path pass of which no timer should have fired by now.

    Raises:
        PausedError: One should have, and a pause stops it.
        OverdueError: One should have.
    """
    check_pauses(look.seen, look.stamp.pauses, now)
    for timer in look.seen.timers:
        if timer.due_at <= now:
            raise OverdueError(look.seen.path, timer)


def still_overdue(path: Path, timer: TimerRow, held: str | None) -> LazsaError:
    """Return why a path cannot be moved whose overdue timer does not fire.

    Args:
        path: The path.
        timer: The timer.
        held: Why a night does not take it now; ``None`` where it is of none.
    """
    if held is not None:
        return PausedError(path=path.ref, timer=timer.name, scope=held)
    what = "an overdue timer on this path keeps failing; retry later or unpark it"
    return ParkedError(what, path=path.ref, trigger=timer.name, state=path.state)
