"""A move as data: what each effect changes, before anything is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.award.evidence import NOMINATIONS
from lazsa_flow.award.rules.facts import Nomination
from lazsa_flow.engine.change_builder import ChangeBuilder
from lazsa_flow.engine.row_builder import timer_row
from lazsa_flow.errors import NotFoundError
from lazsa_flow.lifecycle.effects import Begin, End, FireOther, Notify, Reopen, Reserve, Schedule
from lazsa_flow.lifecycle.guards import Finding
from lazsa_flow.lifecycle.model import NO_HEAD
from lazsa_flow.lifecycle.table import Edge, Permit, State, Timer
from tests.factories import (
    CYCLE,
    SELLER,
    context,
    facts,
    found,
    guard,
    midnight,
    path,
    rulebook,
    span,
    table,
    timer,
    utc,
)

if TYPE_CHECKING:
    from lazsa_flow.engine.values import Change
    from lazsa_flow.lifecycle.effects import Effect
    from lazsa_flow.lifecycle.model import GuardContext, Path, Snapshot
    from lazsa_flow.lifecycle.table import Lifecycle

NOON = midnight(CYCLE) + timedelta(hours=12)
CLOCK = (Permit("system"),)


def door(*effects: Effect, **changes: Any) -> Lifecycle:
    """Return the tiny table whose ``close`` has these effects, with a wish to stay and a bell."""
    sound: dict[str, Any] = {
        "states": (
            State("ajar", "waiting", open=True),
            State("shut", "success", final=True),
            State("barred", "success", final=True),
        ),
        "edges": (
            Edge("close", ("ajar",), "shut", CLOCK, ("ready",), effects),
            Edge("stay", ("ajar",), "ajar", CLOCK, (), effects),
            Edge("reopen", ("shut",), "ajar", CLOCK, (), effects),
            Edge("bar", ("shut",), "barred", (Permit("system", ("night",)),), ("ready",)),
        ),
        "timers": (
            table().timers[0],
            Timer("bell", ("ajar", "shut"), "dusk", effects=(Notify("bell"),)),
            Timer("never", ("shut",), "nowhere", effects=(Notify("bell"),)),
        ),
        "instants": {**table().instants, "nowhere": lambda _: None},
        "guards": {"ready": guard(), "shy": guard("shy", held=False)},
    }
    return table(**{**sound, **changes})


def at_door(state: str = "ajar", **changes: Any) -> GuardContext:
    """Return the door's path in a context at noon of the cycle date."""
    made: dict[str, Any] = {"path": path(state, lifecycle="door"), "at": NOON, "facts": None}
    return context(**{**made, **changes})


def take(
    *effects: Effect,
    trigger: str = "close",
    seen: GuardContext | None = None,
    lifecycle: Lifecycle | None = None,
) -> Change:
    """Draft an edge with these effects."""
    lifecycle = lifecycle or door(*effects)
    now = seen or at_door()
    edge = next(edge for edge in lifecycle.edges if edge.trigger == trigger)
    draft = ChangeBuilder(
        rulebook(lifecycle), now, load=lambda path_id: about(path_id, now.snapshot)
    )
    return draft.take(edge, {"ready": found(True)})


def about(path_id: int, seen: Snapshot) -> Snapshot:
    """Return the evidence of another path of the subject."""
    [found] = (each for each in seen.others if each.id == path_id)
    return replace(seen, path=found, others=(seen.path,), timers=(timer(path_id=path_id),))


def test_a_move_is_a_row_and_the_path_after_it() -> None:
    """Path and journal row belong together: state, version, head, and since when by effect."""
    before = at_door(recorded_at=NOON + timedelta(days=2), facts=facts())
    change = take(seen=before)
    row = change.row
    assert row is not None
    assert (row.source, row.trigger, row.dest, row.seq) == ("ajar", "close", "shut", 2)
    assert (row.effective_at, row.recorded_at) == (NOON, NOON + timedelta(days=2))
    assert (row.actor, row.policy) == ("system:cycle_date", "door/2020-1")
    assert row.facts_as_of == facts().as_of
    assert row.prev_hash == before.path.head
    assert change.before == before.path
    assert (change.after.state, change.after.seq) == ("shut", 2)
    assert (change.after.head, change.after.entered_at) == (row.hash, NOON)


def test_facts_are_named_where_a_guard_was_asked() -> None:
    """A row tells the facts' date only of facts that were judged."""
    seen = at_door(facts=facts())
    edge = door().edges[0]
    row = ChangeBuilder(rulebook(door()), seen).take(edge, {}).row
    assert row is not None
    assert row.facts_as_of is None


