"""The invoice: drafted, sent, overdue, paid in parts, written off; its mails name the amount."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from invoice_flow.lifecycle import INVOICE

from lazsa_flow import (
    Actor,
    Config,
    FlowService,
    InputError,
    Letter,
    NotAllowedError,
    SweepResult,
    VirtualClock,
)

CLERK = Actor("clerk", "c-1")
BOOKKEEPER = Actor("bookkeeper", "b-1")
CUSTOMER = Actor("customer", "customer-1")
SENT_AT = datetime(2026, 3, 2, 4, tzinfo=UTC)  # noon of 2 March in Manila
DUE_AT = datetime(2026, 3, 31, 16, tzinfo=UTC)  # midnight of 1 April there
WEEK = timedelta(days=7)
MORNING = timedelta(hours=10)  # at night no mail is sent


class Mailbox:
    """A channel that keeps the mails."""

    needs_contact = False

    def __init__(self) -> None:
        self.mails: list[Letter] = []

    def send(self, letter: Letter) -> None:
        """Keep a mail."""
        self.mails.append(letter)

    def close(self) -> None:
        """Do nothing."""


@pytest.fixture
def clock() -> VirtualClock:
    """Noon of 2 March 2026 in Manila."""
    return VirtualClock(SENT_AT)


@pytest.fixture
def invoices(tmp_path: Path, clock: VirtualClock) -> Iterator[FlowService]:
    """A database of invoices."""
    config = Config.load(lifecycles=[INVOICE])
    url = f"sqlite:///{tmp_path / 'invoices.db'}"
    FlowService.migrate(url, config=config, clock=clock)
    with FlowService.open(url, config=config, clock=clock) as invoices:
        yield invoices
        invoices.verify_journal()


def sent(invoices: FlowService, total: str = "250.00") -> str:
    """Draft and send an invoice; return its path."""
    data = {"number": "2026-001", "total": total}
    path = invoices.open_path("invoice", "customer-1", "PH", actor=CLERK, data=data).path
    invoices.fire(path, "send", actor=CLERK)
    return path


def pay(invoices: FlowService, path: str, amount: str) -> None:
    """Record a payment."""
    invoices.fire(path, "pay", actor=BOOKKEEPER, data={"amount": amount, "payer": "A. Customer"})


def work(invoices: FlowService, clock: VirtualClock) -> SweepResult:
    """Let a minute pass, and fire what is due, as workers do."""
    clock.move_to(clock.now() + timedelta(minutes=1))
    return invoices.sweep()


def mails(invoices: FlowService) -> list[str]:
    """Send what waits, and return the texts."""
    box = Mailbox()
    invoices.relay(channels={"mail": box})
    return [letter.text for letter in box.mails]


def test_paid_in_parts(invoices: FlowService, clock: VirtualClock) -> None:
    """A partial payment leaves it as it is; the rest settles it."""
    path = sent(invoices)
    pay(invoices, path, "100.00")
    work(invoices, clock)
    assert invoices.find(path).state == "sent"
    pay(invoices, path, "150.00")
    work(invoices, clock)
    assert invoices.find(path).state == "paid"
    assert invoices.history(path)[-1]["verdicts"][0]["measured"] == "250.00"


def test_overdue_at_the_customers_midnight(invoices: FlowService, clock: VirtualClock) -> None:
    """It is overdue when the thirtieth day after sending begins in Manila."""
    path = sent(invoices)
    clock.move_to(DUE_AT - timedelta(seconds=1))
    assert invoices.sweep().total == 0
    clock.move_to(DUE_AT)
    invoices.sweep()
    assert invoices.find(path).state == "overdue"


def test_reminded_weekly_of_what_is_owed(invoices: FlowService, clock: VirtualClock) -> None:
    """Each week a mail names what is still owed, until it is paid."""
    path = sent(invoices)
    clock.move_to(DUE_AT + MORNING)
    invoices.sweep()
    assert any("250.00 is still to be paid" in text for text in mails(invoices))
    pay(invoices, path, "49.90")
    for week in (1, 2, 3):
        clock.move_to(DUE_AT + week * WEEK + MORNING)
        invoices.sweep()
        [text] = mails(invoices)
        assert "200.10 is still to be paid" in text
        assert "A. Customer" not in text
    pay(invoices, path, "200.10")
    work(invoices, clock)
    assert invoices.find(path).state == "paid"
    clock.move_to(DUE_AT + 9 * WEEK)
    assert invoices.sweep().total == 0


def test_written_off_by_the_bookkeeper_alone(invoices: FlowService, clock: VirtualClock) -> None:
    """A clerk may not write an invoice off."""
    path = sent(invoices)
    clock.move_to(DUE_AT)
    with pytest.raises(NotAllowedError):
        invoices.fire(path, "write_off", actor=CLERK, reason="bad_debt")
    invoices.fire(path, "write_off", actor=BOOKKEEPER, reason="bad_debt")
    assert invoices.find(path).state == "written_off"


def test_what_is_no_payment_is_refused(invoices: FlowService) -> None:
    """A wrong amount is named, and strangers pay nothing."""
    path = sent(invoices)
    with pytest.raises(InputError, match="amount: got '-5', expected greater than 0"):
        pay(invoices, path, "-5")
    other = Actor("customer", "customer-2")
    with pytest.raises(NotAllowedError):
        invoices.fire(path, "pay", actor=other, data={"amount": "250.00"})
    invoices.fire(path, "pay", actor=CUSTOMER, data={"amount": "250.00"})


def test_several_invoices_of_one_customer(invoices: FlowService) -> None:
    """A customer may have any number of invoices."""
    assert sent(invoices) != sent(invoices)
