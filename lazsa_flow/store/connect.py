"""How is a database opened?

SQLite: write-ahead log, every commit on disk, foreign keys, and our own ``BEGIN IMMEDIATE`` for a
transaction that writes, so that what it read stays true until it commits and no writer starves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError

from lazsa_flow.errors import InputError

if TYPE_CHECKING:
    import sqlite3

DIALECTS: Final = ("sqlite",)
BUSY_TIMEOUT_MS: Final = 60_000
READ_ONLY: Final = "lazsa_read_only"


def connect(url: str) -> sa.Engine:
    """Open an engine on a database URL, such as ``sqlite:///lazsa.db``.

    Raises:
        InputError: The URL is none, or names a database that is not supported.
    """
    try:
        parsed = sa.make_url(url)
        backend = parsed.get_backend_name()
    except ArgumentError:
        backend = ""
    if backend not in DIALECTS:
        expected = "a URL such as sqlite:///lazsa.db"
        raise InputError.of("database", "url", "(not shown)" if "@" in url else url, expected)
    engine = sa.create_engine(parsed)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    read_only = connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
