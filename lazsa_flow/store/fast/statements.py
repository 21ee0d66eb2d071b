"""Compiled statements: rows that a command writes one at a time, by the driver.

A command writes few rows, and building a statement costs more than the row. So each statement is
made from the schema once, as those of a night are, and :func:`.driver.compiled` keeps its text.
Every module that reads by a fixed statement makes it once, too, and runs it by
:func:`.driver.fetch`.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from lazsa_flow.lifecycle.calendar import instant_text
from lazsa_flow.store.dialect import upsert
from lazsa_flow.store.fast.driver import fetch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def parameter(name: str, column: sa.Column[Any]) -> sa.BindParameter[Any]:
    """Return a parameter that is compared with a column, or stored in it, as the driver takes it.

    Instants and dates are text there; see :func:`stored_value`.
    """
    kinds = (sa.BigInteger, sa.Integer, sa.Boolean)
    found = next((kind() for kind in kinds if isinstance(column.type, kind)), sa.Text())
    return sa.bindparam(name, type_=found)


def stored_value(value: Any) -> Any:
    """Return a value as it is stored: an instant or a date as text."""
    if isinstance(value, datetime):
        return instant_text(value)
    return value.isoformat() if isinstance(value, date) else value


def insert_row(connection: sa.Connection, table: sa.Table, row: Mapping[str, Any]) -> int:
    """Insert a row; return the number that the database gives it."""
    values = {name: stored_value(value) for name, value in row.items()}
    [[number]] = fetch(connection, _inserting(table, tuple(row)), values)
    return int(number)


def insert_new(connection: sa.Connection, table: sa.Table, row: Mapping[str, Any]) -> bool:
    """Insert a row of stored values unless its key is taken; return whether it was inserted."""
    statement = _inserting_new(table, tuple(row), connection.dialect.name)
    return bool(fetch(connection, statement, row))


@lru_cache
def _inserting(table: sa.Table, names: tuple[str, ...]) -> sa.Insert:
    return sa.insert(table).values(_values(table, names)).returning(table.c.id)


@lru_cache
def _inserting_new(table: sa.Table, names: tuple[str, ...], dialect: str) -> Any:
    insert = upsert(dialect)(table).values(_values(table, names))
    return insert.on_conflict_do_nothing().returning(sa.literal_column("1"))


def _values(table: sa.Table, names: Sequence[str]) -> dict[str, sa.BindParameter[Any]]:
    return {name: parameter(name, table.c[name]) for name in names}
