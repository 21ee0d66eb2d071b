"""Overdue decisions: those whose date has come, and that have not been made."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from lazsa_flow.store.store import SqlStore


class Overdue(NamedTuple):
    """Decisions that are overdue.

    Attributes:
        timers: How many.
        since: The date of the earliest, local to its country.
    """

    timers: int
    since: date

    def __str__(self) -> str:
        are = "timer is" if self.timers == 1 else "timers are"
        return f"{self.timers:,} {are} overdue since {self.since}"


def find_overdue(
    store: SqlStore, now: datetime, countries: Collection[str], *, before: date | None = None
) -> Overdue | None:
    """Return what is overdue; ``None`` where nothing is, or only what a pause stops.

    Args:
        store: Of the source.
        now: The instant at which it is asked.
        countries: Of these countries.
        before: Of local dates before this one.
    """
    pauses = store.pauses()
    waiting = [
        each
        for each in store.overdue_timers(now, before)
        if each.country in countries
        and not any(pause.covers(each.country, each.book_on) for pause in pauses)
    ]
    if not waiting:
        return None
    return Overdue(sum(each.timers for each in waiting), min(each.since for each in waiting))
