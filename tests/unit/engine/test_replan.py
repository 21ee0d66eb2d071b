"""Pending timers follow the rules that change under them (programme.md, versions and data)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from lazsa_flow.engine.needed_timers import Missing
from lazsa_flow.engine.replan import needed_timer, repair_timers, replan, right_moment
from lazsa_flow.engine.rulebook import Release, Rulebook
from lazsa_flow.engine.values import Notice
from lazsa_flow.lifecycle.calendar import Moment
from lazsa_flow.lifecycle.effects import Notify
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.lifecycle.table import Timer
from tests.factories import CYCLE, context, country, guard, midnight, path, rulebook, table, timer

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from lazsa_flow.engine.values import Change
    from lazsa_flow.lifecycle.model import GuardContext, Path, TimerRow

NOW = midnight(CYCLE) - timedelta(days=3)
MANAGER = Actor("manager", "man-1")
DOOR = path("ajar", lifecycle="door")
NEXT = date(2027, 4, 1)
LATER = NOW + timedelta(days=1)


def rules_of(zone: str = "Asia/Singapore", **changes: Any) -> Rulebook:
    """Return the rules of a door that closes at dusk, in a Singapore of some zone."""
    instants = {"dusk": lambda s: None if s.path.data else s.calendar.start(s.judged_on)}
    found = rulebook(table(instants=instants, **changes))
    countries = [country("SG").model_copy(update={"zone": zone}), country("ID")]
    release = Release(found.policy_at("door", NOW), midnight(date(2020, 1, 1)))
    return Rulebook(found.lifecycles.values(), countries, [release])


def planned(after: Path, *timers: TimerRow) -> Change | None:
    """Re-plan a door with these timers, to what it will be."""
    seen = replace(context(path=DOOR).snapshot, timers=timers)
    return replan(rules_of(), seen, after, actor=MANAGER, now=NOW, reason="moved")


def rezoned(overdue: TimerRow) -> TimerRow:
    """Re-plan a door with a timer that is overdue, in a Singapore of Jakarta's zone."""
    seen = replace(context(path=DOOR).snapshot, timers=(overdue,))
    rules, now = rules_of("Asia/Jakarta"), midnight(CYCLE) + timedelta(days=3)
    change = replan(rules, seen, DOOR, actor=MANAGER, now=now, reason="moved", overdue=True)
    assert change is not None
    (moved,) = change.scheduled
    return moved


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


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (replace(DOOR, cycle_on=NEXT), [Notice("door-1.2.1", "another_date", "team")]),
        (replace(DOOR, country="ID"), []),
    ],
    ids=["another date", "the same date, another instant"],
)
def test_a_promised_date_that_changes_is_told(after: Path, told: list[Notice]) -> None:
    """programme.md, tenure: a notice whenever a promised date changes, and only then."""
    name = timer().name
    seen = replace(context(path=DOOR).snapshot, timers=(timer(),))
    rules = rules_of(promised={name: Notify("another_date", "team")})
    change = replan(rules, seen, after, actor=MANAGER, now=NOW, reason="moved")
    assert change is not None
    assert list(change.notices) == told


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
    moved = rezoned(timer())
    assert (moved.due_at, moved.due_on) == (midnight(CYCLE, "ID"), CYCLE)
    assert moved.zone == "Asia/Jakarta"


def test_an_overdue_instant_within_a_day_stays() -> None:
    """A timer that was set to an instant within a day keeps that, in whatever zone."""
    day = CYCLE + timedelta(days=1)
    at = midnight(day) + timedelta(hours=9)
    moved = rezoned(timer(due_at=at, due_on=day))
    assert (moved.due_at, moved.due_on, moved.zone) == (at, day, "Asia/Jakarta")


def test_a_timer_that_has_no_instant_any_more_is_cancelled() -> None:
    """Where the table names no instant now, the timer is cancelled and none is set."""
    change = planned(replace(DOOR, data={"quiet": True}), timer())
    assert change is not None
    assert (change.cancelled, change.scheduled) == ((timer(),), ())


class TestRightMoments:
    """Stored instants follow from local dates, whatever zone data said when they were stored."""

    RULES = rulebook(table())

    def right(self, stored: TimerRow, rules: Rulebook = RULES, entered: datetime = NOW) -> Moment:
        """Return the moment that a door's timer should have."""
        door = replace(DOOR, entered_at=entered)
        return right_moment(rules, context(path=door).snapshot, stored)

    def test_the_beginning_of_its_date(self) -> None:
        """What begins its date is right, and stays."""
        assert self.right(timer()) == Moment(CYCLE, midnight(CYCLE))

    @pytest.mark.parametrize("hours", [-2, -1, 1, 3])
    def test_new_zone_data(self, hours: int) -> None:
        """What began its date by other data is set to where it begins now; the date stays."""
        stored = timer(due_at=midnight(CYCLE) + timedelta(hours=hours))
        assert self.right(stored) == Moment(CYCLE, midnight(CYCLE))

    def test_an_instant_within_a_day(self) -> None:
        """What its table sets to an instant within a day keeps it, and its date follows."""
        rules = rulebook(table(instants={"dusk": lambda s: s.calendar.moment(s.at)}))
        at = midnight(CYCLE) + timedelta(hours=7)
        assert self.right(timer(due_at=at), rules) == Moment(CYCLE, at)
        assert self.right(timer(due_at=at, due_on=NEXT), rules) == Moment(CYCLE, at)

    def test_a_table_that_reckons_from_the_instant(self) -> None:
        """A date that depends on when it is asked for is found where it was asked before."""

        def next_week(asked: GuardContext) -> Moment:
            return asked.calendar.start(asked.on + timedelta(days=7))

        rules = rulebook(table(instants={"dusk": next_week}))
        entered = midnight(CYCLE) - timedelta(days=7, hours=-9)
        stored = timer(due_at=midnight(CYCLE) + timedelta(hours=1))
        assert self.right(stored, rules, entered) == Moment(CYCLE, midnight(CYCLE))

    def test_a_table_that_raises(self) -> None:
        """What cannot be reckoned keeps its instant."""

        def broken(asked: GuardContext) -> Moment:
            raise KeyError(asked.on)

        stored = timer(due_at=midnight(CYCLE) + timedelta(hours=1))
        rules = rulebook(table(instants={"dusk": broken}))
        assert self.right(stored, rules) == Moment(CYCLE, stored.due_at)


