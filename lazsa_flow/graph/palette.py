"""Which colour is a state, by its meaning?

The fills differ in lightness first and in hue second, so that they stay apart in greyscale and for
eyes that confuse hues; the hues are those of Okabe and Ito. Each text stands out from its fill by
4.5 : 1 at least (WCAG 2, AA).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lazsa_flow.domain.lifecycle import Meaning


@dataclass(frozen=True, slots=True)
class Ink:
    """The colours of a node, as ``#rrggbb``."""

    fill: str
    text: str
    line: str


INKS: Final[Mapping[Meaning, Ink]] = {
    "waiting": Ink("#ffffff", "#000000", "#000000"),
    "honoured": Ink("#f0e442", "#000000", "#000000"),
    "ended_well": Ink("#56b4e9", "#000000", "#000000"),
    "ended_badly": Ink("#8a3b00", "#ffffff", "#000000"),
}
