"""The lifecycles' tables that a database is run by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from lazsa_flow.engine.tables import compare_tables, digest_of, text_of
from lazsa_flow.store import schema
from lazsa_flow.store.dialect import upsert

if TYPE_CHECKING:
    from datetime import datetime

    from lazsa_flow.lifecycle.table import Lifecycle

_TABLE: Final = schema.lifecycles


def is_put(connection: sa.Connection, lifecycle: Lifecycle) -> bool:
    """Return whether a database is run by just this table of a lifecycle."""
    stored = sa.select(_TABLE.c.content).where(_TABLE.c.lifecycle == lifecycle.name)
    return connection.scalar(stored) == text_of(lifecycle)


def put_table(connection: sa.Connection, lifecycle: Lifecycle, at: datetime) -> tuple[str, ...]:
    """Let a database be run by a lifecycle's table; return what differs from the one before."""
    stored = sa.select(_TABLE.c.content).where(_TABLE.c.lifecycle == lifecycle.name)
    before, content = connection.scalar(stored), text_of(lifecycle)
    if before == content:
        return ()
    row = {"digest": digest_of(lifecycle), "content": content, "recorded_at": at}
    insert = upsert(connection.dialect.name)(_TABLE).values(lifecycle=lifecycle.name, **row)
    connection.execute(insert.on_conflict_do_update(index_elements=[_TABLE.c.lifecycle], set_=row))
    return () if before is None else compare_tables(before, content)
