"""Figures against bars: how far a seller is above or below each bar of the criteria.

Source:
    programme.md, "The year between" and "Criteria".
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from lazsa_flow.award.rules.criteria import CRITERIA, judge_criterion
from lazsa_flow.lifecycle.guards import NOT_KNOWN, STALE
from lazsa_flow.notices.figures import BarFigure

if TYPE_CHECKING:
    from datetime import date

    from lazsa_flow.award.policy import CriteriaPolicy
    from lazsa_flow.award.rules.facts import Facts

BARS: Final = {
    "tenure": "tenure_months",
    "compliance": "ncp_points",
    "gmv": "gmv_rate",
    "chat_response": "chat_response_rate",
    "cancellation": "cancellation_rate",
    "retention": "retention_rate",
    "trainer_activities": "trainer_activities",
}
"""Which field of the policy sets a criterion's bar."""
_AT_MOST: Final = frozenset({"compliance", "cancellation"})
"""Bars that a figure may not exceed; it must reach all others."""


def bar_figures(facts: Facts | None, on: date, bars: CriteriaPolicy) -> tuple[BarFigure, ...]:
    """Compare a seller's figures with every bar that the policy sets.

    Args:
        facts: The latest facts, if any are known.
        on: The date on which they are judged.
        bars: The policy's bars.
    """
    found = []
    for criterion in CRITERIA:
        bar = getattr(bars, BARS[criterion.name])
        held, measured, _ = judge_criterion(criterion, facts, on, bars)
        if bar is None or measured == "no trainer":
            continue  # no bar for this seller
        number = _number_text(measured)
        sign = -1 if criterion.name in _AT_MOST else 1
        margin = None if number is None else str(sign * (number - Decimal(bar)))
        shown = measured if isinstance(measured, int) else str(measured)
        at_most = criterion.name in _AT_MOST
        found.append(BarFigure(criterion.name, held, shown, str(bar), margin, at_most))
    return tuple(found)


def _number_text(measured: object) -> Decimal | None:
    if measured in (NOT_KNOWN, STALE):
        return None
    text = str(measured)
    return Decimal(text) if text.replace(".", "", 1).isdigit() else None
