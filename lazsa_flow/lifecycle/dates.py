"""Local dates: months, days and the instants at which they begin, computed by pendulum.

Every date of the programme is computed here, and pendulum stays behind this module; its lenient
parser is never used. What is handed out are plain ``date`` and ``datetime``. A date's instant is
computed once and remembered: it costs microseconds, and a cycle night asks for the same few a
million times.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import lru_cache

import pendulum

from lazsa_flow.lifecycle.clock_times import instants_at


@lru_cache(maxsize=65536)
def add_months(on: date, months: int) -> date:
    """Add calendar months; a day that the month lacks becomes its last: 31 May + 9, 28 Feb."""
    return _plain(_pendulum(on).add(months=months))


@lru_cache(maxsize=65536)
def add_days(on: date, days: int) -> date:
    """Add days, or subtract them where there are fewer than none."""
    return _plain(_pendulum(on).add(days=days))


@lru_cache(maxsize=65536)
def whole_months(since: date, until: date) -> int:
    """Count the calendar months from one date that have fully passed on another; 0 if none has."""
    months = (until.year - since.year) * 12 + until.month - since.month
    return max(0, months if add_months(since, months) <= until else months - 1)


@lru_cache(maxsize=4096)
def dates_of_years(first: int, days: tuple[tuple[int, int], ...]) -> tuple[date, ...]:
    """Return the dates of a year and of the next that fall on given days, as (month, day)."""
    years = (first, first + 1)
    return tuple(_plain(pendulum.date(year, *day)) for year in years for day in days)


@lru_cache(maxsize=65536)
def local_date(at: datetime, zone: str) -> date:
    """Return the local date that an instant falls on."""
    return _plain(pendulum.instance(at).in_timezone(zone).date())


@lru_cache(maxsize=65536)
def start_of(on: date, zone: str) -> datetime:
    """Return the first instant of a local date, in UTC; of a date that a zone skips, the next's."""
    first, second = (
        pendulum.datetime(on.year, on.month, on.day, tz=zone, fold=fold).int_timestamp
        for fold in (0, 1)
    )
    if first == second:
        return datetime.fromtimestamp(second, UTC)
    # A clock is moved at midnight. pendulum takes the second of two midnights, and begins a date
    # whose midnight is skipped an hour early or late in some zones: the standard library decides.
    found = instants_at(on, time.min, zone)
    return found[0] if found else start_of(add_days(on, 1), zone)


def _pendulum(on: date) -> pendulum.Date:
    return pendulum.date(on.year, on.month, on.day)


def _plain(on: date) -> date:
    return date(on.year, on.month, on.day)
