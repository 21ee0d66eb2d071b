"""The search for garbage, held off while a chunk's values are alive."""

from __future__ import annotations

import gc
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def gc_paused() -> Iterator[None]:
    """Hold the search for garbage cycles off until a chunk's values are gone; it makes none.

    It would look through them again and again, for a third of the night's time. Where several
    threads sweep, it is held off until the last one's are gone.
    """
    _collecting.hold()
    try:
        yield
    finally:
        _collecting.release()


class _Collecting:
    """Counts for whom the search for garbage is held off."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holders = 0
        self._was_on = False

    def hold(self) -> None:
        with self._lock:
            if self._holders == 0:
                self._was_on = gc.isenabled()
                gc.disable()
            self._holders += 1

    def release(self) -> None:
        with self._lock:
            self._holders -= 1
            if self._holders == 0 and self._was_on:
                gc.enable()


_collecting = _Collecting()
