"""Recorded moves: which moves of the search a row of the journal can be.

A row is worked out as the search works out a move, with the answers of guards that were recorded.
Where none of the moves that a table allows fits a row, the row is taken as it is, with what is
wrong about it, so that the properties are asked of what it has brought about.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from lazsa_flow.foresight.proof.choices import GuardSight, all_guards, expand_answers, try_all
from lazsa_flow.foresight.proof.moves import MoveFinder
from lazsa_flow.foresight.proof.world import PathFacts, World
from lazsa_flow.lifecycle.effects import Notify
from lazsa_flow.lifecycle.model import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lazsa_flow.foresight.proof.choices import GuardRules
    from lazsa_flow.foresight.proof.moves import Action
    from lazsa_flow.foresight.proof.world import PossibleMove
    from lazsa_flow.lifecycle.table import Edge, Lifecycle, Timer


class RecordedMove(NamedTuple):
    """What a row says of a move, as far as a search can tell moves apart.

    Attributes:
        number: The path's place among its subject's paths.
        timer: The timer that led to it; ``None`` where somebody asked.
        role: Whose request it was; ``None`` where it was a timer.
        ended: Whether the timer is recorded to have ended with this row.
        verdicts: What each guard was recorded to say, by name.
        links: The moves of other paths that were part of it: number, trigger, reason.
    """

    number: int
    trigger: str | None
    reason: str | None
    source: str | None
    dest: str
    timer: str | None
    role: str | None
    ended: bool = False
    verdicts: tuple[tuple[str, bool], ...] = ()
    links: frozenset[tuple[int, str, str]] = frozenset()

    @property
    def is_replanned(self) -> bool:
        """Whether it tells that dates were set again: the path stays, and no timer was refused."""
        return self.trigger is None and self.source == self.dest and self.reason != "refused"


class FoundMoves(NamedTuple):
    """What a row can have been.

    Attributes:
        moves: The moves, each with the situation before it; empty where nothing can be made of it.
        fault: What is wrong about the row; empty where the table allows it.
    """

    moves: tuple[tuple[World, PossibleMove], ...]
    fault: str = ""


class RecordedMoveFinder:
    """Finds the moves that rows can be.

    Args:
        lifecycle: The table.
        rules: What its guards mean, and which periods count.
    """

    def __init__(self, lifecycle: Lifecycle, rules: GuardRules) -> None:
        self.finder: MoveFinder = MoveFinder(lifecycle, rules, paths=sys.maxsize)
        self._lifecycle, self._rules = lifecycle, rules
        self._guards = all_guards(lifecycle)
        self._timers = {each.name for each in lifecycle.timers}

    def find(self, worlds: Iterable[World], row: RecordedMove) -> FoundMoves:
        """Return the moves that a row can be, in situations that there may have been before it."""
        answers = expand_answers(self._guards, dict(row.verdicts))
        before = [
            self._with_own_timer(each, row)
            for each in worlds
            if _state_of(each, row.number) == row.source
        ]
        if not before:
            states = sorted({_state_of(each, row.number) or "nothing" for each in worlds})
            return FoundMoves((), f"it leaves {row.source}, the path stood in {'/'.join(states)}")
        edge = self._edge(row)
        if edge is None and row.trigger is not None:
            return FoundMoves((), "the table has no such edge")
        if row.trigger is None and row.timer not in self._timers:
            return FoundMoves((), "only a timer of the table is refused in a row of its own")
        faults: list[str] = []
        found: list[tuple[World, PossibleMove]] = []
        for world in before:
            fault = self._find_fault(world, row, edge)
            moves = [] if fault else list(self._allowed(world, row, answers))
            found += ((world, move) for move in moves)
            faults.append(fault or self._explain_misfit(world, row))
        if found:
            return FoundMoves(tuple(found))
        forced = (
            (world, move) for world in before for move in self._force(world, row, edge, answers)
        )
        return FoundMoves(tuple(forced), faults[0])

    def after_reminders(self, worlds: frozenset[World]) -> frozenset[World]:
        """Return the situations that there may be before the next row: reminders write none."""
        found, waiting = set(worlds), list(worlds)
        while waiting:
            world = waiting.pop()
            for path in world.paths:
                for name in path.timers:
                    timer = self._lifecycle.timer(name)
                    if timer.steps or path.state not in timer.states or _only_tells(timer):
                        continue
                    action = self.finder.falling_due(world, path, timer)
                    for move in self.finder.outcomes(action):
                        if move.after not in found:
                            found.add(move.after)
                            waiting.append(move.after)
        return frozenset(found)

    def after_replanning(self, worlds: frozenset[World], row: RecordedMove) -> frozenset[World]:
        """Return the situations after a row that says that dates were set again."""
        found = set()
        for world in worlds:
            if _state_of(world, row.number) == row.source:
                path = world.paths[row.number - 1]
                again = {
                    timer.name for timer in self._lifecycle.timers if path.state in timer.restarts
                }
                found.add(_put(world, path._replace(timers=path.timers | again)))
        return frozenset(found)

    def _edge(self, row: RecordedMove) -> Edge | None:
        """Return the edge that a row takes; ``None`` where it takes none, or the table lacks it."""
        if row.trigger is None:
            return None
        edge: Edge | None = self._lifecycle.opening
        if row.source is not None:
            edge = self._lifecycle.edge(row.source, row.trigger, row.reason)
        fits = edge is not None and (edge.trigger, edge.dest) == (row.trigger, row.dest)
        return edge if fits else None

    def _find_fault(self, world: World, row: RecordedMove, edge: Edge | None) -> str:
        """Say why the table does not allow a row in a situation; empty where this shows nothing."""
        path = _path_of(world, row.number)
        if row.timer is not None and row.timer not in self._timers:
            return (
                f"{row.timer} is no timer of the table, and no path whose move brought this about"
            )
        if row.timer is not None and not row.ended:
            return f"timer {row.timer} is not recorded to have come to this row"
        if row.timer is not None and row.timer not in path.timers:
            return f"timer {row.timer} does not wait in {row.source}"
        recorded = dict(row.verdicts)
        for guard in edge.guards if edge else ():
            if guard not in recorded:
                return f"guard {guard} is not recorded"
            if not recorded[guard]:
                return f"guard {guard} was recorded as not met"
        sight = GuardSight(path, _with_path(world, path), row.timer)
        for guard, held in recorded.items():
            meaning = self._rules.meanings.get(guard)
            known = None if meaning is None else meaning(sight)
            if known is not None and known != held:
                said = "met" if held else "not met"
                return f"guard {guard} was recorded as {said}, which what went before rules out"
        return ""

    def _with_own_timer(self, world: World, row: RecordedMove) -> World:
        """Return a situation with the timer that a row names: a command may have set it again."""
        if row.timer not in self._timers or not row.ended or row.source is None:
            return world
        path = world.paths[row.number - 1]
        if row.source not in self._lifecycle.timer(row.timer).states:
            return world
        return _put(world, path._replace(timers=path.timers | {row.timer}))

    def _explain_misfit(self, world: World, row: RecordedMove) -> str:
        """Say why no move of the search fits a row, where nothing of the row itself is wrong."""
        if row.trigger is None:
            return f"timer {row.timer} would not have been refused with these verdicts"
        takes = self._lifecycle.state(row.dest).open and not self._lifecycle.several_open
        holds = (self._lifecycle.state(each.state).open for each in world.others(row.number))
        if takes and any(holds):
            return "another path of the subject holds the place that it takes"
        if row.links:
            return "it does not bring about what was recorded as a part of it"
        who = f"timer {row.timer}" if row.timer else row.role
        return f"{who} could not bring this about, or not without moving another path with it"

    def _allowed(
        self, world: World, row: RecordedMove, answers: Mapping[str, bool]
    ) -> Iterator[PossibleMove]:
        """Yield the moves of the search that a row can be."""
        for action in self._actions(world, row):
            for move in self.finder.outcomes(action, answers):
                linked = {(each.number, each.trigger, each.reason) for each in move.linked}
                reason = row.reason if row.trigger else None
                if (
                    (move.trigger, move.reason, move.dest) == (row.trigger, reason, row.dest)
                    and move.refused == (row.trigger is None)
                    and linked == row.links
                ):
                    yield _as_recorded(move, row)

    def _actions(self, world: World, row: RecordedMove) -> Iterator[Action]:
        if row.source is None:
            actions = self.finder.opening_actions(world)
        elif row.timer is not None:
            path = world.paths[row.number - 1]
            yield self.finder.falling_due(world, path, self._lifecycle.timer(row.timer))
            return
        else:
            actions = self.finder.requests(world, world.paths[row.number - 1])
        for action in actions:
            if action.key[1:] == (row.trigger, row.reason):
                yield action

    def _force(
        self, world: World, row: RecordedMove, edge: Edge | None, answers: Mapping[str, bool]
    ) -> Iterator[PossibleMove]:
        """Yield what a row has brought about, whatever guards, timers and places say."""
        path = _path_of(world, row.number)
        given = {
            name: held for name, held in answers.items() if edge is None or name not in edge.guards
        }
        seen = _with_path(world, path)
        timer = row.timer if row.timer in self._timers else None
        work = partial(self.finder.force, seen, row.number, edge, row.reason, timer)
        for move in try_all({}, work, given):
            yield _as_recorded(move, row)


def _only_tells(timer: Timer) -> bool:
    return all(isinstance(effect, Notify) for effect in timer.effects)


def _as_recorded(move: PossibleMove, row: RecordedMove) -> PossibleMove:
    """Return a move with what was recorded of its guards, and whose request it was."""
    asked = () if move.edge is None else move.edge.guards
    values = {name: held for name, held in move.values.items() if name not in asked}
    roles = () if move.timer else (row.role or SYSTEM,)
    return move._replace(roles=roles, values={**values, **dict(row.verdicts)})


def _state_of(world: World, number: int) -> str | None:
    return world.paths[number - 1].state if number <= len(world.paths) else None


def _path_of(world: World, number: int) -> PathFacts:
    return world.paths[number - 1] if number <= len(world.paths) else PathFacts(number, "")


def _put(world: World, path: PathFacts) -> World:
    """Return a situation with a path as it is given."""
    paths = (*world.paths[: path.number - 1], path, *world.paths[path.number :])
    return world._replace(paths=paths)


def _with_path(world: World, path: PathFacts) -> World:
    if path.number <= len(world.paths):
        return world
    return world._replace(paths=(*world.paths, path))
