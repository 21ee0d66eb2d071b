"""What is there to draw of a lifecycle, in whichever format?

A :class:`Chart` is the table seen as nodes and arrows, and knows no format. Names in it are raw, as
the table has them; a renderer refers to nodes by their made-up ids alone, and escapes the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from lazsa_flow.domain.lifecycle import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lazsa_flow.domain.lifecycle import Edge, Lifecycle, Meaning, Permit


@dataclass(frozen=True, slots=True)
class Node:
    """A state.

    Attributes:
        id: Made up: ``s0``, ``s1`` … in the table's order.
        label: The state's name, raw.
        meaning: What the state is to its subject.
        initial: Paths open in it.
        final: Nothing need lead out of it.
        happy: It lies on the way that every path hopes to go.
    """

    id: str
    label: str
    meaning: Meaning
    initial: bool
    final: bool
    happy: bool


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
        source: The id of the node it leaves; ``None`` for the arrow that opens a path.
        dest: The id of the node it enters.
        trigger: The trigger, raw.
        who: Who may pull it, and with which reasons.
        guards: The names of its guards.
        timed: Whether the system may pull it.
        timers: The names of the timers that try it.
        happy: It leads one step along the happy path.
    """

    source: str | None
    dest: str
    trigger: str
    who: tuple[Who, ...]
    guards: tuple[str, ...]
    timed: bool
    timers: tuple[str, ...]
    happy: bool

    @property
    def roles(self) -> tuple[str, ...]:
        """Every role that may pull it, once."""
        return _once(role for who in self.who for role in who.roles)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Every reason that it takes, once."""
        return _once(reason for who in self.who for reason in who.reasons)


@dataclass(frozen=True, slots=True)
class Chart:
    """A lifecycle, ready to draw.

    Attributes:
        name: The lifecycle's name, raw.
        title: Its title, raw.
        nodes: The states, in the table's order.
        arrows: The arrow that opens a path, then the others in the table's order.
    """

    name: str
    title: str
    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]


def chart(lifecycle: Lifecycle) -> Chart:
    """Draw up the chart of a lifecycle."""
    return Chart(
        name=lifecycle.name,
        title=lifecycle.title,
        nodes=tuple(_nodes(lifecycle)),
        arrows=tuple(_arrows(lifecycle)),
    )


def _ids(lifecycle: Lifecycle) -> dict[str, str]:
    return {state.name: f"s{number}" for number, state in enumerate(lifecycle.states)}


def _nodes(lifecycle: Lifecycle) -> Iterator[Node]:
    ids = _ids(lifecycle)
    for state in lifecycle.states:
        yield Node(
            id=ids[state.name],
            label=state.name,
            meaning=state.meaning,
            initial=state.name == lifecycle.initial,
            final=state.final,
            happy=state.name in lifecycle.happy,
        )


def _arrows(lifecycle: Lifecycle) -> Iterator[Arrow]:
    ids = _ids(lifecycle)
    steps = set(pairwise(lifecycle.happy))
    opening = lifecycle.opening
    first = lifecycle.happy[:1] == (opening.dest,)
    yield _arrow([opening], None, ids[opening.dest], timers=(), happy=first)
    for (source, dest), edges, timers in _alike(lifecycle):
        happy = (source, dest) in steps
        yield _arrow(edges, ids[source], ids[dest], timers=timers, happy=happy)


def _alike(
    lifecycle: Lifecycle,
) -> Iterator[tuple[tuple[str, str], list[Edge], tuple[str, ...]]]:
    """Group the edges that one arrow can stand for: same ends, trigger, guards and timers."""
    alike: dict[tuple[str, str, str, tuple[str, ...], tuple[str, ...]], list[Edge]] = {}
    for edge in lifecycle.edges:
        for source in edge.sources:
            timers = _timers(lifecycle, edge, source)
            key = (source, edge.dest, edge.trigger, edge.guards, timers)
            alike.setdefault(key, []).append(edge)
    for (source, dest, _, _, timers), edges in alike.items():
        yield (source, dest), edges, timers


def _timers(lifecycle: Lifecycle, edge: Edge, source: str) -> tuple[str, ...]:
    """Return the names of the timers that try an edge out of one of its sources."""
    return tuple(
        timer.name
        for timer in lifecycle.timers
        if source in timer.states
        and any(
            step.trigger == edge.trigger
            and any(permit.admits(SYSTEM, step.reason) for permit in edge.permits)
            for step in timer.steps
        )
    )


def _arrow(
    edges: list[Edge], source: str | None, dest: str, *, timers: tuple[str, ...], happy: bool
) -> Arrow:
    return Arrow(
        source=source,
        dest=dest,
        trigger=edges[0].trigger,
        who=_who(permit for edge in edges for permit in edge.permits),
        guards=edges[0].guards,
        timed=any(edge.timed for edge in edges),
        timers=timers,
        happy=happy,
    )


def _who(permits: Iterable[Permit]) -> tuple[Who, ...]:
    roles: dict[tuple[str, ...], list[str]] = {}
    for permit in permits:
        roles.setdefault(permit.reasons, []).append(permit.role)
    return tuple(Who(_once(those), reasons) for reasons, those in roles.items())


def _once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))
