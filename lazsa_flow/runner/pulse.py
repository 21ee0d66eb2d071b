"""The pulse of a loop: when it last completed a round, for health checks."""

from __future__ import annotations

import time
from typing import Final

SILENCE_S: Final = 120.0
"""A loop with no beat for so long hangs; each of ours beats at least twice a minute."""


class Pulse:
    """Remembers the last beat of a loop."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def beat(self) -> None:
        """Record a beat."""
        self._last = time.monotonic()

    @property
    def silent_s(self) -> float:
        """Seconds since the last beat."""
        return time.monotonic() - self._last

    @property
    def alive(self) -> bool:
        """Whether it did lately."""
        return self.silent_s < SILENCE_S
