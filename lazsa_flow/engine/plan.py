"""Which guards decide, and in which order?

A cycle night decides the same few things a million times. What ``transitions`` would look up each
time is compiled once for each state and timer, out of the lifecycle's own Machine: the edge that
each step names, its guards as functions, and which of them an earlier step has asked already. Where
the Machine has more to say than its table (a callback, a condition of another's), it is asked
itself. A property test holds that both decide alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lazsa_flow.engine.machine import Trial

if TYPE_CHECKING:
    from collections.abc import Callable

    from lazsa_flow.domain.guards import Finding
    from lazsa_flow.domain.lifecycle import Edge, Lifecycle, Timer
    from lazsa_flow.domain.model import Situation
    from lazsa_flow.engine.machine import TableMachine


@dataclass(frozen=True, slots=True)
class Route:
    """One edge as it is tried from one state.

    Attributes:
        reason: The reason it is tried with.
        fresh: Its guards that nothing before it has asked: name and check.
        known: Its other guards.
        machine: Asked whether the edge fires; ``None`` where its guards alone decide.
    """

    edge: Edge
    reason: str | None
    fresh: tuple[tuple[str, Callable[[Situation], Finding]], ...]
    known: tuple[str, ...]
    machine: TableMachine | None

    def fires(self, situation: Situation, found: dict[str, Finding]) -> bool:
        """Evaluate every guard that is fresh, and tell whether the edge fires.

        Args:
            situation: What the guards look at, with this route's reason.
            found: What the routes before have found; it is added to.
        """
        holds = True
        for name, check in self.fresh:
            found[name] = finding = check(situation)
            if not finding.held:
                holds = False
        if self.machine is not None:
            trial = Trial(situation.path.state, self.reason, found)
            return self.machine.fires(trial, self.edge.trigger)
        return holds and (not self.known or all(found[name].held for name in self.known))


class Plan:
    """A lifecycle's decisions, each compiled when it is first asked for.

    Args:
        lifecycle: The table.
        machine: The table as a Machine.
    """

    def __init__(self, lifecycle: Lifecycle, machine: TableMachine) -> None:
        self._lifecycle = lifecycle
        self._machine = machine
        self._edges: dict[tuple[str, str, str | None], Route | None] = {}
        self._timers: dict[tuple[str, str], tuple[Route, ...]] = {}

    def edge(self, state: str, trigger: str, reason: str | None) -> Route | None:
        """Return the route of one trigger, or ``None`` where the state has no such edge."""
        key = (state, trigger, reason)
        try:
            return self._edges[key]
        except KeyError:
            return self._edges.setdefault(key, self._route(*key, asked=()))

    def timer(self, state: str, timer: Timer) -> tuple[Route, ...]:
        """Return the routes of a timer's steps, leaving those aside that the state lacks."""
        key = (state, timer.name)
        if key not in self._timers:
            routes: list[Route] = []
            asked: list[str] = []
            for step in timer.steps:
                route = self._route(state, step.trigger, step.reason, asked=tuple(asked))
                if route is not None:
                    routes.append(route)
                    asked += [name for name, _ in route.fresh]
            self._timers[key] = tuple(routes)
        return self._timers[key]

    def _route(
        self, state: str, trigger: str, reason: str | None, *, asked: tuple[str, ...]
    ) -> Route | None:
        edge = self._lifecycle.edge(state, trigger, reason)
        if edge is None:
            return None
        checks = self._lifecycle.guards
        decides = self._machine.guards(state, trigger, reason) == edge.guards
        return Route(
            edge=edge,
            reason=reason,
            fresh=tuple((g, checks[g].check) for g in dict.fromkeys(edge.guards) if g not in asked),
            known=tuple(name for name in edge.guards if name in asked),
            machine=None if decides else self._machine,
        )
