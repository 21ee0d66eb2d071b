"""Looking ahead: guards judged before their date, with what must be recorded and from when.

A verdict that is not met gets what is needed and the first date on which it could pass. The clock
alone decides where the guard says so; elsewhere it is the first cycle date that is left.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lazsa_flow.errors import HostCodeError
from lazsa_flow.lifecycle.host_code import call_host
from lazsa_flow.verdicts import CLOCK, NOBODY, Need, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from lazsa_flow.lifecycle.guards import Guard
    from lazsa_flow.lifecycle.model import GuardContext
    from lazsa_flow.lifecycle.table import Lifecycle

NOT_YET: Final = "cannot be judged yet"


def judge_now(
    lifecycle: Lifecycle, context: GuardContext, guards: Iterable[str], on: date | None
) -> tuple[Verdict, ...]:
    """Judge guards in a context, and say of each unmet one what is needed and from when.

    Args:
        lifecycle: Whose guards they are.
        context: What they look at.
        guards: Their names.
        on: The local date of the decision; ``None`` where no date is set for it.

    Raises:
        GuardError: A guard raised.
    """
    return tuple(_examine_guard(lifecycle.guards[name], context, on) for name in guards)


def judge_later(
    lifecycle: Lifecycle, context: GuardContext, guards: Iterable[str], on: date | None
) -> tuple[Verdict, ...]:
    """Judge guards in a context of a later date, as :func:`judge_now` does.

    A guard that raises there is not met: it may ask for what only the moves until then bring.
    """
    return tuple(_foresee_guard(lifecycle.guards[name], context, on) for name in guards)


def _foresee_guard(guard: Guard, context: GuardContext, on: date | None) -> Verdict:
    try:
        return _examine_guard(guard, context, on)
    except HostCodeError:
        verdict = guard.verdict((False, None, None), context.policy)
        return replace(verdict, measured=NOT_YET)


def _examine_guard(guard: Guard, context: GuardContext, on: date | None) -> Verdict:
    return _add_needed(guard, guard.examine(context), context, on)


def _add_needed(guard: Guard, verdict: Verdict, context: GuardContext, on: date | None) -> Verdict:
    """Add what an unmet verdict needs, and its parts."""
    if verdict.held:
        return verdict
    if guard.operator in ("all_of", "any_of"):
        pairs = zip(guard.parts, verdict.parts, strict=True)
        parts = tuple(_add_needed(part, found, context, on) for part, found in pairs)
        verdict = replace(verdict, parts=parts)
    possible_on = _possible_on(guard, context, on)
    if verdict.earliest or guard.operator or guard.changed_by in (NOBODY, CLOCK):
        return replace(verdict, possible_on=possible_on)
    need = Need(f"a change by {guard.changed_by}")
    if guard.need is not None:
        day = possible_on or context.judged_on
        need = call_host(f"need of guard {guard.name}", guard.need, context, day)
    return replace(verdict, need=need, possible_on=possible_on)


def _possible_on(guard: Guard, context: GuardContext, on: date | None) -> date | None:
    """Return the first date of decision on which a guard could hold, as far as is known."""
    if guard.changed_by == NOBODY:
        return None
    _, _, earliest = guard.ask(context)
    today = context.calendar.local_date(context.recorded_at)
    if on is None:
        return earliest
    first = max(each for each in (on, earliest, today) if each is not None)
    if first == on or context.path.cycle_on is None:
        return first
    return context.calendar.held_from(first)
