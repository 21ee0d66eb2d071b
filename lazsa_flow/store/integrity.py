"""Integrity of an SQLite file: what the database says of its own pages, and whether it is ours.

Every function takes the driver's connection and returns what is wrong, or nothing. That a page
cannot be read at all is a finding, too, and raises nothing.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Final

from lazsa_flow.store.schema_revision import VERSION_TABLE

if TYPE_CHECKING:
    from collections.abc import Callable

MOST: Final = 100
"""So many findings are listed; SQLite itself stops there."""


def find_damage(connection: sqlite3.Connection, *, thorough: bool = False) -> list[str]:
    """Return what is wrong with the file's pages, rows and indexes.

    Args:
        connection: The driver's connection.
        thorough: Whether to compare each index with its table, too, which takes several times as
            long.
    """
    check = "integrity_check" if thorough else "quick_check"

    def run() -> list[str]:
        rows = [str(row[0]) for row in connection.execute(f"PRAGMA {check}({MOST})")]
        return [] if rows == ["ok"] else [line for row in rows for line in row.splitlines()]

    return _report_damage(run)


def find_dangling_rows(connection: sqlite3.Connection) -> list[str]:
    """Return the rows that refer to rows which are not there, by table and number."""

    def run() -> list[str]:
        rows = connection.execute("PRAGMA foreign_key_check").fetchmany(MOST)
        return [
            f"{table} row {number if number is not None else '?'}: no such row in {parent}"
            for table, number, parent, _key in rows
        ]

    return _report_damage(run)


def revision_of(connection: sqlite3.Connection) -> str | None:
    """Return the revision of the lazsa_flow schema in a file; ``None`` where there is none."""
    try:
        row = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()
    except sqlite3.OperationalError as error:
        if str(error).startswith("no such table"):
            return None
        raise
    return None if row is None else str(row[0])


def _report_damage(run: Callable[[], list[str]]) -> list[str]:
    try:
        return run()
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # the latter in SQLite's own text
        return [getattr(error, "sqlite_errorname", None) or type(error).__name__]
