"""Fields that only the award's files have: a panel's scores, and monthly rates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lazsa_flow.award.rules.criteria import MONTHS_JUDGED
from lazsa_flow.csvfiles.fields import UnfitError, parse_rate

if TYPE_CHECKING:
    from decimal import Decimal

_SCORE: Final = re.compile(r"[0-5]")
SCORE_EXPECTED: Final = "a whole number from 0 to 5"


def parse_score(text: str) -> int:
    """Read a panel's score.

    Raises:
        UnfitError: It is no whole number from 0 to 5.
    """
    if not _SCORE.fullmatch(text):
        raise UnfitError(SCORE_EXPECTED)
    return int(text)


def parse_months(text: str) -> tuple[Decimal | None, ...]:
    """Read the rates of nine months, ``;`` between; an empty one is a month without orders.

    Units:
        Oldest month first; a fraction of one.

    Raises:
        UnfitError: There are not nine, or one is no rate.
    """
    items = text.split(";")
    if len(items) != MONTHS_JUDGED:
        msg = f"{MONTHS_JUDGED} monthly rates with ; between, oldest first, not {len(items)}"
        raise UnfitError(msg)
    return tuple(_parse_month(item) if item else None for item in items)


def _parse_month(item: str) -> Decimal:
    try:
        return parse_rate(item)
    except UnfitError as unfit:
        raise UnfitError(f"{unfit.expected}, in each month", item) from None
