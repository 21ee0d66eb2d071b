"""What the award's lifecycle must keep to, as properties for its proof.

Source:
    programme.md, "The lifecycles", "Tenure, renewal, retirement", "Reconnect" and "Appeals".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.award.rules.criteria import CRITERIA
from lazsa_flow.foresight.proof.expectations import (
    Deed,
    Request,
    can_happen,
    has_flags,
    leads_to,
    needs_guards,
    people_may,
    period_runs_in,
    waits_for,
)
from lazsa_flow.foresight.proof.properties import Property, Taken

if TYPE_CHECKING:
    from lazsa_flow.foresight.proof.properties import PathSituation
    from lazsa_flow.foresight.proof.world import PossibleMove

SITTING: Final = ("awarded", "renewed", "renewal_due")
_CANDIDATE: Final = ("nominated", "under_review")
_APPEALABLE: Final = ("declined", "retired", "reconnect")
_BARS: Final = tuple(criterion.name for criterion in CRITERIA)
_HONOURED: Final = ("quorum", "panel_approval", *_BARS, "no_open_case")
_DOOR: Final = (
    *("good_standing", "held_a_year", "latest_path", "no_sitting_award"),
    *("no_open_case", "no_membership", "reconnect_steps"),
)
_CONDUCT: Final = ("code_of_conduct", "seller_violation")


def _one_honour(seen: PathSituation) -> bool:
    sitting = sum(path.runs("award") for path in seen.world.paths)
    member = sum(path.runs("membership") for path in seen.world.paths)
    return sitting + member <= 1


def _conduct_ends_standing(_: PathSituation, move: PossibleMove) -> bool:
    """Tell whether an end for conduct, and nothing else, states that the standing is lost."""
    lost = {kind for kind, value in move.stated if value == "ended"}
    if move.trigger == "disqualify":
        return lost == ({"conduct"} if move.reason == "code_of_conduct" else set())
    ends = move.trigger in ("retire", "revoke_standing") and move.reason in _CONDUCT
    ends = ends or (move.trigger == "remove" and move.reason == "code_of_conduct")
    return lost == ({"good_standing"} if ends else set())


def _no_door_without_standing(_: PathSituation, move: PossibleMove) -> bool:
    return move.dest != "reconnect" or not move.after.states("good_standing", "ended")


def _decisions_can_be_appealed(_: PathSituation, move: PossibleMove) -> bool:
    """Tell whether whom the clock turns away may appeal, and nobody else."""
    if move.trigger not in ("decline", "retire"):
        return True
    return move.path.runs("appeal") == (move.timer is not None)


def _appeals_can_be_granted(seen: PathSituation) -> bool:
    path = seen.path
    newest = all(other.number < path.number for other in seen.others)
    if path.state not in _APPEALABLE or not path.runs("appeal") or not newest:
        return True
    return seen.asked_by("manager", "reinstate", "appeal") is not None


def _appeal_is_over(_: PathSituation, move: PossibleMove) -> bool:
    return move.trigger != "reinstate" or not move.path.runs("appeal")


def _door_opens(seen: PathSituation) -> bool:
    """Tell whether a retired ambassador in good standing may join, with nothing in the way."""
    path = seen.path
    free = not any(other.runs("award") or other.runs("membership") for other in seen.others)
    newest = all(other.number < path.number for other in seen.others)
    standing = not seen.world.states("good_standing", "ended")
    if path.state != "retired" or not (free and newest and standing):
        return True
    return seen.asked_by("team", "join_reconnect") is not None


def _put_off_once(before: PathSituation, move: PossibleMove) -> bool:
    return move.trigger != "carry_over" or (
        move.path.runs("postponement") and not before.path.had("postponement")
    )


def _refusals_end(before: PathSituation, move: PossibleMove) -> bool:
    """Tell whether a renewal that is refused begins grace, or waits for the case alone."""
    if not move.refused or before.path.state != "renewal_due":
        return True
    if move.proves("open_case"):
        return "renewal_decision" in move.path.timers
    return move.timer != "grace_end" and {"grace_end", "grace_reminder"} <= move.path.timers


def _timed(source: str, trigger: str, reason: str | None, timer: str) -> Taken:
    return Taken(source, trigger, reason, timer)


AWARD_EXPECTATIONS: Final = (
    period_runs_in("award", SITTING, "An award runs in the sitting states, and in no other."),
    period_runs_in("membership", ("reconnect",), "Members of Reconnect, and no others, are in it."),
    Property(
        "one_honour_at_a_time",
        "Nobody has two sitting awards, or one together with a membership.",
        in_situation=_one_honour,
    ),
    needs_guards(
        "honoured_with_everything",
        "Nobody is awarded or renewed without every criterion, the panel and no open case.",
        {
            Deed("award"): (*_HONOURED, "no_sitting_award"),
            Deed("renew"): _HONOURED,
            Deed("reinstate"): ("within_appeal", "appeal_granted", "no_newer_path"),
        },
    ),
    needs_guards(
        "turned_away_with_cause",
        "Nobody is put off, declined or retired by the clock without what that needs.",
        {
            Deed("carry_over"): ("postponable", "not_carried_over"),
            Deed("decline", "not_reviewed"): ("no_quorum",),
            Deed("decline", "case_open"): (
                *("quorum", "panel_approval", *_BARS),
                *("no_sitting_award", "open_case"),
            ),
            Deed("retire", "not_renewed"): ("not_renewable", "no_open_case"),
            Deed("retire", "lapsed"): ("grace_over", "no_quorum", "no_open_case"),
        },
    ),
    needs_guards(
        "doors_are_kept",
        "Nobody is nominated, reviewed, withdrawn or let into Reconnect without what that needs.",
        {
            Deed("nominate"): ("no_sitting_award", "no_conduct_bar"),
            Deed("open_review"): ("nomination_complete",),
            Deed("withdraw", "nominators"): ("no_nomination_left",),
            Deed("join_reconnect"): _DOOR,
            Deed("rejoin"): (*_DOOR, "left_by_choice"),
        },
    ),
    Property(
        "conduct_ends_standing",
        "An end for conduct is stated of the seller, and no other end is.",
        on_move=_conduct_ends_standing,
    ),
    Property(
        "standing_opens_the_door",
        "Nobody without good standing comes into Reconnect.",
        on_move=_no_door_without_standing,
    ),
    Property(
        "decisions_can_be_appealed",
        "Whom the clock turns away may appeal; who leaves otherwise may not.",
        on_move=_decisions_can_be_appealed,
    ),
    Property(
        "appeals_can_be_granted",
        "While an appeal runs on the latest path, a manager can reinstate.",
        in_situation=_appeals_can_be_granted,
    ),
    Property("appeals_end", "Who is reinstated has no appeal left.", on_move=_appeal_is_over),
    Property(
        "the_door_opens",
        "Who retired in good standing can join Reconnect, with no later path.",
        in_situation=_door_opens,
    ),
    Property("put_off_once", "A candidacy is put off once.", on_move=_put_off_once),
    Property(
        "refused_renewals_go_on",
        "A renewal that is refused begins grace, or is put off while a case is open.",
        on_move=_refusals_end,
    ),
    waits_for(
        "the_clock_decides",
        "Candidates and ambassadors always have a date on which they are decided, and reminders.",
        {
            "nominated": [("cycle_date",), ("nomination_reminder",)],
            "under_review": [("cycle_date",), ("card_reminder",)],
            "awarded": [("due_date",), ("renewal_opens", "card_reminder")],
            "renewed": [("due_date",), ("renewal_opens", "card_reminder")],
            "renewal_due": [("renewal_decision", "grace_end")],
        },
    ),
    people_may(
        "people_may_leave",
        "A nominee may withdraw, an ambassador resign, a member leave; a closed account ends it.",
        [
            Request(_CANDIDATE, "seller", "withdraw", "nominee"),
            Request(("nominated",), "employee", "withdraw", "nominators"),
            Request(("nominated",), "ambassador", "withdraw", "nominators"),
            Request(("nominated",), "seller", "withdraw", "nominators"),
            Request(_CANDIDATE, "host", "close_account", "account_closed"),
            Request(SITTING, "seller", "retire", "resigned"),
            Request(SITTING, "host", "retire", "account_closed"),
            Request(("reconnect",), "seller", "remove", "left"),
        ],
    ),
    people_may(
        "compliance_may_act",
        "Compliance may end a candidacy, an award and a membership, and revoke a standing.",
        [
            *(
                Request(_CANDIDATE, "compliance", "disqualify", reason)
                for reason in (*_CONDUCT, "false_statement")
            ),
            *(
                Request(states, "compliance", trigger, reason)
                for states, trigger in (
                    (SITTING, "retire"),
                    (("retired", "removed"), "revoke_standing"),
                )
                for reason in _CONDUCT
            ),
            Request(("reconnect",), "compliance", "remove", "code_of_conduct"),
        ],
    ),
    can_happen(
        "the_clock_can_decide",
        "Every decision of the clock can be made.",
        [
            _timed("nominated", "open_review", None, "review_opens"),
            _timed("under_review", "award", None, "cycle_date"),
            _timed("under_review", "carry_over", None, "cycle_date"),
            _timed("nominated", "decline", "incomplete", "cycle_date"),
            *(
                _timed("under_review", "decline", reason, "cycle_date")
                for reason in ("not_reviewed", "case_open", "not_selected")
            ),
            *(_timed(state, "fall_due", None, "due_date") for state in ("awarded", "renewed")),
            *(
                _timed("renewal_due", trigger, reason, timer)
                for timer in ("renewal_decision", "grace_end")
                for trigger, reason in (("renew", None), ("retire", "not_renewed"))
            ),
            _timed("renewal_due", "retire", "lapsed", "grace_end"),
            *(
                Taken(state, None, None, timer)
                for state in ("awarded", "renewed")
                for timer in ("half_way", "renewal_opens", "card_reminder")
            ),
            _timed("reconnect", "remove", "re_awarded", "linked"),
            _timed("removed", "rejoin", None, ""),
            *(_timed(state, "reinstate", "appeal", "") for state in _APPEALABLE),
        ],
    ),
    leads_to(
        "triggers_lead_where_they_say",
        "Each trigger leads to its own state.",
        {
            Deed("nominate"): "nominated",
            Deed("open_review"): "under_review",
            Deed("withdraw"): "withdrawn",
            Deed("close_account"): "withdrawn",
            Deed("disqualify"): "declined",
            Deed("decline"): "declined",
            Deed("award"): "awarded",
            Deed("carry_over"): "under_review",
            Deed("fall_due"): "renewal_due",
            Deed("renew"): "renewed",
            Deed("retire"): "retired",
            Deed("revoke_standing", source="retired"): "retired",
            Deed("revoke_standing", source="removed"): "removed",
            Deed("join_reconnect"): "reconnect",
            Deed("rejoin"): "reconnect",
            Deed("remove"): "removed",
            Deed("reinstate", source="declined"): "awarded",
            Deed("reinstate", source="retired"): "renewed",
            Deed("reinstate", source="reconnect"): "renewed",
        },
    ),
    has_flags(
        "places_and_confirmations",
        "Candidates and ambassadors hold their place; what cannot be undone asks first.",
        open_states=(*_CANDIDATE, *SITTING),
        final_states=("removed", "declined", "withdrawn"),
        confirmed=(Deed("retire"), Deed("revoke_standing")),
    ),
)
