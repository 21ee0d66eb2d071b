"""Hours: when somebody may be told, in a country's own time.

Not in its quiet hours; and those who would get a notice for every nominee get one digest a day.

Units:
    Half-open: the instant at which quiet hours end is not quiet, and what is recorded at the very
    instant of a digest belongs to the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from lazsa_flow.lifecycle.clock_times import change_between, instants_at, next_at

if TYPE_CHECKING:
    from datetime import datetime, time


@dataclass(frozen=True, slots=True)
class Hours:
    """A country's hours.

    Attributes:
        zone: The IANA zone of the times.
        quiet: From when to when nobody is told; it may run over midnight.
        digest_at: When the day's digest goes out.
    """

    zone: str
    quiet: tuple[time, time] | None
    digest_at: time

    def free_from(self, at: datetime) -> datetime:
        """Return the first instant, from one on, at which somebody may be told.

        What counts is what the clock on the wall shows, also where it is moved meanwhile.
        """
        if self.quiet is None:
            return at
        while self._is_quiet(at, self.quiet):
            end = next_at(at, self.quiet[1], self.zone)
            at = change_between(at, end, self.zone) or end
        return at

    def digest_after(self, at: datetime) -> datetime:
        """Return the first digest after an instant; a date has one, however clocks are moved."""
        found = next_at(at, self.digest_at, self.zone)
        on = found.astimezone(ZoneInfo(self.zone)).date()
        if found in instants_at(on, self.digest_at, self.zone)[1:]:  # the time comes twice
            return next_at(found, self.digest_at, self.zone)
        return found

    def _is_quiet(self, at: datetime, quiet: tuple[time, time]) -> bool:
        begins, ends = quiet
        now = at.astimezone(ZoneInfo(self.zone)).time()
        return now >= begins or now < ends if ends < begins else begins <= now < ends
