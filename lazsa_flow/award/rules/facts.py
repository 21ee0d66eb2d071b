"""Facts and nominations: what the host knows of a seller, and who nominated them.

Source:
    programme.md, "Criteria" and "Nomination and the award cycle".
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Final

from lazsa_flow.lifecycle.values import value

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

ACTIVITIES: Final = ("writing", "speaking", "community", "help", "feedback", "referral")
"""The six activities of a LazStar trainer. Source: FAQ."""


@value
class Facts:
    """What the host knows of a seller on one date; ``None`` means *not known*.

    Attributes:
        seller: The seller's id.
        country: The country's code.
        as_of: The date at which the facts were taken.
        joined_on: When the seller joined the marketplace.
        ncp_points: Non-compliance points in the last 12 months.
        policy_compliant: Whether the seller complies with the marketplace's policies.
        gmv_usd: Sales in US dollars.
        gmv_rate: The GMV measure that the policy names; no upper bound.
        chat_response_rate: The share of chats that were answered.
        monthly_cancellation_rates: The last nine closed months, oldest first, 0 to 1; an item
            of ``None`` is a month without orders.
        retention_rate: The retention rate of buyers.
        is_lazstar: Whether the seller is a LazStar trainer.
        activities: Of :data:`ACTIVITIES`.

    Units:
        Rates are fractions of one (0.85 is 85 %), ``gmv_usd`` is US dollars.
    """

    seller: str
    country: str
    as_of: date
    joined_on: date | None = None
    ncp_points: int | None = None
    policy_compliant: bool | None = None
    gmv_usd: Decimal | None = None
    gmv_rate: Decimal | None = None
    chat_response_rate: Decimal | None = None
    monthly_cancellation_rates: tuple[Decimal | None, ...] | None = None
    retention_rate: Decimal | None = None
    is_lazstar: bool | None = None
    activities: frozenset[str] | None = None


FIGURES: Final = tuple(
    each.name for each in fields(Facts) if each.name not in ("seller", "country", "as_of")
)
"""The names of what facts tell, besides of whom and when, in their order."""


@value
class Nomination:
    """One nomination as it stands: who made it, whether it is complete, whether withdrawn."""

    id: int
    source: str
    nominator: str
    complete: bool
    withdrawn: bool
