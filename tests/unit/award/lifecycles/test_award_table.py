"""The award's table against programme.md, "The lifecycles", row by row."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.award.policy import AwardPolicy
from lazsa_flow.lifecycle.effects import Begin, End, FireOther, Notify, Schedule
from tests.factories import CYCLE, calendar, context, midnight, path, policy, span

if TYPE_CHECKING:
    from lazsa_flow.lifecycle.table import Edge

Right = tuple[str, str | None, str]
"""Role, reason, relation to the path."""

ROWS = {
    ("open_review", "nominated", "under_review"),
    ("withdraw", "nominated", "withdrawn"),
    ("withdraw", "under_review", "withdrawn"),
    ("disqualify", "nominated", "declined"),
    ("disqualify", "under_review", "declined"),
    ("award", "under_review", "awarded"),
    ("carry_over", "under_review", "under_review"),
    ("decline", "nominated", "declined"),
    ("decline", "under_review", "declined"),
    ("fall_due", "awarded", "renewal_due"),
    ("fall_due", "renewed", "renewal_due"),
    ("renew", "renewal_due", "renewed"),
    ("retire", "renewal_due", "retired"),
    ("retire", "awarded", "retired"),
    ("retire", "renewed", "retired"),
    ("revoke_standing", "retired", "retired"),
    ("revoke_standing", "removed", "removed"),
    ("join_reconnect", "retired", "reconnect"),
    ("remove", "reconnect", "removed"),
    ("rejoin", "removed", "reconnect"),
    ("close_account", "nominated", "withdrawn"),
    ("close_account", "under_review", "withdrawn"),
    ("reinstate", "declined", "awarded"),
    ("reinstate", "retired", "renewed"),
    ("reinstate", "reconnect", "renewed"),
}
"""Every row of programme.md's table of the award path, a line for each source."""

CONDUCT: set[Right] = {
    ("compliance", reason, "any") for reason in ("code_of_conduct", "seller_violation")
}
LEAVERS: set[Right] = {("seller", "resigned", "self"), ("host", "account_closed", "any")}
CLOCK: set[Right] = {("system", None, "any")}

RIGHTS: dict[tuple[str, str], set[Right]] = {
    ("open_review", "nominated"): CLOCK,
    ("withdraw", "nominated"): {
        ("seller", "nominee", "self"),
        ("employee", "nominators", "nominator"),
        ("ambassador", "nominators", "nominator"),
        ("seller", "nominators", "nominator"),
    },
    ("withdraw", "under_review"): {("seller", "nominee", "self")},
    ("disqualify", "nominated"): {*CONDUCT, ("compliance", "false_statement", "any")},
    ("disqualify", "under_review"): {*CONDUCT, ("compliance", "false_statement", "any")},
    ("award", "under_review"): CLOCK,
    ("carry_over", "under_review"): CLOCK,
    ("decline", "nominated"): {("system", "incomplete", "any")},
    ("decline", "under_review"): {
        ("system", "not_reviewed", "any"),
        ("system", "case_open", "any"),
        ("system", "not_selected", "any"),
    },
    ("fall_due", "awarded"): CLOCK,
    ("fall_due", "renewed"): CLOCK,
    ("renew", "renewal_due"): CLOCK,
    ("retire", "renewal_due"): {
        *CONDUCT,
        *LEAVERS,
        ("system", "not_renewed", "any"),
        ("system", "lapsed", "any"),
    },
    ("retire", "awarded"): {*CONDUCT, *LEAVERS},
    ("retire", "renewed"): {*CONDUCT, *LEAVERS},
    ("revoke_standing", "retired"): CONDUCT,
    ("revoke_standing", "removed"): CONDUCT,
    ("join_reconnect", "retired"): {("team", None, "country")},
    ("remove", "reconnect"): {
        ("seller", "left", "self"),
        ("system", "re_awarded", "any"),
        ("compliance", "code_of_conduct", "any"),
    },
    ("rejoin", "removed"): {("team", None, "country")},
    ("close_account", "nominated"): {("host", "account_closed", "any")},
    ("close_account", "under_review"): {("host", "account_closed", "any")},
    ("reinstate", "declined"): {("manager", "appeal", "any")},
    ("reinstate", "retired"): {("manager", "appeal", "any")},
    ("reinstate", "reconnect"): {("manager", "appeal", "any")},
}
"""Who may do what, giving which reason, standing how to the path."""

