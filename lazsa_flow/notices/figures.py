"""Figures against bars, as notices show them: how far a subject is above or below each bar."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class BarFigure:
    """A subject's own figure against one bar.

    Attributes:
        name: The bar's.
        held: Whether the figure meets the bar.
        measured: The figure; text such as ``not known`` or ``stale`` where there is no number.
        bar: What the policy asks.
        margin: How far on the right side of the bar the figure is, negative where it is on the
            wrong one; ``None`` where there is no number.
        at_most: Whether the bar may not be exceeded, instead of having to be reached.

    Units:
        As the evidence has them: rates are fractions of one.
    """

    name: str
    held: bool
    measured: str | int
    bar: str
    margin: str | None
    at_most: bool = field(default=False, compare=False)
