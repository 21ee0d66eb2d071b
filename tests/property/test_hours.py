"""What holds of quiet hours and digests for every zone and instant, clock changes above all."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from lazsa_flow.lifecycle.hours import Hours

CHANGES = st.sampled_from(
    [
        ("Europe/Berlin", datetime(2026, 10, 25, 1, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("Africa/Cairo", datetime(2026, 4, 23, 22, tzinfo=UTC)),
        ("Africa/Cairo", datetime(2026, 10, 29, 21, tzinfo=UTC)),
        ("America/Havana", datetime(2026, 11, 1, 5, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),
        ("Antarctica/Troll", datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),
        ("Asia/Manila", datetime(2026, 10, 1, tzinfo=UTC)),
    ]
)
MINUTES = st.integers(-26 * 60, 26 * 60).map(lambda minutes: timedelta(minutes=minutes))
CLOCKS = st.builds(time, st.integers(0, 23), st.sampled_from([0, 10, 30, 50]))
RELAXED = settings(deadline=None, max_examples=60)


def is_quiet(clock: time, quiet: tuple[time, time]) -> bool:
    """Tell whether a time of day lies in quiet hours, minute by minute."""
    begins, ends = (each.hour * 60 + each.minute for each in quiet)
    minute = clock.hour * 60 + clock.minute
    return (minute - begins) % 1440 < (ends - begins) % 1440


@RELAXED
@given(CHANGES, MINUTES, CLOCKS, CLOCKS)
@example(
    ("Europe/Berlin", datetime(2026, 10, 25, 1, tzinfo=UTC)), timedelta(), time(2, 10), time(2)
)
def test_the_first_free_minute(
    change: tuple[str, datetime], away: timedelta, begins: time, ends: time
) -> None:
    """Somebody may be told from the first minute on at which the clock shows no quiet hour."""
    zone, at = change[0], change[1] + away
    quiet, local, free = (begins, ends), ZoneInfo(zone), at
    while is_quiet(free.astimezone(local).time(), quiet):
        free += timedelta(minutes=1)
    assert Hours(zone, quiet, time(9)).free_from(at) == free


@RELAXED
@given(CHANGES, MINUTES, CLOCKS)
def test_one_digest_a_date(change: tuple[str, datetime], away: timedelta, digest_at: time) -> None:
    """Digests follow each other, one on each date that the zone has."""
    zone, at = change[0], change[1] + away
    hours, local = Hours(zone, None, digest_at), ZoneInfo(zone)
    first = hours.digest_after(at)
    second = hours.digest_after(first)
    assert at < first < second
    assert timedelta(hours=19) < second - first < timedelta(hours=29)
    assert hours.digest_after(second - timedelta(microseconds=1)) == second
    assert first.astimezone(local).date() < second.astimezone(local).date()
