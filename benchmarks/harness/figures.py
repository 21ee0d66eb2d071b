"""Figures: a measurement compared with its reference, and the goal that it is held to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound on a figure.

    Attributes:
        bound: The bound, inclusive.
        at_least: Whether it is a lower bound; an upper one otherwise.
        absolute: Whether it bounds our own figure in its unit; the ratio otherwise.
    """

    bound: float
    at_least: bool = False
    absolute: bool = False

    def text(self, unit: str) -> str:
        """Write it: ``≥ 0.6 ×``, ``≤ 3 µs``."""
        sign = "≥" if self.at_least else "≤"
        return f"{sign} {self.bound:g} {unit if self.absolute else '×'}"

    def holds(self, ours: float, ratio: float | None) -> bool:
        """Tell whether a figure keeps within it."""
        measured = ours if self.absolute or ratio is None else ratio
        return measured >= self.bound if self.at_least else measured <= self.bound


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the results.

    Attributes:
        name: What was measured, compared with what.
        ours: What lazsa_flow took or reached.
        reference: The same of what it is measured against, in the same run; ``None`` for a figure
            that is only reported.
        goal: The bound, as text; ``None`` for a figure that is only reported.
        holds: Whether the goal is kept; so is none.

    Units:
        Both figures are in ``unit``; the ratio is ours over the reference.
    """

    name: str
    ours: float
    reference: float | None
    goal: str | None
    holds: bool
    unit: str

    @classmethod
    def of(
        cls,
        name: str,
        ours: float,
        reference: float | None = None,
        *,
        unit: str,
        goal: Goal | None = None,
    ) -> Figure:
        """Hold a measurement to its goal."""
        ratio = ours / reference if reference else None
        text, holds = (goal.text(unit), goal.holds(ours, ratio)) if goal else (None, True)
        return cls(name, ours, reference, text, holds, unit)

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> Figure:
        """Read what a benchmark returned as a mapping; a goal that is a number bounds the ratio."""
        goal = fields["goal"]
        if isinstance(goal, int | float):
            above = fields["ours"] / fields["reference"] >= goal
            goal = Goal(goal, at_least=above == fields["holds"]).text(fields["unit"])
        return cls(
            name=fields["name"],
            ours=fields["ours"],
            reference=fields["reference"],
            goal=goal,
            holds=fields["holds"],
            unit=fields["unit"],
        )

    @property
    def ratio(self) -> float | None:
        """Ours over the reference."""
        return self.ours / self.reference if self.reference else None

    @property
    def in_words(self) -> str:
        """What the ratio says, in words: twice as fast, or takes three times as long."""
        if not self.ratio:
            return ""
        share = f"{self.ratio:,.0f}" if self.ratio >= 10 else f"{self.ratio:.2g}"
        if self.unit.endswith("/s"):
            return f"{share} × as fast" if self.ratio >= 1 else f"{share} of the speed"
        if self.unit == "MB":
            return f"{share} × the memory"
        return f"{share} × the time"

    def fields(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "name": self.name,
            "ours": _rounded(self.ours),
            "reference": _rounded(self.reference),
            "ratio": _rounded(self.ratio),
            "goal": self.goal,
            "holds": self.holds,
            "unit": self.unit,
        }


def _rounded(value: float | None) -> float | None:
    """Keep four figures: more is noise."""
    return None if value is None else float(f"{value:.4g}")
