"""What decides is compiled once, out of the lifecycle's own machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lazsa_flow.domain.guards import Finding
from lazsa_flow.engine.machine import TableMachine
from lazsa_flow.engine.plan import Plan
from tests.factories import path, situation, table

if TYPE_CHECKING:
    from transitions import EventData

DOOR = situation(path=path("ajar", lifecycle="door"))


def test_an_edge_is_compiled_once() -> None:
    """The same question gets the same answer, made once."""
    plan = Plan(table(), TableMachine(table()))
    assert plan.edge("ajar", "close", None) is plan.edge("ajar", "close", None)
    assert plan.edge("ajar", "lock", None) is None
    evening = table().timers[0]
    assert plan.timer("ajar", evening) is plan.timer("ajar", evening)
    assert plan.timer("shut", evening) == ()


@pytest.mark.parametrize("entered", [True, False])
def test_where_a_callback_is_declared_transitions_decides(entered: bool) -> None:
    """A callback of the machine runs, and what it prevents does not fire."""
    machine, called = TableMachine(table()), []

    def enter(event: EventData) -> None:
        called.append(event)

    if entered:
        machine._machine.states["shut"].on_enter.append(enter)
    route = Plan(table(), machine).edge("ajar", "close", None)
    found: dict[str, Finding] = {}
    assert route is not None
    assert route.fires(DOOR, found)
    assert found == {"ready": Finding(True)}
    assert len(called) == entered
