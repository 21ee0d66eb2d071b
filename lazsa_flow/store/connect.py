"""Opening a database.

SQLite: write-ahead log, every commit on disk, foreign keys, and our own ``BEGIN IMMEDIATE`` for a
transaction that writes, so that what it read stays true until it commits and no writer starves.

PostgreSQL: psycopg 3, READ COMMITTED, with time limits on a statement, on waiting for a lock and on
a transaction that idles: a worker that was stopped and wakes up later can commit nothing, and those
who wait for its rows go on. See :mod:`.postgresql`.
"""

from __future__ import annotations

import sqlite3
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError

from lazsa_flow.database_urls import split_urls
from lazsa_flow.errors import ClosedError, InputError
from lazsa_flow.store.fast.driver import driver_connection
from lazsa_flow.store.file_identity import FileIdentity
from lazsa_flow.store.lock_wait import LOCK_TIMEOUT_S, OPTION, lock_wait
from lazsa_flow.store.open_imports import hide_open_imports
from lazsa_flow.store.options import ConnectionOptions, split_options
from lazsa_flow.store.pool import pool_arguments
from lazsa_flow.store.postgresql import connect_postgresql
from lazsa_flow.store.read_only import read_where_writing_is_forbidden, reads_only
from lazsa_flow.store.sqlite_lock import OwnConnection, begin_immediate, begin_reading, register

DIALECTS: Final = ("sqlite", "postgresql")
BUSY_TIMEOUT_MS: Final = round(LOCK_TIMEOUT_S * 1000)
"""How long SQLite waits for others, unless the URL says otherwise."""
CHECKPOINT_PAGES: Final = 10_000
"""Where commits do not wait for the disk, it is written to less often, too. Units: 4 kB pages."""
CACHE_KB: Final = 32_768
"""The pages of a few thousand paths, wherever they are; SQLite's own 2 MB hold a few hundred."""
READ_ONLY: Final = "lazsa_read_only"
NO_TEXT: Final = "Could not decode to UTF-8"
"""How Python's driver for SQLite begins where a stored text is none; it gives no code."""


def connect(url: str, *, durable: bool = True, lasting: bool = True) -> sa.Engine:
    """Open an engine on a database URL, such as ``sqlite:///lazsa.db``.

    Args:
        url: The URL; see :class:`lazsa_flow.store.options.ConnectionOptions` for what it may say
            of the connections.
        durable: Whether a commit waits for the disk. One that does not outlives the process all
            the same, and the machine a moment later.
        lasting: Whether it outlives the process at all. A scratch database does not, so that SQLite
            neither waits for the disk nor overwrites what is deleted.

    Raises:
        InputError: The URL is none, or several, or names a database that is not supported, or has
            an option with a value that it cannot have.
    """
    if len(split_urls(url)) > 1:
        raise InputError.of("database", "url", "several", "one URL; SeveralDatabases takes several")
    engine = None
    try:
        parsed, options = split_options(sa.make_url(url))
        if parsed.get_backend_name() == "sqlite":
            engine = _connect_sqlite(parsed, options, durable=durable, lasting=lasting)
        elif parsed.get_backend_name() == "postgresql":
            engine = connect_postgresql(parsed, options, durable=durable)
    except (ArgumentError, ValueError):  # what it says may hold the password
        pass
    if engine is None:
        expected = "a URL such as sqlite:///lazsa.db or postgresql://user@host/name"
        raise InputError.of("database", "url", "(not shown)" if "@" in url else url, expected)
    return engine


def close(engine: sa.Engine) -> None:
    """Close an engine's connections for good.

    SQLAlchemy would open new ones for the next caller; this lets them have a
    :class:`ClosedError`.
    """
    # not by do_connect: the first listener that opens a connection ends that event
    pool, engine.pool = engine.pool, sa.pool.NullPool(_refuse_connection)
    pool.dispose()


def _refuse_connection(*_arguments: Any) -> Any:
    raise ClosedError


