"""What holds of cycles for every date, zone and instant."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lazsa_flow.errors import InputError
from lazsa_flow.lifecycle.calendar import (
    TICK,
    Calendar,
    instant_text,
    parse_date,
    parse_instant,
)
from lazsa_flow.lifecycle.dates import add_months, whole_months

RELAXED = settings(deadline=None)  # the first look at a zone reads a file
DATES = st.dates(date(2015, 1, 1), date(2034, 12, 31))
INSTANTS = st.datetimes(datetime(2015, 1, 1), datetime(2034, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis wants naive bounds
ZONES = st.sampled_from(
    [
        *("Asia/Jakarta", "Asia/Kuala_Lumpur", "Asia/Singapore"),
        *("Asia/Manila", "Asia/Bangkok", "Asia/Ho_Chi_Minh"),
        *("America/Sao_Paulo", "America/Havana", "Asia/Beirut", "Asia/Amman", "Africa/Cairo"),
        *("Atlantic/Azores", "Pacific/Apia", "Asia/Kathmandu", "UTC"),
    ]
)
DAYS = ((4, 1), (10, 1))
CYCLES = st.builds(date, st.integers(2015, 2034), st.sampled_from([4, 10]), st.just(1))
SUSPENDED = st.frozensets(CYCLES, max_size=6)
CALENDARS = st.builds(Calendar, ZONES, st.just(DAYS), SUSPENDED)


@RELAXED
@given(ZONES, DATES)
def test_a_date_begins_at_its_first_instant(zone: str, on: date) -> None:
    """The first instant of a date lies in it, and the one before it does not."""
    local = ZoneInfo(zone)
    begins = Calendar(zone, DAYS).start(on).at
    assert begins.astimezone(local).date() == on
    assert (begins - TICK).astimezone(local).date() < on


@RELAXED
@given(ZONES, INSTANTS)
def test_an_instant_lies_within_its_date(zone: str, at: datetime) -> None:
    """A local date runs from its first instant to the first of the next, half-open."""
    cycles = Calendar(zone, DAYS)
    on = cycles.local_date(at)
    assert on == at.astimezone(ZoneInfo(zone)).date()
    assert cycles.start(on).at <= at < cycles.start(on + timedelta(days=1)).at


@RELAXED
@given(CALENDARS, INSTANTS, st.integers(1, 150))
def test_every_instant_has_one_cycle_to_nominate_for(
    cycles: Calendar, at: datetime, closes_days: int
) -> None:
    """A nomination belongs to the first held cycle still open (programme.md, Nomination)."""
    cycle = cycles.first_open_cycle(at, lambda _: closes_days)
    assert cycles.is_cycle(cycle)
    assert cycle not in cycles.suspended
    assert at < cycles.window(cycle, closes_days).closes
    earlier = cycles.previous(cycle)
    while earlier in cycles.suspended:
        earlier = cycles.previous(earlier)
    assert at >= cycles.window(earlier, closes_days).closes


@RELAXED
@given(CALENDARS, CYCLES, st.integers(1, 150))
def test_windows_meet(cycles: Calendar, cycle: date, closes_days: int) -> None:
    """A window opens when the one before closes (programme.md, Nomination)."""
    before = cycles.previous(cycle)
    assert cycles.window(before, closes_days).closes == cycles.window(cycle, closes_days).opens


@RELAXED
@given(CALENDARS, DATES)
def test_a_date_lies_between_two_cycles(cycles: Calendar, on: date) -> None:
    """The latest cycle date is at or before a date and the following one after, none between."""
    latest, following = cycles.latest(on), cycles.following(on)
    assert latest <= on < following
    assert cycles.following(latest) == following
    assert cycles.previous(following) == latest


@RELAXED
@given(CALENDARS, CYCLES, st.integers(0, 8))
def test_due_dates_are_anniversaries(cycles: Calendar, anchor: date, renewals: int) -> None:
    """Each due date is later, held, and an anniversary unless it ran on (programme.md, Tenure)."""
    due = anchor
    for _ in range(renewals + 1):
        later = cycles.due_on(anchor, due, 12)
        assert later > due
        assert later not in cycles.suspended
        same_day = (later.month, later.day) == (anchor.month, anchor.day)
        assert same_day or cycles.previous(later) in cycles.suspended
        due = later


@RELAXED
@given(DATES, st.integers(0, 240))
def test_months_are_counted_as_they_are_added(on: date, months: int) -> None:
    """As many whole months have passed as were added, and one fewer the day before."""
    later = add_months(on, months)
    assert whole_months(on, later) == months
    assume(months > 0)
    assert whole_months(on, later - timedelta(days=1)) == months - 1


@RELAXED
@given(st.dates())
def test_a_date_written_is_read_again(on: date) -> None:
    """Every date that Python can write as ISO 8601 is read as itself."""
    assert parse_date(on.isoformat()) == on


@RELAXED
@given(INSTANTS)
def test_an_instant_written_is_read_again(at: datetime) -> None:
    """Every instant survives being written and read."""
    assert parse_instant(instant_text(at)) == at


@RELAXED
@given(INSTANTS, INSTANTS)
def test_written_instants_sort_as_instants(one: datetime, other: datetime) -> None:
    """Texts of instants compare as the instants do."""
    assert (instant_text(one) < instant_text(other)) == (one < other)


@RELAXED
@given(st.text())
def test_any_other_text_is_refused(text: str) -> None:
    """Whatever is typed is a date in our one form, or an error that a caller can catch."""
    try:
        on = parse_date(text)
    except InputError:
        return
    assert on.isoformat() == text
