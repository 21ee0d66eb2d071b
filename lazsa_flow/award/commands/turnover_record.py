"""A record of turnover: one month's, on one account of one platform.

Source:
    programme.md, Turnover.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class TurnoverRecord:
    """One month's turnover on one account of one platform.

    Attributes:
        platform: The platform, by code.
        account: The id of the account on the platform.
        month: As ``YYYY-MM``.
        amount: The turnover of the month, in units of ``currency``.
        category: The category of the goods.
        currency: The currency, by its ISO code.
        usd_rate: US dollars for one unit of the currency, supplied by the host, with its date;
            needed for every currency but USD.
        rate_on: The date of the rate.
    """

    platform: str
    account: str
    month: str
    amount: Decimal
    category: str
    currency: str = "USD"
    usd_rate: Decimal | None = None
    rate_on: date | None = None

    @property
    def usd(self) -> Decimal:
        """The amount in US dollars, exact."""
        return self.amount * (self.usd_rate if self.usd_rate is not None else Decimal(1))
