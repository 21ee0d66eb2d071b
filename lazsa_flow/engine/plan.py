"""Decision plans of timers: which edges a timer tries, and which guards it asks, in order.

A cycle night decides the same few things a million times. What ``transitions`` would look up each
time is compiled once for each state and timer, out of the lifecycle's own Machine: the edge that
each step names, and its guards as one function, which leaves out those that an earlier step has
asked already. A Machine that decides by anything else than its table's guards cannot be compiled:
that is an error. While a sweep runs, one path of every group is checked against the Machine
(:func:`lazsa_flow.engine.decide.check_decision`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lazsa_flow.engine import compiling
from lazsa_flow.engine.hearing import hearing
from lazsa_flow.errors import MachineMismatchError

if TYPE_CHECKING:
    from lazsa_flow.domain.lifecycle import Edge, Lifecycle, Timer
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
    """

    edge: Edge
    reason: str | None
    fires: Judge
    fresh: tuple[str, ...]


class Plan:
    """A lifecycle's decisions, each compiled when it is first asked for.

    Args:
        lifecycle: The table.
        machine: The table as a Machine.
    """

    def __init__(self, lifecycle: Lifecycle, machine: TableMachine) -> None:
        self._lifecycle = lifecycle
        self._machine = machine
        self._timers: dict[tuple[str, str], tuple[Route, ...]] = {}
        self._hearings: dict[tuple[str, str], Hearing | None] = {}

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
        if self._machine.guards(state, trigger, reason) != edge.guards:
            raise MachineMismatchError(self._lifecycle.name, state, trigger)
        return Route(edge, reason, judge, fresh)
