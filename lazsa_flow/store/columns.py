"""What the tables of the schema are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from lazsa_flow.store.column_types import Day, Instant

if TYPE_CHECKING:
    from datetime import date, datetime

METADATA: Final = sa.MetaData()
_APPEND_ONLY: Final = "lazsa_append_only"
_HAS_ROWID: Final = "lazsa_has_rowid"


def table(name: str, *items: Any, has_rowid: bool = True, append_only: bool = False) -> sa.Table:
    """Return a table of ours, registered under its name with our prefix.

    Args:
        name: Its name without the prefix.
        items: Its columns, constraints and indexes.
        has_rowid: Whether SQLite numbers its rows.
        append_only: Whether its rows are never changed.
    """
    info = {_HAS_ROWID: has_rowid, _APPEND_ONLY: append_only}
    return sa.Table(f"lazsa_{name}", METADATA, *items, info=info)


def append_only(name: str, *items: Any, has_rowid: bool = True) -> sa.Table:
    """Return a table whose rows are never changed.

    Triggers hold it (:mod:`lazsa_flow.store.append_only`); the migration that makes it adds them.
    """
    return table(name, *items, has_rowid=has_rowid, append_only=True)


def has_rowid(table: sa.Table) -> bool:
    """Return whether SQLite numbers the rows of a table of ours."""
    return bool(table.info[_HAS_ROWID])


def append_only_tables() -> tuple[str, ...]:
    """Return the names of the tables whose rows are never changed, of every application."""
    tables = METADATA.tables.values()
    return tuple(sorted(each.name for each in tables if each.info.get(_APPEND_ONLY)))


def number() -> sa.Column[int]:
    """Return a number that the database counts up."""
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", big, primary_key=True, autoincrement=True)


def text(name: str, **options: Any) -> sa.Column[str]:
    """Return a column of text, not null unless the options say so."""
    return sa.Column(name, sa.Text(), **{"nullable": False, **options})


def instant(name: str, **options: Any) -> sa.Column[datetime]:
    """Return a column of an instant, not null unless the options say so."""
    return sa.Column(name, Instant(), **{"nullable": False, **options})


def day(name: str, **options: Any) -> sa.Column[date]:
    """Return a column of a local date, not null unless the options say so."""
    return sa.Column(name, Day(), **{"nullable": False, **options})


def path_number(**options: Any) -> sa.Column[int]:
    """Return a column with the number of a row's path."""
    key = sa.ForeignKey("lazsa_paths.id")
    return sa.Column("path_id", sa.BigInteger(), key, **{"nullable": False, **options})
