"""Recorded steps: one row of the journal taken in the search, and held to the properties.

What was recorded leaves some things open: whether a reminder has fired, and what guards of effects
said. So there may be several situations after a row; a property fails where it fails in all.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from lazsa_flow.foresight.proof.properties import PathSituation
from lazsa_flow.foresight.proof.recorded_moves import RecordedMove, RecordedMoveFinder
from lazsa_flow.foresight.proof.world import PathFacts, World

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lazsa_flow.foresight.proof.properties import Property
    from lazsa_flow.foresight.proof.rules import ProofRules
    from lazsa_flow.foresight.proof.world import PossibleMove
    from lazsa_flow.lifecycle.table import Lifecycle

START: Final = frozenset({World()})
_KEPT: Final = 20_000
"""So many steps are kept: most subjects of a programme go the same ways."""

_NOT_THERE: Final = "the path did not stand in the state that it says"


class StepOutcome(NamedTuple):
    """What one row comes to.

    Attributes:
        worlds: The situations that there may be after it; none where nothing can be made of it.
        move: One of the moves that it can have been.
        fault: What is wrong about it; empty where the table allows it.
        failed: Each property that fails with it, and the number of the path of which it does.
    """

    worlds: frozenset[World]
    move: PossibleMove | None
    fault: str
    failed: tuple[tuple[str, int], ...]


class RecordedSteps:
    """Takes rows, each as it can have been; what comes of identical rows is kept.

    Args:
        lifecycle: The table.
        rules: What its guards mean, and which periods count.
        properties: What must hold.
    """

    def __init__(
        self, lifecycle: Lifecycle, rules: ProofRules, properties: Iterable[Property]
    ) -> None:
        self._lifecycle = lifecycle
        self._moves = RecordedMoveFinder(lifecycle, rules)
        self._finder = self._moves.finder
        self._properties = tuple(properties)
        self._taken = lru_cache(maxsize=_KEPT)(self._take)
        self._see = lru_cache(maxsize=_KEPT)(self._situation)

    def take(self, worlds: frozenset[World], row: RecordedMove) -> StepOutcome:
        """Return what a row comes to in situations that there may have been before it."""
        return self._taken(worlds, row)

    def has_timer(self, name: str) -> bool:
        """Return whether the table has a timer."""
        return any(each.name == name for each in self._lifecycle.timers)

    def has_state(self, name: str) -> bool:
        """Return whether the table has a state."""
        return any(each.name == name for each in self._lifecycle.states)

    def decides(self, timer: str) -> bool:
        """Return whether a timer of the table decides; one that only reminds does not."""
        return bool(self._lifecycle.timer(timer).steps)

    def find_failures(self, worlds: frozenset[World]) -> Iterator[tuple[str, int]]:
        """Yield the properties that hold in none of these situations, and of which path not."""
        numbers = range(1, 1 + min(len(world.paths) for world in worlds))
        for each in self._properties:
            holds = each.in_situation
            if holds is None:
                continue
            for number in numbers:
                if not any(holds(self._see(world, number)) for world in worlds):
                    yield each.name, number

    def _take(self, worlds: frozenset[World], row: RecordedMove) -> StepOutcome:
        before = self._moves.after_reminders(worlds)
        if row.is_replanned:
            after = self._moves.after_replanning(before, row)
            return StepOutcome(after, None, "" if after else _NOT_THERE, ())
        found = self._moves.find(before, row)
        if not found.moves:
            return StepOutcome(frozenset(), None, found.fault, ())
        failed = [
            (each.name, row.number)
            for each in self._properties
            if each.on_move is not None
            and not any(
                each.on_move(self._see(world, row.number), move) for world, move in found.moves
            )
        ]
        after = frozenset(move.after for _, move in found.moves)
        failed += self.find_failures(after)
        return StepOutcome(after, found.moves[0][1], found.fault, tuple(failed))

    def _situation(self, world: World, number: int) -> PathSituation:
        """Return a path in a situation, with what can happen to it."""
        if number > len(world.paths):
            path, moves = PathFacts(number, ""), self._finder.openings(world)
        else:
            path = world.paths[number - 1]
            moves = self._finder.moves(world, path)
        return PathSituation(self._lifecycle, path, world, tuple(moves), self._finder)
