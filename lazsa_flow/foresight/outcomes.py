"""Outcomes of one run: what became of each path that was due on a date, read from the copy."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, NamedTuple

from lazsa_flow.service.unmet_guards import list_hoped_guards, recorded_unmet_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from lazsa_flow.service.runtime import Runtime
    from lazsa_flow.store.timer_outcomes import TimerOutcome

_UNMET: Final = '"held":false'
_UNDECIDED: Final = {"refused": "refused", "parked": "parked", "pending": "paused"}


class RunOutcome(NamedTuple):
    """What became of one path in one run.

    Attributes:
        path_id: The path's number.
        outcome: The trigger that fired; ``refused``, ``parked`` or ``paused`` where none did.
        before: The state that the path is in before.
        state: The state that the path is in afterwards.
        guards: The guards that did not hold between the path and its goal.
        held: All guards that held when it was decided; where every one did, they are not listed.
        error: What was raised where the path failed.
    """

    path_id: int
    lifecycle: str
    subject: str
    country: str
    outcome: str
    before: str
    state: str
    guards: tuple[str, ...]
    error: str | None
    held: frozenset[str] = frozenset()


def read_outcomes(scratch: Runtime, on: date, countries: Collection[str]) -> dict[int, RunOutcome]:
    """Return what the timers of a date did in these countries, by the numbers of the paths."""
    tables = scratch.rulebook.lifecycles
    hoped = {name: list_hoped_guards(table) for name, table in tables.items()}
    known: dict[frozenset[str], frozenset[str]] = {}  # the same few sets are held many times
    return {
        each.path_id: _read_outcome(each, hoped.get(each.lifecycle, ()), known)
        for each in scratch.store.timer_outcomes(on)
        if each.country in countries
    }


def _read_outcome(
    found: TimerOutcome, hoped: Collection[str], known: dict[frozenset[str], frozenset[str]]
) -> RunOutcome:
    # verdicts are canonical JSON: what is measured cannot contain this, for quotes are escaped
    failed = found.verdicts is not None and _UNMET in found.verdicts
    verdicts = json.loads(found.verdicts) if failed and found.verdicts else []
    held = frozenset(each["name"] for each in verdicts if each["held"])
    return RunOutcome(
        path_id=found.path_id,
        lifecycle=found.lifecycle,
        subject=found.subject,
        country=found.country,
        outcome=found.trigger or _UNDECIDED["parked" if found.error else found.status],
        before=found.before,
        state=found.state,
        guards=tuple(recorded_unmet_of(hoped, verdicts)),
        error=found.error,
        held=known.setdefault(held, held),
    )
