"""Imports that are under way: what they have written so far is seen by nobody else.

SQLite lets one connection write at a time. So a large import takes its rows in several short
transactions, between which others write, and is all or nothing nevertheless: as long as its number
stands in ``lazsa_open_imports``, its rows are hidden, and the transaction that deletes the number
shows all of them at once. The rows of an import that was killed stay hidden for good.

A temporary view of a table's name hides them: SQLite looks for a name there first, so that no query
needs to know of it. A connection has the views only while an import is under way, for they cost
every query a look; a transaction sees one state of the table from its first statement on. What
writes rows names the table itself, with ``main.`` before it.

PostgreSQL needs none of it: there an import is one transaction, and nobody waits for it.

Source:
    SQLite, "CREATE VIEW"; "ATTACH DATABASE": names are looked for in ``temp`` first, then in
    ``main``.
"""

from __future__ import annotations

import sqlite3
from typing import Any, Final

from lazsa_flow.store import columns, schema

_UNDER_WAY: Final = "SELECT 1 FROM lazsa_open_imports LIMIT 1"


def hide_open_imports(driver: Any) -> None:
    """Hide what imports that are under way have written, in a transaction that has begun.

    Args:
        driver: A connection to SQLite.
    """
    try:
        under_way = bool(driver.execute(_UNDER_WAY).fetchall())
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise
        return  # the schema of an earlier release, or none
    hides = getattr(driver, "hides_imports", True)
    if not under_way and not hides:
        return
    for table in (each.name for each in columns.tables_in_parts()):
        driver.execute(
            f"CREATE TEMP VIEW IF NOT EXISTS {table} AS SELECT * FROM main.{table}"
            " WHERE batch_id IS NULL"
            " OR batch_id NOT IN (SELECT batch_id FROM main.lazsa_open_imports)"
            if under_way
            else f"DROP VIEW IF EXISTS temp.{table}"
        )
    if hasattr(driver, "hides_imports"):
        driver.hides_imports = under_way


def evidence_stamp(driver: Any) -> tuple[Any, ...]:
    """Return what changes whenever such rows, or merges of ids, are recorded."""
    tables = (*columns.tables_in_parts(), schema.subject_merges)
    newest = (f"(SELECT max(id) FROM main.{table.name})" for table in tables)
    [stamp] = driver.execute(f"SELECT {', '.join(newest)}").fetchall()
    return tuple(stamp)
