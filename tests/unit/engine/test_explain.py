"""Explanations: exits, timer steps in their order, and the way to the next goal."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.award.rules.facts import Nomination
from lazsa_flow.award.rules.panel import NO_TALLY
from lazsa_flow.engine.explain import Explanation, evaluate_guards, explain
from lazsa_flow.engine.explanation_json import explanation_json
from lazsa_flow.lifecycle.model import Period, Snapshot
from lazsa_flow.lifecycle.table import Edge, Permit, State, Step, Timer
from lazsa_flow.verdicts import Need
from tests.factories import (
    CYCLE,
    context,
    facts,
    guard,
    midnight,
    path,
    rulebook,
    table,
    timer,
)

NOW = midnight(CYCLE) - timedelta(days=3)
SEEN = context(path=path("ajar", lifecycle="door")).snapshot


def door(trigger: str | None = None, **changes: object) -> Explanation:
    """Explain the tiny table's door, changed."""
    seen = replace(SEEN, timers=(timer(), timer("morning", NOW, decides=False)))
    morning = Timer("morning", ("ajar",), "dusk", steps=(Step("lock", "dark"),))
    sound: dict[str, object] = {
        "edges": (
            table().edges[0],
            Edge(
                "lock",
                ("ajar",),
                "shut",
                (Permit("seller", ("leaving", "asleep")), Permit("system", ("dark",))),
            ),
        ),
        "timers": (*table().timers, morning),
    }
    return explain(rulebook(table(**{**sound, **changes})), seen, NOW, trigger)


def test_every_exit_of_the_state_is_explained() -> None:
    """Each edge from the state is there, with destination, reasons and who may take it."""
    explained = door()
    assert (explained.path, explained.at, explained.policy) == (SEEN.path, NOW, "door/2020-1")
    close, lock = explained.exits
    assert (close.trigger, close.dest, close.reasons, close.who) == ("close", "shut", (), "system")
    assert lock.reasons == ("asleep", "dark", "leaving")
    assert lock.who == "seller, system"
    assert [each.name for each in explained.timers] == ["evening", "morning"]


def test_one_trigger_can_be_asked_for() -> None:
    """Where a trigger is named, only its exits are told; none where there is none."""
    assert [exit_.trigger for exit_ in door("lock").exits] == ["lock"]
    assert door("fly").exits == ()


def test_an_exit_names_the_timers_that_will_try_it() -> None:
    """The clock's exits tell the pending timers that try them, by trigger and reason."""
    close, lock = door().exits
    assert [each.name for each in close.timers] == ["evening"]
    assert [each.name for each in lock.timers] == ["morning"]


def test_timers_are_told_earliest_first() -> None:
    """Of several timers the earliest comes first."""
    both = (
        Timer("evening", ("ajar",), "dusk", steps=(Step("close"),)),
        Timer("morning", ("ajar",), "dusk", steps=(Step("close"),)),
    )
    (close,) = door("close", timers=both).exits
    assert [each.name for each in close.timers] == ["morning", "evening"]


@pytest.mark.parametrize("held", [True, False])
def test_an_exit_is_ready_where_every_guard_holds(held: bool) -> None:
    """Every guard's verdict is there, and the unmet ones apart."""
    (close,) = door("close", guards={"ready": guard(held=held)}).exits
    assert close.ready is held
    assert [verdict.name for verdict in close.verdicts] == ["ready"]
    assert [verdict.name for verdict in close.unmet] == ([] if held else ["ready"])


def test_a_verdict_tells_when_it_could_hold() -> None:
    """A bar that the clock alone will meet names the first date, judged on the round's date."""
    seen = context(facts=facts(joined_on=date(2026, 6, 15))).snapshot
    (award,) = explain(rulebook(AWARD), seen, NOW, "award").exits
    (tenure,) = award.unmet
    assert (tenure.name, tenure.measured) == ("tenure", 3)
    assert tenure.earliest == date(2027, 3, 15)
    assert tenure.source == "Introduction; FAQ"


# -- the steps of one timer are one ordered list


