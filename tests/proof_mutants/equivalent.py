"""Mutants that allow exactly what the sound table allows, with the reason why."""

from __future__ import annotations

from typing import Final

CONFIRM: Final = "confirm True"
NOBODY_IS_ASKED: Final = (
    "only who fires an edge by hand confirms; a clock and an opening ask nobody"
)
REASONS: Final[dict[str, str]] = {
    "award: edge retire (lapsed) renewal_due to retired: guard no_quorum dropped": (
        "grace is over and no case is open, so with a quorum the step before it would have fired"
    ),
}
"""Why each of the others is equivalent, by the mutant's name."""


def reason_of(name: str) -> str | None:
    """Return why a mutant is equivalent; ``None`` where it is not known to be."""
    if name.endswith(CONFIRM):
        return NOBODY_IS_ASKED
    return REASONS.get(name)
