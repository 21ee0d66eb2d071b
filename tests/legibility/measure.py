"""Measure what can be read of a lifecycle where it is shown: sizes, overlaps, cut words.

A lifecycle is shown as a picture of 640 pixels in a text, as README has it, and as its page on a
screen of 1440 by 900 pixels and on a phone. A phone may scroll; elsewhere all must be in view.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from lazsa_flow.graph.chart import build_chart
from lazsa_flow.graph.page import page
from lazsa_flow.graph.svg import svg
from lazsa_flow.graph.timeline import Picture, TimelinePoint

if TYPE_CHECKING:
    from pathlib import Path

    from lazsa_flow.graph.chart import Chart
    from lazsa_flow.lifecycle.table import Lifecycle
    from tests.browser import Browser

SMALLEST: Final = 9.0
"""How high a text must be at least. Units: pixels."""
PLACES: Final = {"640": (640, 900), "1440x900": (1440, 900), "390x844": (390, 844)}
"""The size of the window in each place; the picture of 640 pixels may be higher than the window."""
PHONE: Final = "390x844"
_SCRIPT: Final = files("tests.legibility").joinpath("measure.js").read_text("utf-8")
_PAPER: Final = (
    "<!doctype html><html data-ready=yes><style>body{{margin:0}}svg{{max-width:640px;height:auto;"
    "display:block}}</style>{}</html>"
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What can be read of a lifecycle in one place.

    Attributes:
        lifecycle: Its name.
        place: One of :data:`PLACES`.
        texts: How many texts are in view.
        smallest: How high the smallest of them is, in pixels.
        overlaps: Texts that lie on each other.
        cut: Texts that are not shown to their end.
        outside: Texts of the picture that are not in view.
    """

    lifecycle: str
    place: str
    texts: int
    smallest: float
    overlaps: tuple[str, ...]
    cut: tuple[str, ...]
    outside: tuple[str, ...]

    @property
    def legible(self) -> bool:
        """Whether it can be read; on a phone it may have to be scrolled."""
        missing = () if self.place == PHONE else self.outside
        return self.smallest >= SMALLEST and not (self.overlaps or self.cut or missing)


def measure(
    browser: Browser, lifecycle: Lifecycle, folder: Path, shots: Path | None = None
) -> list[Measured]:
    """Measure a lifecycle in each place, with figures.

    Args:
        browser: What shows it.
        lifecycle: The lifecycle.
        folder: Where its files are written.
        shots: Where a screenshot of each place is written.
    """
    chart = build_chart(lifecycle)
    counted = chart.counting(
        {node.label: 1234 for node in chart.nodes}, {arrow.id: 5678 for arrow in chart.arrows}
    )
    found = []
    for place, (width, height) in PLACES.items():
        file = folder / f"{lifecycle.name}-{place}.html"
        shown = _PAPER.format(svg(counted)) if place == "640" else page(_show_figures(counted))
        file.write_text(shown, "utf-8")
        high = height if place != "640" else 8000
        browser.look(size=(width, high))
        browser.open(file)
        browser.frame()
        seen = browser.run(_SCRIPT)
        if shots is not None:
            browser.driver.save_screenshot(str(shots / f"{lifecycle.name}-{place}.png"))
        lists = {name: tuple(seen[name]) for name in ("overlaps", "cut", "outside")}
        found.append(Measured(lifecycle.name, place, seen["texts"], seen["smallest"], **lists))
    return found


def _show_figures(chart: Chart) -> Picture:
    """Return a picture with figures and without paths."""
    at = datetime(2026, 10, 1, tzinfo=UTC)
    counts = {"SG": {node.id: node.count or 0 for node in chart.nodes}}
    flows = {"SG": {arrow.id: arrow.flow or 0 for arrow in chart.arrows}}
    now = TimelinePoint(at.date(), "now", counts, flows, {})
    return Picture(chart, at, ("SG",), (now,), 20, (), {}, {"SG": "Asia/Singapore"})
