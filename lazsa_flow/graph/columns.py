"""Columns: boxes stacked in columns side by side, where a layout by ranks would not fit.

The order is that of reading: from the way in along the happy path, then the other states, then
those that no line touches, each label before the state that it enters. The columns are filled from
above, as evenly as can be; then Graphviz leads the lines around the boxes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lazsa_flow.graph.layout import Layout, Point, route_lines, shift_layout

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lazsa_flow.graph.folding import Folded
    from lazsa_flow.graph.layout import Box, Link

GUTTER: Final = 40.0
"""The room between columns, for lines. Units: pixels."""
PLAIN_GUTTER: Final = 12.0
"""The same where there are hardly any."""
GAP: Final = 20.0
PLAIN_GAP: Final = 8.0
_STEP: Final = 10.0


def stack_columns(
    boxes: Sequence[Box], links: tuple[Link, ...], room: tuple[float, float]
) -> Layout | None:
    """Stack boxes in columns that fit a room, in their order; ``None`` where they are too many.

    Args:
        boxes: In the order of reading.
        links: The lines between them.
        room: How wide and how high the columns may be together, in pixels.
    """
    wide, high = room
    for count in range(1, len(boxes) + 1):
        columns = _fill_evenly(boxes, count, GAP)
        if _sum_widths(columns, GUTTER) > wide:
            return None
        if max(_find_height(column, GAP) for column in columns) <= high:
            return _place(columns, links, GAP, GUTTER)
    return None


def stack_within_width(
    boxes: Sequence[Box], links: tuple[Link, ...], room: tuple[float, float]
) -> Layout:
    """Stack boxes with hardly a line in few columns that fit a room, else its width alone."""
    wide, high = room
    columns = [list(boxes)]
    for count in range(2, len(boxes) + 1):
        more = _fill_lowest(boxes, count, _count_opening(boxes, links))
        if _sum_widths(more, PLAIN_GUTTER) > wide:
            break
        columns = more
        if max(_find_height(column, PLAIN_GAP) for column in columns) <= high:
            break
    return _place(columns, links, PLAIN_GAP, PLAIN_GUTTER)


def order_boxes(folded: Folded, boxes: Mapping[str, Box], states: Sequence[str]) -> list[Box]:
    """Return boxes in the order of reading.

    Args:
        folded: The labels of the lines.
        boxes: By id.
        states: The ids of the states, in the order of reading.
    """
    place = {id_: number for number, id_ in enumerate(states)}
    before: dict[str, list[str]] = {}
    behind: dict[str, list[str]] = {}
    for label in folded.labels:
        dest = label.arrows[0].dest
        sources = [arrow.source for arrow in label.arrows if arrow.source is not None]
        first = min((place[each] for each in sources), default=-1)
        if first < place[dest]:
            before.setdefault(dest, []).append(label.id)
        else:
            behind.setdefault(states[max(place[each] for each in sources)], []).append(label.id)
    order = [boxes[id_] for id_ in boxes if id_ not in place and id_ not in _label_ids(folded)]
    for id_ in states:
        order += [boxes[each] for each in (*before.get(id_, ()), id_, *behind.get(id_, ()))]
    return order


def _label_ids(folded: Folded) -> set[str]:
    return {label.id for label in folded.labels}


def _fill_evenly(boxes: Sequence[Box], count: int, gap: float) -> list[list[Box]]:
    """Fill so many columns in turn, so that the highest is as low as it can be."""
    limit = max(_find_height(boxes, gap) / count, *(box.height for box in boxes), 0)
    while True:
        columns: list[list[Box]] = [[]]
        bottom = 0.0
        for box in boxes:
            if columns[-1] and bottom + box.height > limit:
                columns.append([])
                bottom = 0.0
            columns[-1].append(box)
            bottom += box.height + gap
        if len(columns) <= count:
            return columns
        limit += _STEP


def _count_opening(boxes: Sequence[Box], links: tuple[Link, ...]) -> int:
    """Return how many boxes are joined by lines: those of the way in, which come first."""
    joined = {end for link in links for end in (link.tail, link.head)}
    return sum(box.id in joined for box in boxes)


def _fill_lowest(boxes: Sequence[Box], count: int, together: int) -> list[list[Box]]:
    """Put each box into the column that is lowest, the first ones together into the first."""
    columns = [list(boxes[:together]), *([] for _ in range(count - 1))]
    for box in boxes[together:]:
        min(columns, key=lambda column: _find_height(column, PLAIN_GAP)).append(box)
    return [column for column in columns if column]


def _sum_widths(columns: Sequence[Sequence[Box]], gutter: float) -> float:
    return sum(_find_width(column) + gutter for column in columns) - gutter


def _find_width(boxes: Sequence[Box]) -> float:
    return max(box.width for box in boxes)


def _find_height(boxes: Sequence[Box], gap: float) -> float:
    return sum(box.height + gap for box in boxes) - gap


def _place(
    columns: Sequence[Sequence[Box]], links: tuple[Link, ...], gap: float, gutter: float
) -> Layout:
    middles: dict[str, Point] = {}
    left = 0.0
    for column in columns:
        width, top = _find_width(column), 0.0
        for box in column:
            middles[box.id] = Point(left + width / 2, top + box.height / 2)
            top += box.height + gap
        left += width + gutter
    boxes = tuple(box for column in columns for box in column)
    places = tuple(middles[box.id] for box in boxes)
    lines = route_lines(boxes, links, places) if links else ()
    height = max(_find_height(column, gap) for column in columns)
    return _enclose(Layout(left - gutter, height, middles, lines))


def _enclose(layout: Layout) -> Layout:
    """Make a layout so wide and high that no line leaves it."""
    points = [point for line in layout.lines for point in line.curve]
    left = min((0.0, *(point.x for point in points)))
    top = min((0.0, *(point.y for point in points)))
    wide = max((layout.width, *(point.x for point in points))) - left
    high = max((layout.height, *(point.y for point in points))) - top
    return shift_layout(replace(layout, width=wide, height=high), -left, -top)
