"""What the store entry lifecycle must keep to, as properties for its proof.

Source:
    programme.md, "The lifecycles", Store entry; Turnover.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.foresight.proof.expectations import (
    Deed,
    Request,
    can_happen,
    has_flags,
    leads_to,
    needs_guards,
    people_may,
    sends_notices,
    waits_for,
)
from lazsa_flow.foresight.proof.properties import Property, Taken

if TYPE_CHECKING:
    from lazsa_flow.foresight.proof.properties import PathSituation
    from lazsa_flow.foresight.proof.world import PossibleMove

_OPEN: Final = ("submitted", "under_review")


def _claimed(_: PathSituation, move: PossibleMove) -> bool:
    return (move.trigger == "admit") == ("turnover_record" in move.claims)


ENTRY_EXPECTATIONS: Final = (
    needs_guards(
        "admitted_with_everything",
        "No store is admitted unless all that its records must show holds.",
        {
            Deed("admit"): (
                *("foreign_platform", "three_months", "monthly_floor"),
                *("category_match", "records_unused", "provenance"),
            ),
            Deed("open_review"): ("complete",),
        },
    ),
    Property(
        "records_serve_one_store",
        "A store that is admitted takes its records, and no other does.",
        on_move=_claimed,
    ),
    waits_for(
        "applications_expire",
        "An application expires if nobody decides.",
        {state: [("expiry",)] for state in _OPEN},
    ),
    people_may(
        "onboarding_may_refuse",
        "Onboarding may refuse an application, and admit it once it is under review.",
        [
            *(
                Request(_OPEN, "onboarding", "refuse", reason)
                for reason in ("criteria_unmet", "records_doubtful", "incomplete")
            ),
            Request(("under_review",), "onboarding", "admit"),
        ],
    ),
    can_happen(
        "the_clock_can_decide",
        "The clock opens the review and ends an application.",
        [
            Taken("submitted", "open_review", None, "review"),
            *(Taken(state, "expire", None, "expiry") for state in _OPEN),
        ],
    ),
    sends_notices(
        "applicants_are_told",
        "No application comes in, is opened or ends without the notice for it.",
        {
            Deed("submit"): [("entry_received", "seller")],
            Deed("open_review"): [("entry_opened", "team")],
            Deed("admit"): [("entry_admitted", "seller")],
            Deed("refuse"): [("entry_refused", "seller")],
            Deed("expire"): [("entry_expired", "seller")],
        },
    ),
    leads_to(
        "triggers_lead_where_they_say",
        "Each trigger leads to its own state.",
        {
            Deed("submit"): "submitted",
            Deed("open_review"): "under_review",
            Deed("admit"): "admitted",
            Deed("refuse"): "refused",
            Deed("expire"): "expired",
        },
    ),
    has_flags(
        "places_and_ends",
        "An application holds its applicant's place until it is decided.",
        open_states=_OPEN,
        final_states=("admitted", "refused", "expired"),
        confirmed=(),
    ),
)
