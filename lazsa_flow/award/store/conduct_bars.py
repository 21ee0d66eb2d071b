"""Conduct bars of erased persons: what ended their standing, under a keyed hash of their id."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from lazsa_flow.award.store.schema import conduct_bars
from lazsa_flow.store import decode
from lazsa_flow.store.engine_transaction import EngineTransaction
from lazsa_flow.store.fast.driver import fetch, ids_table, ids_value
from lazsa_flow.store.fast.statements import insert_row

if TYPE_CHECKING:
    from collections.abc import Collection

    from lazsa_flow.lifecycle.model import Statement


@lru_cache
def _bars_of_all(dialect: str) -> sa.Select[Any]:
    """Select what is recorded under each of the hashes ``ids``."""
    asked, table = ids_table(dialect, sa.Text), conduct_bars
    joined = asked.join(table, table.c.fingerprint == asked.c.id)
    return sa.select(table).select_from(joined).order_by(table.c.id)


class ConductBarSide(EngineTransaction):
    """One transaction on a SQL database, as far as it concerns conduct bars."""

    def add_conduct_bar(self, fingerprint: str, record: Statement) -> None:
        """Append what ended a seller's standing, under a keyed hash of their id."""
        row: dict[str, Any] = {
            name: getattr(record, name) for name in conduct_bars.columns.keys()[2:]
        }
        insert_row(self._connection, conduct_bars, {"fingerprint": fingerprint, **row})

    def conduct_bars_of(self, fingerprint: str) -> list[Statement]:
        """Return what ended the standing of the seller of a keyed hash, oldest first."""
        return self.conduct_bars_of_all([fingerprint]).get(fingerprint, [])

    def conduct_bars_of_all(self, fingerprints: Collection[str]) -> dict[str, list[Statement]]:
        """Return what ended the standing of the sellers of keyed hashes, oldest first, by hash."""
        dialect = self._lent.dialect.name
        asked = {"ids": ids_value(dialect, list(dict.fromkeys(fingerprints)))}
        found: dict[str, list[Statement]] = {}
        for row in fetch(self._connection, _bars_of_all(dialect), asked):
            found.setdefault(row[1], []).append(decode.record(row))
        return found
