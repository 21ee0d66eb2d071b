"""Data with a trigger in the engine: in the journal, before the guards, and apart in a sweep."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from lazsa_flow.clock import VirtualClock
from lazsa_flow.engine.fire import check_fire, fire
from lazsa_flow.engine.journal import DATA_FAULT, digest, find_faults
from lazsa_flow.engine.loading import load_one
from lazsa_flow.engine.opening import open_path
from lazsa_flow.engine.sweep import sweep
from lazsa_flow.engine.tables import content_of
from lazsa_flow.errors import InputError, LifecycleError, RefusedError
from lazsa_flow.lifecycle.model import Actor, Move
from lazsa_flow.lifecycle.path_data import GivenData
from lazsa_flow.lifecycle.table import Permit
from tests.factories import CYCLE, noon, rulebook
from tests.fakes import MemoryStore
from tests.integration.loan import LOAN, PAID

HOST = Actor("host", "bank")
NOW = noon(CYCLE)
RULES = rulebook(LOAN)


def lend(made: MemoryStore, subject: str = "s1", **data: Any) -> Move:
    """Open a loan."""
    values = {"total": "100", "borrower": "b", **data}
    with made.begin() as transaction:
        _, move = open_path(
            transaction,
            RULES,
            "loan",
            subject,
            "SG",
            actor=HOST,
            now=NOW,
            given=GivenData(values, "salt"),
        )
    return move


def give(made: MemoryStore, number: int, trigger: str, amount: str | None) -> Move:
    """Fire a trigger on a loan, with an amount or without data."""
    given = None if amount is None else GivenData({"amount": amount}, "salt")
    with made.begin() as transaction:
        seen = load_one(transaction, number, CYCLE)
        return fire(transaction, RULES, seen, trigger, actor=HOST, now=NOW, data=given)


def test_the_journal_names_data_and_nothing_else_changes() -> None:
    """A row with data has one field more, which its hash covers; others are as ever."""
    made = MemoryStore()
    lend(made)
    give(made, 1, "forgive", None)
    opened, forgiven = made.journal
    assert made.paths[1].data == {"total": "100"}
    assert opened.fields()["data"] == {"id": "loan-1.1", "sha256": made.data[0][1].digest}
    assert "data" not in forgiven.fields()
    assert opened.hash == digest(opened.fields())
    rows = [{**row.fields(), "hash": row.hash} for row in made.journal]
    assert list(find_faults(LOAN, "loan-1", rows)) == []
    rows[0] = {**rows[0], "data": {"id": "loan-1.1", "sha256": "0" * 64}}
    assert [fault.seq for fault in find_faults(LOAN, "loan-1", rows)] == [1]
    rows[0] = {**opened.fields(), "hash": opened.hash, DATA_FAULT: "the data is missing"}
    assert [str(fault) for fault in find_faults(LOAN, "loan-1", rows)] == [
        "loan-1 seq 1: the data is missing"
    ]


def test_a_trigger_is_checked_without_being_fired() -> None:
    """What may follow is checked by permission and guards, and nothing is written."""
    made = MemoryStore()
    lend(made)
    with made.begin() as transaction:
        seen = load_one(transaction, 1, CYCLE)
    context = RULES.guard_context(seen, at=NOW, recorded_at=NOW, actor=HOST)
    edge, findings = check_fire(RULES, context, "forgive")
    assert (edge.dest, findings, len(made.journal)) == ("closed", {}, 1)


def test_guards_read_the_row_of_the_move_itself() -> None:
    """A refused move leaves nothing; one that its own data makes whole is made."""
    made = MemoryStore()
    lend(made)
    give(made, 1, "pay", "60")
    with pytest.raises(RefusedError, match="99"):
        give(made, 1, "settle", "39")
    with pytest.raises(InputError):
        give(made, 1, "settle", None)
    assert [row.seq for _, row in made.data] == [1, 2]
    assert give(made, 1, "settle", "40").dest == "closed"


@pytest.mark.parametrize("declared", [True, False])
def test_a_sweep_decides_each_by_its_own_data(declared: bool) -> None:
    """Whether or not the guard says that it reads data, no path is decided by another's."""
    reads = PAID.reads if declared else frozenset[str]()
    table = replace(LOAN, guards={"paid": replace(PAID, reads=reads)})
    made = MemoryStore()
    amounts = ("100", "60", "100", "60", "100")
    for number, amount in enumerate(amounts, 1):
        lend(made, f"s{number}")
        give(made, number, "pay", amount)
    clock = VirtualClock(NOW + timedelta(days=1))
    sweep(made, rulebook(table), clock)
    assert [made.paths[n].state == "closed" for n in range(1, 6)] == [a == "100" for a in amounts]


def test_the_table_says_what_data_it_takes() -> None:
    """A change of a model is a change of the table; the clock hands nothing over."""
    edges = content_of(LOAN)["edges"].values()
    assert sum("data" in edge for edge in edges) == 3
    pay = LOAN.edges[0]
    with pytest.raises(LifecycleError, match="takes data, which the system never hands over"):
        replace(LOAN, edges=(replace(pay, permits=(Permit("system"),)), *LOAN.edges[1:]))
    with pytest.raises(LifecycleError, match="its data is no pydantic model"):
        replace(LOAN, edges=(replace(pay, data=int), *LOAN.edges[1:]))  # type: ignore[arg-type]