def test_staying_in_a_state_keeps_since_when() -> None:
    """An edge that leads back to its state does not begin it anew."""
    change = take(trigger="stay")
    assert change.after.entered_at == at_door().path.entered_at
    assert change.slot is None


def test_the_first_row_of_a_path_opens_it() -> None:
    """A path that opens was nothing before, and takes its subject's one place."""
    lifecycle = door()
    new = at_door(path=path("", lifecycle="door", seq=0))
    change = ChangeBuilder(rulebook(lifecycle), new).take(lifecycle.opening, {})
    assert change.before is None
    assert change.slot == "take"
    assert change.row is not None
    assert (change.row.source, change.row.seq) == (None, 1)
    assert [each.name for each in change.scheduled] == ["evening"]


def test_an_open_state_holds_the_place() -> None:
    """Leaving the open states frees the place; coming back takes it again."""
    assert take().slot == "free"
    assert take(trigger="reopen", seen=at_door("shut")).slot == "take"


def test_a_refused_timer_leaves_a_row_and_its_otherwise() -> None:
    """programme.md, the books: a refused timer's verdicts are journaled, and the path stays."""
    due = timer()
    draft = ChangeBuilder(rulebook(door()), at_door(reason="whatever"))
    change = draft.refuse((Notify("shy"),), {"ready": found(False)}, due)
    assert change.row is not None
    assert (change.row.trigger, change.row.reason) == (None, "refused")
    assert (change.row.source, change.row.dest) == ("ajar", "ajar")
    assert change.row.verdicts == {"ready": found(False)}
    assert change.fired == replace(due, status="refused", seq=2)
    assert change.after.seq == 2
    assert [notice.kind for notice in change.notices] == ["shy"]


def test_a_fired_timer_points_to_its_row() -> None:
    """A timer that led to a move keeps the number of the journal row."""
    lifecycle = door()
    change = ChangeBuilder(rulebook(lifecycle), at_door()).take(lifecycle.edges[0], {}, timer())
    assert change.fired == replace(timer(), status="fired", seq=2)


def test_a_reminder_writes_no_row() -> None:
    """A reminder has effects and no edge: no journal row, and the version stands."""
    due = timer("bell", decides=False)
    change = ChangeBuilder(rulebook(door()), at_door()).remind((Notify("bell", to="panel"),), due)
    assert change.row is None
    assert change.after == change.before
    assert change.fired == replace(due, status="reminded")
    (notice,) = change.notices
    assert (notice.key, notice.kind, notice.to) == ("door-1.bell.2026-10-01.1", "bell", "panel")


WEEKLY = Timer(
    "weekly",
    ("ajar",),
    "in_a_week",
    effects=(Notify("still_ajar"), Schedule("weekly")),
    only_latest=True,
)


@pytest.mark.parametrize(("weeks", "kinds"), [(0, ["still_ajar"]), (1, []), (3, [])])
def test_only_the_latest_of_reminders_is_sent(weeks: int, kinds: list[str]) -> None:
    """A reminder whose next date has passed as well sets that date and sends nothing."""
    at_each = {"in_a_week": lambda now: now.calendar.start(now.on + timedelta(days=7))}
    lifecycle = table(timers=(*table().timers, WEEKLY), instants={**table().instants, **at_each})
    seen = at_door(recorded_at=NOON + timedelta(days=7 * weeks))
    due = timer("weekly", decides=False)
    change = ChangeBuilder(rulebook(lifecycle), seen).remind(WEEKLY.effects, due)
    assert [each.kind for each in change.notices] == kinds
    [again] = change.scheduled
    assert (again.name, again.due_on) == ("weekly", CYCLE + timedelta(days=7))


def test_without_places_no_place_is_taken_or_freed() -> None:
    """Where a subject may have several open paths, none of them holds its one place."""
    lifecycle = table(several_open=True)
    new = at_door(path=path(lifecycle="door", id=0, seq=0, head=NO_HEAD))
    assert ChangeBuilder(rulebook(lifecycle), new).take(lifecycle.opening, {}).slot is None
    assert take(lifecycle=lifecycle).slot is None


def test_notices_have_keys_that_tell_them_apart() -> None:
    """design.md, rule 7: each notice has a stable key, from path, row and place."""
    change = take(Notify("one"), Notify("two", to="team"))
    assert [(n.key, n.kind, n.to) for n in change.notices] == [
        ("door-1.2.1", "one", "subject"),
        ("door-1.2.2", "two", "team"),
    ]


