"""The plot: how far each figure is from its goal, on one logarithmic axis.

A bar to the right of the line keeps its goal, whichever way the goal goes; its length is by how
much.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import matplotlib as mpl
from matplotlib.figure import Figure as Canvas

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.harness.figures import Figure

_KEPT: Final = "#1b7f79"
_MISSED: Final = "#c8553d"
_INK: Final = "#22303c"
_QUIET: Final = "#8a97a3"


def draw(figures: Sequence[Figure], file: Path) -> None:
    """Draw every figure that has a goal, as SVG and PNG.

    Args:
        figures: The figures.
        file: Where to, without the ending.
    """
    shown = [figure for figure in figures if figure.goal][::-1]
    if not shown:
        return
    mpl.rcParams.update({"svg.hashsalt": "lazsa_flow", "font.size": 9, "text.color": _INK})
    canvas = Canvas(figsize=(11, 1.4 + 0.42 * len(shown)), layout="constrained")
    axes = canvas.subplots()
    for row, figure in enumerate(shown):
        margin = _margin(figure)
        axes.barh(row, margin - 1, left=1, height=0.62, color=_KEPT if figure.holds else _MISSED)
        axes.annotate(
            _told(figure),
            (max(margin, 1), row),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
        )
    axes.set_xscale("log")
    margins = [_margin(figure) for figure in shown]
    axes.set_xlim(min(0.5, *margins) / 1.5, max(2, *margins) * 6)
    axes.set_ylim(-0.7, len(shown) - 0.3)
    axes.axvline(1, color=_INK, linewidth=1)
    axes.set_yticks(range(len(shown)), [_wrapped(figure.name) for figure in shown])
    axes.set_xlabel("times as good as the goal asks")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g} ×")
    axes.grid(axis="x", color=_QUIET, alpha=0.3, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(which="both", length=0, colors=_INK)
    for side in axes.spines.values():
        side.set_visible(False)
    canvas.savefig(file.with_suffix(".svg"), metadata={"Date": None})
    canvas.savefig(file.with_suffix(".png"), dpi=150)


def _margin(figure: Figure) -> float:
    """Return how many times as good as its goal a figure is."""
    assert figure.goal is not None
    sign, bound, unit = figure.goal.split(maxsplit=2)
    measured = figure.ratio if unit == "×" else figure.ours
    assert measured is not None
    return measured / float(bound) if sign == "≥" else float(bound) / measured


def _told(figure: Figure) -> str:
    measured, unit = (
        (figure.ratio, "×") if "×" in (figure.goal or "") else (figure.ours, figure.unit)
    )
    return f"{measured:.3g} {unit}  (goal {figure.goal})"


def _wrapped(name: str, width: int = 62) -> str:
    """Break a long name in two at the comma or blank nearest to its middle."""
    if len(name) <= width:
        return name
    blanks = [at for at, letter in enumerate(name) if letter == " "]
    middle = min(blanks, key=lambda at: abs(at - len(name) // 2))
    return f"{name[:middle]}\n{name[middle + 1 :]}"
