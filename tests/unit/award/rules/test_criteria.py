"""The award's bars (programme.md, Criteria)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.award.rules.criteria import (
    CRITERIA,
    MONTHS_JUDGED,
    TOO_OLD,
    UNKNOWN,
    current_facts,
    judge_criterion,
    judge_trainer,
)
from lazsa_flow.award.rules.facts import ACTIVITIES
from lazsa_flow.lifecycle.guards import Finding
from tests.factories import CYCLE, facts, policy

if TYPE_CHECKING:
    from lazsa_flow.award.rules.criteria import Criterion
    from lazsa_flow.award.rules.facts import Facts

BY_NAME = {criterion.name: criterion for criterion in CRITERIA}
BARS = policy().criteria


def found(name: str, **changes: Any) -> Finding:
    """Judge one criterion on sound facts with a change."""
    return Finding(*judge_criterion(BY_NAME[name], facts(**changes), CYCLE, BARS))


def test_the_criteria_are_those_of_the_programme() -> None:
    """The names are the guards' names, everywhere (programme.md, Criteria)."""
    assert list(BY_NAME) == [
        "tenure",
        "compliance",
        "gmv",
        "chat_response",
        "cancellation",
        "retention",
        "trainer_activities",
    ]
    assert MONTHS_JUDGED == 9


@pytest.mark.parametrize("criterion", CRITERIA, ids=lambda criterion: criterion.name)
def test_a_sound_seller_meets_every_bar(criterion: Criterion) -> None:
    """A seller must meet all of the criteria; the factory's does (programme.md, Criteria)."""
    finding = Finding(*judge_criterion(criterion, facts(), CYCLE, BARS))
    assert finding.held
    assert finding.earliest is None


@pytest.mark.parametrize("criterion", CRITERIA, ids=lambda criterion: criterion.name)
def test_the_requirement_is_told_in_words(criterion: Criterion) -> None:
    """Each criterion says what the policy asks, and can say it to the seller."""
    required = criterion.required(BARS)
    assert required
    assert required in criterion.wording.format(required=required, measured="x")


def test_tenure_of_exactly_nine_months() -> None:
    """Nine months to the cycle date are enough, a day less is not (programme.md, Criteria)."""
    assert found("tenure", joined_on=date(2026, 1, 1)) == Finding(True, 9)
    assert found("tenure", joined_on=date(2026, 1, 2)) == Finding(False, 8, date(2026, 10, 2))


def test_tenure_is_judged_on_the_date_given() -> None:
    """The cycle date decides, not the date of the facts (programme.md, Criteria)."""
    later = CYCLE + timedelta(days=1)
    assert judge_criterion(BY_NAME["tenure"], facts(joined_on=date(2026, 1, 2)), later, BARS)[0]


def test_compliance_allows_no_point() -> None:
    """Any NCP point, or a policy not complied with, fails (programme.md, Criteria)."""
    assert found("compliance", ncp_points=0) == Finding(True, 0)
    assert found("compliance", ncp_points=1) == Finding(False, 1)
    assert found("compliance", policy_compliant=False) == Finding(
        False, "seller policies not complied with"
    )


@pytest.mark.parametrize(
    ("name", "field", "bar", "below"),
    [
        ("gmv", "gmv_rate", "0.20", "0.1999999999999999999999"),
        ("chat_response", "chat_response_rate", "0.85", "0.8499999999999999999999"),
    ],
)
def test_a_lower_bar(name: str, field: str, bar: str, below: str) -> None:
    """Exactly the bar is enough, a hair below is not (programme.md, Criteria)."""
    assert found(name, **{field: Decimal(bar)}) == Finding(True, bar)
    assert found(name, **{field: Decimal(below)}) == Finding(False, below)


def test_gmv_has_no_upper_bound() -> None:
    """A GMV measure far above one is met (programme.md, Criteria)."""
    assert found("gmv", gmv_rate=Decimal(1000)).held


def _months(*rates: str | None) -> tuple[Decimal | None, ...]:
    return tuple(None if rate is None else Decimal(rate) for rate in rates)


def test_cancellation_of_exactly_one_percent() -> None:
    """Each month on its own may reach 1 % and no more (programme.md, Criteria)."""
    at_bar = _months(*["0"] * 8, "0.01")
    assert found("cancellation", monthly_cancellation_rates=at_bar) == Finding(True, "0.01")
    above = _months(*["0"] * 8, "0.010001")
    assert not found("cancellation", monthly_cancellation_rates=above).held


def test_cancellation_is_not_averaged() -> None:
    """One bad month fails, however good the other eight (programme.md, Criteria)."""
    rates = _months("0", "0", "0", "0.02", "0", "0", "0", "0", "0")
    finding = found("cancellation", monthly_cancellation_rates=rates)
    assert (finding.held, finding.measured) == (False, "0.02")


