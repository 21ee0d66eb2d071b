"""What a sweep did, in timers: as a whole, and by chunk."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class SweepResult:
    """What a sweep did, in timers.

    Attributes:
        moved: A trigger fired.
        refused: No trigger's guards held.
        parked: The decision raised for the last time.
        reminded: It was a reminder.
        failed: The decision raised, and will be tried again.
    """

    moved: int = 0
    refused: int = 0
    parked: int = 0
    reminded: int = 0
    failed: int = 0

    @property
    def total(self) -> int:
        """How many timers were taken."""
        return sum(astuple(self))

    def __add__(self, other: SweepResult) -> SweepResult:
        return SweepResult(*map(sum, zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True, slots=True)
class ChunkResult:
    """What one transaction of a sweep did.

    Attributes:
        swept: What became of its timers.
        due_at: The instant that its timers were due; ``None`` where nothing was taken.
        country: Their country.

    Units:
        Instants are aware, in UTC.
    """

    swept: SweepResult
    due_at: datetime | None = None
    country: str = ""
