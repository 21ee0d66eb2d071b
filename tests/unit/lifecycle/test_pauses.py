"""A pause says what it stops, for whom, since when and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from lazsa_flow.lifecycle.calendar import TICK
from lazsa_flow.lifecycle.pauses import NightHold, Pause, first_paused_timer
from tests.factories import CYCLE, timer, utc

SINCE = utc(2026, 9, 30, 15)


def pause(**scope: Any) -> Pause:
    """Return a pause of a scope."""
    made = {"country": None, "cycle": None, "actor": "operator:o-1", "since": SINCE}
    return Pause(**{**made, **scope})


@pytest.mark.parametrize(
    ("scope", "words", "covers"),
    [
        ({}, "everything", (True, True, True)),
        ({"country": "PH"}, "PH", (True, True, False)),
        ({"cycle": CYCLE}, "cycle 2026-10-01", (True, False, True)),
        ({"country": "PH", "cycle": CYCLE}, "PH, cycle 2026-10-01", (True, False, False)),
    ],
)
def test_what_a_pause_stops(
    scope: dict[str, Any], words: str, covers: tuple[bool, bool, bool]
) -> None:
    """Both its country and its cycle date must be the timer's, where it names them."""
    made = pause(**scope)
    april = date(2026, 4, 1)
    asked = (("PH", CYCLE), ("PH", april), ("SG", CYCLE))
    assert tuple(made.covers(*each) for each in asked) == covers
    assert made.scope == words
    assert str(made) == f"{words}, since 2026-09-30 15:00 UTC by operator:o-1"
    assert str(pause(**scope, reason="wrong facts")).endswith("by operator:o-1: wrong facts")


def test_the_first_overdue_timer_that_is_stopped() -> None:
    """What is due at the instant is overdue; what is to come, or under no pause, is not stopped."""
    due = timer().due_at
    first, later = timer("later", due), timer("first", due - timedelta(days=1))
    timers = (first, later)
    assert first_paused_timer(timers, [pause(country="SG")], due) == later
    assert first_paused_timer(timers, [pause(country="SG")], later.due_at - TICK) is None
    assert first_paused_timer(timers, [pause(country="PH")], due) is None
    assert first_paused_timer(timers, [], due) is None
    reminder = replace(later, decides=False)
    assert first_paused_timer([reminder], [pause(country="SG")], due) is None


def test_a_night_holds_what_decides_when_its_date_begins() -> None:
    """Of its own country and instant; no reminder, and nothing that is due at another time."""
    due = timer()
    hold = NightHold("SG", due.due_at, "night october is canary")
    assert first_paused_timer([due], [pause(country="TH"), hold], due.due_at) == due
    others = ({"decides": False}, {"due_at": due.due_at + TICK}, {"country": "TH"})
    assert not any(hold.stops(timer(**other)) for other in others)
