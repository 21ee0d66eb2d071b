"""Gauges of panels: the time that is left to each, and the candidates without a quorum."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lazsa_flow.award.commands.panels import panel_gaps
from lazsa_flow.service.gauges import Gauge

if TYPE_CHECKING:
    from lazsa_flow.service.context import Context


SECONDS_LEFT: Final = Gauge(
    "lazsa_panel_seconds_left",
    "Seconds until the cycle date begins, in whole days.",
    ("country", "cycle"),
    {},
)
WITHOUT_QUORUM: Final = Gauge(
    "lazsa_panel_without_quorum",
    "Candidates that too few reviewers or teams have scored.",
    ("country", "cycle"),
    {},
)


def panel_gauges(context: Context) -> tuple[Gauge, Gauge]:
    """Return how long each country's panel has, and how far it is from its quorums."""
    gaps = {(gap.country, str(gap.cycle_on)): gap for gap in panel_gaps(context)}
    return (
        replace(
            SECONDS_LEFT,
            values={labels: gap.days_left * 86_400 for labels, gap in gaps.items()},
        ),
        replace(
            WITHOUT_QUORUM,
            values={labels: gap.without_quorum for labels, gap in gaps.items()},
        ),
    )
