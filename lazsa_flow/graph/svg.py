"""SVG: a chart as a vector image.

Every colour is a presentation attribute, the weakest there is: a page that inlines the picture may
style it again by the classes of its groups, and no style of the picture leaks into the page. Names
are XML text and nothing else; ids are made up. A label interrupts its line, so that no line touches
it; the happy path runs straight and heavy, what a timer tries is dashed, a final state has two
rings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.graph import svg_elements
from lazsa_flow.graph.chart import Chart
from lazsa_flow.graph.label import INDENT, LEADS, SIZES, figure_width, group_arrow_labels
from lazsa_flow.graph.layout import Box, Link, Point, compute_layout
from lazsa_flow.graph.legend import draw_legend
from lazsa_flow.graph.metrics import measure_text_width, one_line, shorten_to_width
from lazsa_flow.graph.notebook import register_renderer
from lazsa_flow.graph.palette import DARK, LIGHT
from lazsa_flow.graph.svg_elements import format_attributes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazsa_flow.graph.chart import Node
    from lazsa_flow.graph.label import Label, Row
    from lazsa_flow.graph.layout import Line
    from lazsa_flow.graph.palette import Theme

FONT: Final = "Inter, Arial, Helvetica, sans-serif"
_START: Final = "start"
_MARGIN: Final = 28.0
_HEADING: Final = 44.0
_NARROWEST: Final = 440.0
_STATE: Final = 15.0
_WIDEST_STATE: Final = 260.0
_LEADING: Final = 1.36
_PAD_X: Final = 9.0
_PAD_Y: Final = 6.0
_RING: Final = 4.0
_HEAVY: Final = 3.2
_LIGHT: Final = 1.4
_DASHES: Final = "6 4"
_WAIST: Final = 0.42


def svg(chart: Chart, *, dark: bool = False) -> str:
    """Draw a chart as an SVG document, ending in a newline.

    Raises:
        ExtraError: The extra ``graph`` is not installed.
    """
    return "\n".join(_Picture(chart, DARK if dark else LIGHT).drawn()) + "\n"


def scalable_svg(chart: Chart) -> str:
    """Draw a chart as wide as there is room, at most at its own size: for a notebook's cell."""
    drawn = svg(chart)
    width = drawn.partition(' width="')[2].partition('"')[0]
    height = drawn.partition(' height="')[2].partition('"')[0]
    fixed = format_attributes(width=width, height=height)
    room = format_attributes(style=f"width: 100%; max-width: {width}px; height: auto")
    return drawn.replace(fixed, room, 1)


register_renderer(Chart, scalable_svg)