BARS = (
    *("tenure", "compliance", "gmv", "chat_response"),
    *("cancellation", "retention", "trainer_activities"),
)
DOOR = {
    *("good_standing", "held_a_year", "latest_path", "no_sitting_award"),
    *("no_open_case", "no_membership", "reconnect_steps"),
}
APPEAL = {"within_appeal", "appeal_granted", "no_newer_path"}
GRANTED = {"quorum", "panel_approval", *BARS, "no_open_case"}

GUARDED: dict[tuple[str, str, str | None], set[str]] = {
    ("nominated", "open_review", None): {"nomination_complete"},
    ("nominated", "withdraw", "nominee"): set(),
    ("nominated", "withdraw", "nominators"): {"no_nomination_left"},
    ("nominated", "disqualify", "code_of_conduct"): set(),
    ("under_review", "award", None): {*GRANTED, "no_sitting_award"},
    ("under_review", "carry_over", None): {"postponable", "not_carried_over"},
    ("nominated", "decline", "incomplete"): set(),
    ("under_review", "decline", "not_reviewed"): {"no_quorum"},
    ("under_review", "decline", "case_open"): {
        *("quorum", "panel_approval", "no_sitting_award", "postponable"),
        *BARS,
    },
    ("under_review", "decline", "not_selected"): set(),
    ("awarded", "fall_due", None): set(),
    ("renewal_due", "renew", None): GRANTED,
    ("renewal_due", "retire", "not_renewed"): {"not_renewable", "no_open_case"},
    ("renewal_due", "retire", "lapsed"): {"grace_over", "no_quorum", "no_open_case"},
    ("awarded", "retire", "resigned"): set(),
    ("retired", "revoke_standing", "code_of_conduct"): set(),
    ("removed", "revoke_standing", "code_of_conduct"): set(),
    ("retired", "join_reconnect", None): DOOR,
    ("reconnect", "remove", "left"): set(),
    ("reconnect", "remove", "code_of_conduct"): set(),
    ("removed", "rejoin", None): {"left_by_choice", *DOOR},
    ("nominated", "close_account", "account_closed"): set(),
    ("declined", "reinstate", "appeal"): APPEAL,
    ("retired", "reinstate", "appeal"): APPEAL,
    ("reconnect", "reinstate", "appeal"): APPEAL,
}


def edge(state: str, trigger: str, reason: str | None = None) -> Edge:
    """Return an edge that must be there."""
    found = AWARD.edge(state, trigger, reason)
    assert found, f"no {trigger} ({reason}) from {state}"
    return found


def test_the_rows_are_those_of_the_programme() -> None:
    """The table has programme.md's rows and no other (programme.md, The lifecycles)."""
    rows = {(edge.trigger, source, edge.dest) for edge in AWARD.edges for source in edge.sources}
    assert rows == ROWS


def test_the_states() -> None:
    """An open path holds a seller's one place; three states are final (The lifecycles)."""
    assert {state.name for state in AWARD.states if state.open} == {
        *("nominated", "under_review", "awarded", "renewal_due", "renewed")
    }
    assert {state.name for state in AWARD.states if state.final} == {
        *("removed", "declined", "withdrawn")
    }
    assert {state.name for state in AWARD.states if not state.open} == {
        *("retired", "reconnect", "removed", "declined", "withdrawn")
    }
    assert AWARD.initial == "nominated"


def test_who_may_do_what() -> None:
    """Who may do what is a rule per trigger and reason (programme.md, The lifecycles)."""
    rights: dict[tuple[str, str], set[Right]] = {}
    for each in AWARD.edges:
        for source in each.sources:
            for permit in each.permits:
                for reason in permit.reasons or (None,):
                    row = (permit.role, reason, permit.relation)
                    rights.setdefault((each.trigger, source), set()).add(row)
    assert rights == RIGHTS


def test_who_may_nominate() -> None:
    """An employee, a sitting ambassador or the seller itself may (programme.md, Nomination)."""
    assert {(permit.role, permit.relation) for permit in AWARD.opening.permits} == {
        ("employee", "any"),
        ("ambassador", "any"),
        ("seller", "self"),
    }
    assert set(AWARD.opening.guards) == {"no_sitting_award", "no_conduct_bar"}


