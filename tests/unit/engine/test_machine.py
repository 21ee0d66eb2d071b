"""transitions decides, alike with the table, and never touches anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.engine.machine import GivesReason, TableMachine, Trial
from lazsa_flow.lifecycle.table import Edge, Permit
from tests.factories import found, table

if TYPE_CHECKING:
    from collections.abc import Callable

TRIGGERS = sorted({edge.trigger for edge in AWARD.edges})
REASONS = [None, "unknown", *sorted({r for e in AWARD.edges for r in e.reasons if r is not None})]


def test_an_edge_fires_where_its_guards_hold() -> None:
    """Where every guard holds the trial stands in the destination."""
    trial = Trial("ajar", None, {"ready": found(True)})
    assert TableMachine(table()).fires(trial, "close")
    assert trial.state == "shut"


def test_an_edge_stays_where_a_guard_does_not_hold() -> None:
    """Where a guard does not hold the trial stays."""
    trial = Trial("ajar", None, {"ready": found(False)})
    assert not TableMachine(table()).fires(trial, "close")
    assert trial.state == "ajar"


def test_the_reason_chooses_between_edges_of_a_trigger() -> None:
    """Within a state an edge is named by its trigger and reason (lifecycle, theory)."""
    seller = Permit("seller", ("leaving",))
    edges = (
        *table().edges[:1],
        Edge("lock", ("ajar",), "ajar", (Permit("seller", ("jammed",)),)),
        Edge("lock", ("ajar",), "shut", (seller,)),
    )
    machine = TableMachine(table(edges=edges))
    for reason, state in (("jammed", "ajar"), ("leaving", "shut")):
        trial = Trial("ajar", reason, {})
        assert machine.fires(trial, "lock")
        assert trial.state == state
    assert not machine.fires(Trial("ajar", "other", {}), "lock")


@pytest.mark.parametrize("state", [state.name for state in AWARD.states])
def test_machine_and_table_decide_alike(state: str) -> None:
    """For each state, trigger and reason, and each guard in turn unmet, machine and table agree."""
    machine = TableMachine(AWARD)
    for trigger in {edge.trigger for edge in AWARD.exits(state)}:
        for reason in REASONS:
            edge = AWARD.edge(state, trigger, reason)
            for unmet in (None, *(edge.guards if edge else ())):
                trial = Trial(state, reason, {g: found(g != unmet) for g in AWARD.guards})
                assert machine.fires(trial, trigger) == (edge is not None and unmet is None)
                fired = edge is not None and unmet is None
                assert trial.state == (edge.dest if edge and fired else state)


def test_a_trial_has_slots_alone() -> None:
    """design.md, rule 2: no model is added to the machine; a trial takes no attribute of it."""
    with pytest.raises(AttributeError):
        Trial("ajar", None, {}).may_close = True  # type: ignore[attr-defined]


def test_the_guards_that_decide_can_be_read_out() -> None:
    """What the machine would ask is known without asking it; for an edge there is not, nothing."""
    machine = TableMachine(table())
    assert machine.guards("ajar", "close", None) == ("ready",)
    assert machine.guards("ajar", "lock", "leaving") == ()
    assert machine.guards("ajar", "lock", "jammed") is None


def _before(machine: Any) -> None:
    machine.events["close"].transitions["ajar"][0].before.append(lambda event: None)


def _on_enter(machine: Any) -> None:
    machine.states["shut"].on_enter.append(lambda event: None)


def _on_exit(machine: Any) -> None:
    machine.states["ajar"].on_exit.append(lambda event: None)


def _finally(machine: Any) -> None:
    machine.finalize_event.append(lambda event: None)


def _every_time(machine: Any) -> None:
    machine.before_state_change.append(lambda event: None)


def _another_condition(machine: Any) -> None:
    machine.add_transition("close", "ajar", "shut", conditions=lambda event: True)


def _unless(machine: Any) -> None:
    machine.events["close"].transitions["ajar"][0].conditions[1].target = False


def _twice(machine: Any) -> None:
    machine.add_transition("close", "ajar", "ajar", conditions=GivesReason(frozenset({None})))


@pytest.mark.parametrize(
    "change",
    [
        _before,
        _on_enter,
        _on_exit,
        _finally,
        _every_time,
        _another_condition,
        _unless,
        _twice,
    ],
)
def test_a_machine_with_more_to_say_is_asked(change: Callable[[Any], None]) -> None:
    """Where a callback would run, or more than the table's guards decide, nothing is read out."""
    machine = TableMachine(table())
    change(machine._machine)
    assert machine.guards("ajar", "close", None) is None
