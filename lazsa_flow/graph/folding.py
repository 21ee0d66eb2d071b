"""Folding: which arrows are drawn as lines, and which are rows of the state that they leave.

A picture with a line for every arrow is legible while there are few. Where there are many, the
exits to final states become rows, and final states stand in a row of their own, without lines; then
all but one way into each state; then all but the happy path; then every arrow;
and last a row names the state that is entered alone, and a click tells the triggers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lazsa_flow.graph.label import group_arrow_labels, group_exit_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lazsa_flow.graph.chart import Arrow, Chart
    from lazsa_flow.graph.label import Label

EVERY_LINE: Final = 0
NO_EXITS: Final = 1
ONE_WAY_IN: Final = 2
HAPPY_LINES: Final = 3
NO_LINES: Final = 4
SHORT_ROWS: Final = 5
MANY_EXITS: Final = 3
"""Up to so many labels on the way into final states are drawn as lines."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A chart with some of its arrows as rows.

    Attributes:
        labels: The labels of the arrows that are lines.
        rows: The others, by the id of the node that they leave.
        apart: The ids of nodes that no line touches.
        short: Whether rows name the states that are entered alone.
    """

    labels: tuple[Label, ...]
    rows: Mapping[str, tuple[Label, ...]]
    apart: tuple[str, ...]
    short: bool


def count_exits(chart: Chart) -> int:
    """Return how many labels stand on the way into final states, off the happy path."""
    exits = [arrow for arrow in chart.arrows if _is_exit(chart, arrow)]
    return len(group_arrow_labels(chart, exits))


def fold_arrows(chart: Chart, level: int) -> Folded:
    """Fold a chart's arrows.

    Args:
        chart: Whose arrows.
        level: How many become rows, from :data:`EVERY_LINE` to :data:`NO_LINES`, which keeps the
            line of the arrow that opens a path; with :data:`SHORT_ROWS` a row names no trigger.
    """
    kept = set(_choose_lines(chart, level))
    lines = [arrow for arrow in chart.arrows if arrow.id in kept]
    rows: dict[str, tuple[Label, ...]] = {}
    number = 0
    for node in chart.nodes:
        out = [each for each in chart.arrows if each.source == node.id and each.id not in kept]
        rows[node.id] = group_exit_rows(chart, out, number, short=level == SHORT_ROWS)
        number += len(rows[node.id])
    touched = {end for arrow in lines for end in (arrow.source, arrow.dest)}
    return Folded(
        labels=group_arrow_labels(chart, lines, merged=level > EVERY_LINE),
        rows=rows,
        apart=tuple(node.id for node in chart.nodes if node.id not in touched),
        short=level == SHORT_ROWS,
    )


def _choose_lines(chart: Chart, level: int) -> list[str]:
    """Return the ids of the arrows that are lines."""
    if level == EVERY_LINE:
        return [arrow.id for arrow in chart.arrows]
    if level >= NO_LINES:
        return [arrow.id for arrow in chart.arrows if arrow.source is None]
    final = {node.id for node in chart.nodes if node.final}
    inner = [
        arrow
        for arrow in chart.arrows
        if arrow.happy
        or arrow.source is None
        or not ({arrow.source, arrow.dest} & final or arrow.source == arrow.dest)
    ]
    if level == NO_EXITS:
        return [arrow.id for arrow in inner]
    kept = [arrow for arrow in inner if arrow.happy or arrow.source is None]
    if level == ONE_WAY_IN:
        kept += _find_ways_in(inner, {arrow.dest for arrow in kept})
    return [arrow.id for arrow in kept]


def _find_ways_in(arrows: list[Arrow], reached: set[str]) -> list[Arrow]:
    """Return one arrow into each state that is not reached yet, out of one that is."""
    found: list[Arrow] = []
    grown = True
    while grown:
        grown = False
        for arrow in arrows:
            if arrow.source in reached and arrow.dest not in reached:
                reached.add(arrow.dest)
                found.append(arrow)
                grown = True
    return found


def _is_exit(chart: Chart, arrow: Arrow) -> bool:
    return arrow.source is not None and chart.node(arrow.dest).final and not arrow.happy
