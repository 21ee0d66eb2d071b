"""Instants and rounds of the award path: when its timers fall due, and the cycle date after each.

Source:
    programme.md, "The lifecycles".
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from lazsa_flow.award.lifecycles.award_checks import award_policy
from lazsa_flow.award.lifecycles.award_reminders import REMINDER_INSTANTS

if TYPE_CHECKING:
    from datetime import date

    from lazsa_flow.award.policy import AwardPolicy
    from lazsa_flow.lifecycle.calendar import Calendar, Moment
    from lazsa_flow.lifecycle.model import GuardContext, Path


def _review_opens(context: GuardContext) -> Moment:
    closes_days = award_policy(context).nomination.closes_days
    return context.calendar.closes(context.judged_on, closes_days)


def _cycle_start(context: GuardContext) -> Moment:
    return context.calendar.start(context.judged_on)


def _renewal_opens(context: GuardContext) -> Moment:
    days = award_policy(context).panel.renewal_opens_days
    return context.calendar.start(context.judged_on - timedelta(days=days))


def _grace_end_on(context: GuardContext) -> date:
    return context.judged_on + timedelta(days=award_policy(context).renewal.grace_days)


def _grace_end(context: GuardContext) -> Moment:
    return context.calendar.start(_grace_end_on(context))


def _next_reminder(context: GuardContext) -> Moment | None:
    end = _grace_end_on(context)
    for days in award_policy(context).renewal.reminder_days:
        moment = context.calendar.start(end - timedelta(days=days))
        if moment.at > context.at:
            return moment
    return None


def _next_cycle(context: GuardContext) -> date:
    return context.calendar.next_held(context.judged_on)


def _next_due(context: GuardContext) -> date:
    return next_due_on(context.path, context.judged_on, context.calendar, award_policy(context))


def next_due_on(path: Path, due_on: date, calendar: Calendar, policy: AwardPolicy) -> date:
    """Compute the next due date from the anchor: the first award, or a due date put off since.

    Args:
        path: A path that was awarded.
        due_on: The cycle date on which it was awarded or renewed.
        calendar: The country's.
        policy: That of the round.
    """
    anchor = path.periods["award"][0].began_on
    return calendar.next_due_on(anchor, due_on, policy.renewal.term_months)


INSTANTS: Final = {
    "review_opens": _review_opens,
    "cycle": _cycle_start,
    "renewal_opens": _renewal_opens,
    "grace_end": _grace_end,
    "next_reminder": _next_reminder,
    **REMINDER_INSTANTS,
}
ROUNDS: Final = {"next_cycle": _next_cycle, "due": _next_due}
