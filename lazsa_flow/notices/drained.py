"""What a relay has done: counts of notices."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Drained:
    """What became of notices.

    Attributes:
        delivered: Notices that a channel accepted.
        failed: Attempts that failed and come again.
        parked: Attempts after which a notice was set aside.
        postponed: Notices that were not tried: quiet hours, a digest to come, a channel that rests.
        withheld: Notices that were no longer true, and were taken out without being sent.
    """

    delivered: int = 0
    failed: int = 0
    parked: int = 0
    postponed: int = 0
    withheld: int = 0

    @property
    def total(self) -> int:
        """How many notices were looked at."""
        return self.delivered + self.failed + self.parked + self.postponed + self.withheld

    def __add__(self, other: Drained) -> Drained:
        return Drained(
            self.delivered + other.delivered,
            self.failed + other.failed,
            self.parked + other.parked,
            self.postponed + other.postponed,
            self.withheld + other.withheld,
        )
