"""What the trainer lifecycle must keep to, as properties for its proof.

Source:
    programme.md, "The lifecycles", Trainer; FAQ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.foresight.proof.expectations import (
    Deed,
    Request,
    has_flags,
    leads_to,
    needs_guards,
    people_may,
    period_runs_in,
    sends_notices,
)
from lazsa_flow.foresight.proof.properties import Property

if TYPE_CHECKING:
    from lazsa_flow.foresight.proof.properties import PathSituation

_RELEASES: Final = ("inactive", "code_of_conduct", "programme_ended")
_INVITED: Final = ("invited", "lazstar")


def _stated(seen: PathSituation) -> bool:
    """Tell whether what is stated about the seller follows the path."""
    trains = any(path.runs("lazstar") for path in seen.world.paths)
    return seen.world.states("lazstar", "began") == trains


TRAINER_EXPECTATIONS: Final = (
    needs_guards(
        "invited_for_what_was_shown",
        "Nobody is invited who has not shown teaching and speaking.",
        {Deed("invite"): ("teaching_and_speaking",)},
    ),
    period_runs_in("lazstar", ("lazstar",), "A trainer, and nobody else, is in the period of one."),
    Property(
        "trainers_are_stated",
        "The award is told who is a trainer.",
        in_situation=_stated,
    ),
    people_may(
        "people_may_decide",
        "An employee may invite and release, a prospect accept, and leave on their own wish.",
        [
            Request(("prospect",), "employee", "invite"),
            Request(("invited",), "seller", "accept"),
            Request(_INVITED, "seller", "release", "own_wish"),
            *(Request(_INVITED, "employee", "release", reason) for reason in _RELEASES),
        ],
    ),
    sends_notices(
        "prospects_are_told",
        "Nobody is invited, accepted or released without the notice for it.",
        {
            Deed("invite"): [("trainer_invited", "seller")],
            Deed("accept"): [("trainer_accepted", "team")],
            Deed("release"): [("trainer_released", "seller")],
        },
    ),
    leads_to(
        "triggers_lead_where_they_say",
        "Each trigger leads to its own state.",
        {
            Deed("propose"): "prospect",
            Deed("invite"): "invited",
            Deed("accept"): "lazstar",
            Deed("release"): "released",
        },
    ),
    has_flags(
        "places_and_ends",
        "A prospect and a trainer hold their place until they are released.",
        open_states=("prospect", "invited", "lazstar"),
        final_states=("released",),
        confirmed=(),
    ),
)
