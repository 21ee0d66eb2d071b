"""Choices of a proof: the answers of guards, each tried both ways.

A move is worked out once for each way in which the guards that it asks can answer. A guard whose
meaning is known answers by the situation; a combined one answers by its parts; any other is free,
and gives the same answer however often it is asked within one move.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from lazsa_flow.lifecycle.values import EMPTY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lazsa_flow.foresight.proof.world import PathFacts, World
    from lazsa_flow.lifecycle.guards import Guard
    from lazsa_flow.lifecycle.table import Lifecycle

_Result = TypeVar("_Result")
_EVERY_PART: Final = frozenset({("all_of", True), ("any_of", False), ("none_of", True)})
"""Combined guards, and what they are to say, where that leaves each part one answer."""


@dataclass(frozen=True, slots=True)
class GuardSight:
    """What the meaning of a guard may look at.

    Attributes:
        path: The path that is judged, as the effects before have left it.
        world: The situation.
        timer: The timer that asks, where one does.
    """

    path: PathFacts
    world: World
    timer: str | None = None

    @property
    def others(self) -> tuple[PathFacts, ...]:
        """The subject's other paths."""
        return self.world.others(self.path.number)

    def states(self, kind: str, value: str) -> bool:
        """Return whether the latest statement of a kind about the subject says so."""
        return self.world.states(kind, value)


Meaning = Callable[[GuardSight], "bool | None"]
"""What a guard says in a situation; ``None`` where it may hold or not."""


class GuardRules(Protocol):
    """What a search asks of the rules of a proof."""

    @property
    def meanings(self) -> Mapping[str, Meaning]: ...  # noqa: D102 - as of ProofRules
    @property
    def reasons_read(self) -> frozenset[str]: ...  # noqa: D102
    @property
    def counted_in(self) -> Mapping[str, frozenset[str]]: ...  # noqa: D102


class CannotHappenError(Exception):
    """A move that does not happen: a guard that it needs does not hold."""


class Choices:
    """The answers of guards within one move.

    Args:
        meanings: What guards say, by name.
        given: The answers that are tried, in the order in which they are asked for.
        answers: Guards whose answer is given, where their meaning leaves it open.
    """

    def __init__(
        self,
        meanings: Mapping[str, Meaning],
        given: tuple[bool, ...],
        answers: Mapping[str, bool] = EMPTY,
    ) -> None:
        self._meanings, self._answers = meanings, answers
        self._asked = 0
        self.made: list[bool] = list(given)
        self.values: dict[str, bool] = {}

    def ask(self, guard: Guard, sight: GuardSight) -> bool:
        """Return whether a guard holds; one that is free is tried both ways."""
        known = self._known(guard, sight)
        if known is not None:
            return known
        if guard.operator is None:
            answer = self._choose()
            self.values[guard.name] = answer
            return answer
        if guard.operator == "all_of":
            return all(self.ask(part, sight) for part in guard.parts)
        met = any(self.ask(part, sight) for part in guard.parts)
        return met if guard.operator == "any_of" else not met

    def require(self, guard: Guard, sight: GuardSight, *, held: bool = True) -> None:
        """Make sure that a guard holds, or does not.

        Raises:
            CannotHappenError: It answers otherwise.
        """
        known = self._known(guard, sight)
        if known is not None:
            if known != held:
                raise CannotHappenError
        elif guard.operator is None:
            self.values[guard.name] = held
        elif (guard.operator, held) in _EVERY_PART:
            for part in guard.parts:
                self.require(part, sight, held=guard.operator == "all_of")
        elif self.ask(guard, sight) != held:
            raise CannotHappenError

    def _known(self, guard: Guard, sight: GuardSight) -> bool | None:
        meaning = self._meanings.get(guard.name)
        known = None if meaning is None else meaning(sight)
        if known is None:
            known = self._answers.get(guard.name)
        if known is None:
            return self.values.get(guard.name)
        self.values[guard.name] = known
        return known

    def _choose(self) -> bool:
        self._asked += 1
        if self._asked > len(self.made):
            self.made.append(True)
        return self.made[self._asked - 1]


def try_all(
    meanings: Mapping[str, Meaning],
    work: Callable[[Choices], _Result],
    answers: Mapping[str, bool] = EMPTY,
) -> Iterator[_Result]:
    """Yield what comes of a piece of work for each way in which free guards can answer."""
    waiting: list[tuple[bool, ...]] = [()]
    while waiting:
        given = waiting.pop()
        choices = Choices(meanings, given, answers)
        try:
            result = work(choices)
        except CannotHappenError:
            pass
        else:
            yield result
        waiting += [
            (*choices.made[:place], not choices.made[place])
            for place in range(len(given), len(choices.made))
        ]


def expand_answers(guards: Mapping[str, Guard], answers: Mapping[str, bool]) -> dict[str, bool]:
    """Return answers of guards with those of their parts, where that leaves each part one answer.

    Args:
        guards: All guards and their parts, by name.
        answers: What guards said, by name; what is not a guard of these is left aside.
    """
    found: dict[str, bool] = {}
    waiting = [(guards[name], held) for name, held in answers.items() if name in guards]
    while waiting:
        guard, held = waiting.pop()
        found[guard.name] = held
        if (guard.operator, held) in _EVERY_PART:
            waiting += ((part, guard.operator == "all_of") for part in guard.parts)
    return found


def all_guards(lifecycle: Lifecycle) -> dict[str, Guard]:
    """Return the guards of a lifecycle and their parts, by name."""
    found: dict[str, Guard] = {}
    _collect(lifecycle.guards.values(), found)
    return found


def _collect(guards: Iterable[Guard], found: dict[str, Guard]) -> None:
    for guard in guards:
        if guard.name not in found:
            found[guard.name] = guard
            _collect(guard.parts, found)