class _Picture:
    """One chart on one paper."""

    def __init__(self, chart: Chart, theme: Theme) -> None:
        self._chart = chart
        self._theme = theme
        self._labels = group_arrow_labels(chart)
        self._boxes = {box.id: box for box in self._all_boxes()}
        self._links = tuple(self._all_links())
        self._layout = compute_layout(tuple(self._boxes.values()), self._links)
        self._taken = {leg.arrow for leg in chart.trail}
        self._visited = {leg.node for leg in chart.trail}

    def drawn(self) -> Iterator[str]:
        """Draw from back to front."""
        inner = self._layout
        room = max(inner.width, _NARROWEST)
        key = draw_legend(self._theme, room)
        width_ = room + 2 * _MARGIN
        height = inner.height + key.height + _HEADING + 3 * _MARGIN
        size = f"0 0 {svg_elements.format_number(width_)} {svg_elements.format_number(height)}"
        title = svg_elements.escape_svg_text(self._chart.title)
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="lazsa-chart"'
            f"{format_attributes(viewBox=size, width=width_, height=height, font_family=FONT)}"
            f' role="img" aria-label="{title}">'
        )
        yield f"<title>{title}</title>"
        paper = {"class_": "paper", "fill": self._theme.paper}
        yield svg_elements.write_empty_tag("rect", **paper, width=width_, height=height)
        bold = {"font_weight": "600", "fill": self._theme.text, "class_": "title"}
        heading = shorten_to_width(one_line(self._chart.title), 20, room, bold=True)
        yield svg_elements.write_text_line(heading, _MARGIN, _MARGIN + 18, 20, **bold)
        right = svg_elements.format_number(_MARGIN + (room - inner.width) / 2)
        down = svg_elements.format_number(_MARGIN + _HEADING)
        yield f'<g class="drawing" transform="translate({right} {down})">'
        for link, line in zip(self._links, inner.lines, strict=True):
            yield from self._line(link, line)
        yield svg_elements.write_empty_tag(
            "circle", class_="start", **self._at(_START), r=6, fill=self._theme.heavy
        )
        yield from self._read_down()
        yield "</g>"
        foot = height - _MARGIN - key.height
        top = svg_elements.format_number(foot)
        yield f'<g class="legend" transform="translate({_MARGIN:.0f} {top})">'
        yield from key.marks
        yield "</g>"
        yield "</svg>"

    # -- what takes room

    def _all_boxes(self) -> Iterator[Box]:
        yield Box(_START, 12, 12, "happy")
        for node in self._chart.nodes:
            wide = measure_text_width(_write_state_name(node), _STATE, bold=True) + 36
            tall = 40.0 if node.count is None else 56.0
            rings = 2 * _RING if node.final else 0
            yield Box(node.id, max(wide, 112) + rings, tall + rings, "happy" if node.happy else "")
        for label in self._labels:
            yield Box(label.id, *_measure_label_size(label), "happy" if label.happy else "")

    def _all_links(self) -> Iterator[Link]:
        for label in self._labels:
            for arrow in label.arrows:
                weight = 100 if arrow.happy else 1
                yield Link(arrow.source or _START, label.id, weight, pointed=False)
            yield Link(label.id, label.arrows[0].dest, 100 if label.happy else 2)

    def _at(self, id_: str) -> dict[str, float]:
        middle = self._layout.middles[id_]
        return {"cx": middle.x, "cy": middle.y}

    # -- what is drawn

    def _read_down(self) -> Iterator[str]:
        """Draw labels and states from above, which is the order in which they are read out."""
        drawn = {label.id: self._label(label) for label in self._labels}
        drawn |= {node.id: self._node(node) for node in self._chart.nodes}
        places = self._layout.middles
        for id_ in sorted(drawn, key=lambda id_: (places[id_].y, places[id_].x)):
            yield from drawn[id_]

    def _line(self, link: Link, line: Line) -> Iterator[str]:
        label = next(each for each in self._labels if each.id in (link.tail, link.head))
        arrows = [
            arrow for arrow in label.arrows if link.tail in (label.id, arrow.source or _START)
        ]
        happy = any(arrow.happy for arrow in arrows)
        taken = any(arrow.id in self._taken for arrow in arrows)
        colour = self._theme.trail if taken else self._theme.heavy if happy else self._theme.line
        classes = "line" + " happy" * happy + " timed" * label.timed + " taken" * taken
        data: svg_elements.Look = {
            "data_arrows": " ".join(arrow.id for arrow in arrows),
            "stroke": colour,
            "fill": "none",
            "stroke_width": _HEAVY if happy or taken else _LIGHT,
        }
        if label.timed:
            data["stroke_dasharray"] = _DASHES
        yield f"<g{format_attributes(class_=classes, **data)}>"
        yield f'<path d="{svg_elements.write_curve_path(line.curve)}"/>'
        if line.tip is not None:
            yield _draw_arrow_head(line.curve[-1], line.tip, colour)
        yield "</g>"

    def _label(self, label: Label) -> Iterator[str]:
        theme, middle = self._theme, self._layout.middles[label.id]
        wide, tall = _measure_label_size(label)
        taken = any(arrow.id in self._taken for arrow in label.arrows)
        arrows = " ".join(arrow.id for arrow in label.arrows)
        classes = "label" + " happy" * label.happy + " timed" * label.timed + " taken" * taken
        yield f"<g{format_attributes(class_=classes, data_label=label.id, data_arrows=arrows)}>"
        frame: svg_elements.Look = {
            "fill": theme.paper,
            "stroke": theme.trail if taken else theme.frame,
        }
        yield svg_elements.write_box(middle, wide, tall, 7, **frame, stroke_width=2 if taken else 1)
        left, y = middle.x - wide / 2 + _PAD_X, middle.y - tall / 2 + _PAD_Y
        for row in label.rows:
            size = SIZES[row.kind]
            y += size * _LEADING
            base = y - size * 0.36
            yield from self._row(row, left, base)
            if row.kind == "trigger" and label.flow is not None:
                right = middle.x + wide / 2 - _PAD_X
                figure = {"class_": "flow", "fill": theme.text, "text_anchor": "end"}
                yield svg_elements.write_text_line(f"{label.flow:,}", right, base, size, **figure)
        yield "</g>"

    def _row(self, row: Row, left: float, base: float) -> Iterator[str]:
        """Draw one row of a label, its lead set before the names."""
        size = SIZES[row.kind]
        look = {"class_": row.kind, "fill": self._theme.text}
        if row.kind == "trigger":
            yield svg_elements.write_text_line(
                row.text, left, base, size, font_weight="600", **look
            )
            return
        if row.first:
            lead = {"class_": "lead", "fill": self._theme.quiet}
            yield svg_elements.write_text_line(LEADS[row.kind], left, base, size, **lead)
        yield svg_elements.write_text_line(row.text, left + INDENT, base, size, **look)

    def _node(self, node: Node) -> Iterator[str]:
        ink, middle = self._theme.inks[node.meaning], self._layout.middles[node.id]
        box = self._boxes[node.id]
        visited = node.id in self._visited
        stroke = self._theme.trail if visited else ink.line
        heavy = _HEAVY if node.happy or visited else _LIGHT
        classes = f"state {node.meaning}" + " happy" * node.happy + " visited" * visited
        yield f"<g{format_attributes(class_=classes, data_state=node.id)}>"
        if node.final:
            ring: svg_elements.Look = {
                "class_": "ring",
                "fill": "none",
                "stroke": stroke,
                "stroke_width": _LIGHT,
            }
            yield svg_elements.write_box(middle, box.width, box.height, 13, **ring)
        inset = 2 * _RING if node.final else 0
        look: svg_elements.Look = {
            "class_": "body",
            "fill": ink.fill,
            "stroke": stroke,
            "stroke_width": heavy,
        }
        yield svg_elements.write_box(middle, box.width - inset, box.height - inset, 10, **look)
        words: svg_elements.Look = {"text_anchor": "middle", "fill": ink.text}
        base = middle.y + (5.3 if node.count is None else -3)
        yield svg_elements.write_text_line(
            _write_state_name(node), middle.x, base, _STATE, font_weight="600", **words
        )
        if node.count is not None:
            yield svg_elements.write_text_line(
                f"{node.count:,}", middle.x, base + 19, 14, class_="count", **words
            )
        yield "</g>"


def _write_state_name(node: Node) -> str:
    return shorten_to_width(one_line(node.label), _STATE, _WIDEST_STATE, bold=True)


def _measure_label_size(label: Label) -> tuple[float, float]:
    """Return how wide and tall a label's box is."""
    rows = [row.width for row in label.rows]
    if label.flow is not None:
        rows[0] += figure_width()
    tall = sum(SIZES[row.kind] * _LEADING for row in label.rows)
    return max(rows) + 2 * _PAD_X, tall + 2 * _PAD_Y


def _draw_arrow_head(base: Point, tip: Point, colour: str) -> str:
    """Draw an arrowhead from where its line ends to its tip."""
    across = Point((tip.y - base.y) * _WAIST, (base.x - tip.x) * _WAIST)
    corners = (
        tip,
        Point(base.x + across.x, base.y + across.y),
        Point(base.x - across.x, base.y - across.y),
    )
    points = " ".join(
        f"{svg_elements.format_number(each.x)},{svg_elements.format_number(each.y)}"
        for each in corners
    )
    return f'<polygon points="{points}" fill="{colour}" stroke="none"/>'
