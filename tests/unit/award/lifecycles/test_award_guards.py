"""The award's guards, each held and not held (programme.md, The lifecycles)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.award.lifecycles.award_guards import GUARDS, NOT_APPROVED, PANEL_REFUSAL
from lazsa_flow.award.rules.criteria import CRITERIA
from lazsa_flow.award.rules.panel import Tally
from lazsa_flow.lifecycle.calendar import TICK
from lazsa_flow.lifecycle.guards import Finding
from tests.factories import (
    CYCLE,
    card,
    context,
    facts,
    midnight,
    nomination,
    noon,
    path,
    policy,
    record,
    span,
    tally,
)

if TYPE_CHECKING:
    from lazsa_flow.lifecycle.model import Path, Statement

GRACE_END = date(2026, 10, 31)


def found(name: str, **seen: Any) -> Finding:
    """Check a guard on a context."""
    return Finding(*GUARDS[name].check(context(**seen)))


@pytest.mark.parametrize("name", GUARDS)
def test_every_guard_speaks(name: str) -> None:
    """Every guard has its name, a bar, who can change it, a source and words for the seller."""
    guard = GUARDS[name]
    verdict = guard.verdict((False, "x", None), policy())
    assert guard.name == name
    assert all((verdict.required, verdict.changed_by, verdict.source, verdict.wording))


@pytest.mark.parametrize("criterion", CRITERIA, ids=lambda criterion: criterion.name)
def test_criteria_are_guards(criterion: Any) -> None:
    """A criterion judges the context's facts on its round's date (programme.md, Criteria)."""
    assert found(criterion.name).held
    unknown = found(criterion.name, facts=None)
    stale = found(criterion.name, facts=facts(as_of=date(2026, 8, 1)))
    if criterion.sets_bar(policy().criteria):
        assert (unknown, stale) == (Finding(False, "not known"), Finding(False, "stale"))
    else:
        assert unknown.held
        assert stale.held
    required = GUARDS[criterion.name].verdict((True, None, None), policy()).required
    assert required == criterion.required(policy().criteria)


def test_facts_after_the_due_date_do_not_count_in_grace() -> None:
    """In grace, facts dated on or before the due date count, no later ones (Tenure)."""
    grace: dict[str, Any] = {"path": path("renewal_due"), "on": date(2026, 10, 20)}
    assert found("gmv", facts=facts(as_of=CYCLE), **grace).held
    assert not found("gmv", facts=facts(as_of=CYCLE + timedelta(days=1)), **grace).held


def test_the_policy_sets_the_bars() -> None:
    """A guard reads its bar from the policy that governs (programme.md, Versions and data)."""
    bars = policy(criteria={"gmv_rate": Decimal("0.36")})
    assert found("gmv", policy=bars) == Finding(False, "0.35")


def test_nomination_complete() -> None:
    """One complete nomination that stands is enough to open review (The lifecycles)."""
    assert found("nomination_complete", nominations=[nomination(), nomination(complete=False)]) == (
        True,
        "1 of 2 complete",
        None,
    )
    gone = [nomination(withdrawn=True), nomination(complete=False)]
    assert found("nomination_complete", nominations=gone) == (False, "0 of 1 complete", None)
    assert not found("nomination_complete").held


def test_no_nomination_left() -> None:
    """The path is withdrawn when no nomination is left (programme.md, Nomination)."""
    gone, stands = nomination(withdrawn=True), nomination(id=2)
    assert found("no_nomination_left", nominations=[gone]) == Finding(True, 0)
    assert found("no_nomination_left", nominations=[gone, stands]) == Finding(False, 1)


def test_quorum() -> None:
    """Three reviewers from three teams (programme.md, The panel)."""
    assert found("quorum") == Finding(True, "3 reviewers from 3 teams")
    few = tally(4, 3, 2)
    assert found("quorum", tally=few) == Finding(False, "3 reviewers from 2 teams")
    assert found("no_quorum", tally=few) == Finding(True, "met: none")
    assert found("no_quorum") == Finding(False, "met: quorum")


def test_panel_approval() -> None:
    """A mean of 3.5 with no item below 2.0, unrounded (programme.md, The panel)."""
    assert found("panel_approval") == Finding(True, "mean 4.0000, lowest item 4.0000")
    low = tally(3)
    assert found("panel_approval", tally=low) == Finding(False, "mean 3.0000, lowest item 3.0000")
    assert found("panel_approval", tally=Tally()) == Finding(False, "no scorecard")
    assert not NOT_APPROVED.holds(context())
    assert PANEL_REFUSAL.holds(context(tally=low))
    assert not PANEL_REFUSAL.holds(context(tally=Tally()))


def test_not_carried_over() -> None:
    """A candidacy is carried over once at most (programme.md, The lifecycles)."""
    before = path(periods={"postponement": (span(date(2026, 4, 1)),)})
    assert found("not_carried_over") == Finding(True, 0)
    assert found("not_carried_over", path=before) == Finding(False, 1)


def sitting(**changes: Any) -> Path:
    """Return another award path of the seller, awarded on 1 April 2026 and due a year on."""
    parts: dict[str, Any] = {"id": 2, "cycle_on": date(2027, 4, 1)}
    parts["periods"] = {"award": (span(date(2026, 4, 1)),)}
    return path("awarded", **{**parts, **changes})


def test_no_sitting_award() -> None:
    """Nominating a sitting ambassador is refused, naming the due date (Nomination)."""
    assert found("no_sitting_award") == Finding(True, "none")
    assert found("no_sitting_award", others=[sitting()]) == Finding(
        False, "award-2 due 2027-04-01", date(2027, 4, 1)
    )
    ended = sitting(periods={"award": (span(date(2025, 4, 1), CYCLE),)})
    assert found("no_sitting_award", others=[ended]).held
    assert not found("no_sitting_award", others=[ended], at=midnight(CYCLE) - TICK).held
    assert found("no_sitting_award", others=[sitting(lifecycle="trainer")]).held


def case(name: str, value: str) -> Statement:
    """Return a word on a compliance case."""
    return record("case", value, name=name)


def test_no_open_case() -> None:
    """While a case is open it postpones; of each case the last word counts (Tenure)."""
    closed = [case("c1", "open"), case("c1", "closed")]
    assert found("no_open_case", records=closed) == Finding(True, 0)
    both = [*closed, case("c2", "open"), case("c3", "open")]
    assert found("no_open_case", records=both) == Finding(False, 2)
    assert found("no_open_case", records=[record("step", "open", name="c9")]).held
    assert found("open_case", records=both) == Finding(True, "met: none")
    assert found("open_case") == Finding(False, "met: no_open_case")


@pytest.mark.parametrize(
    ("quorum", "case_open", "held"),
    [(False, False, True), (True, True, True), (False, True, True), (True, False, False)],
)
def test_postponable(quorum: bool, case_open: bool, held: bool) -> None:
    """No quorum or an open case puts the decision off (programme.md, The lifecycles)."""
    records = [case("c1", "open")] if case_open else []
    assert found("postponable", tally=tally() if quorum else Tally(), records=records).held is held


def standing(value: str, **changes: Any) -> Statement:
    """Return a word on the seller's standing."""
    return record("good_standing", value, **{"reason": "seller_violation", **changes})


