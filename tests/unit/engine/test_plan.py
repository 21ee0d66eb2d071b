"""What decides a timer is compiled once, out of the lifecycle's own machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lazsa_flow.engine.machine import TableMachine
from lazsa_flow.engine.plan import Plan
from lazsa_flow.errors import MachineMismatchError
from tests.factories import table

if TYPE_CHECKING:
    from transitions import EventData


def test_a_timer_is_compiled_once() -> None:
    """The same question gets the same answer, made once."""
    plan = Plan(table(), TableMachine(table()))
    evening = table().timers[0]
    assert plan.timer("ajar", evening) is plan.timer("ajar", evening)
    assert plan.timer("shut", evening) == ()


def test_a_machine_that_decides_by_more_than_its_table_is_not_compiled() -> None:
    """Where a callback would run, nothing is decided; the error names where."""
    machine = TableMachine(table())

    def enter(event: EventData) -> None:
        """Stand for a callback of somebody else's."""

    machine._machine.states["shut"].on_enter.append(enter)
    with pytest.raises(MachineMismatchError, match="door: from ajar") as caught:
        Plan(table(), machine).timer("ajar", table().timers[0])
    assert (caught.value.state, caught.value.trigger) == ("ajar", "close")
