"""PNG: a chart as an image.

resvg renders the SVG with a font from a wheel, and none of the machine's: the same wheels give the
same picture, byte for byte.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.graph.engine import load_extra
from lazsa_flow.graph.svg import svg

if TYPE_CHECKING:
    from lazsa_flow.graph.chart import Chart

_PURPOSE: Final = "a PNG picture"


def png(chart: Chart, *, dark: bool = False, zoom: int = 2) -> bytes:
    """Draw a chart as a PNG image.

    Args:
        chart: What to draw.
        dark: On dark paper.
        zoom: Dots per pixel of the SVG.

    Raises:
        ExtraError: The extra ``graph`` is not installed.
    """
    resvg = load_extra("resvg_py", extra="graph", purpose=_PURPOSE)
    font = load_extra("fontpkg", extra="graph", purpose=_PURPOSE).path("Inter")
    drawn = resvg.svg_to_bytes(
        svg_string=svg(chart, dark=dark),
        skip_system_fonts=True,
        font_files=[str(font)],
        font_family="Inter",
        sans_serif_family="Inter",
        zoom=zoom,
    )
    return bytes(drawn)
