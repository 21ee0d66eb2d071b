"""What the tables of the schema are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from lazsa_flow.store.column_types import Day, Instant

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import date, datetime

METADATA: Final = sa.MetaData()
_APPEND_ONLY: Final = "lazsa_append_only"
_HAS_ROWID: Final = "lazsa_has_rowid"
_STAMPED: Final[list[sa.Table]] = []
_IN_PARTS: Final[list[sa.Table]] = []
_WORDS: Final = "lazsa_words"
_ROLE: Final = "lazsa_role"
_OWN_ROW: Final = "lazsa_own_row"


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


def append_only(
    name: str,
    *items: Any,
    has_rowid: bool = True,
    stamped: bool = False,
    imported_in_parts: bool = False,
) -> sa.Table:
    """Return a table whose rows are never changed.

    Triggers hold it (:mod:`lazsa_flow.store.append_only`); the migration that makes it adds them.

    Args:
        name: Its name without the prefix.
        items: Its columns, constraints and indexes.
        has_rowid: Whether SQLite numbers its rows.
        stamped: Whether the clock check reads the ``recorded_at`` of its last row
            (:mod:`lazsa_flow.store.transaction_stamp`).
        imported_in_parts: Whether an import may write it in several transactions
            (:mod:`lazsa_flow.store.open_imports`).
    """
    made = table(name, *items, has_rowid=has_rowid, append_only=True)
    if stamped:
        _STAMPED.append(made)
    if imported_in_parts:
        _IN_PARTS.append(made)
    return made


def stamped_tables() -> tuple[sa.Table, ...]:
    """Return the tables of every application that the clock check reads."""
    return tuple(_STAMPED)


def tables_in_parts() -> tuple[sa.Table, ...]:
    """Return the tables of every application that imports may write in several transactions."""
    return tuple(_IN_PARTS)


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


def word(name: str, words: Collection[str]) -> sa.Column[str]:
    """Return a column of text that holds one of these words; ``doctor`` names any other."""
    return text(name, info={_WORDS: frozenset(words)})


def role(name: str) -> sa.Column[str]:
    """Return a column of text that names a role; ``doctor`` names those that nobody knows."""
    return text(name, info={_ROLE: True})


def own_row(name: str, *, unless: tuple[str, str], what: str) -> sa.Column[int]:
    """Return a column that refers to another row of its table and path; ``doctor`` checks it.

    Args:
        name: Its name.
        unless: The column and value of the rows that need not refer to one.
        what: What the row is that it refers to.
    """
    return sa.Column(name, sa.BigInteger(), info={_OWN_ROW: (unless, what)})


def word_columns() -> Iterator[tuple[sa.Column[Any], frozenset[str]]]:
    """Yield each column of a closed set of words, and the words."""
    for column in _all_columns():
        if _WORDS in column.info:
            yield column, column.info[_WORDS]


def role_columns() -> Iterator[sa.Column[Any]]:
    """Yield each column that names a role."""
    return (column for column in _all_columns() if _ROLE in column.info)


def own_references() -> Iterator[tuple[sa.Column[Any], sa.ColumnElement[bool], str]]:
    """Yield each column that refers to another row of its table, where it must, and the fault."""
    for column in _all_columns():
        if _OWN_ROW in column.info:
            (name, value), what = column.info[_OWN_ROW]
            yield column, column.table.c[name] != value, f"refers to no {what} of its path"


def _all_columns() -> Iterator[sa.Column[Any]]:
    for each in METADATA.sorted_tables:
        yield from each.c
