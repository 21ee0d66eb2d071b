"""How is a database opened?

SQLite: write-ahead log, every commit on disk, foreign keys, and our own ``BEGIN IMMEDIATE`` for a
transaction that writes, so that what it read stays true until it commits and no writer starves.

PostgreSQL: psycopg 3, READ COMMITTED, with time limits on a statement, on waiting for a lock and on
a transaction that idles: a worker that was stopped and wakes up later can commit nothing, and those
who wait for its rows go on.
"""

from __future__ import annotations

import selectors
import sqlite3
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError

from lazsa_flow.errors import ClosedError, InputError
from lazsa_flow.store.driver import raw
from lazsa_flow.store.options import ConnectionOptions, split_options
from lazsa_flow.store.pool import pool_arguments
from lazsa_flow.store.read_only import read_where_writing_is_forbidden, reads_only

if TYPE_CHECKING:
    import psycopg

DIALECTS: Final = ("sqlite", "postgresql")
BUSY_TIMEOUT_MS: Final = 60_000
STATEMENT_TIMEOUT_MS: Final = 120_000
LOCK_TIMEOUT_MS: Final = 60_000
APPLICATION: Final = "lazsa_flow"
"""How our sessions are called, unless the URL calls them otherwise."""
IDLE_TIMEOUT_MS: Final = 30_000
CHECKPOINT_PAGES: Final = 10_000
"""Where commits do not wait for the disk, it is written to less often, too. Units: 4 kB pages."""
CACHE_KB: Final = 32_768
"""The pages of a few thousand paths, wherever they stand; SQLite's own 2 MB hold a few hundred."""
READ_ONLY: Final = "lazsa_read_only"
NO_TEXT: Final = "Could not decode to UTF-8"
"""How Python's driver for SQLite begins where a stored text is none; it gives no code."""
_SELECTOR: Final = getattr(selectors, "PollSelector", selectors.SelectSelector)
"""One look at one socket: epoll asks the system four times for it, poll once."""


def connect(url: str, *, durable: bool = True) -> sa.Engine:
    """Open an engine on a database URL, such as ``sqlite:///lazsa.db``.

    Args:
        url: The URL; see :class:`lazsa_flow.store.options.ConnectionOptions` for what it may say
            of the connections.
        durable: Whether a commit waits for the disk. One that does not outlives the process all
            the same, and the machine a moment later.

    Raises:
        InputError: The URL is none, names a database that is not supported, or has an option
            with a value that it cannot have.
    """
    engine = None
    try:
        parsed, options = split_options(sa.make_url(url))
        if parsed.get_backend_name() == "sqlite":
            # in memory each connection would be a database of its own
            file = file_of(parsed)
            engine = sa.create_engine(parsed, **(pool_arguments(options) if file else {}))
            event.listen(engine, "connect", partial(_prepare_sqlite, durable=durable))
            if file is not None:
                read_where_writing_is_forbidden(engine, file)
            event.listen(engine, "begin", _begin_sqlite)
        elif parsed.get_backend_name() == "postgresql":
            engine = _connect_postgresql(parsed, options, durable=durable)
    except (ArgumentError, ValueError):  # what it says may hold the password
        pass
    if engine is None:
        expected = "a URL such as sqlite:///lazsa.db or postgresql://user@host/name"
        raise InputError.of("database", "url", "(not shown)" if "@" in url else url, expected)
    return engine


def close(engine: sa.Engine) -> None:
    """Close an engine's connections for good.

    SQLAlchemy would open new ones for whoever asks next; this lets them have a
    :class:`ClosedError`.
    """
    event.listen(engine, "do_connect", _refuse_connection)
    engine.dispose()


def _refuse_connection(*_arguments: Any) -> None:
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


def _connect_postgresql(url: sa.URL, own: ConnectionOptions, *, durable: bool) -> sa.Engine:
    limits: dict[str, int | str] = {
        "application_name": APPLICATION,
        "statement_timeout": STATEMENT_TIMEOUT_MS,
        "lock_timeout": LOCK_TIMEOUT_MS,
        "idle_in_transaction_session_timeout": IDLE_TIMEOUT_MS,
    }
    if not durable:
        limits["synchronous_commit"] = "off"
    options = " ".join(f"-c {name}={value}" for name, value in limits.items())
    try:
        engine = sa.create_engine(
            url.set(drivername="postgresql+psycopg"),
            connect_args={"options": options},
            isolation_level="READ COMMITTED",
            **pool_arguments(own),
        )
    except ModuleNotFoundError as error:
        expected = "the PostgreSQL driver: pip install lazsa-flow[postgres]"
        raise InputError.of("database", "url", str(error.name), expected) from None
    from lazsa_flow.store import trip

    event.listen(engine, "connect", trip.enable)
    event.listen(engine, "rollback", trip.forget)
    event.listen(engine, "checkout", _check_silent)
    return engine


def _check_silent(connection: psycopg.Connection, *_pooled: Any) -> None:
    """Let a session go that has something to say: one that idles is silent, unless it was ended.

    So a restart of the server is noticed without asking it each time.
    """
    with _SELECTOR() as selector:
        selector.register(connection, selectors.EVENT_READ)
        if selector.select(timeout=0):
            raise sa.exc.InvalidatePoolError


def _prepare_sqlite(connection: sqlite3.Connection, record: Any, *, durable: bool) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        *(() if reads_only(record) else ("journal_mode = WAL",)),
        "synchronous = FULL",
        *(() if durable else ("synchronous = NORMAL", f"wal_autocheckpoint = {CHECKPOINT_PAGES}")),
        "foreign_keys = ON",
        "secure_delete = ON",  # what is erased is overwritten, however SQLite was built
        f"cache_size = -{CACHE_KB}",
    ):
        try:
            connection.execute(f"PRAGMA {pragma}")
        except UnicodeDecodeError as error:  # what SQLite says of a damaged schema is no text
            raise sqlite3.DatabaseError(f"{NO_TEXT}: {error.reason}") from None


def _begin_sqlite(connection: sa.Connection) -> None:
    read_only = connection.get_execution_options().get(READ_ONLY, False)
    with raw(connection) as driver:
        driver.execute("BEGIN" if read_only else "BEGIN IMMEDIATE")
