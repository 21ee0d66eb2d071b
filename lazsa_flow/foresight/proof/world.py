"""Situations of a proof: one subject's paths as far as a table can tell them apart.

Days and figures are left out: a guard is a boolean, a pending timer may fall due at any time, and
of a period remains whether it runs or has ended.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from lazsa_flow.lifecycle.effects import Notify
    from lazsa_flow.lifecycle.guards import Guard
    from lazsa_flow.lifecycle.table import Edge

RUNNING: Final = "running"
ENDED: Final = "ended"


class PathFacts(NamedTuple):
    """One path in a situation.

    Attributes:
        number: 1 for the subject's first path, 2 for the second.
        timers: The names of its pending timers.
        periods: Each period that it ever had, with ``running``, ``ended``, or the reason for which
            it ended where a guard reads that.
    """

    number: int
    state: str
    timers: frozenset[str] = frozenset()
    periods: frozenset[tuple[str, str]] = frozenset()

    def runs(self, period: str) -> bool:
        """Return whether a period of it is running."""
        return (period, RUNNING) in self.periods

    def had(self, period: str) -> bool:
        """Return whether it ever had a period, which may be running."""
        return any(name == period for name, _ in self.periods)

    def end_of(self, period: str) -> str | None:
        """Return how a period has ended; ``None`` where it runs or never began."""
        return next((how for name, how in self.periods if name == period and how != RUNNING), None)


class World(NamedTuple):
    """A situation: the paths of one subject, oldest first, and what is stated about the subject.

    Attributes:
        statements: The latest statement of each kind, ``began`` or ``ended``.
    """

    paths: tuple[PathFacts, ...] = ()
    statements: frozenset[tuple[str, str]] = frozenset()

    def states(self, kind: str, value: str) -> bool:
        """Return whether the latest statement of a kind says so."""
        return (kind, value) in self.statements

    def others(self, number: int) -> tuple[PathFacts, ...]:
        """Return the subject's other paths."""
        return tuple(path for path in self.paths if path.number != number)


class LinkedMove(NamedTuple):
    """A move of another path of the subject that is part of a move."""

    number: int
    trigger: str
    reason: str
    source: str
    dest: str


class PossibleMove(NamedTuple):
    """One thing that can happen to a path in a situation.

    Attributes:
        number: Whose path it is.
        edge: The edge that it takes; ``None`` where a timer is refused or reminds.
        roles: Who may ask for it; empty where the clock does.
        timer: The timer that leads to it.
        refused: Whether it is a timer none of whose steps fire.
        source: The state before; ``None`` where the path opens.
        values: What was assumed of guards, by name.
        notices: The notices that it sends.
        scheduled: The names of the timers that it sets.
        stated: The statements that it makes about the subject.
        claims: The scopes in which it takes keys.
        linked: The moves of other paths that are part of it.
        after: The situation that it leads to.
        guards: The guards of its lifecycle, by name.
    """

    number: int
    edge: Edge | None
    reason: str | None
    roles: tuple[str, ...]
    timer: str | None
    refused: bool
    source: str | None
    dest: str
    values: dict[str, bool]
    notices: tuple[Notify, ...]
    scheduled: tuple[str, ...]
    stated: tuple[tuple[str, str], ...]
    claims: tuple[str, ...]
    linked: tuple[LinkedMove, ...]
    after: World
    guards: dict[str, Guard]

    @property
    def trigger(self) -> str | None:
        """The trigger of its edge."""
        return None if self.edge is None else self.edge.trigger

    @property
    def path(self) -> PathFacts:
        """The path after it."""
        return self.after.paths[self.number - 1]

    def sends(self, kind: str, to: str | None = None) -> bool:
        """Return whether it sends a notice of a kind, to a recipient or to anybody."""
        return any(each.kind == kind and to in (None, each.to) for each in self.notices)

    def tells(self, to: str) -> bool:
        """Return whether it sends any notice to a recipient."""
        return any(each.to == to for each in self.notices)

    def proves(self, guard: str) -> bool:
        """Return whether a guard certainly held when it happened."""
        return _evaluate(self.guards.get(guard), guard, self.values) is True

    def disproves(self, guard: str) -> bool:
        """Return whether a guard certainly did not hold when it happened."""
        return _evaluate(self.guards.get(guard), guard, self.values) is False


def _evaluate(guard: Guard | None, name: str, values: dict[str, bool]) -> bool | None:
    """Return what a guard says by what was assumed of its parts; ``None`` where that is open."""
    if name in values or guard is None or guard.operator is None:
        return values.get(name)
    parts = [_evaluate(part, part.name, values) for part in guard.parts]
    if guard.operator == "all_of":
        return False if False in parts else None if None in parts else True
    met = True if True in parts else None if None in parts else False
    return met if guard.operator == "any_of" or met is None else not met
