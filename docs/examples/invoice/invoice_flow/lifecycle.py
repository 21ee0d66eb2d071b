"""The lifecycle of an invoice: its states, edges, guards and timers in one table."""

from datetime import timedelta
from decimal import Decimal
from typing import Annotated, cast

from pydantic import BaseModel, Field

from lazsa_flow import Edge, Finding, Guard, Lifecycle, Permit, State, Step, Timer
from lazsa_flow.lifecycle.calendar import Moment
from lazsa_flow.lifecycle.effects import Begin, Notify, Schedule
from lazsa_flow.lifecycle.model import GuardContext
from lazsa_flow.lifecycle.path_data import PATH_DATA, PERSONAL
from lazsa_flow.lifecycle.policy import Days, Policy

Amount = Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=2)]


class NewInvoice(BaseModel):
    """What a draft is opened with."""

    number: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{3}$", examples=["2026-001"])]
    total: Annotated[Amount, Field(examples=["250.00"])]


class Payment(BaseModel):
    """A payment that has arrived. Who paid is personal data, and can be erased."""

    amount: Annotated[Amount, Field(examples=["60.10"])]
    payer: Annotated[str | None, PERSONAL] = None


class InvoicePolicy(Policy):
    """The days that a customer is given; a deployment can release other versions."""

    due_days: Days
    reminder_days: Days


POLICY = 'lifecycle = "invoice"\nversion = "2020-1"\ndue_days = 30\nreminder_days = 7\n'


def check_paid(context: GuardContext) -> Finding:
    """Compare what has been paid with the total."""
    payments = (row.decimal("amount") for row in context.data if row.trigger == "pay")
    paid = sum(payments, Decimal(0))
    return Finding(paid >= Decimal(context.path.data["total"]), f"{paid:.2f}")


PAID = Guard(
    name="paid_in_full",
    check=check_paid,
    required=lambda policy: "the total",
    changed_by="the customer",
    source="terms of payment",
    wording="{measured} has been paid; {required} is needed.",
    title="Paid in full",
    reads=frozenset({PATH_DATA}),
)


def falls_due(context: GuardContext) -> Moment:
    """Return midnight in the customer's zone, 30 days after sending."""
    days = timedelta(days=cast("InvoicePolicy", context.policy).due_days)
    return context.calendar.start(context.path.periods["sent"][-1].began_on + days)


def next_reminder(context: GuardContext) -> Moment:
    """Return midnight in the customer's zone, a week later."""
    days = timedelta(days=cast("InvoicePolicy", context.policy).reminder_days)
    return context.calendar.start(context.on + days)


def just_after(context: GuardContext) -> Moment:
    """Return the next instant: what is recorded by now is judged then, by a worker."""
    return Moment(context.on, context.at + timedelta.resolution)


CLERK, BOOKKEEPER, CLOCK = Permit("clerk"), Permit("bookkeeper"), Permit("system")
PAYERS = (BOOKKEEPER, Permit("customer", relation="self"))
BAD_DEBT = Permit("bookkeeper", reasons=("bad_debt",))
SEND = (Begin("sent"), Notify("invoice_sent"), Schedule("due"))
REMIND = (Notify("invoice_overdue"), Schedule("reminder"))
SETTLE, THANK = (Schedule("settle"),), (Notify("invoice_paid"),)

INVOICE = Lifecycle(
    name="invoice",
    title="Invoice",
    roles=("clerk", "customer", "bookkeeper"),
    policy=InvoicePolicy,
    default_policies=(POLICY,),
    messages="invoice_flow:messages",
    guards={"paid_in_full": PAID},
    instants={"due": falls_due, "week": next_reminder, "at_once": just_after},
    rounds={},
    happy_path=("draft", "sent", "paid"),
    states=(
        State("draft", "waiting"),
        State("sent", "waiting"),
        State("overdue", "waiting"),
        State("paid", "success", final=True),
        State("written_off", "failure", final=True),
    ),
    opening=Edge("draft", (), "draft", (CLERK,), data=NewInvoice, title="Draw up"),
    edges=(
        Edge("send", ("draft",), "sent", (CLERK,), effects=SEND, title="Send out"),
        Edge("pay", ("sent",), "sent", PAYERS, effects=SETTLE, data=Payment),
        Edge("fall_due", ("sent",), "overdue", (CLOCK,), effects=REMIND),
        Edge("pay", ("overdue",), "overdue", PAYERS, effects=SETTLE, data=Payment),
        Edge("settle", ("sent", "overdue"), "paid", (CLOCK,), ("paid_in_full",), THANK),
        Edge("write_off", ("overdue",), "written_off", (BAD_DEBT,), confirm=True),
    ),
    timers=(
        Timer("settle", ("sent", "overdue"), "at_once", (Step("settle"),)),
        Timer("due", ("sent",), "due", (Step("fall_due"),), title="Due date"),
        Timer("reminder", ("overdue",), "week", effects=REMIND, title="Weekly reminder"),
    ),
)
