"""Months, days and midnights, computed by pendulum; the standard library where it cannot."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pendulum
import pytest

from lazsa_flow.lifecycle.calendar import Calendar
from lazsa_flow.lifecycle.dates import add_days, add_months, local_date, start_of, whole_months
from tests.factories import utc

if TYPE_CHECKING:
    from collections.abc import Callable

CALENDAR = Calendar("Asia/Manila", ((4, 1), (10, 1)))
ON = date(2091, 4, 1)
"""A date that no other test asks for, so that no answer is remembered."""


@pytest.mark.parametrize(
    ("on", "months", "moved"),
    [
        (date(2026, 5, 31), 9, date(2027, 2, 28)),
        (date(2027, 5, 31), 9, date(2028, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 1, 1), 9, date(2026, 10, 1)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
    ],
)
def test_calendar_months(on: date, months: int, moved: date) -> None:
    """A day that a month lacks becomes the month's last."""
    assert add_months(on, months) == moved


@pytest.mark.parametrize(
    ("since", "until", "months"),
    [
        (date(2026, 1, 1), date(2026, 10, 1), 9),
        (date(2026, 1, 2), date(2026, 10, 1), 8),
        (date(2026, 5, 31), date(2027, 2, 27), 8),
        (date(2026, 5, 31), date(2027, 2, 28), 9),
        (date(2026, 5, 31), date(2026, 5, 31), 0),
        (date(2026, 5, 31), date(2025, 5, 31), 0),
    ],
)
def test_whole_months(since: date, until: date, months: int) -> None:
    """Only months that have fully passed count, and never fewer than none."""
    assert whole_months(since, until) == months


def test_days() -> None:
    """Days are added and subtracted over the ends of months and years."""
    assert add_days(date(2027, 12, 31), 1) == date(2028, 1, 1)
    assert add_days(date(2028, 3, 1), -1) == date(2028, 2, 29)
    assert type(add_days(date(2028, 3, 1), 0)) is date


@pytest.mark.parametrize(
    "ask",
    [
        lambda: CALENDAR.start(ON),
        lambda: CALENDAR.local_date(utc(2091, 4, 1)),
        lambda: CALENDAR.latest(ON),
        lambda: CALENDAR.following(ON),
        lambda: CALENDAR.previous(ON),
        lambda: CALENDAR.held_from(ON),
        lambda: CALENDAR.next_held(ON),
        lambda: CALENDAR.closes(ON, 30),
        lambda: CALENDAR.window(ON, 30),
        lambda: CALENDAR.due_on(ON, ON, 12),
    ],
)
def test_the_calendar_is_computed_by_pendulum(
    ask: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without pendulum no cycle date, window, due date or midnight is to be had."""

    def fail(*_args: Any, **_options: Any) -> Any:
        raise LookupError("pendulum")

    for name in ("date", "datetime", "instance"):
        monkeypatch.setattr(pendulum, name, fail)
    with pytest.raises(LookupError, match="pendulum"):
        ask()


def test_pendulum_takes_the_second_of_two_midnights() -> None:
    """That is why a date with two is asked of the standard library: it begins at the first."""
    zone, on = "America/Havana", date(2020, 11, 1)
    by_pendulum = pendulum.datetime(on.year, on.month, on.day, tz=zone)
    assert datetime.fromtimestamp(by_pendulum.timestamp(), UTC) == utc(2020, 11, 1, 5)
    assert start_of(on, zone) == utc(2020, 11, 1, 4)
    assert local_date(utc(2020, 11, 1, 4), zone) == on
