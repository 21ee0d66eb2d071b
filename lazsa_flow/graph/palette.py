"""Palette: colours by meaning, in a light and a dark theme.

The fills differ in lightness first and in hue second, so that they can be distinguished in
greyscale and by colour-blind readers; the hues are close to those of Okabe and Ito. The contrast
between text and background is at least 4.5 : 1 (WCAG 2, AA).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lazsa_flow.lifecycle.table import Meaning


@dataclass(frozen=True, slots=True)
class Ink:
    """The colours of a node, as ``#rrggbb``."""

    fill: str
    text: str
    line: str


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of a picture, as ``#rrggbb``.

    Attributes:
        paper: Behind everything.
        text: Titles, and what a label says first.
        quiet: What a label says besides.
        line: Arrows.
        heavy: Arrows of the happy path.
        frame: Around a label.
        trail: One path's story.
        inks: The nodes, by what a state is to its subject.
    """

    paper: str
    text: str
    quiet: str
    line: str
    heavy: str
    frame: str
    trail: str
    inks: Mapping[Meaning, Ink]


LIGHT: Final = Theme(
    paper="#ffffff",
    text="#111827",
    quiet="#4b5563",
    line="#64748b",
    heavy="#111827",
    frame="#cbd5e1",
    trail="#b3006b",
    inks={
        "waiting": Ink("#ffffff", "#111827", "#475569"),
        "active": Ink("#fbdf7b", "#111827", "#8a6400"),
        "success": Ink("#8fc7ee", "#111827", "#1b5e8a"),
        "failure": Ink("#7a3410", "#ffffff", "#4f1f06"),
    },
)
DARK: Final = Theme(
    paper="#0d141d",
    text="#f1f5f9",
    quiet="#a9b6c6",
    line="#8294aa",
    heavy="#f1f5f9",
    frame="#3b4a5d",
    trail="#ff7ac6",
    inks={
        "waiting": Ink("#1d2835", "#f1f5f9", "#a9b6c6"),
        "active": Ink("#f2cd57", "#111827", "#fff0bf"),
        "success": Ink("#4f9fd3", "#0b1118", "#b9def7"),
        "failure": Ink("#8a4420", "#ffffff", "#e3a988"),
    },
)
INKS: Final = LIGHT.inks
