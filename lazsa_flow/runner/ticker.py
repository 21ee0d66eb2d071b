"""When is the doorbell rung?

At the next due instant in the database, and every 30 seconds in any case, since a look costs one
index look-up and makes good whatever was lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.errors import LazsaError
from lazsa_flow.logs import log

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from datetime import datetime

    from lazsa_flow.clock import VirtualClock
    from lazsa_flow.programme import Programme

LONGEST_SLEEP_S: Final = 30.0
SHORTEST_SLEEP_S: Final = 0.05


def tick(programme: Programme, ring: Callable[[], None]) -> float:
    """Ring if anything is due; return for how many seconds to sleep then."""
    now, next_due = programme.clock.now(), programme.next_due()
    if next_due is None:
        return LONGEST_SLEEP_S
    if next_due <= now:
        ring()
        log.debug("ticker.rang", due_at=next_due.isoformat())
        return 1.0
    seconds = (next_due - now).total_seconds()
    return min(LONGEST_SLEEP_S, max(SHORTEST_SLEEP_S, seconds))


def run(programme: Programme, ring: Callable[[], None], stop: threading.Event) -> None:
    """Keep ticking on the programme's clock until told to stop.

    A database that cannot be read for a moment is looked at again on the next tick.
    """
    while not stop.is_set():
        try:
            sleep_s = tick(programme, ring)
        except LazsaError as error:
            log.error("ticker.failed", error=type(error).__name__)
            sleep_s = LONGEST_SLEEP_S
        stop.wait(sleep_s)


def turn(
    programme: Programme,
    clock: VirtualClock,
    ring: Callable[[], None],
    wait: Callable[[], None],
    *,
    until: datetime,
) -> None:
    """Turn a virtual clock to an instant, stopping at each due instant on the way.

    The clock moves only while queue and worker are idle, so every timer is recorded at the instant
    it fell due.

    Args:
        programme: On that clock.
        clock: The clock.
        ring: Rings the doorbell.
        wait: Returns when the queue is empty and the worker idle.
        until: Where to stop; timers due then are fired.
    """
    while (next_due := programme.next_due()) is not None and next_due <= until:
        clock.move_to(next_due)
        ring()
        wait()
        if programme.next_due() == next_due:
            raise RuntimeError(f"what is due at {next_due} does not fire")
    clock.move_to(until)