def test_an_effect_waits_for_its_guard() -> None:
    """``when`` names a guard: the effect comes about only if it holds."""
    change = take(Notify("seen", when="ready"), Notify("unseen", when="shy"))
    assert [notice.kind for notice in change.notices] == ["seen"]


def test_a_later_effect_sees_what_an_earlier_one_left() -> None:
    """Effects come about in order, each on the path as the ones before have left it."""
    stays = replace(
        guard("stays"), check=lambda now: Finding(now.path.period("stay", now.at) is not None)
    )
    lifecycle = door(
        Notify("before", when="stays"),
        Begin("stay"),
        Notify("after", when="stays"),
        guards={"ready": guard(), "stays": stays},
    )
    assert [notice.kind for notice in take(lifecycle=lifecycle).notices] == ["after"]


def test_a_span_begins_at_the_instant_of_effect() -> None:
    """A span begins by effect, with its local date; it was told when it was recorded."""
    change = take(Begin("stay"), seen=at_door(recorded_at=NOON + timedelta(days=3)))
    (begun,) = change.after.periods["stay"]
    assert (begun.began_at, begun.began_on) == (NOON, CYCLE)
    assert (begun.recorded_at, begun.ended_at) == (NOON + timedelta(days=3), None)


def test_a_span_that_begins_again_ends_the_one_before() -> None:
    """At most the last span of a name is open."""
    standing = path("ajar", lifecycle="door", periods={"stay": (span(date(2026, 4, 1)),)})
    change = take(Begin("stay"), seen=at_door(path=standing, reason="again"))
    old, new = change.after.periods["stay"]
    assert (old.ended_at, old.ended_on, old.reason) == (NOON, CYCLE, "again")
    assert (new.began_at, new.ended_at) == (NOON, None)


def test_a_span_ends_with_the_reason_of_the_move() -> None:
    """An end has its instant, its local date and the move's reason."""
    standing = path("ajar", lifecycle="door", periods={"stay": (span(date(2026, 4, 1)),)})
    (ended,) = take(End("stay"), seen=at_door(path=standing, reason="left")).after.periods["stay"]
    assert (ended.ended_at, ended.ended_on, ended.reason) == (NOON, CYCLE, "left")


def test_a_span_never_ends_before_it_began() -> None:
    """What takes effect from before a span began ends it where it began."""
    began = span(date(2026, 10, 20))
    standing = path("ajar", lifecycle="door", periods={"stay": (began,)})
    (ended,) = take(End("stay"), seen=at_door(path=standing)).after.periods["stay"]
    assert (ended.ended_at, ended.ended_on) == (began.began_at, date(2026, 10, 20))


def test_a_reopened_span_goes_on_as_though_it_had_never_ended() -> None:
    """It keeps its beginning; one that runs stays as it is, and where there is none it begins."""
    over = (span(date(2026, 4, 1), date(2026, 5, 1)),)
    for spans, began_on in ((over, date(2026, 4, 1)), ((span(CYCLE),), CYCLE), ((), CYCLE)):
        standing = path("ajar", lifecycle="door", periods={"stay": spans} if spans else {})
        (running,) = take(Reopen("stay"), seen=at_door(path=standing)).after.periods["stay"]
        assert (running.began_on, running.ended_on, running.ended_at) == (began_on, None, None)
        assert running.reason is None


def test_where_no_span_is_open_nothing_ends() -> None:
    """Ending what has not begun, or has ended, changes nothing."""
    over = (span(date(2026, 4, 1), date(2026, 5, 1)),)
    for spans in ({}, {"stay": over}):
        standing = path("ajar", lifecycle="door", periods=spans)
        assert take(End("stay"), seen=at_door(path=standing)).after.periods == spans


@pytest.mark.parametrize(("effect", "value"), [(Begin, "began"), (End, "ended")])
def test_a_subjects_span_is_a_dated_record(effect: Any, value: str) -> None:
    """Good standing belongs to the seller: a record with date, reason and who spoke."""
    recorded_at = NOON + timedelta(hours=1)
    seen = at_door(reason="code_of_conduct", recorded_at=recorded_at)
    (record,) = take(effect("good_standing", of="subject"), seen=seen).records
    assert (record.kind, record.name, record.value) == ("good_standing", "", value)
    assert (record.reason, record.actor) == ("code_of_conduct", "system:cycle_date")
    assert (record.as_of, record.recorded_at) == (CYCLE, recorded_at)


