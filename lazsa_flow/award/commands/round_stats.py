"""Figures of one country and cycle date: who was nominated, and what became of everybody."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from lazsa_flow.award.rules.criteria import CRITERIA
from lazsa_flow.engine.journal import findings_of
from lazsa_flow.errors import InputError
from lazsa_flow.lifecycle.values import FrozenDict
from lazsa_flow.service.listing import no_cycle_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from lazsa_flow.award.store.round_outcomes import Decided
    from lazsa_flow.service.context import Context

_LEFT = ("withdraw", "disqualify", "close_account")
"""The triggers by which a candidate leaves a round before its date."""
_RENEWAL = ("renewal_decision", "grace_end")
"""The timers that decide a renewal."""
_BARS = (*(criterion.name for criterion in CRITERIA), "quorum", "panel_approval")


@dataclass(frozen=True, slots=True)
class RoundStats:
    """What became of a country's round.

    Attributes:
        country: The country's code.
        cycle_on: The cycle date, local to the country.
        nominations: How many nominations there were, by who made them.
        candidates: How many paths were candidates for the award until the cycle date.
        left: How many left before it, by trigger.
        undecided: How many candidates are still to be decided on.
        awarded: How many were awarded.
        carried_over: How many were put off to the next cycle.
        declined: How many were declined, by reason.
        renewals: How many awards fell due for renewal.
        renewals_undecided: How many of them are still to be decided on.
        renewed: How many were renewed.
        retired: How many were retired by the clock, by reason.
        unmet: How many of the declined and retired did not meet a bar, by bar.
    """

    country: str
    cycle_on: date
    nominations: Mapping[str, int]
    candidates: int
    left: Mapping[str, int]
    undecided: int
    awarded: int
    carried_over: int
    declined: Mapping[str, int]
    renewals: int
    renewals_undecided: int
    renewed: int
    retired: Mapping[str, int]
    unmet: Mapping[str, int]


def compute_stats(context: Context, country: str, cycle_on: date) -> RoundStats:
    """Return the figures of a country's round.

    Raises:
        NotFoundError: There is no such country.
        InputError: The date is no cycle date of it.
    """
    context.country(country)
    if why := no_cycle_date(context, country, cycle_on):
        raise InputError.of("stats", "cycle", str(cycle_on), why)
    with context.store.listing() as listing:
        decided = listing.decided(country, cycle_on)
        left = listing.left(country, cycle_on, _LEFT)
        sources = listing.sources(country, cycle_on)
        verdicts = listing.verdicts(country, cycle_on, ("decline", "retire"))
    count_timers, count_reasons = partial(_count_timers, decided), partial(_count_reasons, decided)
    return RoundStats(
        country=country,
        cycle_on=cycle_on,
        nominations=FrozenDict(sources),
        candidates=count_timers("cycle_date"),
        left=FrozenDict(left),
        undecided=count_timers("cycle_date", pending=True),
        awarded=count_timers("cycle_date", trigger="award"),
        carried_over=count_timers("cycle_date", trigger="carry_over"),
        declined=count_reasons("cycle_date", trigger="decline"),
        renewals=count_timers("due_date"),
        renewals_undecided=count_timers("due_date", *_RENEWAL, pending=True),
        renewed=count_timers(*_RENEWAL, trigger="renew"),
        retired=count_reasons(*_RENEWAL, trigger="retire"),
        unmet=FrozenDict(_count_bars(verdicts)),
    )


def _count_timers(
    decided: Iterable[Decided],
    *timers: str,
    trigger: str | None = None,
    pending: bool | None = None,
) -> int:
    """Count the timers of these names, by what they fired and whether they are pending."""
    return sum(
        each.times
        for each in decided
        if each.timer in timers
        and trigger in (None, each.trigger)
        and pending in (None, bool(each.pending))
    )


def _count_reasons(decided: Iterable[Decided], *timers: str, trigger: str) -> Mapping[str, int]:
    """Count the timers of these names that fired a trigger, by reason."""
    found: Counter[str] = Counter()
    for each in decided:
        if each.timer in timers and each.trigger == trigger:
            found[each.reason or ""] += each.times
    return FrozenDict(sorted(found.items()))


def _count_bars(verdicts: Iterable[str]) -> dict[str, int]:
    """Count the decisions in which a bar was not met, by bar."""
    found: Counter[str] = Counter()
    for text in verdicts:
        findings = findings_of(json.loads(text))
        found.update(name for name in _BARS if name in findings and not findings[name][0])
    return dict(found.most_common())
