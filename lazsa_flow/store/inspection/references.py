"""References: rows that refer to a row that does not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from lazsa_flow.store import columns, schema
from lazsa_flow.store.inspection.rows import Rows, rows_at_fault
from lazsa_flow.store.monitoring import without_outcome

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator


def find_orphans(connection: sa.Connection) -> Iterator[Rows]:
    """Yield the rows that refer to a row that does not exist, by table and column.

    What the schema says must hold is counted in the rows themselves, so that it is also found
    where the constraint was switched off or dropped for a while.
    """
    for table in schema.METADATA.sorted_tables:
        for key in sorted(table.foreign_keys, key=lambda each: each.parent.name):
            column, target = key.parent, key.column.table.alias("target")
            there = sa.exists().where(target.c[key.column.name] == column)
            lost = sa.and_(column.is_not(None), ~there)
            fault = f"refers to no row of {key.column.table.name}"
            yield from rows_at_fault(connection, table, column, lost, fault)
    yield from _own_references(connection)
    yield from _path_data(connection)
    yield from _outcomes(connection)


def _own_references(connection: sa.Connection) -> Iterator[Rows]:
    """Yield the rows that refer to another row of their table that their path does not have."""
    for column, required, fault in columns.own_references():
        table, target = column.table, column.table.alias("target")
        there = sa.exists().where(target.c.id == column, target.c.path_id == table.c.path_id)
        yield from rows_at_fault(connection, table, column, sa.and_(required, ~there), fault)


def _path_data(connection: sa.Connection) -> Iterator[Rows]:
    """Yield data that no journal row names by this digest."""
    table, journal = schema.path_data, schema.journal
    same = (journal.c.path_id == table.c.path_id) & (journal.c.seq == table.c.seq)
    named = sa.exists().where(same, journal.c.data_digest == table.c.digest)
    column, fault = table.c.seq, "is named by no journal row of its path"
    yield from rows_at_fault(connection, table, column, ~named, fault)


def _outcomes(connection: sa.Connection) -> Iterator[Rows]:
    """Yield timers that decided something and whose outcome the journal does not have."""
    table, fault = schema.timers, "ended without a journal row of its path and instant"
    yield from rows_at_fault(connection, table, table.c.seq, without_outcome(), fault)


def misplaced_slots(
    connection: sa.Connection, open_states: Collection[tuple[str, str]]
) -> Iterator[Rows]:
    """Yield open paths that hold no slot, and slots of paths that are not open.

    A subject has one open path in a lifecycle, and its slot is what holds it to that.

    Args:
        connection: Where to read.
        open_states: The open states, each with its lifecycle.
    """
    paths, slots = schema.paths, schema.slots
    is_open = sa.tuple_(paths.c.lifecycle, paths.c.state).in_(list(open_states))
    own = sa.and_(
        slots.c.path_id == paths.c.id,
        slots.c.lifecycle == paths.c.lifecycle,
        slots.c.subject == paths.c.subject,
    )
    held = sa.select(sa.literal(1)).select_from(slots).where(own).exists()
    fault = "open path without the slot of its subject"
    yield from rows_at_fault(connection, paths, paths.c.id, sa.and_(is_open, ~held), fault)
    holds = sa.select(sa.literal(1)).select_from(paths).where(own, is_open).exists()
    fault = "slot of a path that is not open, or of another subject"
    yield from rows_at_fault(connection, slots, slots.c.path_id, ~holds, fault)
