"""How far a seller's own figures are from each bar (programme.md, "The year between")."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from lazsa_flow.award.rules.bar_figures import bar_figures
from lazsa_flow.notices.figures import BarFigure
from tests.factories import facts, policy

ON = date(2026, 10, 1)
BARS = policy().criteria


def test_each_bar_has_the_own_figure_and_the_margin() -> None:
    """Above a bar that must be reached and below one that may not be exceeded are both margins."""
    seen = facts(
        as_of=ON,
        joined_on=date(2025, 1, 1),
        ncp_points=2,
        gmv_rate=Decimal("0.3"),
        chat_response_rate=Decimal("0.85"),
        monthly_cancellation_rates=(Decimal("0.004"), None, Decimal("0.013")),
        is_lazstar=True,
        activities=frozenset({"writing", "help"}),
    )
    found = {each.name: each for each in bar_figures(seen, ON, BARS)}
    assert found == {
        "tenure": BarFigure("tenure", held=True, measured=21, bar="9", margin="12"),
        "compliance": BarFigure("compliance", held=False, measured=2, bar="0", margin="-2"),
        "gmv": BarFigure("gmv", held=True, measured="0.3", bar="0.20", margin="0.10"),
        "chat_response": BarFigure(
            "chat_response", held=True, measured="0.85", bar="0.85", margin="0.00"
        ),
        "cancellation": BarFigure(
            "cancellation", held=False, measured="0.013", bar="0.01", margin="-0.003"
        ),
        "trainer_activities": BarFigure(
            "trainer_activities", held=False, measured=2, bar="4", margin="-2"
        ),
    }
    assert found["cancellation"].at_most
    assert not found["gmv"].at_most


def test_what_is_no_number_has_no_margin() -> None:
    """Unknown and stale figures, and words in place of a number, are told as they are."""
    unknown = bar_figures(None, ON, BARS)
    assert {(each.measured, each.margin) for each in unknown} == {("not known", None)}
    old = bar_figures(facts(as_of=ON - timedelta(days=46)), ON, BARS)
    assert {(each.measured, each.margin) for each in old} == {("stale", None)}
    seen = facts(as_of=ON, policy_compliant=False, monthly_cancellation_rates=(None,))
    words = {each.name: each for each in bar_figures(seen, ON, BARS)}
    assert words["compliance"].margin is None
    assert words["cancellation"] == BarFigure(
        "cancellation", held=True, measured="no orders", bar="0.01", margin=None
    )