def three_ways(**holding: bool) -> Explanation:
    """Explain a door whose evening tries to close it, to bolt it, and otherwise to lock it."""
    by_clock = (Permit("system"),)
    edges = (
        Edge("close", ("ajar",), "shut", by_clock, ("ready",)),
        Edge("bolt", ("ajar",), "shut", by_clock, ("near",)),
        Edge("lock", ("ajar",), "shut", (Permit("system", ("dark",)),)),
    )
    steps = (Step("close"), Step("bolt"), Step("lock", "dark"))
    return door(
        edges=edges,
        timers=(
            Timer("evening", ("ajar",), "dusk", steps=steps),
            Timer("morning", ("ajar",), "dusk", steps=(Step("close"),)),
        ),
        guards={name: guard(name, held=held) for name, held in holding.items()},
    )


@pytest.mark.parametrize(
    ("holding", "outcomes", "prospects"),
    [
        (
            {"ready": True, "near": True},
            ["fires", "if_none_before", "otherwise"],
            ["would fire now", "only if close does not", "otherwise"],
        ),
        (
            {"ready": False, "near": True},
            ["not_met", "fires", "otherwise"],
            ["would not fire: ready not met", "would fire now", "otherwise"],
        ),
        (
            {"ready": False, "near": False},
            ["not_met", "not_met", "fires"],
            [
                "would not fire: ready not met",
                "would not fire: near not met",
                "would fire now",
            ],
        ),
    ],
)
def test_the_steps_of_a_timer_are_one_ordered_list(
    holding: dict[str, bool], outcomes: list[str], prospects: list[str]
) -> None:
    """The first step whose guards hold fires; what comes after it is never called ready."""
    told = three_ways(**holding)
    (decision,) = told.decisions
    assert [step.trigger for step in decision.steps] == ["close", "bolt", "lock"]
    assert [step.outcome for step in decision.steps] == outcomes
    assert [step.prospect for step in decision.steps] == prospects
    ready = [each.trigger for each in told.exits if each.ready]
    assert decision.fires is not None
    assert ready == [decision.fires.trigger]


def test_a_step_after_two_others_names_both() -> None:
    """Only if none of those before it fires: each of them is named."""
    told = three_ways(ready=True, near=True)
    last = replace(told.decisions[0].steps[2], outcome="if_none_before")
    assert last.prospect == "only if close and bolt do not"


def test_a_timer_is_tried_from_the_state_that_an_earlier_one_leads_to() -> None:
    """A nominee whose review will open is not declined as incomplete on the cycle date."""
    seen = _nominee()
    told = explain(rulebook(AWARD), seen, NOW)
    first, second = told.decisions
    assert (first.state, first.fires and first.fires.trigger) == ("nominated", "open_review")
    assert (second.state, second.fires and second.fires.trigger) == ("under_review", "carry_over")
    assert [each.trigger for each in told.exits if each.preceded] == ["decline"]


def test_a_timer_that_an_earlier_one_cancels_is_left_out() -> None:
    """Where the first would lead out of all of a timer's states, that timer decides nothing."""
    both = (
        Timer("evening", ("ajar",), "dusk", steps=(Step("close"),)),
        Timer("morning", ("ajar",), "dusk", steps=(Step("close"),)),
    )
    seen = replace(SEEN, timers=(timer(), timer("morning", NOW)))
    told = explain(rulebook(table(timers=both)), seen, NOW)
    assert [each.timer.name for each in told.decisions] == ["morning"]
    refused = explain(rulebook(table(timers=both, guards={"ready": guard(held=False)})), seen, NOW)
    assert [each.fires for each in refused.decisions] == [None, None]


# -- what stands between a subject and the next goal, read out of the table


def _nominee(**changes: object) -> Snapshot:
    nomination = Nomination(1, "employee", "e-1", complete=True, withdrawn=False)
    made = {"path": path("nominated"), "tally": NO_TALLY, "nominations": (nomination,), **changes}
    opens = midnight(CYCLE - timedelta(days=1))
    timers = (timer("review_opens", opens), timer("cycle_date"))
    return replace(context(**made).snapshot, timers=timers)  # type: ignore[arg-type]


