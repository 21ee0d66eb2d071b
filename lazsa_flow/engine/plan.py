"""Which guards decide, and in which order?

A cycle night decides the same few things a million times. What ``transitions`` would look up each
time is compiled once for each state and timer, out of the lifecycle's own Machine: the edge that
each step names, and its guards as one function, which leaves out those that an earlier step has
asked already. Where the Machine has more to say than its table (a callback, a condition of
another's), it is asked itself. A property test holds that both decide alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lazsa_flow.engine import compiling
from lazsa_flow.engine.hearing import hearing
from lazsa_flow.engine.machine import Trial

if TYPE_CHECKING:
    from lazsa_flow.domain.guards import Found
    from lazsa_flow.domain.lifecycle import Edge, Lifecycle, Timer
    from lazsa_flow.domain.model import Situation
    from lazsa_flow.engine.compiling import Judge
    from lazsa_flow.engine.hearing import Hearing
    from lazsa_flow.engine.machine import TableMachine


@dataclass(frozen=True, slots=True)
class Route:
    """One edge as it is tried from one state.

    Attributes:
        reason: The reason it is tried with.
        fires: Evaluates every guard that nothing before it has asked, and tells whether the edge
            fires. It takes a situation with this route's reason, and what the routes before have
            found, to which it adds.
        fresh: Those guards, by name.
        tabled: Whether the table says all, and the Machine nothing more.
    """

    edge: Edge
    reason: str | None
    fires: Judge
    fresh: tuple[str, ...]
    tabled: bool


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
        self._hearings: dict[tuple[str, str], Hearing | None] = {}

    def edge(self, state: str, trigger: str, reason: str | None) -> Route | None:
        """Return the route of one trigger, or ``None`` where the state has no such edge."""
        key = (state, trigger, reason)
        try:
            return self._edges[key]
        except KeyError:
            return self._edges.setdefault(key, self._route(*key, asked=frozenset()))

    def timer(self, state: str, timer: Timer) -> tuple[Route, ...]:
        """Return the routes of a timer's steps, leaving those aside that the state lacks."""
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

    def hearing(self, state: str, timer: Timer) -> Hearing | None:
        """Return how paths that are alike are decided together; ``None`` where they are not."""
        key = (state, timer.name)
        if key not in self._hearings:
            self._hearings[key] = hearing(self._lifecycle, timer, self.timer(state, timer))
        return self._hearings[key]

    def _route(
        self, state: str, trigger: str, reason: str | None, *, asked: frozenset[str]
    ) -> Route | None:
        edge = self._lifecycle.edge(state, trigger, reason)
        if edge is None:
            return None
        checks = self._lifecycle.guards
        fresh = tuple(name for name in dict.fromkeys(edge.guards) if name not in asked)
        judge = compiling.judge(
            [(name, checks[name].ask) for name in fresh],
            [name for name in edge.guards if name in asked],
        )
        tabled = self._machine.guards(state, trigger, reason) == edge.guards
        if not tabled:
            judge = self._asking(edge, reason, judge)
        return Route(edge, reason, judge, fresh, tabled)

    def _asking(self, edge: Edge, reason: str | None, judge: Judge) -> Judge:
        """Return what evaluates the guards, and lets the machine say what follows."""

        def fires(situation: Situation, found: dict[str, Found]) -> bool:
            judge(situation, found)
            return self._machine.fires(Trial(situation.path.state, reason, found), edge.trigger)

        return fires
