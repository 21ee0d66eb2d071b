"""Pending timers follow the rules that change under them (programme.md, versions and data)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from lazsa_flow.domain.model import Actor
from lazsa_flow.engine.replan import replan
from tests.factories import CYCLE, midnight, path, rulebook, situation, table, timer

if TYPE_CHECKING:
    from lazsa_flow.domain.model import Path, TimerRow
    from lazsa_flow.engine.ports import Change

NOW = midnight(CYCLE) - timedelta(days=3)
MANAGER = Actor("manager", "man-1")
DOOR = path("ajar", lifecycle="door")
NEXT = date(2027, 4, 1)


def planned(after: Path, *timers: TimerRow, overdue: bool = False) -> Change | None:
    """Re-plan a door with these timers, to what it will be."""
    seen = replace(situation(path=DOOR).seen, timers=timers)
    instants = {"dusk": lambda s: None if s.path.data else s.calendar.start(s.judged_on)}
    rules = rulebook(table(instants=instants))
    return replan(rules, seen, after, actor=MANAGER, now=NOW, reason="moved", overdue=overdue)


def test_what_does_not_change_is_not_written() -> None:
    """Where neither path nor timers change there is nothing to write."""
    assert planned(DOOR, timer()) is None


def test_a_timer_moves_to_the_instant_it_now_has() -> None:
    """The old timer is cancelled and one set by the path as it will be; a row tells of it."""
    change = planned(replace(DOOR, cycle_on=NEXT), timer())
    assert change is not None
    assert change.cancelled == (timer(),)
    (moved,) = change.scheduled
    assert (moved.due_at, moved.due_on, moved.book_on) == (midnight(NEXT), NEXT, NEXT)
    row = change.row
    assert row is not None
    assert (row.trigger, row.source, row.dest, row.reason) == (None, "ajar", "ajar", "moved")
    assert (row.effective_at, row.recorded_at, row.actor) == (NOW, NOW, "manager:man-1")
    assert (change.before, change.after.cycle_on) == (DOOR, NEXT)
    assert (change.after.seq, change.after.head) == (2, row.hash)


def test_a_move_of_country_moves_the_instant_and_keeps_the_date() -> None:
    """programme.md, who and where: zone and future instants change, the date stays."""
    change = planned(replace(DOOR, country="ID"), timer())
    assert change is not None
    (moved,) = change.scheduled
    assert (moved.due_on, moved.country, moved.zone) == (CYCLE, "ID", "Asia/Jakarta")
    assert moved.due_at == midnight(CYCLE, "ID")


def test_what_is_overdue_keeps_the_rules_of_its_day() -> None:
    """A timer that is due already is not moved: late work never moves a date."""
    overdue = timer(due_at=NOW)
    change = planned(replace(DOOR, cycle_on=NEXT), overdue)
    assert change is not None
    assert (change.cancelled, change.scheduled) == ((), ())


def test_what_is_overdue_may_follow_its_zone() -> None:
    """In another zone an overdue timer falls due as its local date begins there."""
    day = date(2026, 9, 20)
    overdue = timer(due_at=midnight(day), due_on=day)
    change = planned(replace(DOOR, country="ID"), overdue, overdue=True)
    assert change is not None
    (moved,) = change.scheduled
    assert (moved.due_at, moved.due_on) == (midnight(day, "ID"), day)
    assert moved.zone == "Asia/Jakarta"


def test_an_overdue_instant_within_a_day_stays() -> None:
    """A timer that was set to an instant within a day keeps that, in whatever zone."""
    day = date(2026, 9, 20)
    at = midnight(day) + timedelta(hours=9)
    change = planned(replace(DOOR, country="ID"), timer(due_at=at, due_on=day), overdue=True)
    assert change is not None
    assert [(each.due_at, each.zone) for each in change.scheduled] == [(at, "Asia/Jakarta")]


def test_a_timer_that_has_no_instant_any_more_is_cancelled() -> None:
    """Where the table names no instant now, the timer is cancelled and none is set."""
    change = planned(replace(DOOR, data={"quiet": True}), timer())
    assert change is not None
    assert (change.cancelled, change.scheduled) == ((timer(),), ())
