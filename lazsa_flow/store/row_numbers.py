"""Row numbers: taken before the rows are written, so that rows can name one another.

On PostgreSQL they come from the tables' own sequences, all in one round trip; on SQLite, with one
writer, the next is the largest plus one.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from lazsa_flow.store import path_numbers, schema
from lazsa_flow.store.fast.driver import fetch_all

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def take_numbers(
    connection: sa.Connection, needed: Mapping[sa.Table, int]
) -> dict[sa.Table, Iterator[int]]:
    """Return the numbers for so many new rows of each of these tables, in their order.

    The caller writes the rows before anything else takes a number of its table.

    Raises:
        ConflictError: While iterating: the paths' bucket has no number left.
    """
    tables = [table for table, rows in needed.items() if rows]
    if connection.dialect.name == "postgresql":
        asked = [_next(table) for table in tables]
        values = {f"rows_{table.name}": needed[table] for table in tables}
        found: list[Iterator[int]] = [
            (row[0] for row in rows) for rows in fetch_all(connection, asked, values)
        ]
    else:
        largest = fetch_all(connection, [_largest(table) for table in tables], {})
        found = [count((rows[0][0] or 0) + 1) for rows in largest]
    taken = dict(zip(tables, found, strict=True))
    if schema.paths in taken:
        taken[schema.paths] = map(path_numbers.check_left, taken[schema.paths])
    return taken


@lru_cache
def _next(table: sa.Table) -> sa.Select[Any]:
    """Select the next numbers of a table, as many as its parameter says."""
    rows = sa.bindparam(f"rows_{table.name}", type_=sa.Integer())
    sequence: Any = sa.func.pg_get_serial_sequence(table.name, "id")
    if table is schema.paths:
        sequence = sa.literal_column(f"'{schema.PATH_ID.name}'")
    number = sa.func.nextval(sequence, type_=sa.BigInteger())
    return sa.select(number).select_from(sa.func.generate_series(1, rows))


@lru_cache
def _largest(table: sa.Table) -> sa.Select[Any]:
    if table is schema.paths:
        return path_numbers.LARGEST
    return sa.select(sa.func.max(table.c.id))