def test_compliance_comes_before_a_due_timer() -> None:
    """Compliance's commands come before a due timer, nobody else's (programme.md, Tenure)."""
    assert AWARD.preempts_timers == {"compliance"}


@pytest.mark.parametrize(("state", "trigger", "reason"), GUARDED)
def test_the_guards_of_an_edge(state: str, trigger: str, reason: str | None) -> None:
    """Each edge has the guards that its row names (programme.md, The lifecycles)."""
    assert set(edge(state, trigger, reason).guards) == GUARDED[state, trigger, reason]


def test_every_guard_of_the_programme_is_registered() -> None:
    """Guards have programme.md's names (programme.md, The lifecycles; Criteria)."""
    named = {
        *("nomination_complete", "quorum", "panel_approval", "no_sitting_award", "no_open_case"),
        *("good_standing", "held_a_year", "latest_path", "reconnect_steps", "within_appeal"),
        *BARS,
    }
    assert named <= set(AWARD.guards)


@pytest.mark.parametrize(
    ("timer", "states", "tried"),
    [
        ("review_opens", {"nominated"}, [("open_review", None)]),
        (
            "cycle_date",
            {"nominated", "under_review"},
            [
                ("award", None),
                ("carry_over", None),
                ("decline", "incomplete"),
                ("decline", "not_reviewed"),
                ("decline", "case_open"),
                ("decline", "not_selected"),
            ],
        ),
        ("nomination_reminder", {"nominated"}, []),
        ("card_reminder", {"under_review", "awarded", "renewed"}, []),
        ("half_way", {"awarded", "renewed"}, []),
        ("renewal_opens", {"awarded", "renewed"}, []),
        ("due_date", {"awarded", "renewed"}, [("fall_due", None)]),
        ("renewal_decision", {"renewal_due"}, [("renew", None), ("retire", "not_renewed")]),
        ("grace_reminder", {"renewal_due"}, []),
        (
            "grace_end",
            {"renewal_due"},
            [("renew", None), ("retire", "not_renewed"), ("retire", "lapsed")],
        ),
    ],
)
def test_what_a_timer_tries_in_order(
    timer: str, states: set[str], tried: list[tuple[str, str | None]]
) -> None:
    """A timer names an ordered list of triggers; the first that holds fires (The lifecycles)."""
    row = AWARD.timer(timer)
    assert set(row.states) == states
    assert [(step.trigger, step.reason) for step in row.steps] == tried


def test_there_are_no_other_timers() -> None:
    """The ten timers are all there are; those that remind restart with their round."""
    assert len(AWARD.timers) == 10
    assert {timer.name: timer.restarts for timer in AWARD.timers if timer.restarts} == {
        "nomination_reminder": ("nominated",),
        "card_reminder": ("under_review",),
        "renewal_opens": ("awarded", "renewed"),
    }
    assert AWARD.policy is AwardPolicy


def test_conduct_ends_the_good_standing() -> None:
    """Of the reasons to retire, compliance's two end it, no other does (programme.md, Tenure)."""
    lost = End("good_standing", of="subject")
    for state in ("awarded", "renewed", "renewal_due"):
        for reason in ("code_of_conduct", "seller_violation"):
            assert lost in edge(state, "retire", reason).effects
        for reason in ("resigned", "account_closed"):
            assert lost not in edge(state, "retire", reason).effects
    for reason in ("not_renewed", "lapsed"):
        assert lost not in edge("renewal_due", "retire", reason).effects
    assert lost in edge("retired", "revoke_standing", "code_of_conduct").effects
    assert lost in edge("reconnect", "remove", "code_of_conduct").effects
    assert lost not in edge("reconnect", "remove", "left").effects


def test_every_retirement_ends_the_award_and_may_invite() -> None:
    """Perks end, and Reconnect is offered where eligible (programme.md, The lifecycles)."""
    for each in AWARD.edges:
        if each.trigger == "retire":
            assert End("award") in each.effects
            assert Notify("reconnect_invitation", to="seller", when="alumni_door") in each.effects


def test_an_award_ends_the_membership() -> None:
    """A Reconnect membership ends in the transaction of the award (programme.md, Reconnect)."""
    ends = FireOther("remove", state="reconnect", reason="re_awarded")
    assert ends in edge("under_review", "award").effects
    assert ends in edge("declined", "reinstate", "appeal").effects
    assert End("membership") in edge("reconnect", "reinstate", "appeal").effects


