"""Storage: whether the database can be written to, and has room on its disk."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from lazsa_flow.store import columns, schema
from lazsa_flow.store.connect import file_of
from lazsa_flow.store.fast.driver import driver_connection
from lazsa_flow.store.retry import is_contended

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_WAIT_MS: Final = 2000
"""For so long another writer is waited for: while one writes, the file can be written to."""
_ANY_WRITE: Final = 0o222
_LOG: Final = ("-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Room:
    """What a disk has.

    Units:
        Bytes.

    Attributes:
        folder: Whose disk it is.
        free: What is free on it.
        used: What the database takes up.
    """

    folder: Path
    free: int
    used: int


def measure_room(file: Path) -> Room:
    """Return how much room there is next to a SQLite file."""
    folder = file.resolve().parent
    used = sum(
        each.stat().st_size
        for each in (file, *(file.with_name(file.name + end) for end in _LOG))
        if each.exists()
    )
    return Room(folder, shutil.disk_usage(folder).free, used)


def find_write_obstacles(engine: sa.Engine) -> Iterator[str]:
    """Yield the reasons why a database cannot be written to; nothing is changed."""
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            yield from _unwritable_server(connection)
        return
    file = file_of(engine.url)
    reasons = list(_unwritable_paths(file)) if file is not None else []
    yield from reasons or _try_to_write(engine)


def _unwritable_paths(file: Path) -> Iterator[str]:
    """Yield which of file and folder nobody, or not this user, may write to."""
    for path, what in ((file, "the file"), (file.resolve().parent, "the folder")):
        mode = path.stat().st_mode
        if not mode & _ANY_WRITE or not os.access(path, os.W_OK):
            yield f"{what} {path} is read-only (mode {mode & 0o777:04o})"


def _try_to_write(engine: sa.Engine) -> Iterator[str]:
    """Begin to write into a SQLite file, and take it back."""
    try:
        with engine.connect() as connection, driver_connection(connection) as driver:
            driver.execute(f"PRAGMA busy_timeout = {_WAIT_MS}")
            try:
                driver.execute("BEGIN IMMEDIATE")
                driver.execute("CREATE TABLE lazsa_write_test (x)")
            finally:
                with suppress(Exception):
                    driver.execute("ROLLBACK")
            connection.invalidate()  # it has another timeout
    except DBAPIError as error:
        if not is_contended(error):
            yield f"SQLite cannot write: {error.orig}"


def _unwritable_server(connection: sa.Connection) -> Iterator[str]:
    if connection.scalar(sa.text("SELECT pg_is_in_recovery()")):
        yield "the server is a standby, and only reads"
    elif connection.scalar(sa.text("SHOW transaction_read_only")) == "on":
        yield "transactions are read-only by default (default_transaction_read_only is on)"
    append_only = columns.append_only_tables()
    for table in schema.METADATA.sorted_tables:
        wanted: tuple[str, ...] = ("SELECT", "INSERT")
        if table.name not in append_only:
            wanted = (*wanted, "UPDATE", "DELETE")
        lacking = [
            each
            for each in wanted
            if connection.scalar(
                sa.text("SELECT has_table_privilege(to_regclass(:name)::oid, :each)"),
                {"name": table.name, "each": each},
            )
            is False
        ]
        if lacking:
            yield f"this user has no right to {', '.join(lacking)} on {table.name}"


def find_missing_limits(engine: sa.Engine) -> list[str]:
    """Return the time limits that a session on PostgreSQL should have and has not."""
    if engine.dialect.name != "postgresql":
        return []
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    with engine.connect() as connection:
        return [name for name in names if connection.scalar(sa.text(f"SHOW {name}")) == "0"]