def test_good_standing() -> None:
    """Good standing belongs to the seller; the last word that holds today counts (Lifecycles)."""
    lost = standing("ended")
    assert found("good_standing") == Finding(True, "good")
    assert found("good_standing", records=[lost]) == Finding(
        False, "lost on 2026-09-01: seller_violation"
    )
    assert found("good_standing", records=[lost, standing("began")]) == Finding(True, "good")
    tomorrow = standing("ended", as_of=CYCLE + timedelta(days=1))
    assert found("good_standing", records=[tomorrow]).held


def retired(began_on: date, ended_on: date | None) -> Path:
    """Return a retired path with one tenure."""
    return path("retired", periods={"award": (span(began_on, ended_on),)})


@pytest.mark.parametrize(
    ("ended_on", "finding"),
    [
        (date(2026, 4, 1), Finding(True, "a full tenure")),
        (date(2026, 5, 1), Finding(True, "a full tenure")),
        (date(2026, 3, 31), Finding(False, "1 days short")),
        (date(2025, 4, 1), Finding(False, "365 days short")),
    ],
)
def test_held_a_year(ended_on: date, finding: Finding) -> None:
    """A tenure of a year to the day is enough; grace counts (programme.md, Tenure)."""
    assert found("held_a_year", path=retired(date(2025, 4, 1), ended_on)) == finding


def test_held_a_year_by_any_tenure() -> None:
    """One tenure of a year is enough, on whichever path (programme.md, Tenure)."""
    short = retired(date(2026, 4, 1), date(2026, 5, 1))
    long = sitting(id=3, periods={"award": (span(date(2020, 4, 1), date(2021, 4, 1)),)})
    assert found("held_a_year", path=short, others=[long]).held
    assert found("held_a_year", path=short) == Finding(False, "335 days short")
    elsewhere = sitting(lifecycle="trainer", periods=long.periods)
    assert not found("held_a_year", path=short, others=[elsewhere]).held
    assert found("held_a_year") == Finding(False, "never awarded")
    shorter = sitting(id=3, periods={"award": (span(date(2020, 4, 1), date(2020, 4, 11)),)})
    assert found("held_a_year", path=short, others=[shorter]) == Finding(False, "335 days short")


