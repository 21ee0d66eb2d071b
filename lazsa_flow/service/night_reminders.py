"""Reminders of nights: who is notified that nobody has approved what a cycle date will bring.

Where a deployment asks for approval, its managers and the leads of the countries concerned are
notified a week and a day before each cycle date for which no rehearsal is approved. The relay asks
for it once a minute; what the database records of each reminder lets it be made once, whichever
process is the first.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from lazsa_flow.lifecycle.stored_recipients import COUNTRY_LEAD, MANAGER
from lazsa_flow.logs import log
from lazsa_flow.notices.settings import EVERYWHERE
from lazsa_flow.service.sealed_rehearsals import approved_dates
from lazsa_flow.store.night_reminder_rows import NightReminder

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date, datetime

    from lazsa_flow.service.context import Context
    from lazsa_flow.service.runtime import Runtime
    from lazsa_flow.store.transaction import SqlTransaction

KIND: Final = "night_not_approved"
DAYS: Final = (1, 7)
"""So many days before a cycle date somebody is notified."""


class ComingDate(NamedTuple):
    """A cycle date that a country will soon hold, and on which something is to be decided.

    Attributes:
        on: The date.
        country: The country's code.
        days: The number of days before it that has been reached, of :data:`DAYS`.
        path_id: The number of the first path that is due.
    """

    on: date
    country: str
    days: int
    path_id: int


def remind_of_nights(runtime: Runtime) -> int:
    """Put notices into the outbox for the cycle dates that nobody has approved.

    Args:
        runtime: Of the service.

    Returns:
        How many notices there are more.
    """
    if not runtime.store.stamp().needs_start:
        return 0
    context = runtime.context
    with context.store.begin(write=False) as transaction:
        coming = list_coming_dates(context, transaction)
        if not coming or not _list_missing(transaction, coming):
            return 0
        lacking = find_lacking(context, transaction, coming)
    if not lacking:
        return 0

    def record(transaction: SqlTransaction) -> int:
        transaction.lock_rules()  # so that no two processes make one
        missing = _list_missing(transaction, lacking)
        for reminder in missing:
            _remind(transaction, reminder, lacking, context.clock.now())
        return len(missing)

    count: int = context.store.transact(record)
    if count:
        log.info("night.reminded", notices=count)
    return count


def list_coming_dates(context: Context, transaction: SqlTransaction) -> list[ComingDate]:
    """Return the cycle dates of the next days on which something is due, by country."""
    now, found = context.clock.now(), []
    for code in sorted(context.rulebook.countries):
        calendar = context.rulebook.calendar(code)
        if not calendar.cycle_days:
            continue
        today = calendar.local_date(now)
        on = calendar.next_held(today)
        reached = [days for days in DAYS if (on - today).days <= days]
        path_id = transaction.first_path_due(code, calendar.start(on).at) if reached else None
        if path_id is not None:
            found.append(ComingDate(on, code, min(reached), path_id))
    return found


def find_lacking(
    context: Context, transaction: SqlTransaction, dates: Iterable[ComingDate]
) -> Sequence[ComingDate]:
    """Return the dates for which no rehearsal is approved, of all countries or of the one."""
    approved = approved_dates(transaction, context.rulebook.merged)
    return [
        each for each in dates if approved.isdisjoint({(each.on, None), (each.on, each.country)})
    ]


def _list_wanted(dates: Collection[ComingDate]) -> list[NightReminder]:
    """Return the reminders of some dates: one to each country's lead, and one to the managers."""
    leads = [NightReminder(each.on, each.days, each.country, COUNTRY_LEAD) for each in dates]
    days = {each.on: min(other.days for other in dates if other.on == each.on) for each in dates}
    return [*leads, *(NightReminder(on, days[on], EVERYWHERE, MANAGER) for on in sorted(days))]


def _list_missing(
    transaction: SqlTransaction, dates: Collection[ComingDate]
) -> list[NightReminder]:
    """Return the reminders of some dates that were not made."""
    made = transaction.night_reminders({each.on for each in dates})
    return [each for each in _list_wanted(dates) if each not in made]


def _remind(
    transaction: SqlTransaction,
    reminder: NightReminder,
    lacking: Iterable[ComingDate],
    now: datetime,
) -> None:
    """Put a reminder into the outbox, and record that it was made."""
    on, days, country, to = reminder
    first = next(
        each for each in lacking if each.on == on and country in (EVERYWHERE, each.country)
    )
    [seen] = transaction.load_chunk([first.path_id], before=None, on=on)
    # everything in the outbox belongs to a path: this one stands for all that are due
    path = replace(seen.path, cycle_on=on)
    transaction.add_notice(path, f"night.{on}.{days}.{country}.{to}", KIND, to, now)
    transaction.add_night_reminder(reminder, now)
