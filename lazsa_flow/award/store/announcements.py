"""Announcements as rows, and how many of their notices wait or were delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from lazsa_flow.award.store.schema import announcements
from lazsa_flow.store import schema
from lazsa_flow.store.engine_transaction import EngineTransaction

if TYPE_CHECKING:
    from collections.abc import Mapping

_TABLE: Final = announcements


class AnnouncementSide(EngineTransaction):
    """One transaction on a SQL database, as far as it concerns announcements."""

    def add_announcement(self, row: Mapping[str, Any]) -> int:
        """Append an announcement; return its number."""
        return _add_announcement(self._connection, row)

    def announcements(self, number: int | None = None) -> list[sa.Row[Any]]:
        """Return announcements, newest first: this one, or all."""
        return _find_announcements(self._connection, number)

    def announcement_progress(self, number: int) -> tuple[int, int]:
        """Count an announcement's notices to persons: delivered, and still in the outbox."""
        return _count_progress(self._connection, number)


def _add_announcement(connection: sa.Connection, row: Mapping[str, Any]) -> int:
    """Append an announcement; return its number."""
    key = connection.execute(sa.insert(_TABLE), dict(row)).inserted_primary_key
    assert key is not None
    return int(key[0])


def _find_announcements(connection: sa.Connection, number: int | None = None) -> list[sa.Row[Any]]:
    """Return announcements, newest first: this one, or all."""
    query = sa.select(_TABLE).order_by(_TABLE.c.id.desc())
    if number is not None:
        query = query.where(_TABLE.c.id == number)
    return list(connection.execute(query))


def _count_progress(connection: sa.Connection, number: int) -> tuple[int, int]:
    """Count the notices of an announcement to persons: delivered, and still in the outbox."""
    delivered, waiting = (
        connection.scalar(
            sa.select(sa.func.count())
            .select_from(table)
            .where(table.c.key.like(f"announcement-{number}.%"), table.c.recipient == "seller")
        )
        for table in (schema.deliveries, schema.outbox)
    )
    return int(delivered or 0), int(waiting or 0)