def file_of(url: sa.URL) -> Path | None:
    """Return the file of an SQLite database; ``None`` where it has none, or is another's."""
    name = url.database
    if url.get_backend_name() != "sqlite" or not name or name == ":memory:":
        return None
    if not name.startswith("file:"):
        return Path(name)
    parts = urlsplit(name)
    if parts.path == ":memory:" or url.query.get("mode") == "memory":
        return None
    return Path(unquote(parts.path))


def read_only_url(url: str) -> str:
    """Return the URL of a database so that its connections write nothing, not even a checkpoint.

    Only SQLite's last connection writes when it closes: of what is in the log. Any other URL, and
    one of a file that is not there, is returned as it is.
    """
    try:
        parsed = sa.make_url(url)
    except ArgumentError:
        return url
    file = file_of(parsed)
    if file is None or not file.exists():
        return url
    named = parsed.set(database=f"file:{quote(str(file.absolute()))}")
    query = {"uri": "true", "mode": "ro"}
    return named.update_query_dict(query).render_as_string(hide_password=False)


def sqlite_file(url: str | sa.URL, command: str) -> Path:
    """Return the file of an SQLite database, for a command that works on files.

    Raises:
        InputError: The URL is none, or the database is no file of SQLite's.
    """
    try:
        file = file_of(sa.make_url(url))
    except ArgumentError:
        file = None
    if file is None:
        expected = (
            "the URL of an SQLite file; PostgreSQL has pg_dump and pg_restore, "
            "see docs/operations/backup.md"
        )
        raise InputError.of(command, "database", "(not shown)", expected)
    return file


def _connect_sqlite(
    url: sa.URL, own: ConnectionOptions, *, durable: bool, lasting: bool
) -> sa.Engine:
    file = file_of(url)
    engine = sa.create_engine(
        url,
        connect_args={"factory": OwnConnection},
        execution_options={OPTION: own.lock_timeout_s},
        # in memory each connection would be a database of its own
        # who comes back soon finds the pages that it has read: what others write empties a cache
        **({**pool_arguments(own), "pool_use_lifo": True} if file else {}),
    )
    busy_ms = round(own.lock_timeout_s * 1000)
    identity = None if file is None else FileIdentity(file.absolute())
    prepare = partial(
        _prepare_sqlite,
        durable=durable,
        lasting=lasting,
        busy_ms=busy_ms,
        identity=identity,
        writes=url.query.get("mode") != "ro",
    )
    event.listen(engine, "connect", prepare)
    if file is not None:
        read_where_writing_is_forbidden(engine, file)
    event.listen(engine, "begin", partial(_begin_sqlite, file=file and file.absolute()))
    return engine


def _prepare_sqlite(
    connection: sqlite3.Connection,
    record: Any,
    *,
    durable: bool,
    lasting: bool,
    busy_ms: int,
    identity: FileIdentity | None,
    writes: bool,
) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself
    register(connection, identity)
    for pragma in (
        f"busy_timeout = {busy_ms}",
        *(("journal_mode = WAL",) if writes and not reads_only(record) else ()),
        "synchronous = FULL",
        *(() if durable else ("synchronous = NORMAL", f"wal_autocheckpoint = {CHECKPOINT_PAGES}")),
        "foreign_keys = ON",
        "secure_delete = ON",  # what is erased is overwritten, however SQLite was built
        *(() if lasting else ("synchronous = OFF", "secure_delete = OFF")),
        f"cache_size = -{CACHE_KB}",
    ):
        try:
            connection.execute(f"PRAGMA {pragma}")
        except UnicodeDecodeError as error:  # what SQLite says of a damaged schema is no text
            raise sqlite3.DatabaseError(f"{NO_TEXT}: {error.reason}") from None


def _begin_sqlite(connection: sa.Connection, *, file: Path | None) -> None:
    with driver_connection(connection) as driver:
        if connection.get_execution_options().get(READ_ONLY, False):
            begin_reading(driver)
        else:
            begin_immediate(driver, lock_wait(connection), file)
        hide_open_imports(driver)
