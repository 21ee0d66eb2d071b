"""The colours: each means something, and holds for every eye."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.graph.palette import DARK, LIGHT

if TYPE_CHECKING:
    from lazsa_flow.graph.palette import Theme


def _luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb``, as WCAG 2 defines it."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_the_colours_hold_in_greyscale(theme: Theme) -> None:
    """Every text reads on what is behind it at 4.5 : 1, and no two fills have one lightness."""
    assert {state.meaning for state in AWARD.states} <= set(theme.inks)
    assert all(_contrast(ink.fill, ink.text) >= 4.5 for ink in theme.inks.values())
    by_lightness = sorted((ink.fill for ink in theme.inks.values()), key=_luminance)
    assert all(_contrast(darker, lighter) >= 1.25 for darker, lighter in pairwise(by_lightness))
    for colour in (theme.text, theme.quiet, theme.trail):
        assert _contrast(theme.paper, colour) >= 4.5
    for colour in (theme.line, theme.heavy, *(ink.line for ink in theme.inks.values())):
        assert _contrast(theme.paper, colour) >= 3
