"""Suspensions: a country does not hold a cycle, or holds it after all.

Each is one transaction: the rule changes, every pending timer under it is planned again, and
everybody whose date changes is notified.

Source:
    programme.md, "Who and where".
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, cast

from lazsa_flow.award.commands.nomination_window import closes_days
from lazsa_flow.award.lifecycles.award_instants import next_due_on
from lazsa_flow.award.permissions import check_command
from lazsa_flow.award.rules.perks import LIFECYCLE
from lazsa_flow.errors import ConflictError, InputError
from lazsa_flow.service.configuration import reread_rulebook
from lazsa_flow.service.replan import planned_fields, planned_of, replan_paths
from lazsa_flow.service.requests import request_fields

if TYPE_CHECKING:
    from datetime import date

    from lazsa_flow.award.policy import AwardPolicy
    from lazsa_flow.award.store.transaction import AwardTransaction
    from lazsa_flow.engine.rulebook import Rulebook
    from lazsa_flow.lifecycle.model import Actor, Path
    from lazsa_flow.service.context import Context
    from lazsa_flow.service.replan import Planned

SUSPENDED: Final = "suspended"
LIFTED: Final = "suspension_lifted"


def suspend_cycle(
    context: Context, country: str, cycle_on: date, *, actor: Actor, key: str | None
) -> list[Planned]:
    """Suspend a future cycle: nominees carry over, awards run to the next cycle that is held."""
    calendar = context.rulebook.calendar(country)
    now = context.clock.now()
    if not calendar.is_cycle(cycle_on) or calendar.start(cycle_on).at <= now:
        expected = "a cycle date of the country that is still to come"
        raise InputError.of("suspension", "cycle_on", str(cycle_on), expected)
    check_command("suspend_cycle", actor, country=country)
    after = context.rulebook.suspending(country, cycle_on)
    later = after.calendar(country).next_held(cycle_on)

    def carry_over(path: Path) -> Path:
        return replace(path, cycle_on=later) if path.cycle_on == cycle_on else path

    def record_suspension(transaction: AwardTransaction) -> list[dict[str, Any]]:
        if cycle_on in calendar.suspended:
            raise ConflictError(country, f"the cycle of {cycle_on} is suspended already")
        transaction.suspend(country, cycle_on, str(actor), now)
        ids = [path.id for path in transaction.open_in(LIFECYCLE, country)]
        context.check_settled(transaction, ids, now)
        planned = replan_paths(transaction, after, ids, carry_over, actor, now, SUSPENDED)
        return [planned_fields(each) for each in planned]

    request = request_fields("suspend_cycle", actor, country=country, cycle_on=str(cycle_on))
    with context.fire_overdue():
        found = context.run_idempotent(key, request, now, record_suspension, changes_rules=True)
    return [planned_of(fields) for fields in found]


def lift_suspension(
    context: Context, country: str, cycle_on: date, *, actor: Actor, key: str | None
) -> list[Planned]:
    """Lift a suspension before the window closes; paths that belong to the cycle go back to it."""
    calendar = context.country(country).calendar
    now = context.clock.now()
    if not calendar.is_cycle(cycle_on):
        expected = "a cycle date of the country that is suspended"
        raise InputError.of("suspension", "cycle_on", str(cycle_on), expected)
    check_command("lift_suspension", actor, country=country)

    def record_lift(transaction: AwardTransaction) -> list[dict[str, Any]]:
        ids = [path.id for path in transaction.open_in(LIFECYCLE, country)]
        context.check_settled(transaction, ids, now)
        closes = calendar.closes(cycle_on, closes_days(context, country, cycle_on))
        if not transaction.lift_suspension(country, cycle_on, str(actor), now):
            raise ConflictError(country, _not_suspended(cycle_on, calendar.suspended))
        if now >= closes.at:
            what = (
                f"the window of the cycle of {cycle_on} closed on {closes.on}; it stays suspended"
            )
            raise ConflictError(country, what)
        after = reread_rulebook(transaction, context.rulebook)
        later = calendar.next_held(cycle_on)

        def bring_back(path: Path) -> Path:
            belongs = path.cycle_on == later and _round_of(after, path, cycle_on) == cycle_on
            return replace(path, cycle_on=cycle_on) if belongs else path

        planned = replan_paths(transaction, after, ids, bring_back, actor, now, LIFTED)
        return [planned_fields(each) for each in planned]

    request = request_fields("lift_suspension", actor, country=country, cycle_on=str(cycle_on))
    with context.fire_overdue():
        found = context.run_idempotent(key, request, now, record_lift, changes_rules=True)
    return [planned_of(fields) for fields in found]


def _not_suspended(cycle_on: date, suspended: frozenset[date]) -> str:
    """Return why there is no suspension to lift."""
    if cycle_on in suspended:
        return f"its configuration suspends the cycle of {cycle_on}; release the country without it"
    return f"the cycle of {cycle_on} is not suspended"


def _round_of(after: Rulebook, path: Path, cycle_on: date) -> date:
    """Return the round of a path that was put into the round after a cycle that is held again.

    While that cycle's window is open, nobody is nominated for a later one, and a decision that was
    put off came from an earlier one: both belong to it. An award belongs to its own due date.
    """
    if path.state not in ("awarded", "renewed"):
        return cycle_on
    calendar = after.calendar(path.country)
    began_on = calendar.latest(calendar.local_date(path.entered_at))
    policy = after.policy_of(replace(path, cycle_on=began_on))
    return next_due_on(path, began_on, calendar, cast("AwardPolicy", policy))
