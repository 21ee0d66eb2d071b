"""Layout: where boxes, labels and lines of a picture are.

Graphviz computes it, with the same result on every machine. It gets only the sizes of boxes and the
links between them, under generated ids: no name from outside reaches it. A label is a box in the
middle of its line, so that no line can cross it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.graph.engine import run_graphviz

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_GRAPH: Final = (
    'graph [rankdir="TB", nodesep="0.2", ranksep="0.24", newrank="true", splines="true"];'
)
_ROUTED: Final = 'graph [layout="nop", splines="true", esep="+7"];'
_NODE: Final = 'node [shape="box", fixedsize="true", label=""];'
_INCH: Final = 72.0
_HEAD: Final = 0.75


@dataclass(frozen=True, slots=True)
class Box:
    """What takes room.

    Attributes:
        id: Its id: letters and digits.
        column: Boxes of one column are aligned vertically where possible.

    Units:
        Pixels.
    """

    id: str
    width: float
    height: float
    column: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A line from one box to another.

    Attributes:
        weight: How much it wants to be short and straight.
        pointed: Whether it ends in an arrowhead.
    """

    tail: str
    head: str
    weight: int = 1
    pointed: bool = True


@dataclass(frozen=True, slots=True)
class Point:
    """A place. Units: pixels from the upper left corner."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its position.

    Attributes:
        curve: Its first point, then three to each Bézier curve.
        tip: Where its arrowhead ends; ``None`` without one.
    """

    curve: tuple[Point, ...]
    tip: Point | None


@dataclass(frozen=True, slots=True)
class Layout:
    """Boxes and links in their places.

    Attributes:
        middles: The middle of each box, by its id.
        lines: One for each link, in the order of the links.
    """

    width: float
    height: float
    middles: Mapping[str, Point]
    lines: tuple[Line, ...]


@lru_cache(maxsize=128)
def compute_layout(boxes: tuple[Box, ...], links: tuple[Link, ...]) -> Layout:
    """Find a place for boxes and links.

    Raises:
        ExtraError: The extra ``graph`` is not installed.
    """
    text = "\n".join(["digraph {", _GRAPH, _NODE, *_write_dot_statements(boxes, links), "}"])
    drawn = json.loads(run_graphviz(text, form="json"))
    left, low, right, high = map(float, drawn["bb"].split(","))

    def point(text: str) -> Point:
        x, y = map(float, text.split(","))
        return Point(x - left, high - y)

    objects = drawn["objects"]
    edges = sorted(drawn.get("edges", ()), key=lambda edge: int(edge["id"]))
    return Layout(
        width=right - left,
        height=high - low,
        middles={each["name"]: point(each["pos"]) for each in objects},
        lines=tuple(_read_edge_line(edge, point) for edge in edges),
    )


@lru_cache(maxsize=128)
def route_lines(
    boxes: tuple[Box, ...], links: tuple[Link, ...], places: tuple[Point, ...]
) -> tuple[Line, ...]:
    """Lead lines around boxes that have their places.

    Args:
        boxes: What is in the way.
        links: The lines between them.
        places: The middle of each box.

    Raises:
        ExtraError: The extra ``graph`` is not installed.
    """
    placed = [_write_place(box, at) for box, at in zip(boxes, places, strict=True)]
    statements = [*placed, *_write_dot_statements((), links)]
    text = "\n".join(["digraph {", _ROUTED, _NODE, *statements, "}"])
    drawn = json.loads(run_graphviz(text, form="json"))
    found = {each["name"]: each["pos"] for each in drawn["objects"]}
    x, y = map(float, found[boxes[0].id].split(","))
    right, down = places[0].x - x, places[0].y + y

    def point(text: str) -> Point:
        x, y = map(float, text.split(","))
        return Point(x + right, down - y)

    edges = sorted(drawn.get("edges", ()), key=lambda edge: int(edge["id"]))
    return tuple(_read_edge_line(edge, point) for edge in edges)


def shift_layout(layout: Layout, right: float, down: float) -> Layout:
    """Move all that is in a layout."""

    def move(at: Point) -> Point:
        return Point(at.x + right, at.y + down)

    lines = tuple(
        Line(tuple(map(move, line.curve)), line.tip and move(line.tip)) for line in layout.lines
    )
    middles = {id_: move(at) for id_, at in layout.middles.items()}
    return Layout(layout.width, layout.height, middles, lines)


def _write_place(box: Box, at: Point) -> str:
    size = f'width="{box.width / _INCH:.4f}", height="{box.height / _INCH:.4f}"'
    return f'{box.id} [{size}, pos="{at.x:.2f},{-at.y:.2f}!"];'


def _write_dot_statements(boxes: tuple[Box, ...], links: tuple[Link, ...]) -> Iterator[str]:
    for box in boxes:
        size = f'width="{box.width / _INCH:.4f}", height="{box.height / _INCH:.4f}"'
        group = f', group="{box.column}"' if box.column else ""
        yield f"{box.id} [{size}{group}];"
    for number, link in enumerate(links):
        head = f'arrowsize="{_HEAD}"' if link.pointed else 'arrowhead="none"'
        yield f'{link.tail} -> {link.head} [id="{number}", weight="{link.weight}", {head}];'


def _read_edge_line(edge: Mapping[str, Any], point: Any) -> Line:
    tip, start, curve = None, None, []
    for part in edge["pos"].split():
        if part.startswith("e,"):
            tip = point(part[2:])
        elif part.startswith("s,"):
            start = point(part[2:])
        else:
            curve.append(point(part))
    return Line(tuple(curve if start is None else (start, *curve[1:])), tip)
