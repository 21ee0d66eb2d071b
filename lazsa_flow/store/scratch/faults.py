"""Faults of a scratch database and of its source, told apart.

Both are open at once while rows are copied. What cannot be written is the scratch database, for the
source is only read.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from lazsa_flow.errors import ContendedError, SchemaError, UnavailableError
from lazsa_flow.store.retry import build_damage, build_missing, is_damage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NO_ROOM: Final = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_TRUNCATE", "SQLITE_READONLY")
_LOCKED: Final = ("SQLITE_BUSY", "SQLITE_LOCKED")
"""Source: SQLite, Result Codes."""


@contextmanager
def reporting_scratch(folder: Path) -> Iterator[None]:
    """Report what keeps a scratch database from being written, for a block that uses nothing else.

    Raises:
        UnavailableError: There is no room for it, or it cannot be used.
    """
    try:
        yield
    except OSError as error:
        raise build_no_room(folder, error.strerror or type(error).__name__) from None
    except sqlite3.Error as error:
        raise build_no_room(folder, _name(error)) from None
    except (SchemaError, UnavailableError) as error:
        raise build_no_room(folder, str(error)) from None


@contextmanager
def reporting_copy(scratch: Path) -> Iterator[None]:
    """Report what keeps rows from being copied from one SQLite database to another.

    Args:
        scratch: The scratch database's file.

    Raises:
        ContendedError: Another process holds the source's lock for itself.
        DamagedError: The source is damaged.
        SchemaError: The source lacks a table or column.
        UnavailableError: The source cannot be read, or there is no room for the copy.
    """
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if is_damage(error):
            raise build_damage(error) from None
        name = _name(error)
        if name.startswith(_NO_ROOM):
            raise build_no_room(scratch.parent, name) from None
        if name.startswith(_LOCKED):
            raise ContendedError("another process holds the database's lock for itself") from None
        if lacks := build_missing(str(error)):
            raise lacks from None
        raise UnavailableError(f"the database cannot be read: {name}") from None


def build_no_room(folder: Path, why: str) -> UnavailableError:
    """Return the error of a scratch database that cannot be written."""
    return UnavailableError(
        f"the scratch database cannot be written in {folder}: {why}; "
        "make room there, or set TMPDIR to a folder that has room"
    )


def _name(error: Exception) -> str:
    return getattr(error, "sqlite_errorname", None) or type(error).__name__
