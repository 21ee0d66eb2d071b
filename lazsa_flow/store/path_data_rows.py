"""Rows of the path's data: what is handed over with a move, and its personal part as a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.store import schema
from lazsa_flow.store.encode import data_row
from lazsa_flow.store.fast.statements import insert_row

if TYPE_CHECKING:
    from collections.abc import Iterable

    import sqlalchemy as sa

    from lazsa_flow.engine.values import Change
    from lazsa_flow.store.encode import Row
    from lazsa_flow.store.fast.writer import RowWriter

KIND: Final = "path_data"
"""The kind of text that holds the personal fields of a path's data."""


def rows_of_data(connection: sa.Connection, to: RowWriter, changes: Iterable[Change]) -> list[Row]:
    """Return the rows of data that changes bring, their personal part having been stored."""
    rows = []
    for change in changes:
        if change.data is None or change.row is None:
            continue
        text_id = None
        if change.data.personal is not None:
            to.flush()
            text_id = _add_text(connection, change, change.data.personal)
        trigger = change.row.trigger or ""
        rows.append(data_row(change.after, change.data, trigger, text_id, change.recorded_at))
    return rows


def _add_text(connection: sa.Connection, change: Change, body: str) -> int:
    """Store the personal part, which goes when its subject or its author is erased."""
    assert change.row is not None
    row = {
        "subject": change.after.subject,
        "author": change.row.actor.partition(":")[2],
        "kind": KIND,
        "body": body,
        "path_id": change.after.id,
        "recorded_at": change.recorded_at,
    }
    return insert_row(connection, schema.texts, row)
