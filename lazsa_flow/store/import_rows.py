"""Imports within one transaction: the batches that rows of evidence belong to."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from lazsa_flow.store import schema
from lazsa_flow.store.batches import Batch
from lazsa_flow.store.closed_books import BookSide
from lazsa_flow.store.fast.driver import driver_connection
from lazsa_flow.store.fast.statements import insert_row
from lazsa_flow.store.open_imports import evidence_stamp

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime


class ImportSide(BookSide):
    """One transaction on a SQL database, as far as imports need it."""

    def begin_batch(
        self,
        *,
        kind: str,
        actor: str,
        via: str,
        file: str | None,
        sha256: str | None,
        at: datetime,
    ) -> int:
        """Record an import, and let the rows of evidence written from here on name it.

        Args:
            kind: What is imported.
            actor: Who imports.
            via: Through what.
            file: The file's name.
            sha256: The digest of its content.
            at: The instant.

        Returns:
            The import's number.
        """
        row = {
            "kind": kind,
            "actor": actor,
            "via": via,
            "file": file,
            "sha256": sha256,
            "recorded_at": at,
        }
        self.batch_id = insert_row(self._connection, schema.batches, row)
        return self.batch_id

    def open_import(self) -> None:
        """Hide what the import that was begun writes, until it is complete."""
        row = {"batch_id": self.batch_id}
        self._connection.execute(sa.insert(schema.open_imports), row)

    def complete_import(self, batch_id: int) -> None:
        """Show all that an import has written."""
        table = schema.open_imports
        self._connection.execute(sa.delete(table).where(table.c.batch_id == batch_id))

    def evidence_stamp(self) -> tuple[Any, ...]:
        """Return what changes whenever facts, countries or merges are recorded, on SQLite."""
        with driver_connection(self._connection) as driver:
            return evidence_stamp(driver)

    def batches(self, limit: int) -> list[Batch]:
        """Return the imports that were recorded last, latest first."""
        table, under_way = schema.batches, sa.select(schema.open_imports.c.batch_id)
        query = sa.select(table).where(table.c.id.not_in(under_way))
        query = query.order_by(table.c.id.desc()).limit(limit)
        return [Batch(*row) for row in self._connection.execute(query)]

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what is written within the block where it raises, and nothing else."""
        with self._connection.begin_nested():
            try:
                yield
                self.flush()
            except BaseException:
                self.discard()
                raise