class TestNeeded:
    """A missing timer is set as its table plans it."""

    def needed(self, missing: Missing, **changes: Any) -> TimerRow | None:
        """Return the timer of a door that lacks it."""
        return needed_timer(rulebook(table(**changes)), context(path=DOOR).snapshot, missing, LATER)

    def test_as_planned(self) -> None:
        """It falls due at the instant that the table names."""
        assert self.needed(Missing("evening", NOW)) == timer()

    def test_no_instant(self) -> None:
        """Where the table names none, nothing is missing."""
        assert self.needed(Missing("evening", NOW), instants={"dusk": lambda _: None}) is None

    def test_a_reminder_that_comes_too_late(self) -> None:
        """A reminder is set as its table has it now, a decision as it had it then."""
        asked = []

        def dusk(found: GuardContext) -> None:
            asked.append((found.at, found.recorded_at))

        bell = Timer("bell", ("ajar",), "dusk", effects=(Notify("bell"),))
        changes = {"instants": {"dusk": dusk}, "timers": (table().timers[0], bell)}
        for name in ("bell", "evening"):
            assert self.needed(Missing(name, NOW), **changes) is None
        assert asked == [(NOW, LATER), (NOW, NOW)]

    @pytest.mark.parametrize(("days", "there"), [(0, False), (1, True)])
    def test_one_that_was_to_restart(self, days: int, there: bool) -> None:
        """What was to be set again with its round is so only while it is still to come."""
        instants = {"dusk": lambda s: s.calendar.moment(LATER + timedelta(days=days))}
        found = self.needed(Missing("evening", NOW, restarted=True), instants=instants)
        assert (found is not None) is there

    @pytest.mark.parametrize("held", [True, False])
    def test_a_condition(self, held: bool) -> None:
        """Where its condition does not hold, nothing is missing."""
        guards = {"ready": guard(), "late": guard("late", held=held)}
        found = self.needed(Missing("evening", NOW, "late"), guards=guards)
        assert (found is not None) is held


@pytest.mark.parametrize(
    ("changes", "days", "set_again"),
    [
        ({}, 1, True),
        ({"restarts": ()}, 1, False),
        ({"states": ("ajar", "shut"), "restarts": ("shut",)}, 1, False),
        ({}, 500, False),
        ({}, None, False),
    ],
    ids=["to come", "does not restart", "of another state", "past", "no instant"],
)
def test_a_reminder_of_the_round_restarts_when_the_round_is_put_off(
    changes: dict[str, Any], days: int | None, set_again: bool
) -> None:
    """It is over for the date that was; for the date that is to come it is set again."""
    fields = {"states": ("ajar",), "effects": (Notify("bell"),), "restarts": ("ajar",), **changes}
    bell = Timer(name="bell", at="before", **fields)

    def before(asked: GuardContext) -> Moment | None:
        if days is None:
            return None
        return asked.calendar.start(asked.judged_on - timedelta(days=days))

    instants = {"dusk": lambda s: s.calendar.start(s.judged_on), "before": before}
    rules = rulebook(table(instants=instants, timers=(table().timers[0], bell)))
    seen = replace(context(path=DOOR).snapshot, timers=(timer(),))
    after = replace(DOOR, cycle_on=NEXT)
    change = replan(rules, seen, after, actor=MANAGER, now=NOW, reason="put_off")
    assert change is not None
    bells = [each for each in change.scheduled if each.name == "bell"]
    assert bool(bells) is set_again
    assert not any(each.decides for each in bells)
    waiting = replace(seen, timers=(timer(), timer("bell", decides=False)))
    again = replan(rules, waiting, after, actor=MANAGER, now=NOW, reason="put_off")
    assert again is not None
    assert sum(each.name == "bell" for each in again.scheduled) <= 1


def test_mending_is_one_row_of_the_journal() -> None:
    """Timers are cancelled and set by the country's zone and books; one row tells of it."""
    stored = timer(due_at=midnight(CYCLE) + timedelta(hours=1), zone="Asia/Tokyo", book_on=NEXT)
    lost = timer("bell")
    right = Moment(CYCLE, midnight(CYCLE))
    seen = context(path=DOOR).snapshot
    change = repair_timers(
        rulebook(table()), seen, [(stored, right)], [lost], actor=MANAGER, now=NOW, reason="mended"
    )
    assert change.cancelled == (stored,)
    assert change.scheduled == (timer(), lost)
    assert change.row is not None
    assert (change.row.trigger, change.row.reason, change.row.dest) == (None, "mended", "ajar")
    assert (change.after.seq, change.after.head) == (2, change.row.hash)
