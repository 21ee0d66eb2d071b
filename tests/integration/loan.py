"""A made-up loan: what is paid back comes as data with a trigger, and a guard adds it up."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import BaseModel, Field

from lazsa_flow import Edge, Finding, Guard, Lifecycle, Permit, State, Step, Timer
from lazsa_flow.lifecycle.effects import Schedule
from lazsa_flow.lifecycle.path_data import PATH_DATA, PERSONAL
from lazsa_flow.lifecycle.policy import Policy

if TYPE_CHECKING:
    from lazsa_flow.lifecycle.calendar import Moment
    from lazsa_flow.lifecycle.model import GuardContext

Amount = Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=2)]


class Loan(BaseModel):
    """What is lent, and to whom."""

    total: Amount
    borrower: Annotated[str, PERSONAL, Field(min_length=1, max_length=100)]


class Payment(BaseModel):
    """What is paid back."""

    amount: Amount
    note: Annotated[str | None, PERSONAL] = None


class LoanPolicy(Policy):
    """Nothing that could be set."""


def _paid(context: GuardContext) -> Finding:
    paid = sum((r.decimal("amount") for r in context.data if "amount" in r.fields), Decimal(0))
    return Finding(paid >= Decimal(context.path.data["total"]), str(paid))


PAID: Final = Guard(
    "paid",
    _paid,
    lambda _: "the whole sum",
    "the borrower",
    "made up",
    "{measured} is paid back.",
    reads=frozenset({PATH_DATA}),
)


def _evening(context: GuardContext) -> Moment:
    return context.calendar.start(context.on + timedelta(days=1))


LOAN: Final = Lifecycle(
    name="loan",
    title="Loan",
    policy=LoanPolicy,
    default_policies=('lifecycle = "loan"\nversion = "2020-1"\n',),
    guards={"paid": PAID},
    instants={"evening": _evening},
    rounds={},
    roles=("seller",),
    states=(
        State("lent", "waiting", open=True),
        State("closed", "success", final=True),
    ),
    opening=Edge("lend", (), "lent", (Permit("host"),), data=Loan),
    edges=(
        Edge(
            "pay",
            ("lent",),
            "lent",
            (Permit("seller", relation="self"), Permit("host")),
            effects=(Schedule("evening"),),
            data=Payment,
        ),
        Edge("settle", ("lent",), "closed", (Permit("host"),), ("paid",), data=Payment),
        Edge("close", ("lent",), "closed", (Permit("system"),), ("paid",)),
        Edge("forgive", ("lent",), "closed", (Permit("host"),)),
    ),
    timers=(Timer("evening", ("lent",), "evening", steps=(Step("close"),)),),
)
