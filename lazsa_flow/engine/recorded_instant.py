"""The instant of recording: it never goes back on a path.

Several machines write, and their clocks may stand apart by a few seconds. A path's rows are
recorded in their order all the same: where a clock is behind what a path has on record, the path's
own last instant is taken; where it is far behind, nothing is written by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.clock import TOLERANCE
from lazsa_flow.errors import ClockError, InputError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from lazsa_flow.clock import Clock


def not_before(now: datetime, recorded: Iterable[datetime | None]) -> datetime:
    """Return the present instant, or the latest of those recorded where that is a little later.

    Args:
        now: The present instant by this machine's clock.
        recorded: When the paths that are to be written were recorded last.

    Raises:
        ClockError: One of them was recorded after ``now`` by more than
            :data:`~lazsa_flow.clock.TOLERANCE`.
    """
    last = max((at for at in recorded if at is not None), default=now)
    if last <= now:
        return now
    if last - now > TOLERANCE:
        behind = (now - last).total_seconds()
        raise ClockError(behind, TOLERANCE.total_seconds(), "what is recorded")
    return last


def check_past(until: datetime, clock: Clock) -> None:
    """Let an instant pass that has come.

    Raises:
        InputError: It is later than the clock by more than :data:`~lazsa_flow.clock.TOLERANCE`.
    """
    now = clock.now()
    if until - now > TOLERANCE:
        expected = f"an instant that is not later than now, {now:%Y-%m-%dT%H:%M:%SZ}"
        raise InputError.of("sweep", "now", until.isoformat(), expected)