def test_a_record_is_seen_by_the_effects_after_it() -> None:
    """What an effect records about the subject the next effect's guard can read."""
    lost = replace(guard("lost"), check=lambda now: Finding(bool(now.snapshot.records)))
    lifecycle = door(
        Notify("before", when="lost"),
        End("good_standing", of="subject"),
        Notify("after", when="lost"),
        guards={"ready": guard(), "lost": lost},
    )
    assert [notice.kind for notice in take(lifecycle=lifecycle).notices] == ["after"]


def test_claims_are_the_keys_that_the_path_names() -> None:
    """A claim takes every key of the path's data under its scope; none where it has none."""
    claiming = path("ajar", lifecycle="door", data={"claims": ["k1", "k2"]})
    change = take(Reserve("records"), seen=at_door(path=claiming))
    assert change.claims == (("records", "k1"), ("records", "k2"))
    assert take(Reserve("records")).claims == ()


def test_a_timer_is_set_to_the_instant_that_the_table_names() -> None:
    """A timer's row has instant, local date, zone and the books it belongs to."""
    (set_,) = take(Schedule("evening"), trigger="stay").scheduled
    assert set_ == timer()
    (bell,) = take(Schedule("bell")).scheduled
    assert not bell.decides


def test_a_timer_without_an_instant_is_not_set() -> None:
    """Where the table's instant is none, no timer is set."""
    assert take(Schedule("never")).scheduled == ()


def test_a_round_moves_the_path_before_its_timer_is_reckoned() -> None:
    """``Schedule(round=…)`` sets the path's cycle date first; the timer follows from it."""
    change = take(Schedule("evening", round="tomorrow"), trigger="stay")
    assert change.after.cycle_on == CYCLE + timedelta(days=1)
    (set_,) = change.scheduled
    assert set_.due_at == midnight(CYCLE + timedelta(days=1))
    assert (set_.due_on, set_.book_on) == (CYCLE + timedelta(days=1), CYCLE)


def test_a_timer_set_again_replaces_the_pending_one() -> None:
    """One pending timer of a name: what is set again cancels what was pending."""
    pending = timer(due_at=NOON + timedelta(days=9))
    before = at_door()
    before = replace(before, snapshot=replace(before.snapshot, timers=(pending,)))
    change = take(Schedule("evening"), trigger="stay", seen=before)
    assert change.cancelled == (pending,)


def test_leaving_a_timers_states_cancels_it() -> None:
    """A timer lives as long as its path stands in one of its states."""
    evening, bell = timer(due_at=NOON + timedelta(days=9)), timer("bell", decides=False)
    before = at_door()
    before = replace(before, snapshot=replace(before.snapshot, timers=(evening, bell)))
    assert take(seen=before).cancelled == (evening,)
    assert take(trigger="stay", seen=before).cancelled == ()


def test_a_timer_that_decides_and_waits_on_in_another_state_is_named() -> None:
    """So it can be counted there; a reminder is not, nor one whose path stays where it is."""
    evening, bell = timer(due_at=NOON + timedelta(days=9)), timer("bell")
    reminder = replace(timer("bell", NOON + timedelta(days=8)), decides=False)
    before = at_door()
    timers = evening, bell, reminder
    before = replace(before, snapshot=replace(before.snapshot, timers=timers))
    assert take(seen=before).kept == (bell,)
    assert take(trigger="stay", seen=before).kept == ()


def test_a_new_round_begins_without_the_timers_of_the_old() -> None:
    """What was pending in one round is cancelled as the next begins, unless it is set again.

    So a renewal that is put off to the next cycle leaves no end of grace behind.
    """
    bell = timer("bell", NOON + timedelta(days=9), decides=False)
    before = at_door()
    before = replace(before, snapshot=replace(before.snapshot, timers=(bell,)))
    effect = Schedule("evening", round="tomorrow")
    assert take(effect, trigger="stay", seen=before).cancelled == (bell,)


def test_the_timer_that_fires_is_not_cancelled() -> None:
    """The timer that led to a move has an outcome of its own."""
    lifecycle = door()
    before = at_door()
    before = replace(before, snapshot=replace(before.snapshot, timers=(timer(),)))
    change = ChangeBuilder(rulebook(lifecycle), before).take(lifecycle.edges[0], {}, timer())
    assert change.cancelled == ()


def other(state: str = "shut", **changes: Any) -> Path:
    """Return another path of the subject."""
    return path(state, **{"id": 7, "lifecycle": "door", "seq": 4, "head": "7" * 64, **changes})


FIRES = FireOther("bar", "shut", "night")


