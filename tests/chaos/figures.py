"""Which figures can still be recorded of a seller? What is past stays; all else may be anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.award.rules.facts import ACTIVITIES

if TYPE_CHECKING:
    from random import Random

    from lazsa_flow.award.rules.facts import Facts

_WINDOW: Final = 9
_LONG_AGO: Final = date(2020, 1, 1)
_MONTHS: Final = (None, Decimal(0), Decimal("0.01"), Decimal("0.0101"), Decimal(1))
_BEST: Final[dict[str, Any]] = {
    "ncp_points": 0,
    "policy_compliant": True,
    "gmv_rate": Decimal(9),
    "chat_response_rate": Decimal(1),
    "retention_rate": Decimal(1),
    "is_lazstar": False,
    "activities": frozenset(ACTIVITIES),
}
_OTHERS: Final[dict[str, tuple[Any, ...]]] = {
    "ncp_points": (1, 99, None),
    "policy_compliant": (False, None),
    "gmv_rate": (Decimal(0), Decimal("0.1999"), Decimal("0.20"), Decimal("0.2001"), None),
    "chat_response_rate": (Decimal(0), Decimal("0.8499"), Decimal("0.85"), None),
    "retention_rate": (Decimal(0), Decimal("0.5"), None),
    "is_lazstar": (True, None),
    "activities": (frozenset(), frozenset(ACTIVITIES[:3]), frozenset(ACTIVITIES[:4]), None),
}
"""The worst value of each figure, those about its bar, and that it is not known."""
_OFTEN_BEST: Final = 0.75
"""Most figures are at their best, for one alone that is not may hide what the others change."""


def best_facts(known: Facts, day: date) -> Facts:
    """Return the best facts that can be of a day: what is past stays, all else meets every bar."""
    count = _count_new_months(known, day)
    return replace(
        known,
        as_of=day,
        joined_on=known.joined_on or _LONG_AGO,
        monthly_cancellation_rates=_add_months(known, [None] * count),
        **_BEST,
    )


def draw_facts(known: Facts, day: date, chance: Random) -> Facts:
    """Return facts that can be of a day, each figure at its best, worst, bar, or by chance."""
    months = [_draw_month(chance) for _ in range(_count_new_months(known, day))]
    figures = {name: _draw_figure(name, chance) for name in _BEST}
    return replace(
        known,
        as_of=day,
        joined_on=known.joined_on or chance.choice((_LONG_AGO, date(2026, 1, 1), day)),
        gmv_usd=chance.choice((None, Decimal(0), Decimal(chance.randrange(10**6)))),
        monthly_cancellation_rates=_add_months(known, months),
        **figures,
    )


def _draw_figure(name: str, chance: Random) -> Any:
    if chance.random() < _OFTEN_BEST:
        return _BEST[name]
    drawn: dict[str, Any] = {
        "ncp_points": chance.randrange(20),
        "gmv_rate": _draw_share(chance),
        "chat_response_rate": _draw_share(chance),
        "retention_rate": _draw_share(chance),
        "activities": frozenset(chance.sample(ACTIVITIES, chance.randint(0, len(ACTIVITIES)))),
    }
    return chance.choice((*_OTHERS[name], drawn.get(name, _BEST[name])))


def _draw_month(chance: Random) -> Decimal | None:
    if chance.random() < _OFTEN_BEST:
        return None
    return chance.choice((*_MONTHS, _draw_share(chance)))


def _draw_share(chance: Random) -> Decimal:
    return Decimal(chance.randint(0, 10_000)) / 10_000


def _count_new_months(known: Facts, day: date) -> int:
    """Return how many months of the window are not told yet."""
    if not known.monthly_cancellation_rates:
        return _WINDOW
    later = (day.year - known.as_of.year) * 12 + day.month - known.as_of.month
    return min(later, _WINDOW)


def _add_months(known: Facts, months: list[Decimal | None]) -> tuple[Decimal | None, ...]:
    return (*(known.monthly_cancellation_rates or ()), *months)[-_WINDOW:]
