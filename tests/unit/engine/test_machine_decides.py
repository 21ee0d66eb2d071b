"""The Machine decides: what is changed in it alone, and not in the table, is what happens."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.engine.fire import fire
from lazsa_flow.engine.loading import load_one
from lazsa_flow.engine.sweep import sweep_chunk
from lazsa_flow.errors import MachineMismatchError, NoEdgeError, RefusedError
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.lifecycle.table import Edge, Permit
from tests.factories import CYCLE, SELLER, guard, midnight, path, rulebook, table, timer
from tests.fakes import MemoryStore, MemoryTransaction

if TYPE_CHECKING:
    from collections.abc import Callable

    from lazsa_flow.engine.rulebook import Rulebook
    from lazsa_flow.lifecycle.model import Move

DUE = midnight(CYCLE)
NOW = DUE - timedelta(days=3)
SLAM = Edge("slam", ("ajar",), "shut", (Permit("seller"),), ("ready",))


def rules_of(*, held: bool = True) -> Rulebook:
    """Return the rules of a door that its seller may slam."""
    edges = (*table().edges, SLAM)
    return rulebook(table(edges=edges, guards={"ready": guard(held=held)}))


def doors(number: int = 1) -> MemoryStore:
    """Return a store with doors that close at the cycle date."""
    store = MemoryStore()
    for id_ in range(1, number + 1):
        subject = SELLER if id_ == 1 else f"seller-{id_}"
        store.paths[id_] = path("ajar", id=id_, lifecycle="door", subject=subject)
        store.slots["door", subject] = id_
        store.timers.append(timer(path_id=id_, due_at=DUE))
    return store


def take_out(rules: Rulebook, trigger: str) -> None:
    """Take a trigger's transitions out of the Machine only."""
    rules.machine("door")._machine.remove_transition(trigger)


def lead_elsewhere(rules: Rulebook, trigger: str) -> None:
    """Change a trigger's destination in the Machine only."""
    machine: Any = rules.machine("door")._machine
    machine.events[trigger].transitions["ajar"][0].dest = "ajar"


def slam(store: MemoryStore, rules: Rulebook) -> Move:
    """Let the seller slam the door."""
    transaction = MemoryTransaction(store)
    seen = load_one(transaction, 1, CYCLE)
    return fire(transaction, rules, seen, "slam", actor=Actor("seller", SELLER), now=NOW)


def test_fire_refuses_what_the_machine_lacks() -> None:
    """An edge that is in the table and not in the Machine is not taken; nothing is written."""
    store, rules = doors(), rules_of()
    take_out(rules, "slam")
    with pytest.raises(NoEdgeError, match="no such transition from ajar"):
        slam(store, rules)
    assert (store.paths[1].state, store.journal) == ("ajar", [])


def test_an_unmet_guard_is_told_first() -> None:
    """Where a guard does not hold the refusal names it, whatever the Machine has."""
    rules = rules_of(held=False)
    take_out(rules, "slam")
    with pytest.raises(RefusedError) as caught:
        slam(doors(), rules)
    assert [verdict.name for verdict in caught.value.verdicts] == ["ready"]


def test_fire_goes_where_the_machine_leads() -> None:
    """A destination that differs in the Machine is where the path goes, journal and all."""
    store, rules = doors(), rules_of()
    lead_elsewhere(rules, "slam")
    assert slam(store, rules).dest == "ajar"
    assert store.paths[1].state == "ajar"


@pytest.mark.parametrize("change", [take_out, lead_elsewhere])
@pytest.mark.parametrize("number", [1, 5])
def test_a_sweep_stops_where_machine_and_table_differ(
    change: Callable[[Rulebook, str], None], number: int
) -> None:
    """One path of each group is checked against the Machine; where they differ, nothing moves."""
    rules = rules_of()
    before = doors(number)
    sweep_chunk(MemoryTransaction(before), rules, DUE)  # so that the plan is compiled
    change(rules, "close")
    store = doors(number)
    with pytest.raises(MachineMismatchError, match="from ajar"):
        sweep_chunk(MemoryTransaction(store), rules, DUE)
    assert {each.state for each in store.paths.values()} == {"ajar"}
    assert store.journal == []
