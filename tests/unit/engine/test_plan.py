"""What decides a timer is compiled once, out of the lifecycle's own machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lazsa_flow.engine.machine import TableMachine
from lazsa_flow.engine.plan import Plan, Route
from lazsa_flow.errors import MachineMismatchError
from lazsa_flow.lifecycle.table import Edge, Permit
from tests.factories import context, table

if TYPE_CHECKING:
    from transitions import EventData

    from lazsa_flow.lifecycle.guards import Ask, Found


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


@pytest.mark.parametrize("own", [(), (True,), (False,), (True, False), (True, True)])
@pytest.mark.parametrize("before", [(), (True,), (False,), (True, False)])
def test_an_edge_fires_where_all_its_guards_hold(
    own: tuple[bool, ...], before: tuple[bool, ...]
) -> None:
    """Each guard of its own is asked, behind one that does not hold too; others count as found."""
    found: dict[str, Found] = {f"before{n}": (held, None, None) for n, held in enumerate(before)}
    checks = [(f"own{n}", says(held=held)) for n, held in enumerate(own)]
    guards = (*found, *(name for name, _ in checks))
    edge = Edge("close", ("ajar",), "shut", (Permit("system"),), guards)
    route = Route(edge, None, tuple(name for name, _ in checks), tuple(checks))
    assert route.fires(context(), found) is all(own + before)
    assert tuple(found) == guards


def says(*, held: bool) -> Ask:
    """Make a check that always finds the same."""
    return lambda _: (held, None, None)
