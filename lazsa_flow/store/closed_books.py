"""What the programme records about itself: closed books and conduct bars.

Each in a table of its own, apart from the records about sellers, so that no seller's id is ever
taken for one of our names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from lazsa_flow.award.store import announcements
from lazsa_flow.award.store.panel_rows import PanelSide
from lazsa_flow.lifecycle.model import Statement
from lazsa_flow.store import schema
from lazsa_flow.store.inspection.inspector import Inspection

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from lazsa_flow.engine.ledger import Book


class ProgrammeSide(PanelSide):
    """One transaction on a SQL database, as far as it concerns nobody's path.

    Attributes:
        batch_id: The import that the rows of evidence belong to that are written now.
    """

    batch_id: int | None = None

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

    def add_announcement(self, row: Mapping[str, Any]) -> int:
        """Append an announcement; return its number."""
        return announcements.add(self._connection, row)

    def announcements(self, number: int | None = None) -> list[sa.Row[Any]]:
        """Return announcements, newest first: this one, or all."""
        return announcements.find(self._connection, number)

    def announcement_progress(self, number: int) -> tuple[int, int]:
        """Count an announcement's notices to persons: delivered, and still in the outbox."""
        return announcements.progress(self._connection, number)

    def add_conduct_bar(self, fingerprint: str, record: Statement) -> None:
        """Append what ended a seller's standing, under a keyed hash of their id."""
        row: dict[str, Any] = {
            name: getattr(record, name) for name in schema.conduct_bars.columns.keys()[2:]
        }
        self._connection.execute(
            sa.insert(schema.conduct_bars), {"fingerprint": fingerprint, **row}
        )

    def conduct_bars_of(self, fingerprint: str) -> list[Statement]:
        """Return what ended the standing of the seller of a keyed hash, oldest first."""
        table = schema.conduct_bars
        columns = [column for column in table.columns if column.name not in ("id", "fingerprint")]
        query = sa.select(*columns).where(table.c.fingerprint == fingerprint).order_by(table.c.id)
        return [Statement(**row) for row in self._connection.execute(query).mappings()]