def test_the_way_to_the_award_is_told_before_review_opens() -> None:
    """Every bar of the award is told of a nominee, with figure, margin, age and what must come."""
    old = facts(as_of=CYCLE - timedelta(days=50))
    ahead = explain(rulebook(AWARD), _nominee(facts=old), NOW).outlook
    assert ahead is not None
    assert [(step.trigger, step.dest) for step in ahead.steps] == [
        ("open_review", "under_review"),
        ("award", "awarded"),
    ]
    assert (ahead.goal, ahead.due_on, ahead.zone) == ("awarded", CYCLE, "Asia/Singapore")
    verdicts = {verdict.name: verdict for verdict in ahead.steps[1].verdicts}
    gmv = verdicts["gmv"]
    assert (gmv.measured, gmv.reading and gmv.reading.figure) == ("stale", str(old.gmv_rate))
    assert gmv.reading is not None
    assert (gmv.reading.as_of, gmv.reading.age_days) == (old.as_of, 50)
    assert gmv.reading.margin is not None
    assert gmv.need == Need("facts with gmv_rate", CYCLE - timedelta(days=45), CYCLE)
    assert gmv.possible_on == CYCLE
    assert verdicts["quorum"].need == Need(
        "scorecards of 3 more reviewers, from 3 more teams", CYCLE - timedelta(days=30), CYCLE
    )
    assert "quorum" in [verdict.name for verdict in ahead.unmet]


def test_the_way_to_the_renewal_is_told_months_before() -> None:
    """An ambassador's renewal is judged ahead on the due date, from the state that comes first."""
    due = date(2027, 10, 1)
    spans = {"award": (Period(CYCLE, midnight(CYCLE), midnight(CYCLE)),)}
    awarded = path("awarded", cycle_on=due, periods=spans)
    seen = replace(context(path=awarded, tally=NO_TALLY, facts=None).snapshot, timers=())
    ahead = explain(rulebook(AWARD), seen, midnight(CYCLE)).outlook
    assert ahead is not None
    assert [step.trigger for step in ahead.steps] == ["fall_due", "renew"]
    assert (ahead.goal, ahead.due_on, ahead.due_at) == ("renewed", due, midnight(due))
    gmv = next(verdict for verdict in ahead.unmet if verdict.name == "gmv")
    assert (gmv.measured, gmv.reading, gmv.possible_on) == ("not known", None, due)
    quorum = next(verdict for verdict in ahead.unmet if verdict.name == "quorum")
    assert quorum.need is not None
    assert quorum.need.since == due - timedelta(days=30)


def test_without_a_path_the_way_begins_with_the_opening() -> None:
    """A subject who has no path is judged as if one were opened now."""
    seen = context(path=path("", id=0)).snapshot
    told = explain(rulebook(AWARD), seen, NOW)
    assert not told.has_path
    assert told.outlook is not None
    assert [step.trigger for step in told.outlook.steps] == ["nominate", "open_review", "award"]
    assert told.outlook.steps[1].due_on == CYCLE - timedelta(days=30)
    assert [each.trigger for each in told.exits] == ["nominate"]
    told = explain(rulebook(AWARD), context(path=path("declined")).snapshot, NOW)
    assert told.outlook is None


def test_what_cannot_be_judged_yet_is_said_to_be_so() -> None:
    """A guard or an instant that raises in a state to come is no fault of the question."""

    def raising(_: object) -> Any:
        raise ZeroDivisionError

    sound = table()
    states = (*sound.states, State("walled", "active", final=True))
    wall = Edge("wall", ("shut",), "walled", (Permit("system"),), ("solid",))
    solid = replace(guard("solid"), check=raising)
    late = Timer("late", ("shut",), "never", steps=(Step("wall"),))
    night = Timer("night", ("shut",), "none", steps=(Step("wall"),))
    walled = table(
        states=(*states[:1], State("shut", "waiting"), states[2]),
        edges=(*sound.edges, wall),
        guards={"ready": guard(), "solid": solid},
        timers=(*sound.timers, late, night),
        instants={**sound.instants, "never": raising, "none": lambda _: None},
        happy_path=("ajar", "shut", "walled"),
    )
    ahead = explain(rulebook(walled), SEEN, NOW).outlook
    assert ahead is not None
    assert [(step.trigger, step.due_at) for step in ahead.steps] == [
        ("close", None),
        ("wall", None),
    ]
    (unmet,) = ahead.unmet
    assert (unmet.name, unmet.measured) == ("solid", "cannot be judged yet")