def test_held_a_year_while_sitting() -> None:
    """Of a tenure that runs on, the date on which it is a year is named (Tenure)."""
    running = retired(date(2026, 4, 1), None)
    assert found("held_a_year", path=running) == Finding(False, "182 days short", date(2027, 4, 1))
    assert found("held_a_year", path=running, on=date(2027, 4, 1)).held


def test_latest_path() -> None:
    """Only the path of the latest award opens the door (programme.md, Reconnect)."""
    assert found("latest_path") == Finding(True, "the latest award")
    assert found("latest_path", others=[sitting()]) == Finding(False, "award-2")
    assert found("latest_path", others=[sitting(periods={})]).held
    assert found("latest_path", path=path(id=3), others=[sitting()]).held


def test_no_newer_path() -> None:
    """A newer candidacy, awarded or not, closes the way back (programme.md, The lifecycles)."""
    assert found("no_newer_path") == Finding(True, "none")
    assert found("no_newer_path", others=[path(id=2)]) == Finding(False, "award-2")
    assert found("no_newer_path", others=[path(id=2, lifecycle="trainer")]).held


def test_no_membership() -> None:
    """A seller has at most one membership (programme.md, The lifecycles)."""
    member = {"membership": (span(date(2026, 4, 1)),)}
    left = {"membership": (span(date(2026, 4, 1), CYCLE, reason="left"),)}
    assert found("no_membership") == Finding(True, "none")
    assert found("no_membership", path=path("reconnect", periods=member)) == Finding(
        False, "award-1"
    )
    assert found("no_membership", others=[path(id=2, periods=member)]) == Finding(False, "award-2")
    assert found("no_membership", path=path("removed", periods=left)).held


def step(name: str, value: str = "done", **changes: Any) -> Statement:
    """Return a word on a step into Reconnect."""
    return record("step", value, name=name, **changes)


def test_reconnect_steps() -> None:
    """App and registration come first, recorded at any time before (programme.md, Reconnect)."""
    both = [step("get_app"), step("register")]
    assert found("reconnect_steps", records=both) == Finding(True, "missing: none")
    assert found("reconnect_steps", records=both[1:]) == Finding(False, "missing: get_app")
    assert found("reconnect_steps") == Finding(False, "missing: get_app, register")
    undone = [*both, step("register", "undone")]
    assert found("reconnect_steps", records=undone) == Finding(False, "missing: register")
    later = [step("get_app"), step("register", as_of=CYCLE + timedelta(days=1))]
    assert found("reconnect_steps", records=later) == Finding(False, "missing: register")


@pytest.mark.parametrize(
    ("reason", "held"), [("left", True), ("code_of_conduct", False), ("re_awarded", False)]
)
def test_left_by_choice(reason: str, held: bool) -> None:
    """Whoever left may join again; whoever was removed may not (programme.md, Reconnect)."""
    ended = span(date(2026, 1, 1), date(2026, 6, 1), reason=reason)
    first = span(date(2025, 1, 1), date(2025, 6, 1), reason="left")
    removed = path("removed", periods={"membership": (first, ended)})
    assert found("left_by_choice", path=removed) == Finding(held, reason)


def test_left_by_choice_of_none() -> None:
    """Who never was a member did not leave."""
    assert found("left_by_choice") == Finding(False, None)


def appealed(*spans: Any) -> Path:
    """Return a declined path with decisions that can be appealed."""
    return path("declined", periods={"appeal": spans or (span(CYCLE),)})


def test_within_appeal() -> None:
    """An appeal can be granted within 30 days of the notice (programme.md, Tenure)."""
    last = date(2026, 10, 31)
    inside = {"path": appealed(), "recorded_at": noon(last)}
    assert found("within_appeal", **inside) == Finding(True, "2026-10-31")
    outside = {**inside, "recorded_at": midnight(last + timedelta(days=1))}
    assert found("within_appeal", **outside) == Finding(False, "2026-10-31")


def test_the_days_of_an_appeal_run_from_the_notice() -> None:
    """A decision recorded late is told late, and its thirty days begin then (Tenure)."""
    late = appealed(span(CYCLE, recorded_at=noon(date(2026, 10, 5))))
    seen = {"path": late, "recorded_at": noon(date(2026, 11, 4))}
    assert found("within_appeal", **seen) == Finding(True, "2026-11-04")


