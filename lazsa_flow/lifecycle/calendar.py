"""The calendar of a country: cycle dates, windows, due dates and the end of grace, in its own time.

Everything is computed from a local date (the cycle date, or the anchor a tenure began on), never
from the previous result, and is handed out as a :class:`Moment`: the local date with its UTC
instant. A local date begins at its first instant in the zone: midnight, or where a clock change
skips midnight, the first instant after it. All windows are half-open: what arrives at the closing
instant belongs to the next.

pendulum computes each date and its instant (:mod:`lazsa_flow.lifecycle.dates`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lazsa_flow.errors import ConfigError, InputError, Problem
from lazsa_flow.lifecycle.dates import (
    add_days,
    add_months,
    dates_of_years,
    local_date,
    start_of,
    whole_months,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
    r"(Z|[+-][0-9]{2}:[0-5][0-9])",
    re.ASCII,
)
TICK: Final = timedelta(microseconds=1)
"""The smallest step of time: the first instant that can see what was recorded just now."""

YEARS: Final = range(1900, 3000)
"""The years that a date may lie in: any term of a policy can be added to them."""
ANY_YEAR: Final = range(2, 9999)
"""The years whose instants have a local date in every zone."""
CYCLE_DATES_EXPECTED: Final = 'days of every year in their order, such as ["04-01", "10-01"]'
DATE_EXPECTED: Final = "a date that exists, as YYYY-MM-DD"
INSTANT_EXPECTED: Final = "an instant with its offset, as 2026-10-01T00:00:00+08:00 or …Z"


class Moment(NamedTuple):
    """A local date and the UTC instant at which it begins (or an instant within it)."""

    on: date
    at: datetime


class Window(NamedTuple):
    """A window before a cycle date. Units: half-open, ``opens`` inclusive, ``closes`` exclusive."""

    opens: datetime
    closes: datetime


def parse_date(text: str, *, where: str = "date", field: str = "") -> date:
    """Read a date written as ``YYYY-MM-DD`` and in no other way.

    Raises:
        InputError: The text has another form, or names a day that does not exist.
    """
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise InputError.of(where, field, text, DATE_EXPECTED)


def parse_instant(text: str, *, where: str = "instant", field: str = "") -> datetime:
    """Read an ISO 8601 instant that carries its offset, into UTC.

    Raises:
        InputError: The text has another form, no offset, or names no instant that exists.
    """
    if _INSTANT.fullmatch(text):
        try:
            return datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise InputError.of(where, field, text, INSTANT_EXPECTED)


def as_utc(
    at: object, *, where: str = "instant", field: str = "now", years: range = ANY_YEAR
) -> datetime:
    """Return an aware instant in UTC.

    Args:
        at: The instant.
        where: Where it comes from, for the error.
        field: Its name there.
        years: In which it may lie; where a decision is computed from it, in :data:`YEARS`.

    Raises:
        InputError: It is not a datetime, is naive, or is outside :data:`YEARS`.
    """
    if isinstance(at, datetime) and at.year in years and at.utcoffset() is not None:
        return at.astimezone(UTC)
    got = at.isoformat() if isinstance(at, datetime) else at
    expected = f"an aware datetime of the years {years[0]} to {years[-1]}"
    raise InputError.of(where, field, got, expected)


def parse_day(on: object, *, where: str, field: str) -> date:
    """Return a local date.

    Raises:
        InputError: It is not a date, or is outside :data:`YEARS`.
    """
    if isinstance(on, date) and not isinstance(on, datetime) and on.year in YEARS:
        return on
    got = on.isoformat() if isinstance(on, date) else on
    expected = f"a datetime.date of the years {YEARS[0]} to {YEARS[-1]}"
    raise InputError.of(where, field, got, expected)


@lru_cache(maxsize=65536)
def instant_text(at: datetime) -> str:
    """Write an instant in UTC at its one fixed width, so that texts sort as instants do."""
    utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return utc.isoformat(timespec="microseconds")[:26] + "Z"


def missing_key(country: str, key: str, expected: str) -> ConfigError:
    """Return the error that a country's file lacks a key that something asked for needs.

    Args:
        country: The country's code.
        key: The key.
        expected: What it should hold.
    """
    where = f"countries/{country.lower()}.toml"
    return ConfigError([Problem(where, key, "nothing", expected)])


_NO_ZONES: Final = frozenset({"posix", "right", "posixrules"})
"""What stands beside the zones: copies of them, with and without leap seconds."""


def is_zone(name: str) -> bool:
    """Return whether the time zone data has this zone."""
    if name.partition("/")[0] in _NO_ZONES:
        return False
    try:
        ZoneInfo(name)  # to list all zones would walk directories
    except (OSError, ValueError, ZoneInfoNotFoundError):
        return False
    return True


_Days = tuple[tuple[int, int], ...]


@lru_cache(maxsize=65536)
def _latest(on: date, days: _Days) -> date:
    return max(cycle for cycle in dates_of_years(on.year - 1, days) if cycle <= on)


@lru_cache(maxsize=65536)
def _following(on: date, days: _Days) -> date:
    return min(cycle for cycle in dates_of_years(on.year, days) if cycle > on)


@dataclass(frozen=True, slots=True)
class Calendar:
    """A country's cycles.

    Attributes:
        zone: The IANA zone in which its dates begin.
        cycle_days: The cycle dates of a year as (month, day), in the order of the year; none
            where the country has no cycles.
        suspended: Cycle dates that the country does not hold.
        code: The country's code, for errors.
    """

    zone: str
    cycle_days: _Days = ()
    suspended: frozenset[date] = frozenset()
    code: str = ""

    def start(self, on: date) -> Moment:
        """Return the first instant of a local date."""
        return Moment(on, start_of(on, self.zone))

    def local_date(self, at: datetime) -> date:
        """Return the local date that an instant falls on."""
        return local_date(at, self.zone)

    def moment(self, at: datetime) -> Moment:
        """Return an instant together with its local date."""
        return Moment(self.local_date(at), at)

    def is_cycle(self, on: date) -> bool:
        """Return whether a date is a cycle date, suspended or not."""
        return (on.month, on.day) in self.cycle_days

    def latest(self, on: date) -> date:
        """Return the latest cycle date at or before a local date, held or not."""
        return _latest(on, self._held_days())

    def following(self, on: date) -> date:
        """Return the first cycle date after a local date, held or not."""
        return _following(on, self._held_days())

    def _held_days(self) -> _Days:
        """Return the cycle dates of a year.

        Raises:
            ConfigError: The country has none.
        """
        if not self.cycle_days:
            raise missing_key(self.code, "cycle_dates", CYCLE_DATES_EXPECTED)
        return self.cycle_days

    def book_on(self, on: date) -> date:
        """Return in whose books a local date is counted.

        They are those of the latest cycle date at or before it; in a country without cycles, those
        of its month.
        """
        return self.latest(on) if self.cycle_days else on.replace(day=1)

    def next_book_on(self, on: date) -> date:
        """Return the date of the first books after those of a local date."""
        return self.following(on) if self.cycle_days else add_months(on.replace(day=1), 1)

    def previous(self, cycle_on: date) -> date:
        """Return the cycle date before this one: local midnight of it opens the cycle."""
        return self.latest(add_days(cycle_on, -1))

    def held_from(self, on: date) -> date:
        """Return the first cycle date at or after a local date that the country holds."""
        cycle = self.following(add_days(on, -1))
        while cycle in self.suspended:
            cycle = self.following(cycle)
        return cycle

    def next_held(self, cycle_on: date) -> date:
        """Return the first cycle date after this one that the country holds."""
        return self.held_from(add_days(cycle_on, 1))

    def closes(self, cycle_on: date, closes_days: int) -> Moment:
        """Return when the window of a cycle closes."""
        return self.start(add_days(cycle_on, -closes_days))

    def window(self, cycle_on: date, closes_days: int) -> Window:
        """Return the window of a cycle: it opens when the one before closes."""
        before = self.closes(self.previous(cycle_on), closes_days)
        return Window(before.at, self.closes(cycle_on, closes_days).at)

    def first_open_cycle(self, at: datetime, closes_days: Callable[[date], int]) -> date:
        """Return the first cycle held whose window has not closed at an instant.

        Args:
            at: The instant.
            closes_days: A cycle date in, how many days before it its window closes out: each
                cycle's own policy says.
        """
        cycle = self.held_from(self.local_date(at))
        while at >= self.closes(cycle, closes_days(cycle)).at:
            cycle = self.next_held(cycle)
        return cycle

    def next_due_on(self, anchor_on: date, due_on: date, months: int) -> date:
        """Return when a term ends that was renewed on a due date.

        Where a suspension or a case had put the decision off to a later cycle date, that later
        date is the new anchor: the next term runs its full length from it.

        Args:
            anchor_on: The local date on which the first term began.
            due_on: The due date on which it was decided; of a first term its anchor.
            months: The term, in calendar months.
        """
        terms = whole_months(anchor_on, due_on) // months
        put_off = due_on != add_months(anchor_on, terms * months)
        return self.due_on(due_on if put_off else anchor_on, due_on, months)

    def due_on(self, anchor_on: date, after: date, months: int) -> date:
        """Return when a term ends: the first anniversary of its anchor after a date.

        Where the country does not hold that cycle, it runs to the next one held.

        Args:
            anchor_on: The local date on which the first term began.
            after: The date that the anniversary must come after.
            months: The term, in calendar months.
        """
        terms = max(1, whole_months(anchor_on, after) // months + 1)
        return self.held_from(add_months(anchor_on, terms * months))
