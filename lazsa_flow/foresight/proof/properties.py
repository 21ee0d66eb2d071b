"""Properties of a proof: what must hold in every situation and for every move.

A host writes its own in a few lines::

    def refusal_is_notified(before: PathSituation, move: PossibleMove) -> bool:
        return move.dest != "refused" or move.tells("subject")

    NOTIFIED = Property(
        "refusals_are_notified", "Who is refused is notified.", on_move=refusal_is_notified
    )
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lazsa_flow.foresight.proof.moves import MoveFinder
    from lazsa_flow.foresight.proof.world import PathFacts, PossibleMove, World
    from lazsa_flow.lifecycle.table import Lifecycle


@dataclass(frozen=True, slots=True)
class PathSituation:
    """One path in a situation, and what can happen to it.

    Attributes:
        path: The path; without a state where it is about to open.
        world: All paths of the subject, and what is stated about the subject.
        moves: What can happen to the path.
    """

    lifecycle: Lifecycle
    path: PathFacts
    world: World
    moves: tuple[PossibleMove, ...]
    finder: MoveFinder

    @property
    def others(self) -> tuple[PathFacts, ...]:
        """The subject's other paths."""
        return self.world.others(self.path.number)

    @property
    def decides(self) -> bool:
        """Whether a timer is pending that may move the path."""
        return self.finder.decides(self.path)

    def asked_by(self, role: str, trigger: str, reason: str | None = None) -> PossibleMove | None:
        """Return the move that comes of a role's request; ``None`` where it cannot happen."""
        for move in self.moves:
            if move.trigger == trigger and move.reason == reason and role in move.roles:
                return move
        return None


class Taken(NamedTuple):
    """A kind of move, as a search counts it.

    Attributes:
        by: The timer that leads to it; empty where people ask; ``linked`` for a move of another
            path that is part of a move.
    """

    source: str | None
    trigger: str | None
    reason: str | None
    by: str


class Gap(NamedTuple):
    """Something that never happens.

    Attributes:
        what: What never happens.
        world: A situation in which it was to be expected; ``None`` where there is none.
    """

    what: str
    world: World | None


@dataclass(frozen=True, slots=True)
class Space:
    """All situations that a search has reached.

    Attributes:
        taken: The kinds of moves that can happen.
        entered: The first situation in which a path is in each state, by the state.
    """

    lifecycle: Lifecycle
    taken: frozenset[Taken]
    entered: dict[str, World]


@dataclass(frozen=True, slots=True)
class Property:
    """Something that must hold, whatever happens.

    Attributes:
        name: Its name, by which a proof can leave it out.
        says: What must hold, in a sentence.
        in_situation: Whether it holds of a path in a situation.
        on_move: Whether it holds of a move; it is given the situation before, and the move.
        on_space: Finds what never happens and must be able to.
    """

    name: str
    says: str
    in_situation: Callable[[PathSituation], bool] | None = None
    on_move: Callable[[PathSituation, PossibleMove], bool] | None = None
    on_space: Callable[[Space], Iterable[Gap]] | None = None
