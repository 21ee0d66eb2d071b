"""Moves of a proof: all that can happen in a situation, by edges, timers and openings.

Which steps a timer tries, and in which order, is read out of the engine's own plan; which edges
there are, and who may take them, is read off the table.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from lazsa_flow.engine.machine import TableMachine
from lazsa_flow.engine.plan import Plan
from lazsa_flow.foresight.proof.choices import all_guards, try_all
from lazsa_flow.foresight.proof.situation_builder import SituationBuilder
from lazsa_flow.foresight.proof.world import PathFacts, PossibleMove, World
from lazsa_flow.lifecycle.model import SYSTEM
from lazsa_flow.lifecycle.values import EMPTY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from lazsa_flow.foresight.proof.choices import Choices, GuardRules
    from lazsa_flow.lifecycle.table import Edge, Lifecycle, Timer

PATHS: Final = 2
"""So many paths a subject has at most."""


class Action(NamedTuple):
    """Something that is asked for, or a timer that falls due.

    Attributes:
        key: Which path it is about, what is asked for or falls due, and the reason.
        work: Works out one outcome.
    """

    key: tuple[int, str, str | None]
    work: Callable[[Choices], PossibleMove]


class MoveFinder:
    """Finds the moves of a situation.

    Args:
        lifecycle: The table.
        rules: What its guards mean, and which periods count.
        paths: So many paths the subject has at most.
    """

    def __init__(self, lifecycle: Lifecycle, rules: GuardRules, paths: int = PATHS) -> None:
        self.lifecycle = lifecycle
        self._rules = rules
        self._paths = paths
        self._plan = Plan(lifecycle, TableMachine(lifecycle))
        self._guards = all_guards(lifecycle)
        self._asked = {
            state.name: tuple(_list_asked(lifecycle.exits(state.name)))
            for state in lifecycle.states
        }

    def openings(self, world: World) -> Iterator[PossibleMove]:
        """Yield the moves that open another path of the subject."""
        for action in self.opening_actions(world):
            yield from self.outcomes(action)

    def opening_actions(self, world: World) -> Iterator[Action]:
        """Yield the ways to open another path of the subject."""
        number = len(world.paths) + 1
        if number > self._paths:
            return
        edge = self.lifecycle.opening
        empty = World((*world.paths, PathFacts(number, "")), world.statements)
        for reason, roles in _roles_by_reason(edge):
            work = partial(self._take, empty, number, edge, reason, roles)
            yield Action((number, edge.trigger, reason), work)

    def moves(self, world: World, path: PathFacts) -> Iterator[PossibleMove]:
        """Yield what can happen to one path: what people ask for, and what its timers do.

        A move stands there once for each way in which the guards that it asks can answer.
        """
        for action in self.actions(world, path):
            yield from self.outcomes(action)

    def actions(self, world: World, path: PathFacts) -> Iterator[Action]:
        """Yield what people may ask of one path, and the timers that may fall due."""
        yield from self.requests(world, path)
        for name in sorted(path.timers):
            timer = self.lifecycle.timer(name)
            if path.state in timer.states:
                yield self.falling_due(world, path, timer)

    def requests(self, world: World, path: PathFacts) -> Iterator[Action]:
        """Yield what people may ask of one path."""
        for edge, reason, roles in self._asked[path.state]:
            work = partial(self._take, world, path.number, edge, reason, roles)
            yield Action((path.number, edge.trigger, reason), work)

    def falling_due(self, world: World, path: PathFacts, timer: Timer) -> Action:
        """Return that a timer of a path falls due."""
        work = partial(self._fall_due, world, path, timer)
        return Action((path.number, f"timer {timer.name}", None), work)

    def outcomes(
        self, action: Action, answers: Mapping[str, bool] = EMPTY
    ) -> Iterator[PossibleMove]:
        """Yield what comes of an action, for each way in which free guards can answer.

        Args:
            action: The action.
            answers: Guards whose answer is given.
        """
        return try_all(self._rules.meanings, action.work, answers)

    def decides(self, path: PathFacts) -> bool:
        """Return whether a timer is pending that may move a path out of what it waits for."""
        return any(
            self._plan.timer(path.state, self.lifecycle.timer(name))
            for name in path.timers
            if path.state in self.lifecycle.timer(name).states
        )

    def asked(self, state: str) -> tuple[tuple[Edge, str | None, tuple[str, ...]], ...]:
        """Return what people may ask for in a state: edge, reason, and who."""
        return self._asked[state]

    def force(
        self,
        world: World,
        number: int,
        edge: Edge | None,
        reason: str | None,
        timer: str | None,
        choices: Choices,
    ) -> PossibleMove:
        """Work out a move that has happened, whether or not guards, timers and places allow it.

        Args:
            world: The situation before it.
            number: Whose path it is.
            edge: The edge that it takes; ``None`` where a timer was refused.
            reason: The reason that was given.
            timer: The name of the timer that led to it, if one did.
            choices: What the guards of effects answer.
        """
        builder = self._builder(
            world, number, choices, timer, reason if edge else None, checks_place=False
        )
        source = builder.path.state or None
        if edge is not None:
            after = builder.take(edge)
            return self._move(builder, after, choices, edge, reason, source, timer=timer)
        known = (each.on_refused for each in self.lifecycle.timers if each.name == timer)
        after = builder.stay(next(known, ()), writes_row=True)
        return self._move(builder, after, choices, None, None, source, timer=timer, refused=True)

    def _builder(
        self,
        world: World,
        number: int,
        choices: Choices,
        timer: str | None,
        reason: str | None,
        *,
        checks_place: bool = True,
    ) -> SituationBuilder:
        return SituationBuilder(
            self.lifecycle,
            self._rules,
            world,
            number,
            choices,
            timer,
            reason,
            checks_place=checks_place,
        )

    def _take(
        self,
        world: World,
        number: int,
        edge: Edge,
        reason: str | None,
        roles: tuple[str, ...],
        choices: Choices,
    ) -> PossibleMove:
        """Take an edge that somebody asks for."""
        builder = self._builder(world, number, choices, None, reason)
        builder.require(edge.guards)
        source = builder.path.state or None
        return self._move(builder, builder.take(edge), choices, edge, reason, source, roles=roles)

    def _fall_due(
        self, world: World, path: PathFacts, timer: Timer, choices: Choices
    ) -> PossibleMove:
        """Let a timer fall due: it fires, is refused, or reminds."""
        for route in self._plan.timer(path.state, timer):
            builder = self._builder(world, path.number, choices, timer.name, route.reason)
            if all(builder.ask(guard) for guard in route.edge.guards):
                after = builder.take(route.edge)
                return self._move(
                    builder, after, choices, route.edge, route.reason, path.state, timer=timer.name
                )
        builder = self._builder(world, path.number, choices, timer.name, None)
        decides = bool(timer.steps)
        effects = timer.on_refused if decides else timer.effects
        after = builder.stay(effects, writes_row=decides)
        return self._move(
            builder, after, choices, None, None, path.state, timer=timer.name, refused=decides
        )

    def _move(
        self,
        builder: SituationBuilder,
        after: World,
        choices: Choices,
        edge: Edge | None,
        reason: str | None,
        source: str | None,
        *,
        roles: tuple[str, ...] = (),
        timer: str | None = None,
        refused: bool = False,
    ) -> PossibleMove:
        return PossibleMove(
            number=builder.path.number,
            edge=edge,
            reason=reason,
            roles=roles,
            timer=timer,
            refused=refused,
            source=source,
            dest=builder.path.state,
            values=choices.values,
            notices=tuple(builder.notices),
            scheduled=tuple(builder.scheduled),
            stated=tuple(builder.stated),
            claims=tuple(builder.claims),
            linked=tuple(builder.linked),
            after=after,
            guards=self._guards,
        )


def _list_asked(edges: Iterable[Edge]) -> Iterator[tuple[Edge, str | None, tuple[str, ...]]]:
    for edge in edges:
        for reason, roles in _roles_by_reason(edge):
            yield edge, reason, roles


def _roles_by_reason(edge: Edge) -> Iterator[tuple[str | None, tuple[str, ...]]]:
    """Yield each reason that people may give, with the roles that may give it."""
    for reason in dict.fromkeys(
        reason
        for permit in edge.permits
        if permit.role != SYSTEM
        for reason in (permit.reasons or (None,))
    ):
        roles = (each.role for each in edge.permits if each.admits(each.role, reason))
        yield reason, tuple(dict.fromkeys(role for role in roles if role != SYSTEM))
