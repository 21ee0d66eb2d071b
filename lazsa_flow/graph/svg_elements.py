"""SVG elements: one mark of a picture at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import quoteattr

from lazsa_flow.graph.metrics import one_line

if TYPE_CHECKING:
    from lazsa_flow.graph.layout import Point

Look = dict[str, str | float]
"""Attributes of a mark; ``_`` in a name is written as ``-``."""

_ESCAPES: Final = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord('"'): "&quot;"}


def format_number(value: float) -> str:
    """Write a length with two decimals at most."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def format_attributes(**values: str | float) -> str:
    """Write attributes; ``_`` in a name is written as ``-``, and left out at its end."""
    return "".join(
        f" {name.rstrip('_').replace('_', '-')}="
        f"{quoteattr(value if isinstance(value, str) else format_number(value))}"
        for name, value in values.items()
    )


def escape_svg_text(name: str) -> str:
    """Write a name so that it is text and nothing else, on one line."""
    return one_line(name).translate(_ESCAPES)


def write_empty_tag(name: str, **values: str | float) -> str:
    """Write an empty element."""
    return f"<{name}{format_attributes(**values)}/>"


def write_text_line(shown: str, x: float, y: float, size: float, **values: str | float) -> str:
    """Write a line of text, its baseline at ``y``."""
    attributes = format_attributes(x=x, y=y, font_size=size, **values)
    return f"<text{attributes}>{escape_svg_text(shown)}</text>"


def write_box(
    middle: Point, width: float, height: float, radius: float, **values: str | float
) -> str:
    """Write a rectangle around its middle."""
    left, top = middle.x - width / 2, middle.y - height / 2
    return write_empty_tag("rect", x=left, y=top, width=width, height=height, rx=radius, **values)


def write_curve_path(points: tuple[Point, ...]) -> str:
    """Write the path of a curve: its first point, then three to each Bézier curve."""
    first, *rest = (f"{format_number(point.x)},{format_number(point.y)}" for point in points)
    return f"M{first}C{' '.join(rest)}"


def draw_bell(middle: Point, colour: str) -> str:
    """Draw the sign of a reminder: a bell, ten pixels high."""
    x, y = middle.x, middle.y
    curve = (
        f"M{x - 4:.2f},{y + 2.5:.2f}C{x - 2.5:.2f},{y + 1:.2f} {x - 3.2:.2f},{y - 4.5:.2f} "
        f"{x:.2f},{y - 4.5:.2f}C{x + 3.2:.2f},{y - 4.5:.2f} {x + 2.5:.2f},{y + 1:.2f} "
        f"{x + 4:.2f},{y + 2.5:.2f}Z"
    )
    clapper = f"M{x - 1.5:.2f},{y + 4:.2f}L{x + 1.5:.2f},{y + 4:.2f}"
    look: Look = {
        "class_": "bell",
        "fill": "none",
        "stroke": colour,
        "stroke_width": 1.2,
    }
    return write_empty_tag("path", d=f"{curve}{clapper}", **look)
