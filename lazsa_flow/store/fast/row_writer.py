"""The entrance to the row writers: which of them writes on a database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.store.fast.write_buffer import BufferedWriter
from lazsa_flow.store.fast.writer_sqlite import SqliteWriter

if TYPE_CHECKING:
    import sqlalchemy as sa

    from lazsa_flow.store.fast.writer import RowWriter


def row_writer(connection: sa.Connection) -> RowWriter:
    """Return what writes on a connection's database."""
    if connection.dialect.name == "postgresql":
        return BufferedWriter(connection)
    return SqliteWriter(connection)
