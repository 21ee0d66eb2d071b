"""Meanings of the award's guards that look at the seller's paths, for the proof of its table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lazsa_flow.foresight.proof.choices import GuardSight, Meaning


def _no_sitting_award(seen: GuardSight) -> bool:
    return not any(path.runs("award") for path in seen.others)


def _no_membership(seen: GuardSight) -> bool:
    return not any(path.runs("membership") for path in seen.world.paths)


def _good_standing(seen: GuardSight) -> bool:
    return not seen.states("good_standing", "ended")


def _held_a_year(seen: GuardSight) -> bool | None:
    return None if any(path.had("award") for path in seen.world.paths) else False


def _latest_path(seen: GuardSight) -> bool:
    number = seen.path.number
    return not any(path.had("award") for path in seen.others if path.number > number)


def _no_newer_path(seen: GuardSight) -> bool:
    return not any(path.number > seen.path.number for path in seen.others)


def _left_by_choice(seen: GuardSight) -> bool:
    return seen.path.end_of("membership") == "left"


def _not_carried_over(seen: GuardSight) -> bool:
    return not seen.path.had("postponement")


def _while_appealed(seen: GuardSight) -> bool | None:
    return None if seen.path.runs("appeal") else False


def _no_conduct_bar(seen: GuardSight) -> bool | None:
    ended = any(seen.states(kind, "ended") for kind in ("good_standing", "conduct"))
    return None if ended else True


def _grace_over(seen: GuardSight) -> bool | None:
    return {"grace_end": True, "renewal_decision": False}.get(seen.timer or "")


AWARD_MEANINGS: Final[Mapping[str, Meaning]] = {
    "no_sitting_award": _no_sitting_award,
    "no_membership": _no_membership,
    "good_standing": _good_standing,
    "held_a_year": _held_a_year,
    "latest_path": _latest_path,
    "no_newer_path": _no_newer_path,
    "left_by_choice": _left_by_choice,
    "not_carried_over": _not_carried_over,
    "within_appeal": _while_appealed,
    "appeal_granted": _while_appealed,
    "no_conduct_bar": _no_conduct_bar,
    "grace_over": _grace_over,
}
"""What the guards say that look at the seller's paths, periods and statements."""
