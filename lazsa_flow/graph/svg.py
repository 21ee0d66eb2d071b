"""SVG: a chart as a vector image.

Every colour is a presentation attribute, the weakest there is: a page that inlines the picture may
style it again by the classes of its groups, and no style of the picture leaks into the page. Names
are XML text and nothing else; ids are made up. A label interrupts its line, so that no line touches
it; the happy path is heavy, what a timer tries is dashed, a final state has two rings. What leads
out of a state without a line of its own stands in rows beneath the state, as do its reminders.

The title stands above and the legend below; both are part of the size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.graph import svg_elements
from lazsa_flow.graph.arrangement import START, arrange_chart
from lazsa_flow.graph.chart import Chart
from lazsa_flow.graph.label import SMALL
from lazsa_flow.graph.legend import draw_legend
from lazsa_flow.graph.metrics import one_line, wrap_to_width
from lazsa_flow.graph.notebook import register_renderer
from lazsa_flow.graph.palette import DARK, LIGHT
from lazsa_flow.graph.svg_cards import CardPainter
from lazsa_flow.graph.svg_lines import LinePainter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazsa_flow.graph.arrangement import Shape
    from lazsa_flow.graph.palette import Theme

FONT: Final = "Inter, Arial, Helvetica, sans-serif"
_MARGIN: Final = 20.0
_TITLE: Final = 18.0
_NARROWEST: Final = 456.0


def svg(chart: Chart, *, dark: bool = False, shape: Shape = "tall") -> str:
    """Draw a chart as an SVG document, ending in a newline.

    Args:
        chart: What to draw.
        dark: On dark paper.
        shape: ``tall``: legible at 640 pixels of width, as high as need be; ``wide``: all of it
            legible on a screen of 1440 by 900 pixels next to a side bar, where it fits at all;
            ``narrow``: legible on a phone of 390 pixels of width, which is scrolled down.

    Raises:
        ExtraError: The extra ``graph`` is not installed.
    """
    return "\n".join(_draw(chart, DARK if dark else LIGHT, shape)) + "\n"


def scalable_svg(chart: Chart) -> str:
    """Draw a chart as wide as there is room, at most at its own size: for a notebook's cell."""
    drawn = svg(chart)
    width = drawn.partition(' width="')[2].partition('"')[0]
    height = drawn.partition(' height="')[2].partition('"')[0]
    fixed = svg_elements.format_attributes(width=width, height=height)
    room = svg_elements.format_attributes(style=f"width: 100%; max-width: {width}px; height: auto")
    return drawn.replace(fixed, room, 1)


register_renderer(Chart, scalable_svg)


def _draw(chart: Chart, theme: Theme, shape: Shape) -> Iterator[str]:
    """Draw from back to front."""
    arrangement = arrange_chart(chart, shape)
    inner = arrangement.layout
    room = max(inner.width, _NARROWEST if shape != "narrow" else 0)
    key = draw_legend(theme, room)
    heading = wrap_to_width(one_line(chart.title), _TITLE, room, bold=True)
    top = _MARGIN + (_TITLE * len(heading) + SMALL) * 1.3 + 10
    width = room + 2 * _MARGIN
    height = top + inner.height + key.height + 2 * _MARGIN
    size = f"0 0 {svg_elements.format_number(width)} {svg_elements.format_number(height)}"
    title = svg_elements.escape_svg_text(chart.title)
    attributes = svg_elements.format_attributes(
        viewBox=size, width=width, height=height, font_family=FONT
    )
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="lazsa-chart" data-shape="{shape}"'
        f'{attributes} role="img" aria-label="{title}">'
    )
    yield f"<title>{title}</title>"
    paper = {"class_": "paper", "fill": theme.paper}
    yield svg_elements.write_empty_tag("rect", **paper, width=width, height=height)
    yield from _draw_heading(heading, chart.name, theme)
    right = svg_elements.format_number(_MARGIN + (room - inner.width) / 2)
    down = svg_elements.format_number(top)
    yield f'<g class="drawing" transform="translate({right} {down})">'
    yield from LinePainter(chart, arrangement, theme).drawn()
    start = inner.middles.get(START)
    if start is not None:
        dot: svg_elements.Look = {"cx": start.x, "cy": start.y, "r": 6, "fill": theme.heavy}
        yield svg_elements.write_empty_tag("circle", class_="start", **dot)
    yield from CardPainter(chart, arrangement, theme).drawn()
    yield "</g>"
    foot = svg_elements.format_number(height - _MARGIN - key.height)
    yield f'<g class="legend" transform="translate({_MARGIN:.0f} {foot})">'
    yield from key.marks
    yield "</g>"
    yield "</svg>"


def _draw_heading(lines: tuple[str, ...], name: str, theme: Theme) -> Iterator[str]:
    """Draw the title, and the code name under it."""
    y = _MARGIN
    for line in lines:
        y += _TITLE * 1.3
        look = {"font_weight": "600", "fill": theme.text, "class_": "title"}
        yield svg_elements.write_text_line(line, _MARGIN, y - 5, _TITLE, **look)
    code = wrap_to_width(one_line(name), SMALL, _NARROWEST)[0]
    look = {"fill": theme.quiet, "class_": "title code"}
    yield svg_elements.write_text_line(code, _MARGIN, y + SMALL, SMALL, **look)
