"""Conduct bars of erased persons: what ended their standing, under a keyed hash of their id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from lazsa_flow.award.store.schema import conduct_bars
from lazsa_flow.store import decode
from lazsa_flow.store.engine_transaction import EngineTransaction
from lazsa_flow.store.fast.driver import fetch
from lazsa_flow.store.fast.statements import insert_row, parameter

if TYPE_CHECKING:
    from lazsa_flow.lifecycle.model import Statement

_BARS_OF: Final = (
    sa.select(conduct_bars)
    .where(conduct_bars.c.fingerprint == parameter("fingerprint", conduct_bars.c.fingerprint))
    .order_by(conduct_bars.c.id)
)


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
        rows = fetch(self._connection, _BARS_OF, {"fingerprint": fingerprint})
        return list(map(decode.record, rows))
