"""Criteria: whether a seller meets the bars that the award sets.

Each criterion takes facts, the date judged and the policy, and finds held or not, with the figure
it compared. A fact that is not known never meets a bar. Whether the facts are fresh enough to be
judged at all is asked once before, by :func:`current_facts`.

Source:
    programme.md, "Criteria", after the Introduction and the FAQ.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from lazsa_flow.lifecycle.dates import add_months, whole_months
from lazsa_flow.verdicts import NOT_KNOWN, STALE, Need, Reading

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from decimal import Decimal

    from lazsa_flow.award.policy import CriteriaPolicy
    from lazsa_flow.award.rules.facts import Facts
    from lazsa_flow.lifecycle.guards import Found

MONTHS_JUDGED: Final = 9
"""The award recognises the contributions of the past nine months. Source: FAQ."""

UNKNOWN: Final[Found] = (False, NOT_KNOWN, None)
NO_BAR: Final[Found] = (True, "no bar set", None)
TOO_OLD: Final[Found] = (False, STALE, None)


class Criterion(NamedTuple):
    """One bar.

    Attributes:
        name: The guard's name.
        check: Facts, date judged and bars in, finding out.
        required: Bars in, the requirement in words out.
        source: Document.
        wording: For the seller.
        figures: The figures of the facts that it looks at, besides their date.
        margin: Facts, date judged and bars in, the signed distance to the bar with its unit out;
            ``None`` where a figure that it needs is not known.
        sets_bar: Whether the policy asks it at all.
        by_clock: Whether time alone makes it hold on the earliest date that it finds.
        title: What people read instead of the name; by default made of the name.
    """

    name: str
    check: Callable[[Facts, date, CriteriaPolicy], Found]
    required: Callable[[CriteriaPolicy], str]
    source: str
    wording: str
    figures: frozenset[str]
    margin: Callable[[Facts, date, CriteriaPolicy], str | None]
    sets_bar: Callable[[CriteriaPolicy], bool] = lambda bars: True
    by_clock: bool = False
    title: str | None = None


def current_facts(facts: Facts | None, on: date, stale_days: int) -> Found | None:
    """Return why facts cannot be judged on a date: not known, or stale; ``None`` if they can.

    Facts dated after the date are ignored; the oldest that count are ``stale_days`` old.
    """
    if facts is None or facts.as_of > on:
        return UNKNOWN
    return TOO_OLD if (on - facts.as_of).days > stale_days else None


def judge_criterion(
    criterion: Criterion, facts: Facts | None, on: date, policy: CriteriaPolicy
) -> Found:
    """Judge one criterion on facts that may be missing or stale."""
    unfit = current_facts(facts, on, policy.facts_stale_days)
    if unfit is None and facts is not None:
        return criterion.check(facts, on, policy)
    return (unfit or UNKNOWN) if criterion.sets_bar(policy) else NO_BAR


def judge_trainer(facts: Facts | None, on: date, policy: CriteriaPolicy) -> Found:
    """Judge the activities of a trainer, even if the facts do not say that they are one."""
    unfit = current_facts(facts, on, policy.facts_stale_days)
    if unfit is not None or facts is None:
        return unfit or UNKNOWN
    return _count_activities(facts, policy)


def read_criterion(
    criterion: Criterion, facts: Facts | None, on: date, policy: CriteriaPolicy
) -> Reading | None:
    """Read a criterion's figure from facts that may be stale; ``None`` if there are none."""
    if not (facts and facts.as_of <= on):
        return None
    met, figure, earliest = criterion.check(facts, on, policy)
    age = (on - facts.as_of).days
    margin = criterion.margin(facts, on, policy)
    return Reading(figure, margin, facts.as_of, age, met=met, earliest=earliest)


def facts_needed(
    criterion: Criterion, facts: Facts | None, on: date, policy: CriteriaPolicy
) -> Need:
    """Return which facts are needed for a criterion to be met on a date."""
    figures = " and ".join(sorted(criterion.figures))
    since = on - timedelta(days=policy.facts_stale_days)
    if facts is not None and facts.as_of <= on:
        since = max(since, facts.as_of)  # of one date, those recorded last count
    return Need(f"facts with {figures}", since, on)


def _check_tenure(facts: Facts, on: date, bars: CriteriaPolicy) -> Found:
    if facts.joined_on is None:
        return UNKNOWN
    earliest = add_months(facts.joined_on, bars.tenure_months)
    held = earliest <= on
    return held, whole_months(facts.joined_on, on), None if held else earliest


def _check_compliance(facts: Facts, _on: date, bars: CriteriaPolicy) -> Found:
    if facts.ncp_points is None or facts.policy_compliant is None:
        return UNKNOWN
    if not facts.policy_compliant:
        return False, "seller policies not complied with", None
    return facts.ncp_points <= bars.ncp_points, facts.ncp_points, None


def _at_least(measured: Decimal | None, bar: Decimal) -> Found:
    return UNKNOWN if measured is None else (measured >= bar, str(measured), None)


def _check_gmv(facts: Facts, _on: date, bars: CriteriaPolicy) -> Found:
    return _at_least(facts.gmv_rate, bars.gmv_rate)


def _check_chat_response(facts: Facts, _on: date, bars: CriteriaPolicy) -> Found:
    return _at_least(facts.chat_response_rate, bars.chat_response_rate)


