"""Sample notices: a made-up context of every kind, for previews and golden files."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

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


_RENEWAL: Final[dict[str, Any]] = {
    "cycle_on": date(2027, 4, 1),
    "figures": _FIGURES,
    "facts_as_of": date(2026, 9, 15),
    "round_opens_on": date(2027, 3, 2),
}
_REFUSAL: Final[dict[str, Any]] = {
    "unmet": _UNMET,
    "facts_as_of": date(2027, 3, 15),
    "appeal_until": date(2027, 5, 1),
}
_ANNOUNCEMENT: Final[dict[str, Any]] = {
    "headline": "The mega campaign of November",
    "announcement": "The campaign begins on 11 November.\n\n- Sign up by 1 November.",
    "link": "https://example.com/campaign?year=2027&month=11",
}
_CHANGES: Final[dict[str, dict[str, Any]]] = {
    "half_way": _RENEWAL,
    "renewal_round_opened": _RENEWAL,
    "renewal_rescheduled": {"round_opens_on": date(2028, 3, 2)},
    "announcement": _ANNOUNCEMENT,
    "announcement_in_group": _ANNOUNCEMENT,
    "nomination_incomplete": {"cycle_on": date(2027, 4, 1), "closes_on": date(2027, 3, 2)},
    "ambassador_retired": {"reason": "resigned"},
    "not_selected": _REFUSAL,
    "retired": _REFUSAL,
    "entry_received": {
        "path": "entry-17",
        "received": (("2026-12", "1250.00"), ("2027-01", "1000.00"), ("2027-02", "0.00")),
        "set_aside": ("2026-11",),
        "expires_on": date(2027, 5, 31),
    },
    "appeal_filed": {"appeal_until": date(2027, 5, 1)},
    "night_not_approved": {"cycle_on": date(2027, 4, 1), "countries": ("ID", "SG")},
}
"""What a kind of notice has that is not the same for all."""


def build_sample_context(kind: str, country: Country) -> NoticeContext:
    """Return a made-up context: a subject in a country, about the cycle of 1 April 2027."""
    context = NoticeContext(
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
    return replace(context, **_CHANGES.get(kind, {}))


def build_variant(matter: NoticeContext) -> NoticeContext:
    """Return the context of a subject that nobody else has proposed."""
    return replace(matter, by_self=True, nominations=1)
