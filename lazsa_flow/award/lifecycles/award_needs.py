"""Needs: what must be recorded before a guard of the award can hold, by whom and from when.

Shown by ``explain`` ahead of a cycle date; no decision reads them.

Source:
    programme.md, "The panel", "Nomination and the award cycle" and "Reconnect".
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from lazsa_flow.award.evidence import FACTS, PANEL
from lazsa_flow.award.lifecycles.award_checks import (
    TRAINER_ACTIVITIES,
    award_policy,
    count_quorum,
    panel_approval,
    reconnect_steps,
    trainer_path_says,
)
from lazsa_flow.award.rules.criteria import read_criterion
from lazsa_flow.verdicts import Need, Reading

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal
    from fractions import Fraction

    from lazsa_flow.lifecycle.model import GuardContext


def need_statement(_situation: GuardContext, on: date) -> Need:
    """Return the need for a nomination's statement."""
    return Need("a statement from a nominator", None, on)


def read_activities(context: GuardContext) -> Reading | None:
    """Read a trainer's activities, with a note if trainer path and facts disagree."""
    facts, bars = context.snapshot[FACTS], award_policy(context).criteria
    says = trainer_path_says(context)
    reading = read_criterion(TRAINER_ACTIVITIES, facts, context.judged_on, bars)
    if reading is None or facts is None or says is None or says == bool(facts.is_lazstar):
        return reading
    said = _trainer_text(says), _trainer_text(facts.is_lazstar)
    note = f"the trainer path says {said[0]}, the facts say {said[1]}"
    if not says:
        return reading._replace(note=note)
    as_trainer = replace(facts, is_lazstar=True)
    reading = read_criterion(TRAINER_ACTIVITIES, as_trainer, context.judged_on, bars)
    assert reading is not None  # as there is one of the same date
    return reading._replace(note=note)


def _trainer_text(is_one: bool | None) -> str:
    return "not known" if is_one is None else "trainer" if is_one else "no trainer"


def read_quorum(context: GuardContext) -> Reading:
    """Read how many reviewers and teams there are above the quorum, or below it."""
    tally, bars = context.snapshot[PANEL], award_policy(context).panel
    reviewers, teams = tally.cards - bars.reviewers, tally.teams - bars.teams
    return Reading(count_quorum(context)[1], f"{reviewers:+d} reviewers, {teams:+d} teams")


def read_approval(context: GuardContext) -> Reading:
    """Read how far the panel's mean and lowest item are above their bars, or below them."""
    tally, bars = context.snapshot[PANEL], award_policy(context).panel
    figure = panel_approval(context)[1]
    if not tally.cards:
        return Reading(figure)
    mean, lowest = _distance_text(tally.mean, bars.mean), _distance_text(tally.lowest, bars.floor)
    return Reading(figure, f"mean {mean}, lowest item {lowest}")


def _distance_text(found: Fraction, bar: Decimal) -> str:
    numerator, denominator = bar.as_integer_ratio()
    return f"{float(found) - numerator / denominator:+.4f}"


def need_scorecards(context: GuardContext, on: date) -> Need:
    """Return how many scorecards the quorum lacks, and from when they can be given."""
    tally, bars = context.snapshot[PANEL], award_policy(context).panel
    reviewers, teams = max(0, bars.reviewers - tally.cards), max(0, bars.teams - tally.teams)
    what = f"scorecards of {reviewers} more reviewers, from {teams} more teams"
    return Need(what, _round_opens(context, on), on)


def need_approval(context: GuardContext, on: date) -> Need:
    """Return what the panel's scorecards must reach, and from when they can be given."""
    bars = award_policy(context).panel
    what = f"scorecards with a mean of at least {bars.mean}, no item below {bars.floor}"
    return Need(what, _round_opens(context, on), on)


def _round_opens(context: GuardContext, on: date) -> date:
    """Return the date from which the round of a cycle date takes scorecards."""
    policy = award_policy(context)
    days = policy.nomination.closes_days
    if "award" in context.path.periods:
        days = policy.panel.renewal_opens_days
    return on - timedelta(days=days)


def need_end_of_other_award(_situation: GuardContext, _on: date) -> Need:
    """Return the need for the other award to end."""
    return Need("the end of the award that is sitting")


def need_closed_case(_situation: GuardContext, on: date) -> Need:
    """Return the need for compliance to close its cases."""
    return Need("every compliance case closed by compliance", None, on)


def need_steps(context: GuardContext, _on: date) -> Need:
    """Return the steps that are still to be recorded."""
    missing = str(reconnect_steps(context)[1]).removeprefix("missing: ")
    return Need(f"the steps {missing}")


def need_appeal_voices(context: GuardContext, _on: date) -> Need:
    """Return how many persons have to grant the appeal."""
    return Need(f"the voices of {award_policy(context).appeal.persons} persons outside the panel")
