"""Mutants that allow exactly what the sound table allows, with the reason why."""

from __future__ import annotations

from typing import Final

CONFIRM: Final = "confirm True"
NOBODY_IS_ASKED: Final = (
    "only who fires an edge by hand confirms; a clock and an opening ask nobody"
)
_OTHER_STATES: Final = "the two lead out of different states, so only one of them is ever tried"
_STANDING_LOST: Final = "the standing was lost an effect earlier, so its guard never holds"
_CASE_OPEN: Final = "award: edge decline (case_open) under_review to declined"
_CONDUCT: Final = (
    "award: edge retire (code_of_conduct/seller_violation) awarded/renewed/renewal_due to retired"
)
_INVITATION: Final = "Notify(reconnect_invitation, seller when alumni_door)"
_READY: Final = "Notify(reconnect_ready, team when reconnect_ready)"
REASONS: Final[dict[str, str]] = {
    "award: edge retire (lapsed) renewal_due to retired: guard no_quorum dropped": (
        "grace is over and no case is open, so with a quorum the step before it would have fired"
    ),
    "award: edge retire (lapsed) renewal_due to retired: guard grace_over dropped": (
        "only the end of grace tries it, and then grace is over"
    ),
    f"{_CASE_OPEN}: guard quorum dropped": "the step before it fires where there is no quorum",
    f"{_CASE_OPEN}: guard postponable dropped": (
        "with all else that it needs, the award would have been granted but for an open case"
    ),
    f"{_CONDUCT}: effect {_INVITATION} dropped": _STANDING_LOST,
    f"{_CONDUCT}: effect {_READY} dropped": _STANDING_LOST,
    "award: timer cycle_date: step carry_over before the one before it": (
        "it needs no quorum or an open case, and the award needs a quorum and no case"
    ),
    "award: timer cycle_date: step decline (incomplete) before the one before it": _OTHER_STATES,
    "award: timer cycle_date: step decline (not_reviewed) before the one before it": _OTHER_STATES,
    "award: timer cycle_date: step decline (case_open) before the one before it": (
        "one needs a quorum, the other none"
    ),
    "award: timer renewal_decision: step retire (not_renewed) before the one before it": (
        "before grace is over, it needs the panel's refusal, and a renewal its approval"
    ),
    "award: timer grace_end: step retire (lapsed) before the one before it": (
        "one needs no quorum, the other a quorum"
    ),
}
"""Why each of the others is equivalent, by the mutant's name."""


def reason_of(name: str) -> str | None:
    """Return why a mutant is equivalent; ``None`` where it is not known to be."""
    if name.endswith(CONFIRM):
        return NOBODY_IS_ASKED
    return REASONS.get(name)
