"""Exclusive use of an SQLite database: nobody else has it open, not even idly.

A connection to a database with a write-ahead log holds a shared lock for as long as it is open, so
SQLite's own lock tells an idle process from none. Where the system shows which files a process has
open, they are named, and those that never asked the database anything are found as well.

Source:
    SQLite, "Write-Ahead Logging" and "PRAGMA locking_mode"; os.h, PENDING_BYTE.
"""

from __future__ import annotations

import fcntl
import sqlite3
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lazsa_flow.errors import HeldError
from lazsa_flow.store.sqlite_file import open_sqlite

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOCK_START: Final = 0x40000000
_LOCK_LENGTH: Final = 512


@contextmanager
def held_alone(database: Path) -> Iterator[sqlite3.Connection]:
    """Hold a database alone; what its log had is written into it.

    Raises:
        HeldError: Somebody else holds it, if only by an idle connection.
    """
    with closing(open_sqlite(database, timeout=0)) as connection:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")  # until it is closed
        try:
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if not str(error).startswith("database is locked"):
                raise
            raise _held_error([]) from None
        yield connection


@contextmanager
def locked_bytes(file: Path) -> Iterator[None]:
    """Hold the bytes that SQLite locks, of a file that SQLite cannot open.

    Raises:
        HeldError: Somebody else holds them.
    """
    with file.open("r+b") as stream:
        try:
            fcntl.lockf(stream, fcntl.LOCK_EX | fcntl.LOCK_NB, _LOCK_LENGTH, _LOCK_START)
        except (BlockingIOError, PermissionError):
            raise _held_error([]) from None
        yield


def check_holders(database: Path) -> None:
    """Make sure that no process has the file open, where the system can tell.

    Raises:
        HeldError: One has.
    """
    found = sorted(process for process in _processes() if _has_open(process, database))
    if found:
        raise _held_error(found)


def _processes() -> list[int]:
    """Return the numbers of the processes that the system shows; none where it shows none."""
    try:
        return [int(each.name) for each in Path("/proc").iterdir() if each.name.isdecimal()]
    except OSError:
        return []


def _has_open(process: int, file: Path) -> bool:
    """Return whether a process has a file open; ``False`` where we may not look."""
    with suppress(OSError):
        for opened in Path(f"/proc/{process}/fd").iterdir():
            with suppress(OSError):
                if opened.samefile(file):
                    return True
    return False


def _held_error(processes: list[int]) -> HeldError:
    numbers = f" (process {', '.join(map(str, processes))})" if processes else ""
    return HeldError(
        f"a process has the database open{numbers}: stop run, worker, ticker, relay, view and "
        "everything else that uses it, then restore again"
    )
