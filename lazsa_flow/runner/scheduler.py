"""The scheduler: when workers are woken, and how often.

They are woken at the next due instant in the database, and every 30 seconds in any case, because a
poll costs one index look-up and makes up for lost messages. One message is sent for each chunk of
due work, less those that are still in the queue. Several tickers may run; one leads while it ticks,
only to save work: if two send, the second message finds nothing to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.engine.chunk_size import CHUNK
from lazsa_flow.errors import BrokerError, LazsaError, ReplacedError
from lazsa_flow.logs import log
from lazsa_flow.service.part import runtime_of

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from datetime import datetime

    from lazsa_flow.clock import VirtualClock
    from lazsa_flow.service.service import FlowService

LONGEST_SLEEP_S: Final = 30.0
SHORTEST_SLEEP_S: Final = 0.05
LEAD_S: Final = 10.0
"""For so long a ticker leads at a time; well below the limit on a transaction that idles."""
BUSY_S: Final = 1.0
"""How long it sleeps while work is due."""
MOST_RINGS: Final = 8
"""So many chunks ahead are rung for at a time."""


def wake_due_chunks(service: FlowService, ring: Callable[[int], None]) -> float:
    """Ring once for each chunk of work that is due; return for how many seconds to sleep then."""
    now, next_due = service.clock.now(), service.next_due()
    if next_due is None:
        return LONGEST_SLEEP_S
    if next_due <= now:
        due = runtime_of(service).store.count_due(now, MOST_RINGS * CHUNK)
        chunks = max(1, -(-due // CHUNK))
        ring(chunks)
        log.info("ticker.rang", due_at=next_due.isoformat(), chunks=chunks)
        return BUSY_S
    seconds = (next_due - now).total_seconds()
    return min(LONGEST_SLEEP_S, max(SHORTEST_SLEEP_S, seconds))


def run_scheduler(
    service: FlowService,
    ring: Callable[[int], None],
    stop: threading.Event,
    *,
    beat: Callable[[], None] = lambda: None,
) -> None:
    """Tick on the service's clock until ``stop`` is set.

    A database or broker that cannot be reached is tried again on the next tick.

    Args:
        service: Whose timers.
        ring: Rings for so many chunks of work.
        stop: Set it to end.
        beat: Called at each tick.

    Raises:
        ReplacedError: The database's file is another one than this process has open.
    """
    while not stop.is_set():
        beat()
        try:
            with runtime_of(service).store.leading() as leads:
                sleep_s = wake_due_chunks(service, ring) if leads else LEAD_S
                stop.wait(min(sleep_s, LEAD_S))
        except ReplacedError:
            raise  # for good: the supervisor restarts this process
        except LazsaError as error:
            log.error("ticker.failed", error=type(error).__name__)
            stop.wait(BUSY_S if isinstance(error, BrokerError) else LEAD_S)


def turn_virtual_clock(
    service: FlowService,
    clock: VirtualClock,
    ring: Callable[[], object],
    wait: Callable[[], None],
    *,
    until: datetime,
) -> None:
    """Turn a virtual clock to an instant, stopping at each due instant on the way.

    The clock moves only while queue and worker are idle, so every timer is recorded at the instant
    it fell due.

    Args:
        service: On that clock.
        clock: The clock.
        ring: Rings the doorbell.
        wait: Returns when the queue is empty and the worker idle.
        until: Where to stop; timers due then are fired.
    """
    while (next_due := service.next_due()) is not None and next_due <= until:
        clock.move_to(next_due)
        ring()
        wait()
        if service.next_due() == next_due:
            raise RuntimeError(f"what is due at {next_due} does not fire")
    clock.move_to(until)
