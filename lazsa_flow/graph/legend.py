"""Legend: the meaning of a picture's colours and lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lazsa_flow.graph import svg_elements
from lazsa_flow.graph.layout import Point
from lazsa_flow.graph.metrics import measure_text_width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazsa_flow.graph.palette import Theme
    from lazsa_flow.lifecycle.table import Meaning

_SIZE: Final = 11.0
_SAMPLE: Final = 26.0
_GAP: Final = 22.0
_ROW: Final = 24.0
_MEANINGS: Final[dict[Meaning, str]] = {
    "waiting": "waiting",
    "active": "active",
    "success": "success",
    "failure": "failure",
}
_LINES: Final = {
    "happy": "hoped-for way",
    "person": "by a person",
    "clock": "by a timer",
    "final": "final",
    "reminder": "reminder",
}


@dataclass(frozen=True, slots=True)
class Legend:
    """The legend, ready to be put under a picture.

    Attributes:
        marks: SVG, its origin at the upper left corner.
    """

    marks: tuple[str, ...]
    height: float


def draw_legend(theme: Theme, room: float) -> Legend:
    """Draw the legend in rows of a width at most."""
    found: list[str] = []
    x, y = 0.0, _ROW / 2
    for name, words in (*_MEANINGS.items(), *_LINES.items()):
        taken = _SAMPLE + 7 + measure_text_width(words, _SIZE)
        if x and x + taken > room:
            x, y = 0.0, y + _ROW
        found += _draw_sample(name, Point(x + _SAMPLE / 2, y), theme)
        found.append(
            svg_elements.write_text_line(words, x + _SAMPLE + 7, y + 4, _SIZE, fill=theme.quiet)
        )
        x += taken + _GAP
    return Legend(tuple(found), y + _ROW / 2)


def list_legend_samples(theme: Theme) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the words of each entry and the marks of its sample, in a box of 30 by 20 pixels."""
    for name, words in (*_MEANINGS.items(), *_LINES.items()):
        yield words, tuple(_draw_sample(name, Point(15, 10), theme))


def _draw_sample(name: str, middle: Point, theme: Theme) -> Iterator[str]:
    for meaning, ink in theme.inks.items():
        if meaning == name:
            look: svg_elements.Look = {"fill": ink.fill, "stroke": ink.line, "stroke_width": 1.4}
            yield svg_elements.write_box(
                middle, _SAMPLE - 4, 14, 4, class_=f"sample {name}", **look
            )
            return
    if name == "final":
        look = {"fill": "none", "stroke": theme.line}
        look |= {"class_": "sample-line", "stroke_width": 1.2}
        yield svg_elements.write_box(middle, _SAMPLE - 2, 16, 5, **look)
        yield svg_elements.write_box(middle, _SAMPLE - 8, 10, 2, **look)
        return
    if name == "reminder":
        yield svg_elements.draw_bell(middle, theme.quiet)
        return
    look = {"stroke": theme.line, "stroke_width": 1.5}
    if name == "happy":
        look = {"stroke": theme.heavy, "stroke_width": 3.2}
    if name == "clock":
        look |= {"stroke_dasharray": "5 4"}
    classes = "sample-line happy" if name == "happy" else "sample-line"
    ends = {"x1": middle.x - _SAMPLE / 2, "x2": middle.x + _SAMPLE / 2}
    yield svg_elements.write_empty_tag(
        "line", **ends, y1=middle.y, y2=middle.y, class_=classes, **look
    )
