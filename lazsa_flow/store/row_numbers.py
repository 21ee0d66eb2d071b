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
from lazsa_flow.store.fast.driver import fetch, fetch_all

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
    tables = tuple(table for table, rows in needed.items() if rows)
    if connection.dialect.name == "postgresql":
        found = _from_sequences(connection, tables, needed)
    else:
        largest = fetch_all(connection, [_select_largest(table) for table in tables], {})
        found = [count((rows[0][0] or 0) + 1) for rows in largest]
    taken = dict(zip(tables, found, strict=True))
    if schema.paths in taken:
        taken[schema.paths] = map(path_numbers.check_left, taken[schema.paths])
    return taken


def _from_sequences(
    connection: sa.Connection, tables: tuple[sa.Table, ...], needed: Mapping[sa.Table, int]
) -> list[Iterator[int]]:
    """Take the next numbers of each table, by one statement for all of them."""
    values = {f"rows_{table.name}": needed[table] for table in tables}
    numbers: list[list[int]] = [[] for _ in tables]
    query = _select_next(tuple((table, needed[table] == 1) for table in tables))
    for place, number in fetch(connection, query, values):
        numbers[place].append(number)
    return [iter(each) for each in numbers]


@lru_cache
def _select_next(tables: tuple[tuple[sa.Table, bool], ...]) -> sa.CompoundSelect[Any]:
    """Select the next numbers of tables, each with the place of its table.

    Args:
        tables: Each with whether one number is needed; otherwise a parameter says how many.
    """
    each = enumerate(tables)
    return sa.union_all(*(_select_next_of(table, place, one=one) for place, (table, one) in each))


def _select_next_of(table: sa.Table, place: int, *, one: bool) -> sa.Select[Any]:
    rows = sa.bindparam(f"rows_{table.name}", type_=sa.Integer())
    sequence: Any = sa.func.pg_get_serial_sequence(
        sa.literal_column(f"'{table.name}'"), sa.literal_column("'id'")
    )
    if table is schema.paths:
        sequence = sa.literal_column(f"'{schema.PATH_ID.name}'")
    columns: Any = sa.literal_column(str(place)), sa.func.nextval(sequence, type_=sa.BigInteger())
    if one:  # PostgreSQL would plan a series again each time
        return sa.select(*columns)
    each = sa.func.generate_series(sa.literal_column("1"), rows)
    return sa.select(*columns).select_from(each)


@lru_cache
def _select_largest(table: sa.Table) -> sa.Select[Any]:
    if table is schema.paths:
        return path_numbers.LARGEST
    return sa.select(sa.func.max(table.c.id))
