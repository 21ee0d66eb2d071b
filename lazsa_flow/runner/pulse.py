"""The pulse of a loop: when it last went round, for health checks."""

from __future__ import annotations

import time
from typing import Final

SILENCE_S: Final = 120.0
"""A loop that has not gone round for so long hangs; each of ours looks twice a minute at least."""


class Pulse:
    """Takes note of each beat of a loop."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def beat(self) -> None:
        """Take note that the loop goes round."""
        self._last = time.monotonic()

    @property
    def silent_s(self) -> float:
        """How long ago it last did."""
        return time.monotonic() - self._last

    @property
    def alive(self) -> bool:
        """Whether it did lately."""
        return self.silent_s < SILENCE_S
