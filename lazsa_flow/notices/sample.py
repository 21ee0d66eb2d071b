"""Sample notices: a made-up context of every kind, for previews and golden files."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

from lazsa_flow.lifecycle.guards import NOT_KNOWN
from lazsa_flow.notices.figures import BarFigure
from lazsa_flow.notices.ports import NoticeContext, Unmet

if TYPE_CHECKING:
    from lazsa_flow.lifecycle.policy import Country

_UNMET: Final = (
    Unmet("chat_response", "0.8125", "0.85", ""),
    Unmet("cancellation", "0.013", "0.01", ""),
    Unmet("tenure", NOT_KNOWN, "9", ""),
    Unmet("panel_approval", None, None, ""),
)
_FIGURES: Final = (
    BarFigure("tenure", held=True, measured=21, bar="9", margin="12"),
    BarFigure("compliance", held=True, measured=0, bar="0", margin="0", at_most=True),
    BarFigure("gmv", held=True, measured="0.315", bar="0.20", margin="0.115"),
    BarFigure("chat_response", held=False, measured="0.8125", bar="0.85", margin="-0.0375"),
    BarFigure(
        "cancellation", held=False, measured="0.013", bar="0.01", margin="-0.003", at_most=True
    ),
    BarFigure("trainer_activities", held=False, measured=NOT_KNOWN, bar="4", margin=None),
)
_REASONS: Final = {
    "candidacy_rescheduled": "suspended",
    "disqualified": "false_statement",
    "entry_refused": "criteria_unmet",
    "not_selected": "not_selected",
    "removed": "left",
    "renewal_rescheduled": "refused",
    "retired": "not_renewed",
    "standing_revoked": "code_of_conduct",
    "trainer_released": "own_wish",
    "withdrawn": "nominee",
}


def build_sample_context(kind: str, country: Country) -> NoticeContext:
    """Return a made-up context: a subject in a country, about the cycle of 1 April 2027."""
    matter = NoticeContext(
        kind=kind,
        path="award-17",
        seller="seller-4711",
        country=country,
        on=date(2027, 4, 1),
        cycle_on=date(2028, 4, 1),
        reason=_REASONS.get(kind),
        grace_until=date(2027, 4, 30),
        nominations=2,
        app="DingTalk",
        steps=("get_app", "register", "join_group"),
    )
    if kind in ("half_way", "renewal_round_opened"):
        return replace(
            matter,
            cycle_on=date(2027, 4, 1),
            figures=_FIGURES,
            facts_as_of=date(2026, 9, 15),
            round_opens_on=date(2027, 3, 2),
        )
    if kind == "renewal_rescheduled":
        return replace(matter, round_opens_on=date(2028, 3, 2))
    if kind in ("announcement", "announcement_in_group"):
        return replace(
            matter,
            headline="The mega campaign of November",
            announcement="The campaign begins on 11 November.\n\n- Sign up by 1 November.",
            link="https://example.com/campaign?year=2027&month=11",
        )
    if kind == "nomination_incomplete":
        return replace(matter, cycle_on=date(2027, 4, 1), closes_on=date(2027, 3, 2))
    if kind == "ambassador_retired":
        return replace(matter, reason="resigned")
    if kind in ("not_selected", "retired"):
        return replace(
            matter,
            unmet=_UNMET,
            facts_as_of=date(2027, 3, 15),
            appeal_until=date(2027, 5, 1),
        )
    if kind == "entry_received":
        return replace(
            matter,
            path="entry-17",
            received=(("2026-12", "1250.00"), ("2027-01", "1000.00"), ("2027-02", "0.00")),
            set_aside=("2026-11",),
            expires_on=date(2027, 5, 31),
        )
    if kind == "appeal_filed":
        return replace(matter, appeal_until=date(2027, 5, 1))
    return matter


def variant(matter: NoticeContext) -> NoticeContext:
    """Return the context as it is where nobody else has proposed the subject."""
    return replace(matter, by_self=True, nominations=1)
