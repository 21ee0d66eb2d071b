"""Arrangement: a chart within the room that it is shown in.

There are three shapes: narrow, for a phone, which is scrolled down; tall, for a column of text, and
on a screen as well where that will do; and wide, for a screen. In each the smallest text is at
least nine pixels high where the picture is shown. Few arrows are folded into rows at first, then
more, until a layout is found that fits: the happy path straight down by ranks, or stacked in
columns. A lifecycle that fits in no such way is set as cards in columns without lines, which always
fit the width.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from lazsa_flow.graph.apart import place_apart
from lazsa_flow.graph.cards import Card, make_card
from lazsa_flow.graph.columns import order_boxes, stack_columns, stack_within_width
from lazsa_flow.graph.folding import (
    EVERY_LINE,
    MANY_EXITS,
    NO_EXITS,
    NO_LINES,
    SHORT_ROWS,
    Folded,
    count_exits,
    fold_arrows,
)
from lazsa_flow.graph.layout import Box, Layout, Link, compute_layout

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lazsa_flow.graph.chart import Chart, Node
    from lazsa_flow.graph.label import Label

Shape = Literal["narrow", "tall", "wide"]
START: Final = "start"
PAD_X: Final = 8.0
PAD_Y: Final = 5.0
_DOT: Final = 12.0
_APART: Final = 18.0
_MOST_BOXES: Final = 40
_ROOMS: Final[Mapping[Shape, tuple[tuple[float, float], ...]]] = {
    "narrow": ((390.0, 100_000.0),),
    "tall": ((660.0, 700.0), (660.0, 1600.0)),
    "wide": ((1090.0, 800.0),),
}
"""How wide and how high a drawing may be, the room that is liked best first. Units: pixels."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What is drawn, and where.

    Attributes:
        cards: The states, by the ids of their nodes.
        labels: The labels that stand on lines.
        links: The lines, in the order of the layout's.
        layout: Where everything is.
    """

    cards: Mapping[str, Card]
    labels: tuple[Label, ...]
    links: tuple[Link, ...]
    layout: Layout


def arrange_chart(chart: Chart, shape: Shape) -> Arrangement:
    """Find the arrangement of a chart that folds least and is read best.

    Raises:
        ExtraError: The extra ``graph`` is not installed.
    """
    first = EVERY_LINE if count_exits(chart) <= MANY_EXITS else NO_EXITS
    for level in range(first, NO_LINES):
        plan = _Plan(chart, fold_arrows(chart, level))
        for room in _ROOMS[shape]:
            found = plan.by_ranks(room) or plan.by_columns(room)
            if found:
                return found
    room = _ROOMS[shape][-1]
    found = _Plan(chart, fold_arrows(chart, NO_LINES)).without_lines(room)
    if found.layout.height > room[1] and shape == "wide":
        return _Plan(chart, fold_arrows(chart, SHORT_ROWS)).without_lines(room)
    return found


class _Plan:
    """What is drawn of a chart at one level of folding."""

    def __init__(self, chart: Chart, folded: Folded) -> None:
        self._chart = chart
        self._folded = folded
        self._cards = {
            node.id: make_card(chart, node, folded.rows[node.id], short=folded.short)
            for node in chart.nodes
        }
        self._links = tuple(_list_links(folded))

    def by_ranks(self, room: tuple[float, float]) -> Arrangement | None:
        """Arrange it with the happy path straight down, where that fits."""
        if not self._may_fit(room):
            return None
        apart = self._folded.apart
        boxes = {id_: box for id_, box in self._boxes().items() if id_ not in apart}
        layout = compute_layout(tuple(boxes.values()), self._links)
        layout = place_apart(layout, [self._cards[id_] for id_ in apart], room[0])
        fits = layout.width <= room[0] and layout.height <= room[1]
        return self._arrange(layout) if fits else None

    def by_columns(self, room: tuple[float, float]) -> Arrangement | None:
        """Arrange it in columns, where they fit."""
        layout = stack_columns(self._order(), self._links, room) if self._may_fit(room) else None
        return self._arrange(layout) if layout else None

    def without_lines(self, room: tuple[float, float]) -> Arrangement:
        """Arrange it in columns that fit the width, and the height if they can."""
        return self._arrange(stack_within_width(self._order(), self._links, room))

    def _may_fit(self, room: tuple[float, float]) -> bool:
        """Return whether boxes and lines are few enough to try: that takes long for many."""
        boxes = self._boxes().values()
        area = sum((box.width + _APART) * (box.height + _APART) for box in boxes)
        return area < room[0] * room[1] and len(boxes) <= _MOST_BOXES

    def _arrange(self, layout: Layout) -> Arrangement:
        return Arrangement(self._cards, self._folded.labels, self._links, layout)

    def _order(self) -> list[Box]:
        """Return the boxes in the order of reading: the happy path, the others, final states."""

        def rank(node: Node) -> tuple[bool, bool, bool]:
            last = node.final and node.id in self._folded.apart
            return last, not node.initial, not node.happy

        nodes = sorted(self._chart.nodes, key=rank)
        return order_boxes(self._folded, self._boxes(), [node.id for node in nodes])

    def _boxes(self) -> dict[str, Box]:
        boxes = [Box(START, _DOT, _DOT, "happy")]
        for id_, card in self._cards.items():
            boxes.append(Box(id_, card.width, card.height, "happy" if card.node.happy else ""))
        boxes += [
            Box(label.id, *measure_label(label), "happy" if label.happy else "")
            for label in self._folded.labels
        ]
        return {box.id: box for box in boxes}


def _list_links(folded: Folded) -> Iterator[Link]:
    for label in folded.labels:
        for arrow in label.arrows:
            yield Link(arrow.source or START, label.id, 100 if arrow.happy else 1, pointed=False)
        yield Link(label.id, label.arrows[0].dest, 100 if label.happy else 2)


def measure_label(label: Label) -> tuple[float, float]:
    """Return how wide and high a label's box is. Units: pixels."""
    return label.width + 2 * PAD_X, label.height + 2 * PAD_Y
