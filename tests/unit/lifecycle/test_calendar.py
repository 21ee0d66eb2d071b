"""Cycle dates, windows and due dates, against reckonings of our own with ``zoneinfo``."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, available_timezones

import pytest

from lazsa_flow.errors import ConfigError, InputError
from lazsa_flow.lifecycle.calendar import (
    TICK,
    Calendar,
    Moment,
    as_utc,
    instant_text,
    is_zone,
    parse_date,
    parse_day,
    parse_instant,
)
from tests.factories import utc

ZONES = (
    "Asia/Jakarta",
    "Asia/Kuala_Lumpur",
    "Asia/Singapore",
    "Asia/Manila",
    "Asia/Bangkok",
    "Asia/Ho_Chi_Minh",
)
YEARS = range(2015, 2035)
DAYS = ((4, 1), (10, 1))
CLOSES = 30
ARABIC_INDIC = {ord("0") + digit: 0x660 + digit for digit in range(10)}


def oracle(on: date, zone: str) -> datetime:
    """Return local midnight by ``zoneinfo`` alone."""
    return datetime.combine(on, time.min, ZoneInfo(zone)).astimezone(UTC)


def calendar(zone: str = "Asia/Singapore", *, suspended: tuple[date, ...] = ()) -> Calendar:
    """Return a calendar with the programme's two cycles."""
    return Calendar(zone, DAYS, frozenset(suspended))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("day", DAYS)
def test_every_instant_of_a_cycle(zone: str, year: int, day: tuple[int, int]) -> None:
    """A cycle's instants are local midnights (programme.md, Who and where; Nomination; Tenure)."""
    cycles, cycle = calendar(zone), date(year, *day)
    before = date(year, 4, 1) if day == (10, 1) else date(year - 1, 10, 1)
    due = date(year + 1, *day)
    assert cycles.start(cycle) == Moment(cycle, oracle(cycle, zone))
    assert cycles.previous(cycle) == before
    window = cycles.window(cycle, CLOSES)
    assert window.opens == oracle(before - timedelta(days=30), zone)
    assert window.closes == oracle(cycle - timedelta(days=30), zone)
    assert cycles.closes(cycle, CLOSES).on == cycle - timedelta(days=30)
    assert cycles.due_on(cycle, cycle, 12) == due
    assert cycles.start(due).at == oracle(due, zone)
    grace_end, renewal_opens = due + timedelta(days=30), due - timedelta(days=30)
    assert cycles.start(grace_end).at == oracle(grace_end, zone)
    assert cycles.start(renewal_opens).at == oracle(renewal_opens, zone)


@pytest.mark.parametrize(
    ("zone", "hour"),
    [
        ("Asia/Jakarta", 17),
        ("Asia/Bangkok", 17),
        ("Asia/Ho_Chi_Minh", 17),
        ("Asia/Kuala_Lumpur", 16),
        ("Asia/Singapore", 16),
        ("Asia/Manila", 16),
    ],
)
def test_one_cycle_date_is_two_instants(zone: str, hour: int) -> None:
    """1 October begins at 16:00Z or 17:00Z of 30 September (programme.md, Who and where)."""
    assert calendar(zone).start(date(2026, 10, 1)).at == utc(2026, 9, 30, hour)


@pytest.mark.parametrize("zone", ZONES)
def test_windows_are_half_open(zone: str) -> None:
    """What arrives at the closing instant belongs to the next (programme.md, Who and where)."""
    cycles, april, october = calendar(zone), date(2026, 4, 1), date(2026, 10, 1)
    closes = oracle(date(2026, 3, 2), zone)
    assert cycles.first_open_cycle(closes - TICK, lambda _: CLOSES) == april
    assert cycles.first_open_cycle(closes, lambda _: CLOSES) == october
    assert cycles.first_open_cycle(closes + TICK, lambda _: CLOSES) == october
    assert cycles.window(april, CLOSES).closes == cycles.window(october, CLOSES).opens == closes


def test_between_close_and_cycle_the_next_window_is_open() -> None:
    """On the cycle date itself, the next cycle's window is open (programme.md, Nomination)."""
    at = calendar().start(date(2026, 4, 1)).at
    assert calendar().first_open_cycle(at, lambda _: CLOSES) == date(2026, 10, 1)
    assert calendar().first_open_cycle(at - TICK, lambda _: CLOSES) == date(2026, 10, 1)


