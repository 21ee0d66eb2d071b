"""Lines of a picture: from a state to a label, and on to the state that is entered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.graph import svg_elements
from lazsa_flow.graph.arrangement import START
from lazsa_flow.graph.layout import Point

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazsa_flow.graph.arrangement import Arrangement
    from lazsa_flow.graph.chart import Chart
    from lazsa_flow.graph.layout import Line, Link
    from lazsa_flow.graph.palette import Theme

HEAVY: Final = 3.0
LIGHT: Final = 1.3
_DASHES: Final = "6 4"
_WAIST: Final = 0.42


class LinePainter:
    """Draws the lines of one arrangement on one paper."""

    def __init__(self, chart: Chart, arrangement: Arrangement, theme: Theme) -> None:
        self._arrangement = arrangement
        self._theme = theme
        self._taken = {leg.arrow for leg in chart.trail}

    def drawn(self) -> Iterator[str]:
        """Draw every line."""
        lines = self._arrangement.layout.lines
        for link, line in zip(self._arrangement.links, lines, strict=True):
            yield from self._draw_line(link, line)

    def _draw_line(self, link: Link, line: Line) -> Iterator[str]:
        labels = self._arrangement.labels
        label = next(each for each in labels if each.id in (link.tail, link.head))
        arrows = [arrow for arrow in label.arrows if link.tail in (label.id, arrow.source or START)]
        timed = all(arrow.timers for arrow in arrows)
        happy = any(arrow.happy for arrow in arrows)
        taken = any(arrow.id in self._taken for arrow in arrows)
        colour = self._theme.trail if taken else self._theme.heavy if happy else self._theme.line
        classes = "line" + " happy" * happy + " timed" * timed + " taken" * taken
        data: svg_elements.Look = {
            "data_arrows": " ".join(arrow.id for arrow in arrows),
            "stroke": colour,
            "fill": "none",
            "stroke_width": HEAVY if happy or taken else LIGHT,
        }
        if timed:
            data["stroke_dasharray"] = _DASHES
        yield f"<g{svg_elements.format_attributes(class_=classes, **data)}>"
        yield f'<path d="{svg_elements.write_curve_path(line.curve)}"/>'
        if line.tip is not None:
            yield _draw_arrow_head(line.curve[-1], line.tip, colour)
        yield "</g>"


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
