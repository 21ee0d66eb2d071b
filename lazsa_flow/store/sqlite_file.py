"""An SQLite database as a file: opened by the driver alone, with its logs.

Backup and restore work on files, before any engine of SQLAlchemy's is made.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from lazsa_flow.errors import InputError, UnavailableError
from lazsa_flow.store.retry import build_damage, is_damage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE_S: Final = 60.0
"""How long to wait for a process that restores or migrates the database."""
LOGS: Final = ("-wal", "-journal")
"""What SQLite puts next to a database, and reads again when it is opened."""
INDEX: Final = "-shm"
"""The index of a log, which is made again."""
DAMAGE: Final = (sqlite3.DatabaseError, UnicodeDecodeError)
"""What the driver raises over a damaged file; the latter where SQLite's own text is no text."""


def open_sqlite(
    file: Path, options: str = "mode=rw", *, timeout: float = PATIENCE_S
) -> sqlite3.Connection:
    """Open a file that is there, by the driver alone, which begins no transaction by itself.

    Args:
        file: The file.
        options: Of the URI, such as ``mode=ro``.
        timeout: Units: seconds.
    """
    uri = f"file:{quote(str(file.absolute()))}?{options}"
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=timeout)


def list_logs(file: Path) -> list[Path]:
    """Return what SQLite has left next to a database: its logs, and their index."""
    found = [file.with_name(file.name + suffix) for suffix in (*LOGS, INDEX)]
    return [each for each in found if each.exists()]


def logs_of(file: Path) -> list[Path]:
    """Return the logs next to a database that are not empty."""
    logs = [file.with_name(file.name + suffix) for suffix in LOGS]
    return [each for each in logs if each.exists() and each.stat().st_size]


def remove_database(file: Path) -> None:
    """Remove a database with all its logs, as far as it is there."""
    for each in (file, *list_logs(file)):
        each.unlink(missing_ok=True)


def sync_to_disk(file: Path) -> None:
    """Wait until a file, or what a folder lists, is on the disk."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def our_errors(command: str, file: Path) -> Iterator[None]:
    """Report in our own words what the system or the driver says.

    Args:
        command: Which command works on the file.
        file: The file, where the system names none.

    Raises:
        InputError: A file cannot be read or written.
        DamagedError: A database is damaged.
        UnavailableError: A database cannot be used for any other reason.
    """
    try:
        yield
    except OSError as error:
        expected = f"a file that can be read and written: {error.strerror}"
        raise InputError.of(command, "FILE", str(error.filename or file), expected) from None
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if is_damage(error):
            raise build_damage(error) from None
        name = getattr(error, "sqlite_errorname", None) or type(error).__name__
        raise UnavailableError(f"{command}: the database cannot be used: {name}") from None
