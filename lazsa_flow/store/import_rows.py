"""What imports ask and write: batches, and whether a row of evidence is recorded already."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import sqlalchemy as sa

from lazsa_flow.store import decode, schema
from lazsa_flow.store.batches import Batch
from lazsa_flow.store.closed_books import ProgrammeSide
from lazsa_flow.store.fast.driver import rows_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import date, datetime

    from lazsa_flow.lifecycle.model import Facts

_Value = TypeVar("_Value")
_PARAMETERS = 500
"""How many values one statement is asked about at most."""


class ImportSide(ProgrammeSide):
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
        made = self._connection.execute(
            sa.insert(schema.batches).returning(schema.batches.c.id), row
        )
        self.batch_id = made.scalar_one()
        return self.batch_id

    def batches(self, limit: int) -> list[Batch]:
        """Return the imports that were recorded last, latest first."""
        query = sa.select(schema.batches).order_by(schema.batches.c.id.desc()).limit(limit)
        return [Batch(*row) for row in self._connection.execute(query)]

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what is written within the block where it raises, and nothing else."""
        with self._connection.begin_nested():
            yield
            self.send()

    def facts_on(self, days: Mapping[str, date]) -> dict[str, Facts]:
        """Return the facts recorded last of each seller on their day, of those that there are."""
        table = schema.facts
        found: dict[str, Facts] = {}
        for part in _parts(days):
            query = (
                sa.select(sa.literal(0), *decode.FACTS)
                .where(table.c.seller.in_(part), table.c.as_of.in_({days[each] for each in part}))
                .order_by(table.c.recorded_at, table.c.id)
            )
            for row in rows_of(self._connection, query):
                facts = decode.facts(tuple(row))
                if days[facts.seller] == facts.as_of:
                    found[facts.seller] = facts
        return found


def _parts(values: Collection[_Value]) -> Iterator[list[_Value]]:
    every = list(values)
    for start in range(0, len(every), _PARAMETERS):
        yield every[start : start + _PARAMETERS]
