"""Local clock times become instants: also where they come twice, or not at all."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from lazsa_flow.lifecycle.clock_times import change_between, instants_at, next_at
from lazsa_flow.lifecycle.dates import start_of
from tests.factories import utc


@pytest.mark.parametrize(
    ("zone", "on", "clock", "instants"),
    [
        ("Asia/Manila", date(2026, 10, 1), time(9), [utc(2026, 10, 1, 1)]),
        # 02:00 to 03:00 comes twice
        ("Europe/Berlin", date(2026, 10, 25), time(1, 59), [utc(2026, 10, 24, 23, 59)]),
        (
            "Europe/Berlin",
            date(2026, 10, 25),
            time(2),
            [utc(2026, 10, 25, 0), utc(2026, 10, 25, 1)],
        ),
        ("Europe/Berlin", date(2026, 10, 25), time(3), [utc(2026, 10, 25, 2)]),
        # 02:00 to 03:00 is skipped
        ("Europe/Berlin", date(2026, 3, 29), time(2, 40), [utc(2026, 3, 29, 1)]),
        # the first hour of the date is skipped
        ("Africa/Cairo", date(2026, 4, 24), time(0, 30), [utc(2026, 4, 23, 22)]),
        # half an hour is skipped
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 10), [utc(2026, 10, 3, 15, 30)]),
        # 23:30 to 00:30 of the next date was skipped
        ("America/Toronto", date(1919, 3, 30), time(23, 45), [utc(1919, 3, 31, 4, 30)]),
        # the date itself was skipped
        ("Pacific/Apia", date(2011, 12, 30), time(9), []),
    ],
)
def test_instants_of_a_clock_time(
    zone: str, on: date, clock: time, instants: list[datetime]
) -> None:
    """A time that comes twice has two instants, a skipped one the first after the gap."""
    assert list(instants_at(on, clock, zone)) == instants


@pytest.mark.parametrize(
    ("zone", "on", "begins"),
    [
        ("America/Toronto", date(1919, 3, 31), utc(1919, 3, 31, 4, 30)),
        ("Pacific/Apia", date(2011, 12, 30), utc(2011, 12, 30, 10)),
        ("Pacific/Apia", date(2011, 12, 31), utc(2011, 12, 30, 10)),
    ],
)
def test_a_date_whose_midnight_is_skipped(zone: str, on: date, begins: datetime) -> None:
    """A date begins at its first instant; one that does not exist, with the next."""
    assert start_of(on, zone) == begins


def test_the_next_time() -> None:
    """The second of two comes after the first, and the next day's after the second."""
    first, second = utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 1, 30)
    clock, zone = time(2, 30), "Europe/Berlin"
    assert next_at(utc(2026, 10, 24, 12), clock, zone) == first
    assert next_at(first, clock, zone) == second
    assert next_at(second, clock, zone) == utc(2026, 10, 26, 1, 30)


def test_when_clocks_are_moved() -> None:
    """The instant at which an offset changes is found to the second."""
    night = utc(2026, 10, 24, 21), utc(2026, 10, 25, 6)
    assert change_between(*night, "Europe/Berlin") == utc(2026, 10, 25, 1)
    assert change_between(*night, "Asia/Manila") is None
