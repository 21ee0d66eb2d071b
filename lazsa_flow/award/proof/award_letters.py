"""Whom the award's lifecycle must tell, as properties for its proof.

Source:
    programme.md, "Notices".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.foresight.proof.expectations import Deed, sends_notices
from lazsa_flow.foresight.proof.properties import Property
from lazsa_flow.lifecycle.stored_recipients import INCOMPLETE_NOMINATORS, REVIEWERS

if TYPE_CHECKING:
    from lazsa_flow.foresight.proof.properties import PathSituation
    from lazsa_flow.foresight.proof.world import PossibleMove

_LEFT_GROUP: Final = (("removed", "seller"), ("take_out_of_group", "team"))
_RENEWED: Final = (("renewed", "seller"), ("ambassador_renewed", "team"))
_AWARDED: Final = (("awarded", "seller"), ("ambassador_awarded", "team"))
_JOINED: Final = (("joined_reconnect", "seller"), ("member_joined", "group"))
_GRANTED: Final = (("appeal_granted", "seller"),)


def _invited(_: PathSituation, move: PossibleMove) -> bool:
    """Tell whether who retires is invited, unless the door is known to be shut."""
    if move.trigger != "retire":
        return True
    invited = move.sends("reconnect_invitation", "seller")
    ready = move.sends("reconnect_ready", "team")
    return (invited or move.disproves("alumni_door")) and (
        ready or move.disproves("reconnect_ready")
    )


def _standing_invites(_: PathSituation, move: PossibleMove) -> bool:
    invited = move.sends("reconnect_invitation") or move.sends("reconnect_ready")
    return not invited or not move.after.states("good_standing", "ended")


def _reminded(before: PathSituation, move: PossibleMove) -> bool:
    """Tell whether reminders of incomplete nominations and of refused renewals are sent."""
    if move.timer == "nomination_reminder":
        sent = move.sends("nomination_incomplete", INCOMPLETE_NOMINATORS)
        return sent or move.disproves("nomination_incomplete")
    if move.timer == "grace_reminder":
        return "grace_reminder" in move.scheduled
    if move.refused and before.path.state == "renewal_due":
        put_off = move.proves("open_case")
        return move.sends("renewal_rescheduled" if put_off else "renewal_due", "seller")
    return True


def _next_term(_: PathSituation, move: PossibleMove) -> bool:
    """Tell whether a term that begins gets its letters."""
    begins = move.trigger in ("award", "renew", "reinstate")
    return not begins or {"half_way", "renewal_opens"} <= set(move.scheduled)


AWARD_LETTERS: Final = (
    sends_notices(
        "sellers_and_teams_are_told",
        "Nobody is honoured, put off, turned away or let go without the notices for it.",
        {
            Deed("nominate"): [("nominated", "seller")],
            Deed("open_review"): [("review_opened", "panel")],
            Deed("withdraw"): [("withdrawn", "seller")],
            Deed("withdraw", "nominee"): [("nominee_withdrew", "nominators")],
            Deed("close_account"): [("withdrawn", "seller")],
            Deed("disqualify"): [("disqualified", "seller")],
            Deed("decline"): [("not_selected", "seller")],
            Deed("carry_over"): [("postponed", "seller")],
            Deed("award"): _AWARDED,
            Deed("renew"): _RENEWED,
            Deed("retire"): [("retired", "seller"), ("ambassador_retired", "team")],
            Deed("revoke_standing"): [("standing_revoked", "seller")],
            Deed("join_reconnect"): _JOINED,
            Deed("rejoin"): _JOINED,
            Deed("remove"): _LEFT_GROUP,
            Deed("reinstate"): _GRANTED,
            Deed("reinstate", source="declined"): _AWARDED,
            Deed("reinstate", source="retired"): _RENEWED,
            Deed("reinstate", source="reconnect"): (*_RENEWED, *_LEFT_GROUP),
        },
    ),
    sends_notices(
        "reminders_are_sent",
        "Each reminder is sent to those who have something to do.",
        {
            Deed(None, timer="half_way"): [("half_way", "seller")],
            Deed(None, timer="renewal_opens"): [
                ("renewal_review_opened", "panel"),
                ("renewal_round_opened", "seller"),
            ],
            Deed(None, timer="card_reminder"): [("cards_missing", REVIEWERS)],
            Deed(None, timer="grace_reminder"): [
                ("grace_reminder", "panel"),
                ("grace_reminder", "country_lead"),
            ],
        },
    ),
    Property(
        "what_waits_is_told",
        "Who has an incomplete nomination, or a renewal that is not decided, is notified.",
        on_move=_reminded,
    ),
    Property(
        "who_may_join_is_invited",
        "Who retires in good standing after a full year is invited to Reconnect.",
        on_move=_invited,
    ),
    Property(
        "nobody_else_is_invited",
        "Nobody without good standing is invited to Reconnect.",
        on_move=_standing_invites,
    ),
    Property(
        "each_term_has_its_letters",
        "A term that begins gets its half-way letter and the opening of its review.",
        on_move=_next_term,
    ),
)
