"""Tables of a lifecycle's own evidence: how a package describes them, and creates them.

A package that brings a lifecycle can bring tables for its evidence sources. It describes each with
:func:`evidence_table`, creates it in a migration of its own with :func:`create_evidence_table`, and
names the folder of its migrations in ``Lifecycle(migrations="package:folder")``. The rows are
append-only: a correction is another row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, NoSuchTableError

from lazsa_flow.store import columns, schema
from lazsa_flow.store.append_only import protect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lazsa_flow.lifecycle.evidence import Selection, Source

_OURS: Final = "lazsa_"
_READABLE: Final = (sa.Text, sa.Integer, sa.Boolean)


def evidence_table(
    metadata: sa.MetaData,
    name: str,
    *own_columns: sa.Column[Any],
    by: Literal["path", "subject"] = "path",
) -> sa.Table:
    """Describe a table of evidence: ``id``, ``path_id`` or ``subject``, and ``recorded_at``.

    Args:
        metadata: The package's own metadata.
        name: The table's name; not one that begins with ``lazsa_``.
        own_columns: What else a row says; columns of text, integers and booleans.
        by: Whether a row belongs to a path or to a subject.

    Raises:
        ValueError: The name is kept for the library, or a column has another type.
    """
    if name.startswith(_OURS):
        raise ValueError(f"table {name}: names that begin with {_OURS} are the library's")
    for column in own_columns:
        if not isinstance(column.type, _READABLE):
            expected = "text, an integer or a boolean"
            raise ValueError(f"table {name}: column {column.name}: expected {expected}")  # noqa: TRY004 - a wrong description
    if by == "path":
        number = sa.ForeignKey(schema.paths.c.id)
        owner: sa.Column[Any] = sa.Column("path_id", sa.BigInteger(), number, nullable=False)
    else:
        owner = columns.text("subject")
    index = sa.Index(f"{name}_{owner.name}", owner.name)
    recorded_at = columns.instant("recorded_at")
    return sa.Table(name, metadata, columns.number(), owner, *own_columns, recorded_at, index)


def create_evidence_table(connection: sa.Connection, table: sa.Table) -> None:
    """Create a table of evidence with its index, and let nothing change its rows.

    Args:
        connection: In the transaction of a migration: ``op.get_bind()``.
        table: As :func:`evidence_table` describes it.
    """
    table.create(connection)
    protect(connection, table.name)


def missing_columns(connection: sa.Connection, rows: Selection) -> list[str]:
    """Return the columns that a source selects and its table lacks; all where there is no table.

    A query for no row names the columns of a table. Its description takes PostgreSQL several times
    as long, and is read only where that query is refused.
    """
    dated = filter(None, (rows.round, rows.latest))
    wanted = {"id", "recorded_at", rows.owner, *rows.columns, *dated}
    table = connection.dialect.identifier_preparer.quote(rows.table)
    try:
        found = set(connection.exec_driver_sql(f"SELECT * FROM {table} WHERE 1 = 0").keys())
    except DBAPIError:
        connection.rollback()  # PostgreSQL answers nothing more in this transaction
        found = _describe_columns(connection, rows.table)
    return sorted(wanted - found)


def _describe_columns(connection: sa.Connection, table: str) -> set[str]:
    """Return the names of a table's columns; none where there is no table."""
    try:
        return {column["name"] for column in sa.inspect(connection).get_columns(table)}
    except NoSuchTableError:
        return set()


def person_columns(sources: Iterable[Source]) -> Iterator[sa.ColumnElement[str]]:
    """Yield the columns of evidence that hold ids of subjects and of other persons."""
    for rows in (source.rows for source in sources):
        names = {*rows.persons, *([rows.owner] if rows.by == "subject" else [])}
        table = sa.table(rows.table, *map(sa.column, sorted(names)))
        yield from table.columns
