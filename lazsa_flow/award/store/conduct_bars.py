"""Conduct bars of erased persons: what ended their standing, under a keyed hash of their id."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lazsa_flow.award.store.schema import conduct_bars
from lazsa_flow.lifecycle.model import Statement
from lazsa_flow.store.engine_transaction import EngineTransaction


class ConductBarSide(EngineTransaction):
    """One transaction on a SQL database, as far as it concerns conduct bars."""

    def add_conduct_bar(self, fingerprint: str, record: Statement) -> None:
        """Append what ended a seller's standing, under a keyed hash of their id."""
        row: dict[str, Any] = {
            name: getattr(record, name) for name in conduct_bars.columns.keys()[2:]
        }
        self._connection.execute(sa.insert(conduct_bars), {"fingerprint": fingerprint, **row})

    def conduct_bars_of(self, fingerprint: str) -> list[Statement]:
        """Return what ended the standing of the seller of a keyed hash, oldest first."""
        table = conduct_bars
        columns = [column for column in table.columns if column.name not in ("id", "fingerprint")]
        query = sa.select(*columns).where(table.c.fingerprint == fingerprint).order_by(table.c.id)
        return [Statement(**row) for row in self._connection.execute(query).mappings()]