@pytest.mark.parametrize(
    ("breaches", "earliest"),
    [
        ((0,), date(2026, 10, 1)),
        ((8,), date(2027, 6, 1)),
        ((0, 3), date(2027, 1, 1)),
    ],
)
def test_cancellation_names_the_month_that_clears_it(
    breaches: tuple[int, ...], earliest: date
) -> None:
    """A breach counts until its month has left the nine; the latest is the last to leave.

    Facts of 30 September 2026 hold December 2025 to August 2026; on 1 October the nine months are
    January to September.
    """
    rates = _months(*("0.02" if month in breaches else "0.001" for month in range(9)))
    finding = found("cancellation", monthly_cancellation_rates=rates)
    assert finding == Finding(False, "0.02", earliest)


def test_a_month_without_orders_is_no_breach() -> None:
    """A month without orders is no breach, nor are nine of them (programme.md, Criteria)."""
    some = _months(None, "0.004", *[None] * 7)
    assert found("cancellation", monthly_cancellation_rates=some) == Finding(True, "0.004")
    none = _months(*[None] * 9)
    assert found("cancellation", monthly_cancellation_rates=none) == Finding(True, "no orders")
    bad = _months(None, "0.02", *[None] * 7)
    assert found("cancellation", monthly_cancellation_rates=bad).earliest == date(2026, 11, 1)


def test_retention_has_no_bar_until_a_policy_sets_one() -> None:
    """Retention is recorded, and fails nobody before a bar is set (programme.md, Criteria)."""
    assert found("retention", retention_rate=Decimal("0.1")) == Finding(True, "0.1")
    assert found("retention", retention_rate=None) == Finding(True, "not known")
    assert BY_NAME["retention"].required(BARS) == "no bar set"


def test_retention_with_a_bar() -> None:
    """A policy's bar on retention is a bar as any other (programme.md, Criteria)."""
    bars = policy(criteria={"retention_rate": Decimal("0.30")}).criteria
    check = BY_NAME["retention"]
    assert check.required(bars) == "at least 0.30"
    assert judge_criterion(check, facts(retention_rate=Decimal("0.30")), CYCLE, bars)[0]
    assert not judge_criterion(check, facts(retention_rate=Decimal("0.29")), CYCLE, bars)[0]
    assert judge_criterion(check, facts(retention_rate=None), CYCLE, bars) == UNKNOWN


def test_who_is_a_trainer_by_another_word_is_judged_as_one() -> None:
    """The facts' own word on who is a trainer is not asked; their age and activities are."""
    four = frozenset(ACTIVITIES[:4])
    told = facts(is_lazstar=False, activities=four)
    assert judge_trainer(told, CYCLE, BARS) == Finding(True, 4)
    assert judge_trainer(facts(is_lazstar=False, activities=None), CYCLE, BARS) == UNKNOWN
    assert judge_trainer(None, CYCLE, BARS) == UNKNOWN
    old = facts(as_of=CYCLE - timedelta(days=46), activities=four)
    assert judge_trainer(old, CYCLE, BARS) == TOO_OLD


def test_a_trainer_is_active_in_four_of_six() -> None:
    """A LazStar trainer needs four activities of six (programme.md, Criteria)."""
    four, three = frozenset(ACTIVITIES[:4]), frozenset(ACTIVITIES[:3])
    assert found("trainer_activities", is_lazstar=True, activities=four) == Finding(True, 4)
    assert found("trainer_activities", is_lazstar=True, activities=three) == Finding(False, 3)
    assert found("trainer_activities", is_lazstar=False) == Finding(True, "no trainer")


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("tenure", {"joined_on": None}),
        ("compliance", {"ncp_points": None}),
        ("compliance", {"policy_compliant": None}),
        ("gmv", {"gmv_rate": None}),
        ("chat_response", {"chat_response_rate": None}),
        ("cancellation", {"monthly_cancellation_rates": None}),
        ("trainer_activities", {"is_lazstar": None}),
        ("trainer_activities", {"is_lazstar": True, "activities": None}),
    ],
)
def test_a_fact_not_known_never_meets_a_bar(name: str, changes: dict[str, Any]) -> None:
    """A fact that is not known never meets a bar (programme.md, Criteria)."""
    assert found(name, **changes) == Finding(False, "not known")


@pytest.mark.parametrize(
    ("seen", "unfit"),
    [
        (None, UNKNOWN),
        (facts(as_of=CYCLE), None),
        (facts(as_of=CYCLE + timedelta(days=1)), UNKNOWN),
        (facts(as_of=CYCLE - timedelta(days=45)), None),
        (facts(as_of=CYCLE - timedelta(days=46)), TOO_OLD),
    ],
)
def test_facts_must_be_of_the_day(seen: Facts | None, unfit: Finding | None) -> None:
    """45 days old count, 46 are stale, later ones are ignored (programme.md, Criteria)."""
    assert current_facts(seen, CYCLE, BARS.facts_stale_days) == unfit
    for criterion in CRITERIA:
        finding = Finding(*judge_criterion(criterion, seen, CYCLE, BARS))
        asked = criterion.sets_bar(BARS)
        assert finding == unfit if unfit and asked else finding.held
