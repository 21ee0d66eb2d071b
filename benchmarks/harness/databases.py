"""Databases for benchmarks.

Both stores are durable: SQLite with a write-ahead log and ``synchronous = FULL``, PostgreSQL with
``fsync`` and ``synchronous_commit`` on, at the settings of a small server of its own. Each filled
database is made once; every turn works on a fresh copy that is on the disk before the clock starts.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import ExitStack, contextmanager
from functools import cached_property
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, Literal, Self

import psycopg

from benchmarks.population.fill import fill
from tests.servers import Postgres, postgres_server, redis_server

if TYPE_CHECKING:
    from collections.abc import Iterator

Store = Literal["sqlite", "postgresql"]
STORES: Final[dict[Store, str]] = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
"""The stores, and how they are called."""
SETTINGS: Final = {
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "1h",
    "autovacuum": "off",
}
"""What differs from PostgreSQL's own defaults: no checkpoint and no vacuum in one side's turn."""


class Databases:
    """Databases and servers for one run of the benchmarks; all of it is gone at the end."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._filled: dict[tuple[Store, int, int], str] = {}
        self._numbers = count(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._stack.close()

    @cached_property
    def folder(self) -> Path:
        """A folder for files."""
        made = self._stack.enter_context(TemporaryDirectory(prefix="lazsa-bench-"))
        return Path(made)

    @cached_property
    def _server(self) -> Postgres:
        server = self._stack.enter_context(postgres_server(fsync=True))
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            for name, value in SETTINGS.items():
                connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        server.stop()
        server.start()
        return server

    @cached_property
    def redis_url(self) -> str:
        """The URL of a Redis server."""
        return self._stack.enter_context(redis_server()).url

    def empty(self, store: Store) -> str:
        """Make an empty database and return its URL."""
        if store == "postgresql":
            return self._server.fresh()
        return f"sqlite:///{self.folder / f'{next(self._numbers)}.db'}"

    def filled(self, store: Store, sellers: int, due: int) -> str:
        """Return a database with so many sellers, so many of them due; never write to it."""
        key = (store, sellers, due)
        if key not in self._filled:
            self._filled[key] = self.empty(store)
            fill(self._filled[key], sellers, due)
        return self._filled[key]

    @contextmanager
    def filling(self, store: Store, sellers: int, due: int, *, copied: int = 0) -> Iterator[str]:
        """Fill a database that is too large to be kept, and drop it at the end.

        Args:
            store: Which store.
            sellers: How many paths there are.
            due: How many of them are due.
            copied: From how many of those who are not due the database makes the others.
        """
        made = self.empty(store)
        try:
            fill(made, sellers, due, copied=copied)
            yield made
        finally:
            self.drop(made)

    @contextmanager
    def copy(self, url: str) -> Iterator[str]:
        """Copy a database that nobody is connected to, and drop the copy at the end."""
        made = self.duplicate(url)
        try:
            yield made
        finally:
            self.drop(made)

    def duplicate(self, url: str) -> str:
        """Copy a database that nobody is connected to, and wait until the copy is on the disk."""
        if url.startswith("sqlite"):
            made = self.empty("sqlite")
            shutil.copyfile(file_of(url), file_of(made))
            with Path(file_of(made)).open("rb") as copied:
                os.fsync(copied.fileno())
            return made
        name = f"copy_{next(self._numbers)}"
        with psycopg.connect(self._server.url("postgres"), autocommit=True) as connection:
            source = url.rpartition("/")[2]
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}" STRATEGY FILE_COPY')
            connection.execute("CHECKPOINT")
        return self._server.url(name)

    def drop(self, url: str) -> None:
        """Drop a database."""
        if url.startswith("sqlite"):
            for end in ("", "-wal", "-shm"):
                Path(file_of(url) + end).unlink(missing_ok=True)
            return
        with psycopg.connect(self._server.url("postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{url.rpartition("/")[2]}" WITH (FORCE)')


def file_of(url: str) -> str:
    """Return the file of a SQLite database."""
    return url.removeprefix("sqlite:///")


def connect(url: str) -> Any:
    """Open a plain driver connection, as durable as our own, without a transaction begun."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(file_of(url), isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")
        return connection
    return psycopg.connect(url, autocommit=True)
