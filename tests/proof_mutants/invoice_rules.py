"""What the tutorial's invoice must keep to, as properties for its proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow import ProofRules, Property
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
from lazsa_flow.foresight.proof.properties import Taken

if TYPE_CHECKING:
    from lazsa_flow.foresight.proof.properties import PathSituation
    from lazsa_flow.foresight.proof.world import PossibleMove

_UNPAID: Final = ("sent", "overdue")


def _is_settled(_: PathSituation, move: PossibleMove) -> bool:
    return move.trigger != "pay" or "settle" in move.path.timers


def _was_sent(seen: PathSituation) -> bool:
    return seen.path.had("sent") == (seen.path.state not in ("", "draft"))


INVOICE_RULES: Final = ProofRules(
    (
        Property("payments_are_settled", "A payment is compared.", on_move=_is_settled),
        Property("sending_is_dated", "An invoice that is sent has a date.", in_situation=_was_sent),
        needs_guards("paid_in_full", "Nothing less.", {Deed("settle"): ("paid_in_full",)}),
        waits_for(
            "due_dates_wait",
            "An invoice falls due, and is reminded of.",
            {"sent": [("due",)], "overdue": [("reminder",)]},
        ),
        people_may(
            "people_may_act",
            "A clerk sends, customers and bookkeepers pay, bookkeepers write off.",
            [
                Request(("draft",), "clerk", "send"),
                Request(_UNPAID, "bookkeeper", "pay"),
                Request(_UNPAID, "customer", "pay"),
                Request(("overdue",), "bookkeeper", "write_off", "bad_debt"),
            ],
        ),
        can_happen(
            "the_clock_can_decide",
            "An invoice can fall due, and be settled.",
            [
                Taken("sent", "fall_due", None, "due"),
                *(Taken(state, "settle", None, "settle") for state in _UNPAID),
            ],
        ),
        sends_notices(
            "customers_are_told",
            "Nothing is sent, overdue or paid without a notice.",
            {
                Deed("send"): [("invoice_sent", "subject")],
                Deed("fall_due"): [("invoice_overdue", "subject")],
                Deed("settle"): [("invoice_paid", "subject")],
                Deed(None, timer="reminder"): [("invoice_overdue", "subject")],
            },
        ),
        leads_to(
            "triggers_lead_where_they_say",
            "Each trigger leads to its own state.",
            {
                Deed("draft"): "draft",
                Deed("send"): "sent",
                Deed("pay", source="sent"): "sent",
                Deed("pay", source="overdue"): "overdue",
                Deed("fall_due"): "overdue",
                Deed("settle"): "paid",
                Deed("write_off"): "written_off",
            },
        ),
        has_flags(
            "places_and_ends",
            "A customer has as many invoices as come; what is written off asks first.",
            open_states=(),
            final_states=("paid", "written_off"),
            confirmed=(Deed("write_off"),),
        ),
    )
)
