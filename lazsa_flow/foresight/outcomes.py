"""Outcomes: what became of each path that was due on a date, read from the copy."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from lazsa_flow.foresight.rehearsal import PathOutcome
from lazsa_flow.lifecycle.path_ref import write_ref
from lazsa_flow.service.unmet_guards import recorded_unmet

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from lazsa_flow.service.runtime import Runtime
    from lazsa_flow.store.timer_outcomes import TimerOutcome

_UNDECIDED: Final = {"refused": "refused", "parked": "parked", "pending": "paused"}


def read_outcomes(
    scratch: Runtime, on: date, countries: Collection[str]
) -> tuple[PathOutcome, ...]:
    """Return what the timers of a date did in these countries, in the order of the paths."""
    return tuple(
        _outcome(scratch, each)
        for each in scratch.store.timer_outcomes(on)
        if each.country in countries
    )


def _outcome(scratch: Runtime, found: TimerOutcome) -> PathOutcome:
    table = scratch.rulebook.lifecycles.get(found.lifecycle)
    verdicts = json.loads(found.verdicts) if found.verdicts else []
    return PathOutcome(
        path=write_ref(found.lifecycle, found.path_id),
        subject=found.subject,
        country=found.country,
        outcome=found.trigger or _UNDECIDED[found.status],
        state=found.state,
        guards=tuple(recorded_unmet(table, verdicts)),
    )
