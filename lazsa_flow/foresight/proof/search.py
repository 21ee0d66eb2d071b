"""The search of a proof: every situation, nearest to the opening first."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lazsa_flow.foresight.proof.builtin import LINKED
from lazsa_flow.foresight.proof.properties import PathSituation, Space, Taken
from lazsa_flow.foresight.proof.world import PathFacts, World

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lazsa_flow.foresight.proof.moves import MoveFinder
    from lazsa_flow.foresight.proof.properties import Property
    from lazsa_flow.foresight.proof.world import PossibleMove


@dataclass(frozen=True, slots=True)
class Failure:
    """A property that does not hold, with the shortest way to where it fails.

    Attributes:
        failed: The property.
        moves: The moves from the opening on, the last of which breaks the property or leads to
            where it does not hold.
        what: What never happens, where that is the failure.
    """

    failed: Property
    moves: tuple[PossibleMove, ...]
    what: str = ""


@dataclass
class Search:
    """A breadth-first search, which stops at the first failure if asked to.

    Attributes:
        situations: How many were reached.
        moves: How many were looked at.
    """

    finder: MoveFinder
    properties: tuple[Property, ...]
    stops_early: bool = False
    failures: dict[str, Failure] = field(default_factory=dict)
    moves: int = 0
    _from: dict[World, tuple[World, PossibleMove] | None] = field(default_factory=dict)
    _taken: set[Taken] = field(default_factory=set)
    _entered: dict[str, World] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._by_situation = [each for each in self.properties if each.in_situation]
        self._by_move = [each for each in self.properties if each.on_move]

    @property
    def situations(self) -> int:
        """How many situations were reached."""
        return len(self._from)

    @property
    def worlds(self) -> Iterable[World]:
        """The situations that were reached."""
        return self._from

    def run(self) -> None:
        """Search all situations, and hold each to the properties."""
        start = World()
        self._from[start] = None
        waiting = deque([start])
        while waiting:
            world = waiting.popleft()
            for move in self._look(world):
                if move.after not in self._from:
                    self._from[move.after] = (world, move)
                    waiting.append(move.after)
            if self.failures and self.stops_early:
                return
        self._look_at_space()

    def _look(self, world: World) -> Iterator[PossibleMove]:
        """Yield what can happen in a situation, each path and move held to the properties."""
        finder = self.finder
        for path in world.paths:
            moves = tuple(finder.moves(world, path))
            self._entered.setdefault(path.state, world)
            seen = PathSituation(finder.lifecycle, path, world, moves, finder)
            for each in self._by_situation:
                if each.name not in self.failures and not each.in_situation(seen):  # type: ignore[misc]
                    self.failures[each.name] = Failure(each, self._way_to(world))
            yield from self._check(seen)
        opened = tuple(finder.openings(world))
        path = PathFacts(len(world.paths) + 1, "")
        yield from self._check(PathSituation(finder.lifecycle, path, world, opened, finder))

    def _check(self, seen: PathSituation) -> Iterator[PossibleMove]:
        for move in seen.moves:
            self.moves += 1
            self._count(move)
            for each in self._by_move:
                if each.name not in self.failures and not each.on_move(seen, move):  # type: ignore[misc]
                    way = (*self._way_to(seen.world), move)
                    self.failures[each.name] = Failure(each, way)
            yield move

    def _count(self, move: PossibleMove) -> None:
        self._taken.add(Taken(move.source, move.trigger, move.reason, move.timer or ""))
        for link in move.linked:
            self._taken.add(Taken(link.source, link.trigger, link.reason, LINKED))

    def _look_at_space(self) -> None:
        space = Space(self.finder.lifecycle, frozenset(self._taken), dict(self._entered))
        for each in self.properties:
            for gap in each.on_space(space) if each.on_space else ():
                way = () if gap.world is None else self._way_to(gap.world)
                self.failures.setdefault(each.name, Failure(each, way, gap.what))

    def _way_to(self, world: World) -> tuple[PossibleMove, ...]:
        """Return the moves of the shortest way to a situation."""
        way: list[PossibleMove] = []
        while (step := self._from[world]) is not None:
            world, move = step
            way.append(move)
        return tuple(reversed(way))
