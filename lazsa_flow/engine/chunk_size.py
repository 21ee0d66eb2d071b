"""How much a sweep does in one transaction."""

from __future__ import annotations

from typing import Final

CHUNK: Final = 5000
"""How many timers a transaction takes at most."""