@pytest.mark.parametrize("zone", ZONES)
def test_a_local_date_is_half_open(zone: str) -> None:
    """A local date holds its first instant, and not the first of the next."""
    cycles, on = calendar(zone), date(2026, 10, 1)
    assert cycles.local_date(oracle(on, zone) - TICK) == date(2026, 9, 30)
    assert cycles.local_date(oracle(on, zone)) == on
    assert cycles.local_date(oracle(date(2026, 10, 2), zone) - TICK) == on
    noon = oracle(on, zone) + timedelta(hours=12)
    assert cycles.moment(noon) == Moment(on, noon)


def test_an_award_falls_due_a_year_on() -> None:
    """An award of 1 April 2020 falls due on 1 April 2021 (programme.md, Tenure)."""
    april, october = date(2020, 4, 1), date(2020, 10, 1)
    assert calendar().due_on(april, april, 12) == date(2021, 4, 1)
    assert calendar().due_on(october, october, 12) == date(2021, 10, 1)


def test_a_due_date_comes_from_the_anchor() -> None:
    """A renewal runs from the due date, never from the decision (programme.md, Tenure)."""
    anchor = date(2020, 4, 1)
    assert calendar().due_on(anchor, date(2021, 4, 1), 12) == date(2022, 4, 1)
    assert calendar().due_on(anchor, date(2021, 10, 1), 12) == date(2022, 4, 1)
    assert calendar().due_on(anchor, date(2022, 3, 31), 12) == date(2022, 4, 1)
    assert calendar().due_on(anchor, date(2019, 10, 1), 12) == date(2021, 4, 1)


def test_a_term_runs_in_full_from_a_due_date_that_was_put_off() -> None:
    """A later due date is the new anchor; month ends count from the anchor (Tenure)."""
    april, october = date(2020, 4, 1), date(2021, 10, 1)
    cycles, ends = calendar(), Calendar("Asia/Bangkok", ((2, 28), (8, 31)))
    assert cycles.next_due_on(april, april, 12) == date(2021, 4, 1)
    assert cycles.next_due_on(april, date(2021, 4, 1), 12) == date(2022, 4, 1)
    assert cycles.next_due_on(april, october, 12) == date(2022, 10, 1)
    assert cycles.next_due_on(april, date(2022, 10, 1), 12) == date(2023, 10, 1)
    assert cycles.next_due_on(april, date(2023, 4, 1), 12) == date(2024, 4, 1)
    assert ends.next_due_on(date(2020, 8, 31), date(2021, 2, 28), 6) == date(2021, 8, 31)
    assert ends.next_due_on(date(2020, 8, 31), date(2022, 2, 28), 12) == date(2023, 2, 28)
    held = calendar(suspended=(date(2022, 10, 1),))
    assert held.next_due_on(april, october, 12) == date(2023, 4, 1)


def test_a_due_date_in_a_suspended_cycle_runs_on() -> None:
    """Renewals of a suspended cycle run to the next one held (programme.md, Who and where)."""
    anchor, held = date(2020, 4, 1), calendar(suspended=(date(2021, 4, 1), date(2021, 10, 1)))
    assert held.due_on(anchor, anchor, 12) == date(2022, 4, 1)
    assert held.due_on(anchor, date(2022, 4, 1), 12) == date(2023, 4, 1)


def test_nominees_of_a_suspended_cycle_carry_over() -> None:
    """A nomination for a suspended cycle is one for the next held (programme.md, Who and where)."""
    cycles = calendar(suspended=(date(2026, 4, 1),))
    assert cycles.first_open_cycle(utc(2026, 1, 15), lambda _: CLOSES) == date(2026, 10, 1)
    assert cycles.next_held(date(2025, 10, 1)) == date(2026, 10, 1)
    assert cycles.held_from(date(2026, 4, 1)) == date(2026, 10, 1)
    assert cycles.following(date(2025, 10, 1)) == date(2026, 4, 1)


def test_cycle_dates_around_a_date() -> None:
    """The latest cycle date is at or before a date, the following one after it."""
    cycles = calendar()
    assert cycles.latest(date(2026, 4, 1)) == date(2026, 4, 1)
    assert cycles.latest(date(2026, 3, 31)) == date(2025, 10, 1)
    assert cycles.latest(date(2026, 12, 31)) == date(2026, 10, 1)
    assert cycles.following(date(2026, 4, 1)) == date(2026, 10, 1)
    assert cycles.following(date(2026, 10, 1)) == date(2027, 4, 1)
    assert cycles.held_from(date(2026, 10, 1)) == date(2026, 10, 1)
    assert cycles.is_cycle(date(2026, 10, 1))
    assert not cycles.is_cycle(date(2026, 10, 2))


