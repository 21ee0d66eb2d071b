"""What the programme records about itself: closed books, seats on panels, conduct bars.

Each in a table of its own, apart from the records about sellers, so that no seller's id is ever
taken for one of our names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from lazsa_flow.domain.model import Record
from lazsa_flow.store import schema
from lazsa_flow.store.engine_side import EngineSide
from lazsa_flow.store.inspection.inspector import Inspection

if TYPE_CHECKING:
    from datetime import date, datetime

    from lazsa_flow.engine.ledger import Book


class ProgrammeSide(EngineSide):
    """One transaction on a SQL database, as far as it concerns nobody's path."""

    def inspect(self) -> Inspection:
        """Return what asks whether schema and rows are sound."""
        return Inspection(self._connection)

    def close_book(self, book: Book, actor: str, at: datetime) -> bool:
        """Record that a country's books of a cycle date are closed; tell whether they were not."""
        table = schema.closed_books
        stored = sa.select(table.c.due).where(
            table.c.country == book.country, table.c.cycle_on == book.on
        )
        if self._connection.scalar(stored) is not None:
            return False
        row = {
            "country": book.country,
            "cycle_on": book.on,
            "due": book.due,
            "moved": book.moved,
            "refused": book.refused,
            "actor": actor,
            "recorded_at": at,
        }
        self._connection.execute(sa.insert(table), row)
        return True

    def add_seat(
        self,
        country: str,
        cycle_on: date,
        reviewer: str,
        team: str,
        *,
        actor: str,
        as_of: date,
        recorded_at: datetime,
    ) -> None:
        """Append that a reviewer sits on a panel, for a team."""
        row = {
            "country": country,
            "cycle_on": cycle_on,
            "reviewer": reviewer,
            "team": team,
            "actor": actor,
            "as_of": as_of,
            "recorded_at": recorded_at,
        }
        self._connection.execute(sa.insert(schema.seats), row)

    def seats_of(self, country: str, cycle_on: date) -> dict[str, str]:
        """Return the reviewers who sit on a panel, each with their team."""
        table = schema.seats
        query = (
            sa.select(table.c.reviewer, table.c.team)
            .where(table.c.country == country, table.c.cycle_on == cycle_on)
            .order_by(table.c.id)
        )
        return {row.reviewer: row.team for row in self._connection.execute(query)}

    def add_conduct_bar(self, fingerprint: str, record: Record) -> None:
        """Append what ended a seller's standing, under a keyed hash of their id."""
        row: dict[str, Any] = {
            name: getattr(record, name) for name in schema.conduct_bars.columns.keys()[2:]
        }
        self._connection.execute(
            sa.insert(schema.conduct_bars), {"fingerprint": fingerprint, **row}
        )

    def conduct_bars_of(self, fingerprint: str) -> list[Record]:
        """Return what ended the standing of the seller of a keyed hash, oldest first."""
        table = schema.conduct_bars
        columns = [column for column in table.columns if column.name not in ("id", "fingerprint")]
        query = sa.select(*columns).where(table.c.fingerprint == fingerprint).order_by(table.c.id)
        return [Record(**row) for row in self._connection.execute(query).mappings()]
