"""What must be recorded before a guard of the award can hold, and how far a figure is from it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.award.rules.panel import NO_TALLY
from lazsa_flow.engine.look_ahead import judge_now
from lazsa_flow.verdicts import Need
from tests.factories import CYCLE, context, facts, path, policy, record, span

LAST_CARD = CYCLE - timedelta(days=30)


@pytest.mark.parametrize(
    ("name", "changes", "margin"),
    [
        ("tenure", {"joined_on": CYCLE.replace(year=CYCLE.year - 1)}, "+92 days"),
        ("tenure", {"joined_on": None}, None),
        ("compliance", {"ncp_points": 3}, "-3 points"),
        ("compliance", {"ncp_points": None}, None),
        ("gmv", {"gmv_rate": Decimal("0.15")}, "-0.05"),
        ("gmv", {"gmv_rate": None}, None),
        ("chat_response", {"chat_response_rate": Decimal("0.93")}, "+0.08"),
        ("cancellation", {"monthly_cancellation_rates": (Decimal("0.02"),) * 9}, "-0.01"),
        ("cancellation", {"monthly_cancellation_rates": (None,) * 9}, None),
        ("cancellation", {"monthly_cancellation_rates": None}, None),
        ("retention", {"retention_rate": Decimal("0.5")}, None),
        ("trainer_activities", {"is_lazstar": True, "activities": frozenset()}, "-4 activities"),
        ("trainer_activities", {"is_lazstar": True, "activities": None}, None),
        ("trainer_activities", {"is_lazstar": False}, None),
    ],
)
def test_the_margin_of_a_criterion(name: str, changes: dict[str, object], margin: str) -> None:
    """Each figure has its signed distance to the bar; none where it is not known."""
    verdict = AWARD.guards[name].examine(context(facts=facts(**changes)))
    assert verdict.reading is not None
    assert verdict.reading.margin == margin


def test_the_margin_of_retention_where_a_policy_sets_a_bar() -> None:
    """Retention has a margin as soon as it has a bar."""
    bars = policy(criteria={"retention_rate": Decimal("0.4")})
    seen = context(facts=facts(retention_rate=Decimal("0.5")), policy=bars)
    reading = AWARD.guards["retention"].examine(seen).reading
    assert reading is not None
    assert reading.margin == "+0.1"


def test_facts_of_a_later_date_are_no_reading() -> None:
    """Facts dated after the date judged are read by nobody."""
    late = context(facts=facts(as_of=CYCLE + timedelta(days=1)))
    assert AWARD.guards["gmv"].examine(late).reading is None


@pytest.mark.parametrize(
    ("name", "changes", "what", "since"),
    [
        ("nomination_complete", {}, "a statement from a nominator", None),
        (
            "quorum",
            {"tally": NO_TALLY},
            "scorecards of 3 more reviewers, from 3 more teams",
            LAST_CARD,
        ),
        (
            "panel_approval",
            {"tally": NO_TALLY},
            "scorecards with a mean of at least 3.5, no item below 2.0",
            LAST_CARD,
        ),
        (
            "no_sitting_award",
            {"others": [path("awarded", id=2, periods={"award": (span(date(2026, 4, 1)),)})]},
            "the end of the award that is sitting",
            None,
        ),
        (
            "no_open_case",
            {"records": [record(kind="case", name="c", value="open")]},
            "every compliance case closed by compliance",
            None,
        ),
        ("reconnect_steps", {}, "the steps get_app, register", None),
        ("appeal_granted", {}, "the voices of 2 persons outside the panel", None),
    ],
)
def test_what_a_guard_needs(
    name: str, changes: dict[str, object], what: str, since: date | None
) -> None:
    """Each guard that something recorded can change says what, and from when."""
    (verdict,) = judge_now(AWARD, context(**changes), [name], CYCLE)  # type: ignore[arg-type]
    assert not verdict.held
    assert verdict.need is not None
    assert (verdict.need.what, verdict.need.since) == (what, since)


def test_the_margin_of_the_panel() -> None:
    """The panel's mean and lowest item have their distance to the bars."""
    reading = AWARD.guards["panel_approval"].examine(context()).reading
    assert reading is not None
    assert str(reading.margin).startswith("mean ")


def test_newer_facts_are_needed_only_from_their_date() -> None:
    """Facts before those that are known would not be read."""
    known = facts(as_of=CYCLE - timedelta(days=10), gmv_rate=Decimal("0.1"))
    (verdict,) = judge_now(AWARD, context(facts=known), ["gmv"], CYCLE)
    assert verdict.need == Need("facts with gmv_rate", CYCLE - timedelta(days=10), CYCLE)


def test_the_parts_of_a_combined_guard_need_each_their_own() -> None:
    """What an unmet combination lacks is told of its parts."""
    seen = context(tally=NO_TALLY)
    (verdict,) = judge_now(AWARD, seen, ["not_renewable"], None)
    assert verdict.need is None
    panel_refusal = verdict.parts[0]
    quorum = panel_refusal.parts[0]
    assert quorum.need is not None
    assert "reviewers" in quorum.need.what