@pytest.mark.parametrize(
    ("zone", "on", "begins"),
    [
        ("America/Sao_Paulo", date(2018, 11, 4), utc(2018, 11, 4, 3)),
        ("Asia/Beirut", date(2022, 3, 27), utc(2022, 3, 26, 22)),
        ("Africa/Cairo", date(2024, 4, 26), utc(2024, 4, 25, 22)),
    ],
)
def test_a_date_without_midnight(zone: str, on: date, begins: datetime) -> None:
    """Where a clock change skips midnight, the date begins at its first instant that exists."""
    cycles = calendar(zone)
    assert cycles.start(on).at == begins
    assert begins.astimezone(ZoneInfo(zone)).time() == time(1)
    assert cycles.local_date(begins) == on
    assert cycles.local_date(begins - TICK) == on - timedelta(days=1)


@pytest.mark.parametrize(
    ("zone", "on", "begins"),
    [
        ("America/Havana", date(2020, 11, 1), utc(2020, 11, 1, 4)),
        ("Atlantic/Azores", date(2020, 10, 25), utc(2020, 10, 25, 0)),
    ],
)
def test_a_date_with_two_midnights(zone: str, on: date, begins: datetime) -> None:
    """Where a clock change repeats midnight, the date begins at the first of the two."""
    cycles = calendar(zone)
    assert cycles.start(on).at == begins
    assert cycles.local_date(begins - TICK) == on - timedelta(days=1)
    assert cycles.local_date(begins + timedelta(hours=1)) == on


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "today",
        "20200401",
        "2020-W14-3",
        "2020-092",
        "08/13/21",
        "2027-02-29",
        "2026-13-01",
        "2026-00-10",
        "2026-4-1",
        "0000-01-01",
        "+2026-04-01",
        "2026-04-01T00:00:00",
        "2026-04-01\n",
        "\n2026-04-01",
        " 2026-04-01",
        "2026\u201104\u201101",
        "2026-04-01".translate(ARABIC_INDIC),
        "२०२६-०४-०१",
        "12:00",
        "P1M",
    ],
)
def test_dates_are_read_strictly(text: str) -> None:
    """A date is YYYY-MM-DD and nothing else; the error names place, field and value."""
    with pytest.raises(InputError) as caught:
        parse_date(text, where="facts.csv:7", field="joined_on")
    [problem] = caught.value.problems
    assert (problem.where, problem.field, problem.value) == (
        "facts.csv:7",
        "joined_on",
        ascii(text),
    )


def test_a_date_is_read() -> None:
    """A date that exists is read, leap days included."""
    assert parse_date("2026-10-01") == date(2026, 10, 1)
    assert parse_date("2028-02-29") == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-10-01T00:00:00+08:00", utc(2026, 9, 30, 16)),
        ("2026-09-30T16:00Z", utc(2026, 9, 30, 16)),
        ("2026-09-30 16:00:00Z", utc(2026, 9, 30, 16)),
        ("2026-09-30T10:30:00-05:30", utc(2026, 9, 30, 16)),
        ("2026-09-30T16:00:00.000001Z", utc(2026, 9, 30, 16) + TICK),
        ("2026-09-30T16:00:00.5Z", utc(2026, 9, 30, 16) + timedelta(milliseconds=500)),
    ],
)
def test_an_instant_is_read_into_utc(text: str, at: datetime) -> None:
    """An instant carries its offset and is handed out in UTC."""
    read = parse_instant(text)
    assert read == at
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-10-01",
        "2026-10-01T00:00:00",
        "2026-10-01T00:00:00+0800",
        "2026-10-01T00:00:00+08",
        "2026-10-01T00:00:00+08:99",
        "2026-10-01T00:00:00+24:00",
        "2026-10-01T24:00:00Z",
        "2026-10-01T23:59:60Z",
        "2026-02-29T00:00:00Z",
        "2026-10-01T00:00:00.1234567Z",
        "2026-10-01T00:00:00Z\n",
        "2026-10-01t00:00:00z",
        "2026-10-01T00:00:00Z".translate(ARABIC_INDIC),
        "0001-01-01T00:00:00+08:00",
    ],
)
def test_instants_are_read_strictly(text: str) -> None:
    """An instant without an offset, in another form, or out of range is refused."""
    with pytest.raises(InputError, match="an instant with its offset"):
        parse_instant(text)