def test_another_paths_move_is_part_of_the_change() -> None:
    """A trigger fired on the subject's other path commits with the move, at the same instants."""
    late = NOON + timedelta(days=1)
    change = take(FIRES, seen=at_door(others=[other()], recorded_at=late))
    (linked,) = change.linked
    assert linked.before == other()
    assert linked.row is not None
    assert (linked.row.path, linked.row.seq, linked.row.prev_hash) == ("door-7", 5, "7" * 64)
    assert (linked.row.effective_at, linked.row.recorded_at) == (NOON, late)
    assert (linked.row.actor, linked.row.reason) == ("system:door-1", "night")
    assert linked.after.state == "barred"


@pytest.mark.parametrize("sibling_paths", [other("ajar"), other(lifecycle="award"), None])
def test_only_paths_of_the_lifecycle_in_that_state_are_fired(sibling_paths: Path | None) -> None:
    """Another lifecycle's path, or one in another state, is left alone."""
    assert take(FIRES, seen=at_door(others=[sibling_paths] if sibling_paths else [])).linked == ()


def test_another_paths_guards_are_asked() -> None:
    """Where the other path's guards do not hold it stays, and the move goes on."""
    lifecycle = door(FIRES, guards={"ready": guard(held=False), "shy": guard("shy")})
    change = take(lifecycle=lifecycle, seen=at_door(others=[other()]))
    assert change.linked == ()
    assert change.after.state == "shut"


def test_another_paths_timers_end_with_its_state() -> None:
    """A path that is fired by another leaves no timer behind that lives in its old state."""
    (linked,) = take(FIRES, seen=at_door(others=[other()])).linked
    assert [timer.name for timer in linked.cancelled] == ["evening"]


def test_no_other_path_is_judged_on_nothing() -> None:
    """Without what loads its evidence, a trigger that another path needs is an error."""
    lifecycle = door(FIRES)
    draft = ChangeBuilder(rulebook(lifecycle), at_door(others=[other()]))
    with pytest.raises(NotFoundError, match="evidence of path"):
        draft.take(lifecycle.edges[0], {})


def test_a_timer_belongs_to_the_books_of_its_country_and_cycle() -> None:
    """programme.md, the books: the latest cycle date of its country at or before its instant."""
    rules = rulebook(door())
    seen = context(path=path("ajar", lifecycle="door", country="ID", subject=SELLER)).snapshot
    here = rules.guard_context(seen, at=NOON, recorded_at=NOON, actor=context().actor, reason=None)
    instant = utc(2026, 9, 30, 16)  # midnight in Singapore, an hour before Jakarta's
    row = timer_row(here, "evening", instant, decides=True)
    assert (row.due_on, row.book_on) == (date(2026, 9, 30), date(2026, 4, 1))
    row = timer_row(here, "evening", instant + timedelta(hours=1), decides=True)
    assert (row.due_on, row.book_on, row.zone) == (CYCLE, CYCLE, "Asia/Jakarta")


def test_each_nominator_is_told_alone() -> None:
    """A notice for the nominators is one for each whose nomination stands, the seller excepted."""
    nominations = (
        Nomination(1, "employee", "e-1", complete=True, withdrawn=False),
        Nomination(2, "ambassador", "s-9", complete=True, withdrawn=False),
        Nomination(3, "employee", "e-2", complete=True, withdrawn=True),
        Nomination(4, "seller", at_door().path.subject, complete=True, withdrawn=False),
    )
    seen = replace(at_door().snapshot, values={NOMINATIONS.name: nominations})
    draft = ChangeBuilder(rulebook(door()), replace(at_door(), snapshot=seen))
    change = draft.remind((Notify("gone", to="nominators"),), timer("bell", decides=False))
    assert [notice.to for notice in change.notices] == ["employee:e-1", "ambassador:s-9"]
    assert len({notice.key for notice in change.notices}) == 2


def test_of_incomplete_nominations_the_seller_is_asked_as_well() -> None:
    """Whoever nominated incompletely is reminded, the seller included; nobody else is."""
    own = at_door().path.subject
    nominations = (
        Nomination(1, "employee", "e-1", complete=True, withdrawn=False),
        Nomination(2, "ambassador", "s-9", complete=False, withdrawn=False),
        Nomination(3, "employee", "e-2", complete=False, withdrawn=True),
        Nomination(4, "seller", own, complete=False, withdrawn=False),
    )
    seen = replace(at_door().snapshot, values={NOMINATIONS.name: nominations})
    draft = ChangeBuilder(rulebook(door()), replace(at_door(), snapshot=seen))
    effects = (Notify("unfinished", to="incomplete_nominators"),)
    change = draft.remind(effects, timer("bell", decides=False))
    assert [notice.to for notice in change.notices] == ["ambassador:s-9", f"seller:{own}"]
