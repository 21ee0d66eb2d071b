"""Age of facts: from which date on facts of a seller count, by the award's policy."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from lazsa_flow.store.listing import FactsAge

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from lazsa_flow.service.context import Context


def facts_age(context: Context, rounds: Iterable[tuple[str, date]]) -> FactsAge:
    """Return from which date on facts count in each of these rounds, and today."""
    now = context.clock.now()
    today = now.date()
    by_round = {}
    for code, cycle_on in rounds:
        if code in context.rulebook.countries:
            policy = context.rulebook.policy_of_cycle("award", code, cycle_on)
            by_round[code, cycle_on] = cycle_on - _stale_days(policy)
    if "award" not in context.rulebook.lifecycles:
        return FactsAge(today, today, {})
    return FactsAge(today, today - _stale_days(context.rulebook.policy_at("award", now)), by_round)


def _stale_days(policy: Any) -> timedelta:
    return timedelta(days=policy.criteria.facts_stale_days)