class _NoOffset(tzinfo):
    """A zone that knows no offset: its datetimes are naive for all that it is set."""

    def utcoffset(self, _at: datetime | None) -> None:
        """Return nothing."""

    def dst(self, _at: datetime | None) -> None:
        """Return nothing."""

    def tzname(self, _at: datetime | None) -> None:
        """Return nothing."""


@pytest.mark.parametrize("zone", [None, _NoOffset()])
def test_naive_datetimes_are_refused(zone: tzinfo | None) -> None:
    """A datetime that does not tell its offset is refused by name (design.md, rule 6)."""
    with pytest.raises(InputError) as caught:
        as_utc(datetime(2026, 10, 1, tzinfo=zone), field="recorded_at")
    assert caught.value.problems[0].field == "recorded_at"


@pytest.mark.parametrize(
    "at",
    [None, 7, "now", date(2026, 10, 1), datetime.min.replace(tzinfo=timezone(timedelta(hours=14)))],
)
def test_what_is_no_instant_is_refused(at: object) -> None:
    """Another type, or an instant that has no local date in every zone, is refused by name."""
    with pytest.raises(InputError, match="due: until: got"):
        as_utc(at, where="due", field="until")


@pytest.mark.parametrize("on", [None, "2026-10-01", utc(2026, 10, 1), date.min, date.max])
def test_what_is_no_day_is_refused(on: object) -> None:
    """Another type, an instant, or a date that no term can be added to is refused by name."""
    with pytest.raises(InputError, match="panel: cycle_on: got"):
        parse_day(on, where="panel", field="cycle_on")


def test_a_day_is_taken_as_it_is() -> None:
    """A date is taken as it is."""
    assert parse_day(date(2026, 10, 1), where="panel", field="cycle_on") == date(2026, 10, 1)


def test_an_aware_datetime_becomes_utc() -> None:
    """An aware datetime of any offset is the same instant in UTC."""
    local = datetime(2026, 10, 1, tzinfo=timezone(timedelta(hours=8)))
    assert as_utc(local) == utc(2026, 9, 30, 16)
    assert as_utc(local).tzinfo is UTC


def test_instants_are_written_at_one_width() -> None:
    """Written instants sort as the instants do, microseconds or not."""
    assert instant_text(utc(2026, 10, 1)) == "2026-10-01T00:00:00.000000Z"
    assert instant_text(utc(2026, 10, 1) + TICK) == "2026-10-01T00:00:00.000001Z"


def test_zones_are_those_of_the_iana_data() -> None:
    """The six zones are known; a misspelt one, a path or nothing is not."""
    assert all(is_zone(zone) for zone in ZONES)
    assert not any(is_zone(name) for name in ("", "Asia/Manilla", "../etc/passwd", "+08:00"))


def test_a_calendar_without_cycles_has_books_of_months() -> None:
    """What is counted in a country without cycles is in the books of its month."""
    zone_alone = Calendar("Europe/Berlin", code="DE")
    assert zone_alone.book_on(date(2024, 2, 29)) == date(2024, 2, 1)
    assert zone_alone.next_book_on(date(2024, 12, 31)) == date(2025, 1, 1)
    assert calendar().book_on(date(2024, 2, 29)) == calendar().latest(date(2024, 2, 29))
    assert calendar().next_book_on(date(2024, 2, 29)) == calendar().following(date(2024, 2, 29))


@pytest.mark.parametrize("ask", ["latest", "following", "held_from", "next_held", "previous"])
def test_a_calendar_without_cycles_says_what_is_missing(ask: str) -> None:
    """Whatever asks for a cycle date where there are none is told which file lacks which key."""
    with pytest.raises(ConfigError, match=r"countries/de\.toml: cycle_dates: got nothing"):
        getattr(Calendar("Europe/Berlin", code="DE"), ask)(date(2024, 2, 29))


def test_which_zones_there_are() -> None:
    """Those of the time zone data, and nothing else that lies beside them."""
    assert all(is_zone(zone) for zone in available_timezones())
    beside = ("Asia", "posix/Asia/Manila", "right/Asia/Manila", "posixrules", "tzdata.zi", "Asia\0")
    others = ("Asia/Atlantis", "/etc/localtime", "Asia/../Asia/Manila", "Asia/\ud800", "A" * 5000)
    assert not [name for name in (*beside, *others) if is_zone(name)]
