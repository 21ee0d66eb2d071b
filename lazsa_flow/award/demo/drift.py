"""Drift: how the demo's sellers change from one cycle to the next.

Real facts are of one date. From the second cycle on the demo imports drifted ones as new dated
facts, and says so: each figure is moved a little, by a generator seeded with the story's seed, the
cycle and the seller, so that the same story comes out the same.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

from lazsa_flow.award.demo.sample import round_rate

if TYPE_CHECKING:
    from datetime import date

    from lazsa_flow.award.rules.facts import Facts


def seeded_random(seed: int, *what: object) -> Random:
    """Return a random generator for one question of the story."""
    return Random(":".join(map(str, (seed, *what))))


def drift_facts(facts: Facts, as_of: date, seed: int) -> Facts:
    """Return a seller's facts at a later date."""
    random = seeded_random(seed, "drift", as_of, facts.seller)

    def move_rate(value: Decimal | None, spread: float) -> Decimal | None:
        return None if value is None else round_rate(float(value) + random.gauss(0, spread))

    months = facts.monthly_cancellation_rates
    if months is not None:
        known = [month for month in months if month is not None] or [Decimal(0)]
        usual = float(sum(known) / len(known))
        newer = tuple(round_rate(usual * random.uniform(0.5, 1.3)) for _ in range(6))
        months = (*months, *newer)[-9:]
    points = facts.ncp_points
    if points is not None:
        # points leave the twelve months that count, and seldom new ones come
        points = points // 2 if random.random() > 0.03 else points + 1
    return replace(
        facts,
        as_of=as_of,
        ncp_points=points,
        policy_compliant=facts.policy_compliant or random.random() < 0.2,
        gmv_rate=move_rate(facts.gmv_rate, 0.05),
        chat_response_rate=move_rate(facts.chat_response_rate, 0.02),
        monthly_cancellation_rates=months,
    )
