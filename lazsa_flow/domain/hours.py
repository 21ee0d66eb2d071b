"""When may somebody be told, in a country's own time?

Not in its quiet hours; and those who would get a notice for every nominee get one digest a day.

Units:
    Half-open: the instant at which quiet hours end is not quiet, and what is recorded at the very
    instant of a digest belongs to the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


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
        """Return the first instant, from one on, at which somebody may be told."""
        if self.quiet is None:
            return at
        begins, ends = self.quiet
        now = at.astimezone(ZoneInfo(self.zone)).time()
        over_midnight = ends < begins
        is_quiet = now >= begins or now < ends if over_midnight else begins <= now < ends
        return self._next(at, ends) if is_quiet else at

    def digest_after(self, at: datetime) -> datetime:
        """Return the first digest after an instant."""
        return self._next(at, self.digest_at)

    def _next(self, at: datetime, clock: time) -> datetime:
        """Return when a clock in the zone next shows a time, after an instant."""
        zone = ZoneInfo(self.zone)
        on = at.astimezone(zone).date()
        while (found := datetime.combine(on, clock, zone).astimezone(UTC)) <= at:
            on += timedelta(days=1)
        return found
