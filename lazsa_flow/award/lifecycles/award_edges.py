"""Edges of the award path: who may move it, under which guards, and what that brings about.

Source:
    programme.md, "The lifecycles".
"""

from __future__ import annotations

from typing import Final

from lazsa_flow.award.rules.criteria import CRITERIA
from lazsa_flow.lifecycle.effects import Begin, End, FireOther, Notify, Reopen, Schedule
from lazsa_flow.lifecycle.model import SYSTEM
from lazsa_flow.lifecycle.table import Edge, Permit

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
    Notify("retired", to="seller"),
    Notify("reconnect_invitation", to="seller", when="alumni_door"),
    Notify("ambassador_retired", to="team"),
    Notify("reconnect_ready", to="team", when="reconnect_ready"),
)
_WELCOME: Final = (
    Begin("membership"),
    Notify("joined_reconnect", to="seller"),
    Notify("member_joined", to="group"),
)
_LOSE_STANDING: Final = End("good_standing", of="subject")
_LEAVE_GROUP: Final = (
    End("membership"),
    Notify("removed", to="seller"),
    Notify("take_out_of_group", to="team"),
)
_APPEAL_GRANTED: Final = ("within_appeal", "appeal_granted", "no_newer_path")
_ONLY_A_CASE: Final = ("quorum", "panel_approval", *_BARS, "no_sitting_award", "postponable")
"""With a quorum, what makes a candidacy postponable is an open case alone."""
_RESTORE: Final = (
    End("appeal"),
    Reopen("award"),
    Notify("appeal_granted", to="seller"),
    Notify("renewed", to="seller"),
    *_NEXT_TERM,
    Notify("ambassador_renewed", to="team"),
)
_MEMBERSHIP_ENDS: Final = FireOther("remove", state="reconnect", reason="re_awarded")

OPENING: Final = Edge(
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
        Notify("nominated", to="seller"),
        Schedule("review_opens"),
        Schedule("cycle_date"),
        Schedule("nomination_reminder"),
    ),
)

EDGES: Final = (
    Edge(
        "open_review",
        title="Open the review",
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
        effects=(Notify("withdrawn", to="seller"), Notify("nominee_withdrew", to="nominators")),
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
        effects=(Notify("withdrawn", to="seller"),),
    ),
    Edge(
        "disqualify",
        sources=("nominated", "under_review"),
        dest="declined",
        permits=(Permit("compliance", ("seller_violation", "false_statement")),),
        effects=(Notify("disqualified", to="seller"),),
    ),
    Edge(
        "disqualify",
        sources=("nominated", "under_review"),
        dest="declined",
        permits=(Permit("compliance", ("code_of_conduct",)),),
        effects=(End("conduct", of="subject"), Notify("disqualified", to="seller")),
    ),
    Edge(
        "award",
        title="Grant the award",
        sources=("under_review",),
        dest="awarded",
        permits=_CLOCK,
        guards=(*_GRANTED, "no_sitting_award"),
        effects=(
            Begin("award"),
            Notify("awarded", to="seller"),
            _MEMBERSHIP_ENDS,
            *_NEXT_TERM,
            Notify("ambassador_awarded", to="team"),
        ),
    ),
    Edge(
        "carry_over",
        title="Put off to the next cycle",
        sources=("under_review",),
        dest="under_review",
        permits=_CLOCK,
        guards=("postponable", "not_carried_over"),
        effects=(
            Begin("postponement"),
            Notify("postponed", to="seller"),
            Schedule("cycle_date", round="next_cycle"),
            Schedule("card_reminder"),
        ),
    ),
    Edge(
        "decline",
        sources=("nominated",),
        dest="declined",
        permits=(Permit(SYSTEM, ("incomplete",)),),
        effects=(Begin("appeal"), Notify("not_selected", to="seller")),
    ),
    Edge(
        "decline",
        sources=("under_review",),
        dest="declined",
        permits=(Permit(SYSTEM, ("not_reviewed",)),),
        guards=("no_quorum",),
        effects=(Begin("appeal"), Notify("not_selected", to="seller")),
    ),
    Edge(
        "decline",
        sources=("under_review",),
        dest="declined",
        permits=(Permit(SYSTEM, ("case_open",)),),
        guards=_ONLY_A_CASE,
        effects=(Begin("appeal"), Notify("not_selected", to="seller")),
    ),
    Edge(
        "decline",
        sources=("under_review",),
        dest="declined",
        permits=(Permit(SYSTEM, ("not_selected",)),),
        effects=(Begin("appeal"), Notify("not_selected", to="seller")),
    ),
    Edge(
        "fall_due",
        title="Fall due",
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
            Notify("renewed", to="seller"),
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
        title="Revoke the standing",
        sources=("retired",),
        dest="retired",
        permits=(_COMPLIANCE,),
        effects=(_LOSE_STANDING, Notify("standing_revoked", to="seller")),
        confirm=True,
    ),
    Edge(
        "revoke_standing",
        sources=("removed",),
        dest="removed",
        permits=(_COMPLIANCE,),
        effects=(_LOSE_STANDING, Notify("standing_revoked", to="seller")),
        confirm=True,
    ),
    Edge(
        "join_reconnect",
        title="Join Reconnect",
        sources=("retired",),
        dest="reconnect",
        permits=(Permit("team", relation="country"),),
        guards=_DOOR,
        effects=_WELCOME,
    ),
    Edge(
        "remove",
        title="Remove from Reconnect",
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
        title="Rejoin Reconnect",
        sources=("removed",),
        dest="reconnect",
        permits=(Permit("team", relation="country"),),
        guards=("left_by_choice", *_DOOR),
        effects=_WELCOME,
    ),
    Edge(
        "close_account",
        title="Close the account",
        sources=("nominated", "under_review"),
        dest="withdrawn",
        permits=(Permit("host", ("account_closed",)),),
        effects=(Notify("withdrawn", to="seller"),),
    ),
    Edge(
        "reinstate",
        title="Reinstate on appeal",
        sources=("declined",),
        dest="awarded",
        permits=(Permit("manager", ("appeal",)),),
        guards=_APPEAL_GRANTED,
        effects=(
            End("appeal"),
            Begin("award"),
            Notify("appeal_granted", to="seller"),
            Notify("awarded", to="seller"),
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
)
