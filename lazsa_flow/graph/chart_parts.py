"""Parts of a chart: its nodes and arrows, its timers, and the steps of a path's story."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from lazsa_flow.lifecycle.table import Meaning


@dataclass(frozen=True, slots=True)
class Node:
    """A state.

    Attributes:
        id: Made up: ``s0``, ``s1`` … in the table's order.
        label: The state's name, raw.
        meaning: What the state is to its subject.
        initial: Paths open in it.
        final: Nothing need lead out of it.
        happy: It is on the happy path.
        count: How many paths are in it; ``None`` if they were not counted.
    """

    id: str
    label: str
    meaning: Meaning
    initial: bool
    final: bool
    happy: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Who:
    """Roles that may pull a trigger, each giving one of the same reasons.

    Attributes:
        roles: In the table's order; the clock is ``system``.
        reasons: In the table's order; none where none is taken.
    """

    roles: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Arrow:
    """A trigger between two states: edges that differ only in who gives which reason are one.

    Attributes:
        id: Made up: ``a0`` (the arrow that opens a path), ``a1`` … in the table's order.
        source: The id of the node it leaves; ``None`` for the arrow that opens a path.
        dest: The id of the node it enters.
        trigger: The trigger, raw.
        who: Who may pull it, and with which reasons.
        guards: The names of its guards.
        data: The fields of the data that it takes, as ``amount``, or ``payer?`` of an optional one.
        timed: Whether the system may pull it.
        timers: The names of the timers that try it.
        happy: It leads one step along the happy path.
        flow: How many paths have gone along it; ``None`` where nobody has counted.
        due_on: The next date on which one of its timers falls due, where one is known.
    """

    id: str
    source: str | None
    dest: str
    trigger: str
    who: tuple[Who, ...]
    guards: tuple[str, ...]
    timed: bool
    timers: tuple[str, ...]
    happy: bool
    flow: int | None = None
    due_on: date | None = None
    data: tuple[str, ...] = ()

    @property
    def roles(self) -> tuple[str, ...]:
        """Every role that may pull it, once."""
        return drop_repeated_words(role for who in self.who for role in who.roles)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Every reason that it takes, once."""
        return drop_repeated_words(reason for who in self.who for reason in who.reasons)


@dataclass(frozen=True, slots=True)
class TimerNode:
    """A timer: where it lives, and what it tries.

    Attributes:
        name: The timer's name, raw.
        states: The ids of the nodes that it lives in.
        steps: Trigger and reason of each thing it tries, in order; none for a reminder.
    """

    name: str
    states: tuple[str, ...]
    steps: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class TrailStep:
    """One journal row of a path, as drawn.

    Attributes:
        arrow: The id of the arrow that was taken; ``None`` where the path stayed.
        node: The id of the node in which the path was after it.
    """

    arrow: str | None
    node: str


def drop_repeated_words(words: Iterable[str]) -> tuple[str, ...]:
    """Return words in their order, each once."""
    return tuple(dict.fromkeys(words))
