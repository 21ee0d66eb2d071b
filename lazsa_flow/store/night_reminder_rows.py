"""Reminders of nights within one transaction: which were made, and which path is due first."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa

from lazsa_flow.store import schema
from lazsa_flow.store.closed_books import BookSide

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime


class NightReminder(NamedTuple):
    """A reminder that nobody has approved a cycle date.

    Attributes:
        cycle_on: The cycle date.
        days: So many days before it.
        country: Of this country; ``all`` for those who are notified of all countries at once.
        recipient: Who is notified.
    """

    cycle_on: date
    days: int
    country: str
    recipient: str


class NightReminderSide(BookSide):
    """One transaction on a SQL database, as far as it concerns reminders of nights."""

    def night_reminders(self, dates: Collection[date]) -> set[NightReminder]:
        """Return the reminders of these cycle dates that were made."""
        table = schema.night_reminders
        query = sa.select(*(table.c[name] for name in NightReminder._fields))
        found = self._connection.execute(query.where(table.c.cycle_on.in_(sorted(dates))))
        return {NightReminder(*row) for row in found}

    def add_night_reminder(self, reminder: NightReminder, at: datetime) -> None:
        """Record that a reminder is made; the caller holds the lock of the rules."""
        row = {**reminder._asdict(), "recorded_at": at}
        self._connection.execute(sa.insert(schema.night_reminders), row)

    def first_path_due(self, country: str, at: datetime) -> int | None:
        """Return the number of the first path of a country on which something is to be decided.

        Args:
            country: The country's code.
            at: At this instant.
        """
        table = schema.timers
        query = sa.select(sa.func.min(table.c.path_id)).where(
            schema.PENDING, table.c.due_at == at, table.c.country == country, table.c.decides
        )
        found: int | None = self._connection.scalar(query)
        return found
