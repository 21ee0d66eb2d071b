"""Charts: a lifecycle's table as nodes and arrows, for every renderer.

A :class:`Chart` is the table seen as nodes and arrows, and knows no format. Names in it are raw, as
the table has them; a renderer refers to nodes by their made-up ids alone, and escapes the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from lazsa_flow.graph.chart_parts import Arrow as Arrow
from lazsa_flow.graph.chart_parts import Node as Node
from lazsa_flow.graph.chart_parts import TimerNode as TimerNode
from lazsa_flow.graph.chart_parts import TrailStep as TrailStep
from lazsa_flow.graph.chart_parts import Who as Who
from lazsa_flow.graph.chart_parts import drop_repeated_words
from lazsa_flow.graph.notebook import explain_missing_extra, render_for_notebook
from lazsa_flow.lifecycle.model import SYSTEM
from lazsa_flow.lifecycle.path_data import data_fields_of
from lazsa_flow.lifecycle.titles import ENGLISH, Titles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from lazsa_flow.lifecycle.table import Edge, Lifecycle, Permit


@dataclass(frozen=True, slots=True)
class Chart:
    """A lifecycle, ready to draw.

    Attributes:
        name: The lifecycle's name, raw.
        title: Its title, raw, in the locale of its titles.
        nodes: The states, in the table's order.
        arrows: The arrow that opens a path, then the others in the table's order.
        clocks: The timers, in the table's order.
        trail: One path's story, oldest first; empty where none is drawn.
        titles: How its names read; the names alone where they are not given.
    """

    name: str
    title: str
    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]
    clocks: tuple[TimerNode, ...] = ()
    trail: tuple[TrailStep, ...] = ()
    titles: Titles = field(default_factory=Titles)

    def __repr__(self) -> str:
        """Write it in one line: of which lifecycle, and how large it is."""
        return f"<Chart of {self.name}: {len(self.nodes)} states, {len(self.arrows)} arrows>"

    def _repr_svg_(self) -> str | None:
        """Draw it in a notebook, as wide as the cell."""
        return render_for_notebook(self)

    def _repr_html_(self) -> str | None:
        """Say in a notebook which extra would draw it, where that is missing."""
        return explain_missing_extra(self)

    def node(self, id_: str) -> Node:
        """Return a node by its id."""
        return next(node for node in self.nodes if node.id == id_)

    def translate(self, lifecycle: Lifecycle, locale: str) -> Chart:
        """Return this chart with the titles of its lifecycle in another locale."""
        titles = lifecycle.titles(locale)
        return replace(self, titles=titles, title=titles.lifecycle)

    def counting(
        self,
        states: Mapping[str, int],
        flows: Mapping[str, int],
        due: Mapping[str, date] | None = None,
    ) -> Chart:
        """Return this chart with figures.

        Args:
            states: How many paths are in each state, by name; a state left out has none.
            flows: How many went along each arrow, by its id; an arrow left out had none.
            due: The next date of each timer, by name, where one is pending.
        """
        coming = due or {}

        def due_on(arrow: Arrow) -> date | None:
            return min((coming[name] for name in arrow.timers if name in coming), default=None)

        return replace(
            self,
            nodes=tuple(replace(node, count=states.get(node.label, 0)) for node in self.nodes),
            arrows=tuple(
                replace(arrow, flow=flows.get(arrow.id, 0), due_on=due_on(arrow))
                for arrow in self.arrows
            ),
        )

    def tracing(self, rows: Iterable[Mapping[str, Any]]) -> Chart:
        """Return this chart with one path's story drawn on it.

        Args:
            rows: The path's journal rows, oldest first.
        """
        ids = {node.label: node.id for node in self.nodes}
        index = Index(self)
        return replace(
            self,
            trail=tuple(
                TrailStep(
                    index.arrow(row["source"], row["dest"], row["trigger"], row["reason"]),
                    ids[row["dest"]],
                )
                for row in rows
            ),
        )


class Index:
    """Which arrow does a journal row go along?

    Args:
        chart: Whose arrows.
    """

    def __init__(self, chart: Chart) -> None:
        names = {node.id: node.label for node in chart.nodes}
        self._arrows: dict[tuple[str | None, str, str | None, str | None], str] = {
            (names.get(arrow.source or ""), names[arrow.dest], arrow.trigger, reason): arrow.id
            for arrow in chart.arrows
            for reason in arrow.reasons or (None,)
        }
        self._opening = chart.arrows[0].id

    def arrow(
        self, source: str | None, dest: str, trigger: str | None, reason: str | None
    ) -> str | None:
        """Return the id of the arrow of a move.

        ``None`` where the path stayed, and where an edge was taken that the table no longer has.
        """
        if source is None:
            return self._opening
        return self._arrows.get((source, dest, trigger, reason))


def build_chart(lifecycle: Lifecycle, *, locale: str = ENGLISH) -> Chart:
    """Draw up the chart of a lifecycle.

    Args:
        lifecycle: What to draw.
        locale: In which its titles are written, as ``id``; see :meth:`Lifecycle.titles`.
    """
    titles = lifecycle.titles(locale)
    return Chart(
        name=lifecycle.name,
        title=titles.lifecycle,
        titles=titles,
        nodes=tuple(_list_nodes(lifecycle)),
        arrows=tuple(_list_arrows(lifecycle)),
        clocks=tuple(_list_timer_nodes(lifecycle)),
    )


def _number_states(lifecycle: Lifecycle) -> dict[str, str]:
    return {state.name: f"s{number}" for number, state in enumerate(lifecycle.states)}


def _list_nodes(lifecycle: Lifecycle) -> Iterator[Node]:
    ids = _number_states(lifecycle)
    for state in lifecycle.states:
        yield Node(
            id=ids[state.name],
            label=state.name,
            meaning=state.meaning,
            initial=state.name == lifecycle.initial,
            final=state.final,
            happy=state.name in lifecycle.happy_path,
        )


def _list_arrows(lifecycle: Lifecycle) -> Iterator[Arrow]:
    ids = _number_states(lifecycle)
    steps = set(pairwise(lifecycle.happy_path))
    opening = lifecycle.opening
    first = lifecycle.happy_path[:1] == (opening.dest,)
    yield _build_arrow("a0", [opening], None, ids[opening.dest], timers=(), happy=first)
    for number, ((source, dest), edges, timers) in enumerate(
        _group_equal_edges(lifecycle), start=1
    ):
        happy = (source, dest) in steps
        yield _build_arrow(f"a{number}", edges, ids[source], ids[dest], timers=timers, happy=happy)


def _list_timer_nodes(lifecycle: Lifecycle) -> Iterator[TimerNode]:
    ids = _number_states(lifecycle)
    for timer in lifecycle.timers:
        yield TimerNode(
            timer.name,
            tuple(ids[state] for state in timer.states),
            tuple((step.trigger, step.reason) for step in timer.steps),
        )


def _group_equal_edges(
    lifecycle: Lifecycle,
) -> Iterator[tuple[tuple[str, str], list[Edge], tuple[str, ...]]]:
    """Group the edges that one arrow can represent: same ends, trigger, guards, timers and data."""
    groups: dict[tuple[Any, ...], list[Edge]] = {}
    for edge in lifecycle.edges:
        for source in edge.sources:
            timers = _find_edge_timers(lifecycle, edge, source)
            key = (source, edge.dest, edge.trigger, edge.guards, timers, edge.data)
            groups.setdefault(key, []).append(edge)
    for (source, dest, _, _, timers, _), edges in groups.items():
        yield (source, dest), edges, timers


def _find_edge_timers(lifecycle: Lifecycle, edge: Edge, source: str) -> tuple[str, ...]:
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


def _build_arrow(
    id_: str,
    edges: list[Edge],
    source: str | None,
    dest: str,
    *,
    timers: tuple[str, ...],
    happy: bool,
) -> Arrow:
    return Arrow(
        id=id_,
        source=source,
        dest=dest,
        trigger=edges[0].trigger,
        who=_list_permitted_roles(permit for edge in edges for permit in edge.permits),
        guards=edges[0].guards,
        timed=any(edge.timed for edge in edges),
        timers=timers,
        happy=happy,
        data=tuple(map(str, data_fields_of(edges[0].data))),
    )


def _list_permitted_roles(permits: Iterable[Permit]) -> tuple[Who, ...]:
    roles: dict[tuple[str, ...], list[str]] = {}
    for permit in permits:
        roles.setdefault(permit.reasons, []).append(permit.role)
    return tuple(Who(drop_repeated_words(those), reasons) for reasons, those in roles.items())
