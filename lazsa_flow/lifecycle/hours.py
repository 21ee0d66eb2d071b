"""Hours: when notices may be sent, in a country's local time.

Not in its quiet hours; and those who would get a notice for every nominee get one digest a day.

Units:
    Half-open: the instant at which quiet hours end is not quiet, and what is recorded at the very
    instant of a digest belongs to the next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from lazsa_flow.lifecycle.clock_times import change_between, instants_at, next_at

if TYPE_CHECKING:
    from datetime import datetime, time


class Hours(NamedTuple):
    """A country's hours.

    Attributes:
        zone: The IANA zone of the times.
        quiet: The hours in which nothing is sent; they may span midnight.
        digest_at: When the day's digest is sent.
    """

    zone: str
    quiet: tuple[time, time] | None
    digest_at: time

    def free_from(self, at: datetime) -> datetime:
        """Return the first instant, from one on, at which a notice may be sent.

        Local wall-clock time decides, also across a change of the clocks.
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
        if found in instants_at(on, self.digest_at, self.zone)[1:]:  # the time occurs twice
            return next_at(found, self.digest_at, self.zone)
        return found

    def _is_quiet(self, at: datetime, quiet: tuple[time, time]) -> bool:
        begins, ends = quiet
        now = at.astimezone(ZoneInfo(self.zone)).time()
        return now >= begins or now < ends if ends < begins else begins <= now < ends
