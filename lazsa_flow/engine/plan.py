"""Decision plans of timers: which edges a timer tries, and which guards it asks, in order.

A cycle night decides the same few things a million times. What ``transitions`` would look up each
time is listed once for each state and timer, out of the lifecycle's own Machine: the edge that each
step names, and which of its guards no earlier step has asked. A Machine that decides by anything
else than its table's guards cannot be listed: that is an error. While a sweep runs, one path of
every group is checked against the Machine (:func:`lazsa_flow.engine.decide.check_decision`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from lazsa_flow.errors import MachineMismatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from lazsa_flow.engine.machine import TableMachine
    from lazsa_flow.lifecycle.guards import Ask, Found
    from lazsa_flow.lifecycle.model import GuardContext
    from lazsa_flow.lifecycle.table import Edge, Lifecycle, Timer

_Derived = TypeVar("_Derived")


@dataclass(frozen=True, slots=True)
class Route:
    """One edge as it is tried from one state.

    Attributes:
        reason: The reason it is tried with.
        new_guards: The guards that nothing before it has asked, by name.
        asks: Those guards with the function that asks each.
    """

    edge: Edge
    reason: str | None
    new_guards: tuple[str, ...]
    asks: tuple[tuple[str, Ask], ...]

    def fires(self, context: GuardContext, found: dict[str, Found]) -> bool:
        """Evaluate every guard that nothing before has asked; tell whether the edge fires.

        Args:
            context: What the guards look at, with this route's reason.
            found: What the routes before have found; what these guards find is added.
        """
        for name, ask in self.asks:
            found[name] = ask(context)
        return all(found[name][0] for name in self.edge.guards)


class Plan:
    """A lifecycle's decisions, each listed when it is first asked for.

    Args:
        lifecycle: The table.
        machine: The table as a Machine.
    """

    def __init__(self, lifecycle: Lifecycle, machine: TableMachine) -> None:
        self._lifecycle = lifecycle
        self._machine = machine
        self._timers: dict[tuple[str, str], tuple[Route, ...]] = {}
        self._derived: dict[Hashable, Any] = {}

    def timer(self, state: str, timer: Timer) -> tuple[Route, ...]:
        """Return the routes of a timer's steps, leaving those aside that the state lacks.

        Raises:
            MachineMismatchError: The Machine decides by something else than the table's guards.
        """
        key = (state, timer.name)
        if key not in self._timers:
            routes: list[Route] = []
            asked: set[str] = set()
            for step in timer.steps:
                route = self._route(state, step.trigger, step.reason, asked=frozenset(asked))
                if route is not None:
                    routes.append(route)
                    asked.update(route.edge.guards)
            self._timers[key] = tuple(routes)
        return self._timers[key]

    def derive(
        self,
        state: str,
        timer: Timer,
        make: Callable[[Lifecycle, Timer, tuple[Route, ...]], _Derived],
    ) -> _Derived:
        """Return what a function makes of a timer's routes; each result is kept with the plan."""
        key = (make, state, timer.name)
        if key not in self._derived:
            self._derived[key] = make(self._lifecycle, timer, self.timer(state, timer))
        derived: _Derived = self._derived[key]
        return derived

    def _route(
        self, state: str, trigger: str, reason: str | None, *, asked: frozenset[str]
    ) -> Route | None:
        edge = self._lifecycle.edge(state, trigger, reason)
        if edge is None:
            return None
        new_guards = tuple(name for name in dict.fromkeys(edge.guards) if name not in asked)
        if self._machine.guards(state, trigger, reason) != edge.guards:
            raise MachineMismatchError(self._lifecycle.name, state, trigger)
        asks = tuple((name, self._lifecycle.guards[name].ask) for name in new_guards)
        return Route(edge, reason, new_guards, asks)
