"""Reminders of the award path to ambassadors, nominators and reviewers.

None of them decides anything. One that would lie in the past is not set: it would come too late.

Source:
    programme.md, "The year between".
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from lazsa_flow.award.lifecycles.award_checks import award_policy
from lazsa_flow.lifecycle.dates import add_months
from lazsa_flow.lifecycle.effects import Notify, Schedule
from lazsa_flow.lifecycle.stored_recipients import INCOMPLETE_NOMINATORS, REVIEWERS
from lazsa_flow.lifecycle.table import Timer

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from lazsa_flow.lifecycle.calendar import Moment
    from lazsa_flow.lifecycle.model import GuardContext

_ONE_DAY: Final = timedelta(days=1)
_SITTING: Final = ("awarded", "renewed")


def _next_reminder_day(context: GuardContext, until: date, days: Iterable[int]) -> Moment | None:
    """Return the first of these days before a date that is still in the future."""
    since = max(context.at, context.recorded_at)
    for each in days:
        moment = context.calendar.start(until - timedelta(days=each))
        if moment.at > since:
            return moment
    return None


def _next_nomination_reminder(context: GuardContext) -> Moment | None:
    nomination = award_policy(context).nomination
    closes_on = context.judged_on - timedelta(days=nomination.closes_days)
    return _next_reminder_day(context, closes_on, nomination.reminder_days)


def _next_card_reminder(context: GuardContext) -> Moment | None:
    """Return the next day to remind reviewers on; none before the round of a renewal opens."""
    panel = award_policy(context).panel
    opens_on = context.judged_on - timedelta(days=panel.renewal_opens_days)
    since = max(context.at, context.recorded_at)
    if context.path.state in _SITTING and since < context.calendar.start(opens_on).at:
        return None
    return _next_reminder_day(context, context.judged_on, panel.reminder_days)


def _half_way(context: GuardContext) -> Moment | None:
    """Return when half of the term has passed: months after the cycle date on which it began.

    A renewal that was decided within grace began on the cycle date before.
    """
    calendar, months = context.calendar, award_policy(context).renewal.half_way_months
    # a day later, so that a seller who has moved to a zone further west began on the same date
    began_on = calendar.latest(calendar.local_date(context.path.entered_at + _ONE_DAY))
    moment = calendar.start(add_months(began_on, months))
    late = moment.at <= max(context.at, context.recorded_at)
    return None if late or moment.on >= context.judged_on else moment


REMINDER_INSTANTS: Final = {
    "next_nomination_reminder": _next_nomination_reminder,
    "next_card_reminder": _next_card_reminder,
    "half_way": _half_way,
}
NOMINATION_REMINDER: Final = Timer(
    "nomination_reminder",
    ("nominated",),
    "next_nomination_reminder",
    effects=(
        Notify("nomination_incomplete", to=INCOMPLETE_NOMINATORS, when="nomination_incomplete"),
        Schedule("nomination_reminder"),
    ),
    restarts=("nominated",),
    title="Remind nominators",
)
HALF_WAY: Final = Timer(
    "half_way",
    _SITTING,
    "half_way",
    effects=(Notify("half_way", to="seller"),),
    title="Half-way letter",
)
RENEWAL_OPENS: Final = Timer(
    "renewal_opens",
    _SITTING,
    "renewal_opens",
    effects=(
        Notify("renewal_review_opened", to="panel"),
        Notify("renewal_round_opened", to="seller"),
        Schedule("card_reminder"),
    ),
    restarts=_SITTING,
)
CARD_REMINDER: Final = Timer(
    "card_reminder",
    ("under_review", *_SITTING),
    "next_card_reminder",
    effects=(Notify("cards_missing", to=REVIEWERS), Schedule("card_reminder")),
    restarts=("under_review",),
    title="Remind reviewers",
)
