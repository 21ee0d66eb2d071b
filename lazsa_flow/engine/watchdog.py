"""The watch over guards: it reports one that does not return, and kills nothing.

A guard that never returns holds its chunk's transaction, and on SQLite every other writer. Nobody
can stop a thread safely; but the operators must know which guard it is, of
which lifecycle, and on which path.

Theory of operation:
    A thread that asks a guard notes so (:data:`~lazsa_flow.lifecycle.running_guards.RUNNING`),
    which costs it no look at a clock. One thread of a process looks at the notes from time to time:
    a call that it finds again and again has been running since it was first seen. It is reported
    when the limit is reached, and each time that the time it has taken has doubled.
"""

from __future__ import annotations

import threading
import time
import weakref
from typing import TYPE_CHECKING, Final

from lazsa_flow.lifecycle.running_guards import RUNNING
from lazsa_flow.logs import log

if TYPE_CHECKING:
    from collections.abc import Callable

    from lazsa_flow.lifecycle.running_guards import RunningGuard

LOOKS: Final = 4
"""How often it looks within the limit."""
_LONGEST_PAUSE_S: Final = 5.0


class GuardWatch:
    """Reports guards that do not return.

    Args:
        slow_s: After how long a call is reported.
        tick: Seconds that pass; the machine's by default.

    Attributes:
        listeners: Called with lifecycle and guard of each call when it is first reported.
    """

    def __init__(self, slow_s: float, *, tick: Callable[[], float] = time.monotonic) -> None:
        self.slow_s = slow_s
        self.listeners: list[Callable[[str, str], None]] = []
        self._tick = tick
        self._first_seen: dict[int, tuple[RunningGuard, float]] = {}
        self._reported: dict[int, float] = {}
        self._thread: threading.Thread | None = None

    @property
    def pause_s(self) -> float:
        """How long it waits between two looks."""
        return min(self.slow_s / LOOKS, _LONGEST_PAUSE_S)

    def start(self) -> None:
        """Look from now on, in a thread of its own that ends with the watch; again after a fork."""
        if self._thread is None or not self._thread.is_alive():
            watch = weakref.ref(self)
            self._thread = threading.Thread(
                target=_keep_looking, args=(watch,), name="lazsa-guard-watch", daemon=True
            )
            self._thread.start()

    def look(self) -> None:
        """Look once at what is running, and report what has been running for too long."""
        now = self._tick()
        running = dict(RUNNING)
        seen = {}
        for thread, call in running.items():
            before = self._first_seen.get(thread)
            since = before[1] if before is not None and before[0] is call else now
            if since == now:
                self._reported.pop(thread, None)
            seen[thread] = (call, since)
            took, limit = now - since, 2 * self._reported.get(thread, self.slow_s / 2)
            if took >= limit:
                self._report(thread, call, took)
        self._first_seen = seen
        self._reported = {thread: s for thread, s in self._reported.items() if thread in seen}

    def _report(self, thread: int, call: RunningGuard, took: float) -> None:
        lifecycle, guard, path = call.about()
        log.warning("guard.slow", lifecycle=lifecycle, guard=guard, path=path, seconds=round(took))
        if thread not in self._reported:
            for listener in self.listeners:
                listener(lifecycle, guard)
        self._reported[thread] = took


def _keep_looking(watch: weakref.ref[GuardWatch]) -> None:
    while (living := watch()) is not None:
        living.look()
        pause_s = living.pause_s
        del living
        time.sleep(pause_s)


_watches: weakref.WeakValueDictionary[float, GuardWatch] = weakref.WeakValueDictionary()
_lock = threading.Lock()


def watch_guards(slow_s: float) -> GuardWatch:
    """Return the process's watch with this limit, at work; it ends with the last who holds it."""
    with _lock:
        watch = _watches.get(slow_s)
        if watch is None:
            watch = _watches[slow_s] = GuardWatch(slow_s)
        watch.start()
        return watch