def test_a_table_without_a_goal_has_no_outlook() -> None:
    """Where no state honours its subject and none is hoped for, there is no way to tell."""
    assert explain(rulebook(table(happy_path=())), SEEN, NOW).outlook is None


# -- "could hold from" only where the clock alone decides


def test_a_date_that_facts_must_confirm_is_no_date_of_the_clock() -> None:
    """A month above the bar leaves by time, yet only new facts show it: the next cycle after."""
    rates = (*([Decimal("0.004")] * 8), Decimal("0.02"))
    breach = facts(monthly_cancellation_rates=rates)
    seen = context(path=path("under_review"), facts=breach).snapshot
    told = explain(rulebook(AWARD), replace(seen, timers=(timer("cycle_date"),)), NOW, "award")
    (cancellation,) = [v for v in told.exits[0].unmet if v.name == "cancellation"]
    assert cancellation.earliest is None
    assert "could hold from" not in str(cancellation)
    assert cancellation.possible_on == date(2027, 10, 1)
    assert cancellation.need is not None
    assert cancellation.need.until == date(2027, 10, 1)


def test_what_nothing_can_change_has_no_date() -> None:
    """A guard that nobody can change needs nothing, and names no date."""
    (close,) = door("close", guards={"ready": guard(held=False)}).exits
    assert (close.unmet[0].need, close.unmet[0].possible_on) == (None, None)


def test_a_guard_without_words_for_it_needs_whoever_can_change_it() -> None:
    """A guard of a table that says no more is changed by whom it names, on the timer's date."""
    unmet = replace(guard(held=False), changed_by="the keeper")
    (close,) = door("close", guards={"ready": unmet}).exits
    assert close.unmet[0].need == Need("a change by the keeper")
    assert close.unmet[0].possible_on == CYCLE


def test_an_explanation_is_json() -> None:
    """All of it can be written as JSON: the order, the outlook, and the parts of guards."""
    told = explain(rulebook(AWARD), _nominee(), NOW)
    document = json.loads(json.dumps(explanation_json(told)))
    assert document["path"] == "award-1"
    assert [each["fires"] for each in document["decisions"]] == ["open_review", "carry_over"]
    carry_over = document["decisions"][1]["steps"][1]
    assert (carry_over["trigger"], carry_over["outcome"]) == ("carry_over", "fires")
    (postponable, _) = carry_over["guards"]
    assert (postponable["op"], postponable["parts"][0]["name"]) == ("any_of", "no_quorum")
    assert document["outlook"]["steps"][1]["due_at"].endswith("Z")
    assert (
        explanation_json(explain(rulebook(AWARD), context(path=path("", id=0)).snapshot, NOW))[
            "path"
        ]
        is None
    )


def test_guards_are_judged_by_name() -> None:
    """Guards can be judged without an edge, each with its figure."""
    (gmv,) = evaluate_guards(AWARD, context(), ["gmv"])
    assert gmv.held
    assert gmv.reading is not None


def test_an_explanation_and_its_exits_are_one_line_each() -> None:
    """The line says where each exit leads, and how many guards hold or exits are open."""
    explained = door()
    assert [repr(each) for each in explained.exits] == [
        "<Exit close to shut: 1 of 1 guards hold>",
        "<Exit lock to shut: 0 of 0 guards hold>",
    ]
    assert repr(explained) == (
        f"<Explanation of {SEEN.path.ref} at 2026-09-27 16:00 UTC: ajar, 2 of 2 exits ready>"
    )


def test_the_line_of_a_new_path_names_its_subject() -> None:
    """There is no reference yet, and no state: the subject and the lifecycle stand for them."""
    unopened = replace(door(), path=path("", id=0, seq=0, lifecycle="door"), exits=())
    assert repr(unopened) == (
        "<Explanation of a new path of 'seller-1' at 2026-09-27 16:00 UTC: door, "
        "0 of 0 exits ready>"
    )
