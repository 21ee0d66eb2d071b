"""A made-up lifecycle with roles, a relation and a recipient of its own: a bill and who pays it.

A clerk sends it, the customer or whoever was named as its payer says that it is paid, and the
bookkeeper writes it off. Its one word in common with the award is the period ``award``, and its
paths carry that word on purpose.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from lazsa_flow import Edge, Lifecycle, Permit, State, Step, Timer
from lazsa_flow.lifecycle.effects import Begin, Notify, Schedule
from lazsa_flow.lifecycle.policy import Policy
from lazsa_flow.lifecycle.roles import Recipient, Relation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lazsa_flow.lifecycle.calendar import Moment
    from lazsa_flow.lifecycle.model import Actor, GuardContext, Snapshot

POLICY: Final = 'lifecycle = "bill"\nversion = "2020-1"\n'


def _is_payer(actor: Actor, seen: Snapshot) -> bool:
    return bool(seen.path.data.get("payer") in actor.names)


def _payers(seen: Snapshot) -> Iterable[str]:
    payer = seen.path.data.get("payer")
    return [f"customer:{payer}"] if payer else []


def _overdue(context: GuardContext) -> Moment:
    return context.calendar.start(context.on + timedelta(days=30))


def _weekly(context: GuardContext) -> Moment:
    return context.calendar.start(context.on + timedelta(days=7))


BILL: Final = Lifecycle(
    name="bill",
    title="A bill",
    policy=Policy,
    default_policies=(POLICY,),
    roles=("clerk", "customer", "bookkeeper"),
    relations=(Relation("payer", _is_payer),),
    recipients=(Recipient("clerks"), Recipient("payers", each=_payers)),
    guards={},
    instants={"overdue": _overdue, "weekly": _weekly},
    rounds={},
    several_open=True,
    states=(
        State("sent", "waiting", open=True),
        State("overdue", "waiting", open=True),
        State("paid", "active", final=True),
        State("written_off", "failure", final=True),
    ),
    opening=Edge(
        "send",
        sources=(),
        dest="sent",
        permits=(Permit("clerk", relation="country"),),
        effects=(Notify("bill_sent"), Notify("bill_to_pay", to="payers"), Schedule("overdue")),
    ),
    edges=(
        Edge(
            "pay",
            sources=("sent", "overdue"),
            dest="paid",
            permits=(Permit("customer", relation="self"), Permit("customer", relation="payer")),
            effects=(Begin("award"), Begin("membership"), Notify("bill_paid", to="clerks")),
        ),
        Edge(
            "lapse",
            ("sent",),
            "overdue",
            (Permit("system"),),
            effects=(Schedule("weekly"),),
        ),
        Edge("write_off", ("overdue",), "written_off", (Permit("bookkeeper", ("lost",)),)),
    ),
    timers=(
        Timer("overdue", ("sent",), "overdue", steps=(Step("lapse"),)),
        Timer(
            "weekly",
            ("overdue",),
            "weekly",
            effects=(Notify("bill_overdue"), Schedule("weekly")),
            only_latest=True,
        ),
    ),
)
