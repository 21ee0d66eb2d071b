"""How does a seller become an ambassador, stay one, and leave?

The award path as a table, one path per candidacy. Read it beside programme.md, "The lifecycles":
each edge and timer stands there with the same name.

Theory of operation:
    A nomination opens a path in the round of a cycle date. At the window's close review opens; on
    the cycle date the clock awards, carries over or declines. A year on the award falls due: the
    clock renews or retires at once, or is refused, which starts grace: reminders, and a last
    decision at its end. A compliance case that is open then puts the decision off to the next
    cycle. Whoever retires in good standing may join Reconnect.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from lazsa_flow.award.lifecycles.award_checks import award_policy
from lazsa_flow.award.lifecycles.award_guards import GUARDS
from lazsa_flow.award.lifecycles.award_reminders import (
    CARD_REMINDER,
    HALF_WAY,
    NOMINATION_REMINDER,
    REMINDER_INSTANTS,
    RENEWAL_OPENS,
)
from lazsa_flow.award.policy import AwardPolicy
from lazsa_flow.award.rules.criteria import CRITERIA
from lazsa_flow.lifecycle.effects import Begin, End, FireOther, Notify, Reopen, Schedule
from lazsa_flow.lifecycle.model import SYSTEM
from lazsa_flow.lifecycle.table import Edge, Lifecycle, Permit, State, Step, Timer

if TYPE_CHECKING:
    from datetime import date

    from lazsa_flow.lifecycle.calendar import Calendar, Moment
    from lazsa_flow.lifecycle.model import GuardContext, Path

_BARS: Final = tuple(criterion.name for criterion in CRITERIA)
_GRANTED: Final = ("quorum", "panel_approval", *_BARS, "no_open_case")
_DOOR: Final = (
    "good_standing",
    "held_a_year",
    "latest_path",
    "no_sitting_award",
    "no_open_case",
    "no_membership",
    "reconnect_steps",
)
_CLOCK: Final = (Permit(SYSTEM),)
_COMPLIANCE: Final = Permit("compliance", ("code_of_conduct", "seller_violation"))
_SITTING: Final = ("awarded", "renewed", "renewal_due")

_NEXT_TERM: Final = (
    Schedule("due_date", round="due"),
    Schedule("renewal_opens"),
    Schedule("half_way"),
)
_LEAVE: Final = (
    End("award"),
    Notify("retired"),
    Notify("reconnect_invitation", when="alumni_door"),
    Notify("ambassador_retired", to="team"),
    Notify("reconnect_ready", to="team", when="reconnect_ready"),
)
_WELCOME: Final = (
    Begin("membership"),
    Notify("joined_reconnect"),
    Notify("member_joined", to="group"),
)
_LOSE_STANDING: Final = End("good_standing", of="subject")
_LEAVE_GROUP: Final = (
    End("membership"),
    Notify("removed"),
    Notify("take_out_of_group", to="team"),
)
_APPEAL_GRANTED: Final = ("within_appeal", "appeal_granted", "no_newer_path")
_ONLY_A_CASE: Final = ("quorum", "panel_approval", *_BARS, "no_sitting_award", "postponable")
"""With a quorum, what makes a candidacy postponable is an open case alone."""
_PUT_OFF: Final = (
    Schedule("renewal_decision", round="next_cycle", when="open_case"),
    Notify("renewal_rescheduled", when="open_case"),
)
_RESTORE: Final = (
    End("appeal"),
    Reopen("award"),
    Notify("appeal_granted"),
    Notify("renewed"),
    *_NEXT_TERM,
    Notify("ambassador_renewed", to="team"),
)
_MEMBERSHIP_ENDS: Final = FireOther("remove", state="reconnect", reason="re_awarded")


def _review_opens(context: GuardContext) -> Moment:
    closes_days = award_policy(context).nomination.closes_days
    return context.calendar.closes(context.judged_on, closes_days)


def _cycle(context: GuardContext) -> Moment:
    return context.calendar.start(context.judged_on)


def _renewal_opens(context: GuardContext) -> Moment:
    days = award_policy(context).panel.renewal_opens_days
    return context.calendar.start(context.judged_on - timedelta(days=days))


def _grace_end_on(context: GuardContext) -> date:
    return context.judged_on + timedelta(days=award_policy(context).renewal.grace_days)


def _grace_end(context: GuardContext) -> Moment:
    return context.calendar.start(_grace_end_on(context))


def _next_reminder(context: GuardContext) -> Moment | None:
    end = _grace_end_on(context)
    for days in award_policy(context).renewal.reminder_days:
        moment = context.calendar.start(end - timedelta(days=days))
        if moment.at > context.at:
            return moment
    return None


def _next_cycle(context: GuardContext) -> date:
    return context.calendar.next_held(context.judged_on)


def _due(context: GuardContext) -> date:
    return next_due_on(context.path, context.judged_on, context.calendar, award_policy(context))


def next_due_on(path: Path, due_on: date, calendar: Calendar, policy: AwardPolicy) -> date:
    """Compute the next due date from the anchor: the first award, or a due date put off since.

    Args:
        path: A path that was awarded.
        due_on: The cycle date on which it was awarded or renewed.
        calendar: The country's.
        policy: That of the round.
    """
    anchor = path.spans["award"][0].began_on
    return calendar.next_due_on(anchor, due_on, policy.renewal.term_months)


AWARD: Final = Lifecycle(
    name="award",
    title="LazSA award",
    rereads_rows=False,
    policy=AwardPolicy,
    guards=GUARDS,
    urgent=frozenset({"compliance"}),
    promised={
        "cycle_date": Notify("candidacy_rescheduled"),
        "due_date": Notify("renewal_rescheduled"),
        "renewal_decision": Notify("renewal_rescheduled"),
    },
    happy=("nominated", "under_review", "awarded", "renewal_due", "renewed"),
    instants={
        "review_opens": _review_opens,
        "cycle": _cycle,
        "renewal_opens": _renewal_opens,
        "grace_end": _grace_end,
        "next_reminder": _next_reminder,
        **REMINDER_INSTANTS,
    },
    rounds={"next_cycle": _next_cycle, "due": _due},
    states=(
        State("nominated", "waiting", open=True),
        State("under_review", "waiting", open=True),
        State("awarded", "honoured", open=True),
        State("renewal_due", "waiting", open=True),
        State("renewed", "honoured", open=True),
        State("retired", "ended_well"),
        State("reconnect", "honoured"),
        State("removed", "ended_well", final=True),
        State("declined", "ended_badly", final=True),
        State("withdrawn", "ended_badly", final=True),
    ),
    opening=Edge(
        "nominate",
        sources=(),
        dest="nominated",
        permits=(
            Permit("employee"),
            Permit("ambassador"),
            Permit("seller", relation="self"),
        ),
        guards=("no_sitting_award", "no_conduct_bar"),
        effects=(
            Notify("nominated"),
            Schedule("review_opens"),
            Schedule("cycle_date"),
            Schedule("nomination_reminder"),
        ),
    ),
    edges=(
        Edge(
            "open_review",
            sources=("nominated",),
            dest="under_review",
            permits=_CLOCK,
            guards=("nomination_complete",),
            effects=(Notify("review_opened", to="panel"), Schedule("card_reminder")),
        ),
        Edge(
            "withdraw",
            sources=("nominated", "under_review"),
            dest="withdrawn",
            permits=(Permit("seller", ("nominee",), relation="self"),),
            effects=(Notify("withdrawn"), Notify("nominee_withdrew", to="nominators")),
        ),
        Edge(
            "withdraw",
            sources=("nominated",),
            dest="withdrawn",
            permits=tuple(
                Permit(role, ("nominators",), relation="nominator")
                for role in ("employee", "ambassador", "seller")
            ),
            guards=("no_nomination_left",),
            effects=(Notify("withdrawn"),),
        ),
        Edge(
            "disqualify",
            sources=("nominated", "under_review"),
            dest="declined",
            permits=(Permit("compliance", ("seller_violation", "false_statement")),),
            effects=(Notify("disqualified"),),
        ),
        Edge(
            "disqualify",
            sources=("nominated", "under_review"),
            dest="declined",
            permits=(Permit("compliance", ("code_of_conduct",)),),
            effects=(End("conduct", of="subject"), Notify("disqualified")),
        ),
        Edge(
            "award",
            sources=("under_review",),
            dest="awarded",
            permits=_CLOCK,
            guards=(*_GRANTED, "no_sitting_award"),
            effects=(
                Begin("award"),
                Notify("awarded"),
                _MEMBERSHIP_ENDS,
                *_NEXT_TERM,
                Notify("ambassador_awarded", to="team"),
            ),
        ),
        Edge(
            "carry_over",
            sources=("under_review",),
            dest="under_review",
            permits=_CLOCK,
            guards=("postponable", "not_carried_over"),
            effects=(
                Begin("postponement"),
                Notify("postponed"),
                Schedule("cycle_date", round="next_cycle"),
                Schedule("card_reminder"),
            ),
        ),
        Edge(
            "decline",
            sources=("nominated",),
            dest="declined",
            permits=(Permit(SYSTEM, ("incomplete",)),),
            effects=(Begin("appeal"), Notify("not_selected")),
        ),
        Edge(
            "decline",
            sources=("under_review",),
            dest="declined",
            permits=(Permit(SYSTEM, ("not_reviewed",)),),
            guards=("no_quorum",),
            effects=(Begin("appeal"), Notify("not_selected")),
        ),
        Edge(
            "decline",
            sources=("under_review",),
            dest="declined",
            permits=(Permit(SYSTEM, ("case_open",)),),
            guards=_ONLY_A_CASE,
            effects=(Begin("appeal"), Notify("not_selected")),
        ),
        Edge(
            "decline",
            sources=("under_review",),
            dest="declined",
            permits=(Permit(SYSTEM, ("not_selected",)),),
            effects=(Begin("appeal"), Notify("not_selected")),
        ),
        Edge(
            "fall_due",
            sources=("awarded", "renewed"),
            dest="renewal_due",
            permits=_CLOCK,
            effects=(Schedule("renewal_decision"),),
        ),
        Edge(
            "renew",
            sources=("renewal_due",),
            dest="renewed",
            permits=_CLOCK,
            guards=_GRANTED,
            effects=(
                Notify("renewed"),
                *_NEXT_TERM,
                Notify("ambassador_renewed", to="team"),
            ),
        ),
        Edge(
            "retire",
            sources=("renewal_due",),
            dest="retired",
            permits=(Permit(SYSTEM, ("not_renewed",)),),
            guards=("not_renewable", "no_open_case"),
            effects=(*_LEAVE, Begin("appeal")),
        ),
        Edge(
            "retire",
            sources=("renewal_due",),
            dest="retired",
            permits=(Permit(SYSTEM, ("lapsed",)),),
            guards=("grace_over", "no_quorum", "no_open_case"),
            effects=(*_LEAVE, Begin("appeal")),
        ),
        Edge(
            "retire",
            sources=_SITTING,
            dest="retired",
            permits=(
                Permit("seller", ("resigned",), relation="self"),
                Permit("host", ("account_closed",)),
            ),
            effects=_LEAVE,
            confirm=True,
        ),
        Edge(
            "retire",
            sources=_SITTING,
            dest="retired",
            permits=(_COMPLIANCE,),
            effects=(_LOSE_STANDING, *_LEAVE),
            confirm=True,
        ),
        Edge(
            "revoke_standing",
            sources=("retired",),
            dest="retired",
            permits=(_COMPLIANCE,),
            effects=(_LOSE_STANDING, Notify("standing_revoked")),
            confirm=True,
        ),
        Edge(
            "revoke_standing",
            sources=("removed",),
            dest="removed",
            permits=(_COMPLIANCE,),
            effects=(_LOSE_STANDING, Notify("standing_revoked")),
            confirm=True,
        ),
        Edge(
            "join_reconnect",
            sources=("retired",),
            dest="reconnect",
            permits=(Permit("team", relation="country"),),
            guards=_DOOR,
            effects=_WELCOME,
        ),
        Edge(
            "remove",
            sources=("reconnect",),
            dest="removed",
            permits=(
                Permit("seller", ("left",), relation="self"),
                Permit(SYSTEM, ("re_awarded",)),
            ),
            effects=_LEAVE_GROUP,
        ),
        Edge(
            "remove",
            sources=("reconnect",),
            dest="removed",
            permits=(Permit("compliance", ("code_of_conduct",)),),
            effects=(_LOSE_STANDING, *_LEAVE_GROUP),
        ),
        Edge(
            "rejoin",
            sources=("removed",),
            dest="reconnect",
            permits=(Permit("team", relation="country"),),
            guards=("left_by_choice", *_DOOR),
            effects=_WELCOME,
        ),
        Edge(
            "close_account",
            sources=("nominated", "under_review"),
            dest="withdrawn",
            permits=(Permit("host", ("account_closed",)),),
            effects=(Notify("withdrawn"),),
        ),
        Edge(
            "reinstate",
            sources=("declined",),
            dest="awarded",
            permits=(Permit("manager", ("appeal",)),),
            guards=_APPEAL_GRANTED,
            effects=(
                End("appeal"),
                Begin("award"),
                Notify("appeal_granted"),
                Notify("awarded"),
                _MEMBERSHIP_ENDS,
                *_NEXT_TERM,
                Notify("ambassador_awarded", to="team"),
            ),
            effective="cycle",
        ),
        Edge(
            "reinstate",
            sources=("retired",),
            dest="renewed",
            permits=(Permit("manager", ("appeal",)),),
            guards=_APPEAL_GRANTED,
            effects=_RESTORE,
            effective="cycle",
        ),
        Edge(
            "reinstate",
            sources=("reconnect",),
            dest="renewed",
            permits=(Permit("manager", ("appeal",)),),
            guards=_APPEAL_GRANTED,
            effects=(*_RESTORE, *_LEAVE_GROUP),
            effective="cycle",
        ),
    ),
    timers=(
        Timer("review_opens", ("nominated",), "review_opens", steps=(Step("open_review"),)),
        Timer(
            "cycle_date",
            ("nominated", "under_review"),
            "cycle",
            steps=(
                Step("award"),
                Step("carry_over"),
                Step("decline", "incomplete"),
                Step("decline", "not_reviewed"),
                Step("decline", "case_open"),
                Step("decline", "not_selected"),
            ),
        ),
        NOMINATION_REMINDER,
        CARD_REMINDER,
        HALF_WAY,
        RENEWAL_OPENS,
        Timer("due_date", ("awarded", "renewed"), "cycle", steps=(Step("fall_due"),)),
        Timer(
            "renewal_decision",
            ("renewal_due",),
            "cycle",
            steps=(Step("renew"), Step("retire", "not_renewed")),
            otherwise=(
                *_PUT_OFF,
                Notify("renewal_due", when="no_open_case"),
                Schedule("grace_reminder", when="no_open_case"),
                Schedule("grace_end", when="no_open_case"),
            ),
        ),
        Timer(
            "grace_reminder",
            ("renewal_due",),
            "next_reminder",
            effects=(
                Notify("grace_reminder", to="panel"),
                Notify("grace_reminder", to="country_lead"),
                Schedule("grace_reminder"),
            ),
        ),
        Timer(
            "grace_end",
            ("renewal_due",),
            "grace_end",
            steps=(Step("renew"), Step("retire", "not_renewed"), Step("retire", "lapsed")),
            otherwise=_PUT_OFF,
        ),
    ),
)
