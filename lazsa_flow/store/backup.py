"""Backup of an SQLite database, by SQLite's own backup interface.

Others go on working on the database. The backup is one file without a log next to it, checked
before it gets its name.

Source:
    SQLite, "Online Backup API".
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lazsa_flow.errors import DamagedError, InputError, SchemaError
from lazsa_flow.private_files import create_file
from lazsa_flow.store.integrity import find_damage, revision_of
from lazsa_flow.store.schema_revision import NEWER, is_known
from lazsa_flow.store.sqlite_file import (
    logs_of,
    open_sqlite,
    our_errors,
    remove_database,
    sync_to_disk,
)

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Backup:
    """A file that holds a whole database.

    Attributes:
        file: Where it is.
        size: Units: bytes.
        revision: The schema's revision.
    """

    file: Path
    size: int
    revision: str


def back_up(database: Path, file: Path, *, overwrite: bool = False) -> Backup:
    """Copy a database while others work on it, check the copy, and only then give it its name.

    Args:
        database: The database's file.
        file: The backup's.
        overwrite: Whether it may take the place of a file that is there.

    Raises:
        InputError: The file cannot be written, or is there already.
        SchemaError: There is no database, or none of ours.
        DamagedError: The database is damaged; nothing is left of the copy.
        UnavailableError: The database cannot be read, or there is no room.
    """
    with our_errors("backup", file):
        if not database.is_file():
            raise SchemaError("there is no database to back up; run: lazsa-flow migrate")
        _check_name(database, file, overwrite=overwrite)
        with closing(open_sqlite(database)) as source:
            source.execute("BEGIN")
            revision = revision_in(source, "the database")
            size = copy_checked(source, file)
    return Backup(file, size, revision)


def _check_name(database: Path, file: Path, *, overwrite: bool) -> None:
    if not file.parent.is_dir():
        raise InputError.of("backup", "FILE", str(file), "a file in a folder that is there")
    if file.is_dir():
        raise InputError.of("backup", "FILE", str(file), "the name of a file, not a folder")
    if file.exists() and file.samefile(database):
        raise InputError.of("backup", "FILE", str(file), "another file than the database")
    if file.exists() and not overwrite:
        raise InputError.of("backup", "FILE", str(file), "a file that is not there, or --overwrite")
    for log in logs_of(file):
        expected = f"a name without a log next to it: there is {log.name}"
        raise InputError.of("backup", "FILE", str(file), expected)


def refuse_damage(connection: sqlite3.Connection, name: str, *, thorough: bool = False) -> None:
    """Make sure that nothing is wrong with a database's pages.

    Args:
        connection: On the database.
        name: How errors call it.
        thorough: Whether indexes are compared with their tables, too.

    Raises:
        DamagedError: Something is.
    """
    found = find_damage(connection, thorough=thorough)
    if found:
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise DamagedError(f"{name} is damaged: {'; '.join(found[:_SHOWN])}{more}")


def revision_in(connection: sqlite3.Connection, name: str) -> str:
    """Return the revision of a database's schema, one that this release knows.

    Raises:
        SchemaError: It has none of ours, or one of a release to come.
    """
    found = revision_of(connection)
    if found is None:
        raise SchemaError(f"{name} has no lazsa_flow schema")
    if not is_known(found):
        raise SchemaError(f"{name} has the schema {found}, {NEWER}")
    return found


def copy_checked(source: sqlite3.Connection, file: Path) -> int:
    """Copy a database into a new file, checked and on the disk before it has its name.

    Returns:
        Its size in bytes.
    """
    part = file.with_name(f"{file.name}.part")
    remove_database(part)  # of a copy that was killed
    try:
        create_file(part)
        with closing(open_sqlite(part)) as target:
            target.execute("PRAGMA locking_mode = EXCLUSIVE")
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")  # one file, without a log
            refuse_damage(target, "the copied database")
        sync_to_disk(part)
        size = part.stat().st_size
        part.replace(file)
        sync_to_disk(file.parent)
        return size
    except BaseException:
        remove_database(part)
        raise
