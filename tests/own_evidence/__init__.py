"""A lifecycle of somebody else's, with an evidence table and a migration of its own: an invoice."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from lazsa_flow.lifecycle.effects import Schedule
from lazsa_flow.lifecycle.evidence import EvidenceSource, Selection
from lazsa_flow.lifecycle.guards import Finding, Guard
from lazsa_flow.lifecycle.policy import Policy
from lazsa_flow.lifecycle.table import Edge, Lifecycle, Permit, State, Step, Timer
from lazsa_flow.store.evidence_tables import evidence_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lazsa_flow.lifecycle.evidence import Row
    from lazsa_flow.lifecycle.model import GuardContext

METADATA: Final = sa.MetaData()
PAYMENTS_TABLE: Final = evidence_table(
    METADATA,
    "invoice_payments",
    sa.Column("payer", sa.Text(), nullable=False),
    sa.Column("cents", sa.Integer(), nullable=False),
)
TOTAL: Final = 1000


class InvoicePolicy(Policy):
    """Nothing that could be set."""


def _paid(rows: Sequence[Row]) -> int:
    return sum(cents for _path_id, _id, _payer, cents in rows)


PAYMENTS: Final[EvidenceSource[int]] = EvidenceSource(
    "payments",
    Selection("invoice_payments", ("payer", "cents"), persons=frozenset({"payer"})),
    fold=_paid,
    show=lambda paid: paid,
    key=_paid,
)


def _is_paid(context: GuardContext) -> Finding:
    paid = context.snapshot[PAYMENTS]
    return Finding(paid >= TOTAL, paid)


def _guard(**changes: Any) -> Guard:
    sound: dict[str, Any] = {
        "name": "paid",
        "check": _is_paid,
        "required": lambda _: f"{TOTAL} cents",
        "changed_by": "the customer",
        "source": "the invoice",
        "wording": "{measured} of {required} are paid.",
        "reads": PAYMENTS.readable,
    }
    return Guard(**{**sound, **changes})


INVOICE: Final = Lifecycle(
    name="invoice",
    title="An invoice",
    policy=InvoicePolicy,
    default_policies=('lifecycle = "invoice"\nversion = "2020-1"\n',),
    roles=("clerk",),
    evidence=(PAYMENTS,),
    migrations="tests.own_evidence:migrations",
    states=(
        State("sent", "waiting", open=True),
        State("paid", "success", final=True),
        State("overdue", "failure", final=True),
    ),
    opening=Edge("send", (), "sent", (Permit("clerk"),), effects=(Schedule("deadline"),)),
    edges=(
        Edge("settle", ("sent",), "paid", (Permit("clerk"), Permit("system")), ("paid",)),
        Edge("expire", ("sent",), "overdue", (Permit("system"),)),
    ),
    timers=(Timer("deadline", ("sent",), "deadline", (Step("settle"), Step("expire"))),),
    guards={"paid": _guard()},
    instants={"deadline": lambda context: context.calendar.start(context.on + timedelta(days=30))},
    rounds={},
)