def test_only_the_clocks_decisions_can_be_appealed() -> None:
    """Declined, lapsed and not renewed may be reinstated, nothing else (The lifecycles)."""
    appealable = {
        (each.trigger, reason)
        for each in AWARD.edges
        if Begin("appeal") in each.effects
        for reason in each.reasons
    }
    assert appealable == {
        ("decline", "incomplete"),
        ("decline", "not_reviewed"),
        ("decline", "case_open"),
        ("decline", "not_selected"),
        ("retire", "not_renewed"),
        ("retire", "lapsed"),
    }


def test_a_reinstatement_takes_effect_from_the_cycle_date() -> None:
    """Reinstated is with effect from the cycle date, all else at once (programme.md, Tenure)."""
    assert {each.trigger for each in AWARD.edges if each.effective == "cycle"} == {"reinstate"}


def test_an_open_case_puts_a_renewal_off_and_grace_starts_without() -> None:
    """A case postpones by one cycle; else the refusal starts grace (programme.md, Tenure)."""
    put_off = (
        Schedule("renewal_decision", round="next_cycle", when="open_case"),
        Notify("renewal_rescheduled", to="seller", when="open_case"),
    )
    assert AWARD.timer("renewal_decision").on_refused == (
        *put_off,
        Notify("renewal_due", to="seller", when="no_open_case"),
        Schedule("grace_reminder", when="no_open_case"),
        Schedule("grace_end", when="no_open_case"),
    )
    assert AWARD.timer("grace_end").on_refused == put_off
    assert AWARD.timer("cycle_date").on_refused == ()


@pytest.mark.parametrize(
    ("name", "on"),
    [
        ("review_opens", date(2026, 9, 1)),
        ("cycle", date(2026, 10, 1)),
        ("renewal_opens", date(2026, 9, 1)),
        ("grace_end", date(2026, 10, 31)),
    ],
)
def test_instants_are_reckoned_from_the_round(name: str, on: date) -> None:
    """Window, cycle, renewal round and grace are local midnights (programme.md, Tenure)."""
    moment = AWARD.instants[name](context())
    assert moment == (on, midnight(on))


def test_reminders_fall_before_the_end_of_grace() -> None:
    """Grace is reminded 14, 7 and 1 day before its end, and then no more (programme.md, Tenure)."""
    seen, at = [], midnight(CYCLE)
    while moment := AWARD.instants["next_reminder"](context(path=path("renewal_due"), at=at)):
        seen.append(moment.on)
        at = moment.at
    assert seen == [date(2026, 10, 17), date(2026, 10, 24), date(2026, 10, 30)]


def test_a_reminder_that_is_missed_is_left_out() -> None:
    """Where grace is decided on late, only reminders still to come are set."""
    late = midnight(date(2026, 10, 20))
    moment = AWARD.instants["next_reminder"](context(path=path("renewal_due"), at=late))
    assert moment == (date(2026, 10, 24), midnight(date(2026, 10, 24)))


def test_instants_follow_the_policy() -> None:
    """Days are the policy's, never constants (programme.md, Versions and data)."""
    rules = policy(renewal={"grace_days": 10, "reminder_days": (3,)})
    assert AWARD.instants["grace_end"](context(policy=rules)) == calendar().start(
        CYCLE + timedelta(days=10)
    )


def test_the_next_round() -> None:
    """Carried over, a path belongs to the next cycle; awarded, to that of a year on (Tenure)."""
    awarded = path("awarded", periods={"award": (span(date(2026, 10, 1)),)})
    assert AWARD.rounds["next_cycle"](context()) == date(2027, 4, 1)
    assert AWARD.rounds["due"](context(path=awarded)) == date(2027, 10, 1)


def test_due_dates_come_from_the_first_award() -> None:
    """A term runs from the anchor; a due date put off by a cycle is the new one (Tenure)."""
    for due_on, following in ((date(2027, 10, 1), 2028), (date(2028, 10, 1), 2029)):
        spans = {"award": (span(date(2026, 10, 1)),)}
        renewed = path("renewed", cycle_on=due_on, periods=spans)
        assert AWARD.rounds["due"](context(path=renewed)) == date(following, 10, 1)
    put_off = path("renewed", cycle_on=date(2028, 4, 1), periods=spans)
    assert AWARD.rounds["due"](context(path=put_off)) == date(2029, 4, 1)
