"""Closed books of a country and cycle date, and the inspection of a database.

They stand in a table of their own, apart from the records about subjects, so that no subject's id
is ever taken for one of our names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from lazsa_flow.store import schema
from lazsa_flow.store.claim_side import ClaimSide

if TYPE_CHECKING:
    from datetime import date, datetime

    from lazsa_flow.engine.ledger import Book
    from lazsa_flow.store.inspection.inspector import Inspection


class BookSide(ClaimSide):
    """One transaction on a SQL database, as far as it concerns nobody's path.

    Attributes:
        batch_id: The import that the rows of evidence belong to that are written now.
    """

    batch_id: int | None = None

    def inspect(self) -> Inspection:
        """Return what asks whether schema and rows are sound."""
        from lazsa_flow.store.inspection.inspector import Inspection

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


def read(connection: sa.Connection) -> set[tuple[str, date]]:
    """Return country and cycle date of the books that are closed."""
    table = schema.closed_books
    rows = connection.execute(sa.select(table.c.country, table.c.cycle_on))
    return {(row.country, row.cycle_on) for row in rows}