def test_a_decision_is_reversed_once() -> None:
    """An appeal that was granted has ended, and later ends of the award are no part of it."""
    over = appealed(span(CYCLE, CYCLE, reason="appeal"))
    votes = [vote("m-1"), vote("m-2")]
    finding = Finding(False, "no decision to appeal")
    assert found("within_appeal", path=over, recorded_at=noon(CYCLE)) == finding
    assert found("within_appeal", recorded_at=noon(CYCLE)) == finding
    assert not found("appeal_granted", path=over, records=votes).held


def vote(person: str, value: str = "grant", **changes: Any) -> Statement:
    """Return a voice on the appeal of path 1, of the day after the decision."""
    parts: dict[str, Any] = {"name": "award-1", "actor": f"manager:{person}"}
    parts["recorded_at"] = noon(CYCLE)
    return record("appeal", value, **{**parts, **changes})


@pytest.mark.parametrize(
    ("votes", "persons"),
    [
        ([vote("m-1"), vote("m-2")], 2),
        ([vote("m-1")], 1),
        ([vote("m-1"), vote("m-1")], 1),
        ([vote("m-1"), vote("m-2"), vote("m-2", "refuse")], 1),
        ([vote("m-1"), vote("m-1", actor="operator:m-1")], 1),
        ([vote("m-1"), vote("m-2", name="award-2")], 1),
        ([vote("m-1"), vote("m-2", recorded_at=midnight(CYCLE) - TICK)], 1),
        ([vote("m-1"), vote("rev-1")], 1),
        ([vote("m-1"), record("step", "grant", name="award-1", actor="manager:m-2")], 1),
        ([], 0),
    ],
)
def test_appeal_granted(votes: list[Statement], persons: int) -> None:
    """Two persons outside the panel, on this decision, may reinstate (programme.md, Tenure)."""
    panel = Tally.of([card("rev-1", "team-a", 2)])
    seen: dict[str, Any] = {"path": appealed(), "records": votes, "tally": panel}
    assert found("appeal_granted", **seen) == Finding(persons == 2, f"{persons} of 2 persons")


def test_no_conduct_bar() -> None:
    """After an end for code of conduct nomination is refused for 24 months (Tenure)."""
    ended = standing("ended", reason="code_of_conduct", as_of=date(2024, 10, 2))
    assert found("no_conduct_bar") == Finding(True, "none")
    assert found("no_conduct_bar", records=[ended]) == Finding(
        False, "until 2026-10-02", date(2026, 10, 2)
    )
    assert found("no_conduct_bar", records=[ended], on=date(2026, 10, 2)).held
    cleared = standing("began", reason="code_of_conduct", as_of=date(2025, 1, 1))
    assert found("no_conduct_bar", records=[ended, cleared]).held
    violation = standing("ended", as_of=date(2026, 9, 1))
    assert found("no_conduct_bar", records=[violation]).held
    assert not found("no_conduct_bar", records=[ended, violation]).held


def test_grace_over() -> None:
    """Grace ends at local midnight thirty days after the due date (programme.md, Tenure)."""
    due = path("renewal_due")
    assert found("grace_over", path=due, at=midnight(GRACE_END)) == Finding(True, "2026-10-31")
    assert found("grace_over", path=due, at=midnight(GRACE_END) - TICK) == Finding(
        False, "2026-10-30", GRACE_END
    )


@pytest.mark.parametrize(
    ("tallied", "on", "held"),
    [
        (tally(3), CYCLE, True),
        (tally(4), CYCLE, False),
        (Tally(), CYCLE, False),
        (tally(4), GRACE_END, True),
        (tally(3), GRACE_END, True),
        (Tally(), GRACE_END, False),
        (tally(3, 2), GRACE_END, False),
    ],
)
def test_not_renewable(tallied: Tally, on: date, held: bool) -> None:
    """The panel's no retires at once, an unmet bar at the end of grace (programme.md, Tenure)."""
    assert found("not_renewable", path=path("renewal_due"), tally=tallied, on=on).held is held


def test_the_alumni_door() -> None:
    """Reconnect is offered in good standing after a year (programme.md, Reconnect)."""
    alumni = retired(date(2025, 4, 1), date(2026, 10, 1))
    assert found("alumni_door", path=alumni) == Finding(True, "unmet: none")
    assert found("alumni_door", path=alumni, records=[standing("ended")]) == Finding(
        False, "unmet: good_standing"
    )
    assert found("alumni_door") == Finding(False, "unmet: held_a_year")
