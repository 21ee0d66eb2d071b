"""Local clock times: the instants at which a clock in a zone shows a time of day.

When clocks go back, a time of day occurs twice; when they go forward, it does not occur at all.
pendulum knows only one of two such instants, and none before a gap, so that the standard library
computes them here, for times of day and for dates whose midnight a clock change touches.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

_DAY: Final = timedelta(days=1)
_SECOND: Final = timedelta(seconds=1)


@lru_cache(maxsize=65536)
def instants_at(on: date, clock: time, zone: str) -> tuple[datetime, ...]:
    """Return the instants at which a clock in a zone shows a time of day on a date.

    Args:
        on: The local date.
        clock: The time of day.
        zone: The IANA zone.

    Returns:
        One instant in UTC; two, ascending, when the time occurs twice. A skipped time means the
        first instant after the gap. Empty when the zone has no such date.
    """
    local = ZoneInfo(zone)
    first, second = (
        datetime.combine(on, clock.replace(fold=fold), local).astimezone(UTC) for fold in (0, 1)
    )
    if first == second:
        return (first,)
    if first < second:
        return (first, second)
    after = _first_change(second, first, local)
    around = (after - _SECOND, after)
    return (after,) if on in [at.astimezone(local).date() for at in around] else ()


def next_at(after: datetime, clock: time, zone: str) -> datetime:
    """Return when a clock in a zone next shows a time of day, after an instant."""
    on = after.astimezone(ZoneInfo(zone)).date() - _DAY
    while True:
        for at in instants_at(on, clock, zone):
            if at > after:
                return at
        on += _DAY


def change_between(since: datetime, until: datetime, zone: str) -> datetime | None:
    """Return the instant between two, the later included, at which a zone's clocks are moved.

    Args:
        since: The earlier instant.
        until: The later one, less than some months away.
        zone: The IANA zone.
    """
    local = ZoneInfo(zone)
    if since.astimezone(local).utcoffset() == until.astimezone(local).utcoffset():
        return None
    return _first_change(since, until, local)


def _first_change(since: datetime, until: datetime, local: ZoneInfo) -> datetime:
    """Find by halves the instant from which the offset is no longer that of ``since``."""
    offset = since.astimezone(local).utcoffset()
    low = int(since.timestamp())
    high = int(until.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, local).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)
