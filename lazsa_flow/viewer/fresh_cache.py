"""Fresh values: many viewers see the same ones, without asking the database for each."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

_Value = TypeVar("_Value")
_SHARE: Final = 9
"""How much longer than it took to compute a value it stays fresh."""
_KEPT: Final = 256
"""So many values are kept at most; the one that was computed first is dropped."""


class FreshCache:
    """Values that are computed again when they are no longer fresh.

    Thread-safe; while one caller computes a value, the others wait for it. A value that took long
    stays fresh for longer: viewers cost the database a tenth of its time.

    Args:
        fresh_s: How long a value is fresh at least; with 0 it is computed each time.
        clock: Seconds that only rise.
    """

    def __init__(self, fresh_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._fresh_s = fresh_s
        self._clock = clock
        self._lock = threading.Lock()
        self._locks: dict[Hashable, threading.Lock] = {}
        self._values: dict[Hashable, tuple[float, Any]] = {}  # until when each is fresh

    def get(self, key: Hashable, compute: Callable[[], _Value]) -> _Value:
        """Return the value of a key, computed now where it is not fresh."""
        if not self._fresh_s:
            return compute()
        with self._lock:
            own = self._locks.setdefault(key, threading.Lock())
        with own:
            began = self._clock()
            until, value = self._values.get(key, (began, None))
            if key in self._values and began < until:
                return value  # type: ignore[no-any-return]
            computed = compute()
            ended = self._clock()
            self._keep(key, ended + max(self._fresh_s, _SHARE * (ended - began)), computed)
            return computed

    def _keep(self, key: Hashable, until: float, value: object) -> None:
        with self._lock:
            self._values.pop(key, None)
            self._values[key] = until, value
            while len(self._values) > _KEPT:
                oldest = next(iter(self._values))
                del self._values[oldest]
                self._locks.pop(oldest, None)
