"""Comparison of two tables: what one allows and the other does not, with the way to an example.

Both are searched side by side, from situations that both reach. An action is worked out once for
each way in which the guards that one of the two asks can answer, and then by the other with the
same answers: so a guard that only one of them asks is seen where it makes a difference.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from lazsa_flow.foresight.proof.moves import MoveFinder
from lazsa_flow.foresight.proof.report import describe_move, list_move_values
from lazsa_flow.foresight.proof.rules import ProofRules
from lazsa_flow.foresight.proof.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazsa_flow.foresight.proof.moves import Action
    from lazsa_flow.foresight.proof.world import PossibleMove
    from lazsa_flow.lifecycle.table import Lifecycle

Side = Literal["first", "second"]
_NO_RULES: Final = ProofRules()


@dataclass(frozen=True, slots=True)
class TableDifference:
    """A move that one table allows and the other does not.

    Attributes:
        allowed_by: The table that allows it.
        moves: The moves that lead there, in both tables, and at the end the move itself.
    """

    allowed_by: Side
    moves: tuple[PossibleMove, ...]

    def __str__(self) -> str:
        """Write it as lines: what is allowed by which table, and the way there."""
        *way, last = self.moves
        lines = [f"only the {self.allowed_by} allows: {describe_move(last)}"]
        lines += [f"  {number}. {describe_move(move)}" for number, move in enumerate(way, 1)]
        return "\n".join(lines)

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"allowed_by": self.allowed_by, "path": list(map(list_move_values, self.moves))}


def compare_tables(
    first: Lifecycle, second: Lifecycle, rules: ProofRules = _NO_RULES
) -> tuple[TableDifference, ...]:
    """Find what one table allows and the other does not.

    Args:
        first: A table.
        second: Another, of the same lifecycle.
        rules: What their guards mean; a meaning of a guard that a table lacks is not asked.

    Returns:
        One difference for each trigger, reason, state and timer, each with the shortest way to it;
        none where both allow the same.
    """
    return _Comparison(MoveFinder(first, rules), MoveFinder(second, rules)).run()


class _Comparison:
    """A search side by side."""

    def __init__(self, first: MoveFinder, second: MoveFinder) -> None:
        self._finders: dict[Side, MoveFinder] = {"first": first, "second": second}
        self._from: dict[World, tuple[World, PossibleMove] | None] = {World(): None}
        self._found: dict[tuple[Any, ...], TableDifference] = {}

    def run(self) -> tuple[TableDifference, ...]:
        """Search all situations that both reach."""
        waiting = deque(self._from)
        while waiting:
            world = waiting.popleft()
            for move in self._compare(world):
                if move.after not in self._from:
                    self._from[move.after] = (world, move)
                    waiting.append(move.after)
        return tuple(self._found.values())

    def _compare(self, world: World) -> Iterator[PossibleMove]:
        """Yield the moves that both allow, and keep those that one does not."""
        first = {each.key: each for each in _list_actions(self._finders["first"], world)}
        second = {each.key: each for each in _list_actions(self._finders["second"], world)}
        for key, action in first.items():
            yield from self._compare_action(world, "first", action, "second", second.get(key))
        for key, action in second.items():
            yield from self._compare_action(world, "second", action, "first", first.get(key))

    def _compare_action(
        self, world: World, side: Side, action: Action, other: Side, same: Action | None
    ) -> Iterator[PossibleMove]:
        for move in self._finders[side].outcomes(action):
            expected = _signature(move)
            answers = [] if same is None else self._finders[other].outcomes(same, move.values)
            theirs = {_signature(each) for each in answers}
            if theirs == {expected}:
                yield move
            elif (key := (side, *_kind(move))) not in self._found:
                self._found[key] = TableDifference(side, (*self._way_to(world), move))

    def _way_to(self, world: World) -> tuple[PossibleMove, ...]:
        way: list[PossibleMove] = []
        while (step := self._from[world]) is not None:
            world, move = step
            way.append(move)
        return tuple(reversed(way))


def _list_actions(finder: MoveFinder, world: World) -> Iterator[Action]:
    for path in world.paths:
        if any(path.state == state.name for state in finder.lifecycle.states):
            yield from finder.actions(world, path)
    yield from finder.opening_actions(world)


def _kind(move: PossibleMove) -> tuple[Any, ...]:
    return (move.trigger, move.reason, move.source, move.timer, move.refused)


def _signature(move: PossibleMove) -> tuple[Any, ...]:
    """Return all that a move does; what was assumed of guards is left out."""
    edge = move.edge
    asks = edge is not None and move.source is not None and bool(move.roles) and edge.confirm
    return (
        *_kind(move),
        frozenset(move.roles),
        asks,
        None if edge is None else (edge.effective, edge.data),
        move.dest,
        frozenset(move.notices),
        frozenset(move.scheduled),
        frozenset(move.stated),
        frozenset(move.claims),
        move.linked,
        move.after,
    )
