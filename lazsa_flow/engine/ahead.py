"""Looking ahead: guards judged before their date, with what must be recorded and from when.

A verdict that is not met gets what is needed and the first date on which it could pass. The clock
alone decides where the guard says so; elsewhere it is the first cycle date that is left.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lazsa_flow.domain.host import call
from lazsa_flow.domain.verdicts import CLOCK, NOBODY, Need, Verdict
from lazsa_flow.errors import HostCodeError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from lazsa_flow.domain.guards import Guard
    from lazsa_flow.domain.lifecycle import Lifecycle
    from lazsa_flow.domain.model import Situation

NOT_YET: Final = "cannot be judged yet"


def examine(
    lifecycle: Lifecycle, situation: Situation, guards: Iterable[str], on: date | None
) -> tuple[Verdict, ...]:
    """Judge guards in a situation, and say of each unmet one what is needed and from when.

    Args:
        lifecycle: Whose guards they are.
        situation: What they look at.
        guards: Their names.
        on: The local date of the decision; ``None`` where no date is set for it.

    Raises:
        GuardError: A guard raised.
    """
    return tuple(_examine(lifecycle.guards[name], situation, on) for name in guards)


def foresee(
    lifecycle: Lifecycle, situation: Situation, guards: Iterable[str], on: date | None
) -> tuple[Verdict, ...]:
    """Judge guards in a situation that has not come yet, as :func:`examine` does.

    A guard that raises there is not met: it may ask for what only the moves until then bring.
    """
    return tuple(_foresee(lifecycle.guards[name], situation, on) for name in guards)


def _foresee(guard: Guard, situation: Situation, on: date | None) -> Verdict:
    try:
        return _examine(guard, situation, on)
    except HostCodeError:
        verdict = guard.verdict((False, None, None), situation.policy)
        return replace(verdict, measured=NOT_YET)


def _examine(guard: Guard, situation: Situation, on: date | None) -> Verdict:
    return _needing(guard, guard.examine(situation), situation, on)


def _needing(guard: Guard, verdict: Verdict, situation: Situation, on: date | None) -> Verdict:
    """Add what an unmet verdict needs, and its parts."""
    if verdict.held:
        return verdict
    if guard.operator in ("all_of", "any_of"):
        pairs = zip(guard.parts, verdict.parts, strict=True)
        parts = tuple(_needing(part, found, situation, on) for part, found in pairs)
        verdict = replace(verdict, parts=parts)
    possible_on = _possible_on(guard, situation, on)
    if verdict.earliest or guard.operator or guard.changed_by in (NOBODY, CLOCK):
        return replace(verdict, possible_on=possible_on)
    need = Need(f"a change by {guard.changed_by}")
    if guard.need is not None:
        day = possible_on or situation.judged_on
        need = call(f"need of guard {guard.name}", guard.need, situation, day)
    return replace(verdict, need=need, possible_on=possible_on)


def _possible_on(guard: Guard, situation: Situation, on: date | None) -> date | None:
    """Return the first date of decision on which a guard could hold, as far as is known."""
    if guard.changed_by == NOBODY:
        return None
    _, _, earliest = guard.ask(situation)
    today = situation.calendar.local_date(situation.recorded_at)
    if on is None:
        return earliest
    first = max(each for each in (on, earliest, today) if each is not None)
    if first == on or situation.path.cycle_on is None:
        return first
    return situation.calendar.held_from(first)
