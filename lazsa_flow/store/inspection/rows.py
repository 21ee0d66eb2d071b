"""Rows at fault: counted, and some of them named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from lazsa_flow.lifecycle.path_ref import write_ref
from lazsa_flow.store import schema

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST: Final = 20
"""How many rows of a kind are named."""
_PATHS: Final = schema.paths.alias("names")


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows at fault.

    Attributes:
        where: Table and column.
        count: How many.
        named: Some of them, by their path and key.
        fault: What is wrong with them.
    """

    where: str
    count: int
    named: tuple[str, ...]
    fault: str

    def __str__(self) -> str:
        more = self.count - len(self.named)
        names = ", ".join(self.named) + (f" and {more} more" if more > 0 else "")
        return f"{self.where}: {self.fault} in {self.count} row{'s' * (self.count > 1)}: {names}"


def rows_at_fault(
    connection: sa.Connection,
    table: sa.Table,
    column: sa.Column[Any],
    at_fault: sa.ColumnElement[bool],
    fault: str,
) -> Iterator[Rows]:
    """Count the rows of a table to which something applies, and name some of them."""
    count = connection.scalar(sa.select(sa.func.count()).select_from(table).where(at_fault))
    if count:
        where = f"{table.name}.{column.name}"
        yield Rows(where, count, name_examples(connection, table, at_fault), fault)


def name_examples(
    connection: sa.Connection, table: sa.Table, fault: sa.ColumnElement[bool]
) -> tuple[str, ...]:
    """Name some rows of a table: by their path where they have one, and by their key."""
    keys = [key for key in table.primary_key.columns if key.name != "path_id"]
    raw = [sa.type_coerce(key, sa.String()).label(f"key_{key.name}") for key in keys]
    path_id = table.c.id if table is schema.paths else table.c.get("path_id", sa.null())
    lifecycle = sa.select(_PATHS.c.lifecycle).where(_PATHS.c.id == path_id).scalar_subquery()
    query = (
        sa.select(path_id.label("path"), lifecycle.label("lifecycle"), *raw)
        .select_from(table)
        .where(fault)
        .order_by(*table.primary_key.columns)
        .limit(MOST)
    )
    names = [] if table is schema.paths else [key.name for key in keys]
    return tuple(
        " ".join((*_reference(path, own), *map(" ".join, zip(names, map(str, row), strict=False))))
        for path, own, *row in connection.execute(query)
    )


def _reference(path_id: int | None, lifecycle: str | None) -> tuple[str, ...]:
    """Return a path's reference, or its number where the path itself is missing."""
    if path_id is None:
        return ()
    return (write_ref(lifecycle, path_id) if lifecycle else f"path {path_id}",)
