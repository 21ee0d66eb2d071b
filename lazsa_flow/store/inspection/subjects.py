"""Subjects with an open path."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from lazsa_flow.store import schema

if TYPE_CHECKING:
    from collections.abc import Iterator


def open_places(connection: sa.Connection) -> Iterator[tuple[str, str]]:
    """Yield lifecycle and subject of every open path, in the order of their characters."""
    slots = schema.slots
    in_order = [sa.collate(column, _collation(connection)) for column in slots.primary_key.columns]
    found = sa.select(slots.c.lifecycle, slots.c.subject).order_by(*in_order)
    yield from map(tuple, connection.execute(found, execution_options={"yield_per": 1000}))


def _collation(connection: sa.Connection) -> str:
    """Return what orders texts by their characters on every machine."""
    return "C" if connection.dialect.name == "postgresql" else "BINARY"
