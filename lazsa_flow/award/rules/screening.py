"""Screening: which sellers of a file would meet the bars on a date.

A screening takes facts as given: it checks neither how old they are nor whether they are from after
the date. It decides nothing; an award judges again, on recorded facts that are fresh enough.

Source:
    programme.md, "Criteria".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lazsa_flow.award.rules.criteria import CRITERIA
from lazsa_flow.lifecycle.guards import NOT_KNOWN

if TYPE_CHECKING:
    from datetime import date

    from lazsa_flow.award.policy import CriteriaPolicy
    from lazsa_flow.award.rules.facts import Facts
    from lazsa_flow.lifecycle.guards import Measured


@dataclass(frozen=True, slots=True)
class Screened:
    """One criterion as a screening found it.

    Attributes:
        name: The guard's name.
        measured: The figure that was compared, or ``not known``.
        required: The bar, in words.
        earliest: The first date on which it could hold, as far as the clock alone decides.
    """

    name: str
    held: bool
    measured: Measured
    required: str
    earliest: date | None

    @property
    def reason(self) -> str:
        """Why it is met or not, in a word: ``met``, ``not known`` or ``not met``."""
        if self.held:
            return "met"
        return NOT_KNOWN if self.measured == NOT_KNOWN else "not met"

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values; ``earliest`` as YYYY-MM-DD or null."""
        return {
            "name": self.name,
            "held": self.held,
            "measured": self.measured,
            "required": self.required,
            "reason": self.reason,
            "earliest": self.earliest.isoformat() if self.earliest else None,
        }


@dataclass(frozen=True, slots=True)
class Screening:
    """What one seller meets.

    Attributes:
        verdicts: Every criterion that has a bar, in the order of
            :data:`lazsa_flow.award.rules.criteria.CRITERIA`.
    """

    seller: str
    verdicts: tuple[Screened, ...]

    @property
    def unmet(self) -> tuple[str, ...]:
        """The names of the criteria that are not met, sorted."""
        return tuple(sorted(verdict.name for verdict in self.verdicts if not verdict.held))

    @property
    def eligible(self) -> bool:
        """Whether every criterion is met."""
        return all(verdict.held for verdict in self.verdicts)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "seller_id": self.seller,
            "eligible": self.eligible,
            "unmet": list(self.unmet),
            "verdicts": [verdict.to_json() for verdict in self.verdicts],
        }


def screen_seller(facts: Facts, on: date, bars: CriteriaPolicy) -> Screening:
    """Judge one seller's facts, as given, on a cycle date.

    Retention is judged only once the policy sets its bar.

    Args:
        facts: The seller's facts; one that is not known meets no bar.
        on: The cycle date up to which tenure is counted.
        bars: The policy's bars.
    """
    verdicts = []
    for criterion in CRITERIA:
        if criterion.name == "retention" and bars.retention_rate is None:
            continue
        held, measured, earliest = criterion.check(facts, on, bars)
        required = criterion.required(bars)
        verdicts.append(Screened(criterion.name, held, measured, required, earliest))
    return Screening(facts.seller, tuple(verdicts))
