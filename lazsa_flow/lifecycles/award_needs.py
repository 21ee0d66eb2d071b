"""What must be recorded before a guard of the award can hold, by whom and from when.

For those who ask ahead of a cycle date; no decision reads it.

Source:
    programme.md, "The panel", "Nomination and the award cycle" and "Reconnect".
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from lazsa_flow.domain.criteria import read
from lazsa_flow.domain.verdicts import Need, Reading
from lazsa_flow.lifecycles.award_checks import (
    TRAINER_ACTIVITIES,
    panel_approval,
    quorum,
    reconnect_steps,
    rules,
    trainer_path_says,
)

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal
    from fractions import Fraction

    from lazsa_flow.domain.model import Situation


def statement(_situation: Situation, on: date) -> Need:
    """Say that a nomination lacks its statement."""
    return Need("a statement from a nominator", None, on)


def read_activities(situation: Situation) -> Reading | None:
    """Read a trainer's activities, and where trainer path and facts differ on who is a trainer."""
    facts, bars = situation.seen.facts, rules(situation).criteria
    says = trainer_path_says(situation)
    reading = read(TRAINER_ACTIVITIES, facts, situation.judged_on, bars)
    if reading is None or facts is None or says is None or says == bool(facts.is_lazstar):
        return reading
    note = f"the trainer path says {_trainer(says)}, the facts say {_trainer(facts.is_lazstar)}"
    if not says:
        return reading._replace(note=note)
    as_trainer = replace(facts, is_lazstar=True)
    reading = read(TRAINER_ACTIVITIES, as_trainer, situation.judged_on, bars)
    assert reading is not None  # as there is one of the same date
    return reading._replace(note=note)


def _trainer(is_one: bool | None) -> str:
    return "not known" if is_one is None else "trainer" if is_one else "no trainer"


def read_quorum(situation: Situation) -> Reading:
    """Read how many reviewers and teams there are above the quorum, or below it."""
    tally, bars = situation.seen.tally, rules(situation).panel
    reviewers, teams = tally.cards - bars.reviewers, tally.teams - bars.teams
    return Reading(quorum(situation)[1], f"{reviewers:+d} reviewers, {teams:+d} teams")


def read_approval(situation: Situation) -> Reading:
    """Read how far the panel's mean and lowest item are above their bars, or below them."""
    tally, bars = situation.seen.tally, rules(situation).panel
    figure = panel_approval(situation)[1]
    if not tally.cards:
        return Reading(figure)
    mean, lowest = _distance(tally.mean, bars.mean), _distance(tally.lowest, bars.floor)
    return Reading(figure, f"mean {mean}, lowest item {lowest}")


def _distance(found: Fraction, bar: Decimal) -> str:
    numerator, denominator = bar.as_integer_ratio()
    return f"{float(found) - numerator / denominator:+.4f}"


def scorecards(situation: Situation, on: date) -> Need:
    """Say how many scorecards the quorum lacks, and from when they can be given."""
    tally, bars = situation.seen.tally, rules(situation).panel
    reviewers, teams = max(0, bars.reviewers - tally.cards), max(0, bars.teams - tally.teams)
    what = f"scorecards of {reviewers} more reviewers, from {teams} more teams"
    return Need(what, _round_opens(situation, on), on)


def approving_scorecards(situation: Situation, on: date) -> Need:
    """Say what the panel's scorecards must come to, and from when they can be given."""
    bars = rules(situation).panel
    what = f"scorecards with a mean of at least {bars.mean}, no item below {bars.floor}"
    return Need(what, _round_opens(situation, on), on)


def _round_opens(situation: Situation, on: date) -> date:
    """Return the date from which the round of a cycle date takes scorecards."""
    policy = rules(situation)
    days = policy.nomination.closes_days
    if "award" in situation.path.spans:
        days = policy.panel.renewal_opens_days
    return on - timedelta(days=days)


def end_of_other_award(_situation: Situation, _on: date) -> Need:
    """Say that the award of another path has to end."""
    return Need("the end of the award that is sitting")


def closed_case(_situation: Situation, on: date) -> Need:
    """Say that compliance has to close its cases."""
    return Need("every compliance case closed by compliance", None, on)


def steps(situation: Situation, _on: date) -> Need:
    """Say which steps are still to be recorded."""
    missing = str(reconnect_steps(situation)[1]).removeprefix("missing: ")
    return Need(f"the steps {missing}")


def appeal_voices(situation: Situation, _on: date) -> Need:
    """Say how many persons have to grant the appeal."""
    return Need(f"the voices of {rules(situation).appeal.persons} persons outside the panel")
