"""Restore: a backup takes the place of an SQLite database that nobody else holds.

The backup is written over the database's pages in one transaction of SQLite's, so that a restore
that is killed leaves the old state, and nothing of the old log is ever mixed with the new pages.
The file stays where it is, with its owner and mode. Only a database so damaged that SQLite cannot
open it is moved aside, and the backup takes its name.

Source:
    SQLite, "Online Backup API" and "How To Corrupt An SQLite Database File", 1.4 and 2.5.
"""

from __future__ import annotations

import os
import shutil
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lazsa_flow.errors import DamagedError, InputError, SchemaError
from lazsa_flow.store.backup import copy_checked, refuse_damage, revision_in
from lazsa_flow.store.exclusive import check_holders, held_alone, locked_bytes
from lazsa_flow.store.integrity import revision_of
from lazsa_flow.store.read_only import UNCHANGING
from lazsa_flow.store.retry import is_damage
from lazsa_flow.store.schema_revision import HEAD
from lazsa_flow.store.sqlite_file import (
    DAMAGE,
    INDEX,
    list_logs,
    logs_of,
    open_sqlite,
    our_errors,
    remove_database,
    sync_to_disk,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore has done.

    Attributes:
        database: The database's file.
        revision: The revision of its schema now.
        current: Whether that is this release's; else it must be migrated.
        set_aside: Where the old database is kept, if it was so damaged that it had to be moved.
    """

    database: Path
    revision: str
    current: bool
    set_aside: Path | None


def restore(file: Path, database: Path) -> Restored:
    """Put a backup in place of a database that no process holds.

    Args:
        file: The backup.
        database: The database's file; it need not be there.

    Raises:
        InputError: There is no such backup, or it is no finished one.
        DamagedError: The backup is damaged; the database is as it was.
        SchemaError: The backup is none of ours, or of a release to come; or the database is another
            application's.
        HeldError: A process holds the database.
        UnavailableError: The database cannot be written, or there is no room.
    """
    database = Path(os.path.realpath(database))
    with our_errors("restore", file), _checked_backup(file, database) as source:
        revision = revision_in(source, str(file))
        set_aside = _put_in_place(source, database)
    return Restored(database, revision, revision == HEAD, set_aside)


def _put_in_place(source: sqlite3.Connection, database: Path) -> Path | None:
    """Put a backup into its place; return where a database is kept that could not be opened."""
    if not database.exists():
        remove_database(database)  # the log of a database that is gone
        copy_checked(source, database)
        return None
    check_holders(database)
    try:
        _overwrite_database(source, database)
    except DAMAGE as error:
        if not is_damage(error):
            raise
        return _replace_database(source, database)
    return None


def check_backup(file: Path, database: Path) -> str:
    """Make sure that a file is a sound backup of ours; return its schema's revision.

    Raises:
        InputError: There is no such file, it is no finished backup, or it is the database itself.
        DamagedError: It is damaged.
        SchemaError: It is none of ours, or of a release to come.
    """
    with our_errors("restore", file), _checked_backup(file, database) as source:
        return revision_in(source, str(file))


def check_unheld(database: Path) -> None:
    """Make sure that no process holds a database.

    Raises:
        HeldError: One does.
    """
    with our_errors("restore", database):
        database = Path(os.path.realpath(database))
        if not database.exists():
            return
        check_holders(database)
        with suppress(*DAMAGE), held_alone(database):
            pass


@contextmanager
def _checked_backup(file: Path, database: Path) -> Iterator[sqlite3.Connection]:
    """Open a backup, which nobody may be changing, and check all of it."""
    if not file.is_file():
        raise InputError.of("restore", "FILE", str(file), "a backup, by lazsa-flow backup")
    if database.exists() and file.samefile(database):
        raise InputError.of("restore", "FILE", str(file), "another file than the database")
    if logs_of(file):
        expected = (
            "a finished backup: this one has a log next to it, so it was copied from a database in "
            "use; make it one with lazsa-flow backup"
        )
        raise InputError.of("restore", "FILE", str(file), expected)
    with closing(open_sqlite(file, UNCHANGING)) as source:
        try:
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except DAMAGE:
            raise DamagedError(f"{file} is damaged, or not an SQLite database") from None
        refuse_damage(source, str(file), thorough=True)
        yield source


def describe_contents(database: Path, *, unchanging: bool = False) -> str:
    """Describe what a database holds, for the person who is about to replace it.

    Args:
        database: The file.
        unchanging: Whether it is a backup, which nobody changes and nothing is put next to.
    """
    try:
        with closing(open_sqlite(database, UNCHANGING if unchanging else "mode=rw")) as connection:
            query = "SELECT count(*), max(recorded_at) FROM lazsa_journal"
            rows, latest = connection.execute(query).fetchone()
    except DAMAGE:
        return "cannot be read"
    return f"{rows} journal rows" + (f", the last recorded at {latest}" if latest else "")


def _overwrite_database(source: sqlite3.Connection, database: Path) -> None:
    """Write a backup over a database, in one transaction."""
    with held_alone(database) as target:
        empty = target.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
        if not empty and revision_of(target) is None:
            raise SchemaError("the database is another application's: it has no lazsa_flow schema")
        target.execute("PRAGMA journal_mode = DELETE")
        target.execute("PRAGMA synchronous = FULL")
        source.backup(target)
        database.with_name(database.name + INDEX).unlink(missing_ok=True)
        refuse_damage(target, "the restored database")


def _replace_database(source: sqlite3.Connection, database: Path) -> Path:
    """Put a backup in place of a database that cannot be opened; return where that is kept now."""
    with locked_bytes(database):
        aside = _find_unused_name(database)
        new = database.with_name(f"{database.name}.new")
        copy_checked(source, new)
        shutil.copymode(database, new)
        with suppress(PermissionError):
            shutil.chown(new, database.stat().st_uid, database.stat().st_gid)
        try:
            os.link(database, aside)
        except OSError:  # a file system without links
            shutil.copy2(database, aside)
        for each in list_logs(database):
            each.rename(aside.with_name(aside.name + each.name.removeprefix(database.name)))
        new.replace(database)  # after the old log is gone
        sync_to_disk(database.parent)
    return aside


def _find_unused_name(database: Path) -> Path:
    for number in range(1, 1000):
        aside = database.with_name(f"{database.name}.damaged-{number}")
        if not aside.exists():
            return aside
    raise InputError.of("restore", "database", str(database), "fewer damaged copies next to it")