def _check_cancellation(facts: Facts, _on: date, bars: CriteriaPolicy) -> Found:
    months = facts.monthly_cancellation_rates
    if months is None:
        return UNKNOWN
    worst = max([rate for rate in months if rate is not None], default=None)
    if worst is None:
        return True, "no orders", None
    if worst <= bars.cancellation_rate:
        return True, str(worst), None
    latest = max(
        month
        for month, rate in enumerate(months)
        if rate is not None and rate > bars.cancellation_rate
    )
    # the month of the latest breach is the last to leave the nine that count
    earliest = add_months(facts.as_of.replace(day=1), latest + 1)
    return False, str(worst), earliest


def _check_retention(facts: Facts, _on: date, bars: CriteriaPolicy) -> Found:
    if bars.retention_rate is None:
        rate = facts.retention_rate
        return True, NOT_KNOWN if rate is None else str(rate), None
    return _at_least(facts.retention_rate, bars.retention_rate)


def _check_trainer_activities(facts: Facts, _on: date, bars: CriteriaPolicy) -> Found:
    if facts.is_lazstar is None:
        return UNKNOWN
    if not facts.is_lazstar:
        return True, "no trainer", None
    return _count_activities(facts, bars)


def _count_activities(facts: Facts, bars: CriteriaPolicy) -> Found:
    if facts.activities is None:
        return UNKNOWN
    return len(facts.activities) >= bars.trainer_activities, len(facts.activities), None


def _tenure_margin(facts: Facts, on: date, bars: CriteriaPolicy) -> str | None:
    if facts.joined_on is None:
        return None
    return f"{(on - add_months(facts.joined_on, bars.tenure_months)).days:+d} days"


def _compliance_margin(facts: Facts, _on: date, bars: CriteriaPolicy) -> str | None:
    points = facts.ncp_points
    return None if points is None else f"{bars.ncp_points - points:+d} points"


def _margin_above(measured: Decimal | None, bar: Decimal) -> str | None:
    return None if measured is None else f"{measured - bar:+f}"


def _cancellation_margin(facts: Facts, _on: date, bars: CriteriaPolicy) -> str | None:
    rates = [rate for rate in facts.monthly_cancellation_rates or () if rate is not None]
    return f"{bars.cancellation_rate - max(rates):+f}" if rates else None


def _retention_margin(facts: Facts, _on: date, bars: CriteriaPolicy) -> str | None:
    bar = bars.retention_rate
    return None if bar is None else _margin_above(facts.retention_rate, bar)


def _activities_margin(facts: Facts, _on: date, bars: CriteriaPolicy) -> str | None:
    if not facts.is_lazstar or facts.activities is None:
        return None
    return f"{len(facts.activities) - bars.trainer_activities:+d} activities"


CRITERIA: Final = (
    Criterion(
        "tenure",
        _check_tenure,
        lambda bars: f"{bars.tenure_months} months as a seller",
        "Introduction; FAQ",
        "You need {required} by the cycle date; you had {measured}.",
        frozenset({"joined_on"}),
        _tenure_margin,
        by_clock=True,
    ),
    Criterion(
        "compliance",
        _check_compliance,
        lambda bars: f"at most {bars.ncp_points} NCP points in 12 months, policies complied with",
        "Introduction; FAQ",
        "You need {required}; on record: {measured}.",
        frozenset({"ncp_points", "policy_compliant"}),
        _compliance_margin,
    ),
    Criterion(
        "gmv",
        _check_gmv,
        lambda bars: f"{bars.gmv_measure} of at least {bars.gmv_rate}",
        "Introduction; FAQ",
        "You need {required}; yours was {measured}.",
        frozenset({"gmv_rate"}),
        lambda facts, _on, bars: _margin_above(facts.gmv_rate, bars.gmv_rate),
        title="Sales (GMV)",
    ),
    Criterion(
        "chat_response",
        _check_chat_response,
        lambda bars: f"at least {bars.chat_response_rate}",
        "Introduction; FAQ",
        "Your response rate on chat over nine months must be {required}; it was {measured}.",
        frozenset({"chat_response_rate"}),
        lambda facts, _on, bars: _margin_above(facts.chat_response_rate, bars.chat_response_rate),
        title="Chat response rate",
    ),
    Criterion(
        "cancellation",
        _check_cancellation,
        lambda bars: f"at most {bars.cancellation_rate} in each of nine months",
        "Introduction; FAQ",
        "Your cancellation rate must be {required}; the highest month was {measured}.",
        frozenset({"monthly_cancellation_rates"}),
        _cancellation_margin,
        title="Cancellation rate",
    ),
    Criterion(
        "retention",
        _check_retention,
        lambda bars: (
            "no bar set" if bars.retention_rate is None else f"at least {bars.retention_rate}"
        ),
        "FAQ, to be confirmed",
        "Buyers' retention: {required}; yours was {measured}.",
        frozenset({"retention_rate"}),
        _retention_margin,
        sets_bar=lambda bars: bars.retention_rate is not None,
        title="Retention of buyers",
    ),
    Criterion(
        "trainer_activities",
        _check_trainer_activities,
        lambda bars: f"{bars.trainer_activities} of 6 activities for a LazStar trainer",
        "FAQ",
        "You need {required}; on record: {measured}.",
        frozenset({"activities", "is_lazstar"}),
        _activities_margin,
    ),
)
"""All criteria; a seller must meet every one."""
