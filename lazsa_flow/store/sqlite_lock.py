"""SQLite's one write lock: who waits for it says so, and does not wait for its own process.

A host that calls the library from within a transaction of its own, without binding it, waits for a
lock that it holds itself. Linux says which process holds it; and of our own transactions we know.
What is left is a connection of the host's, in this process: it is given a moment, since it may be
another thread's, and then the call fails and says what to do.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final
from weakref import WeakSet

from lazsa_flow.errors import ContendedError
from lazsa_flow.store.lock_wait import BIND, FIRST_LOOK_S

if TYPE_CHECKING:
    from lazsa_flow.store.file_identity import FileIdentity
    from lazsa_flow.store.lock_wait import LockWait

OWN_PROCESS_S: Final = 3.0
"""For so long another connection of this process may hold the lock before a call fails."""
POLL_S: Final = 0.02
"""SQLite is asked for its lock for so long at a time; then it looks every 10 ms at least."""
_LOCKS: Final = Path("/proc/locks")
_WRITE_LOCK: Final = 120
"""The byte of the ``-shm`` file that a writer locks. Source: SQLite, WAL-index locks."""


class OwnConnection(sqlite3.Connection):
    """A connection of ours.

    Attributes:
        writes: Whether its present transaction is one that writes.
        hides_imports: Whether it hides what imports that are under way have written.
        identity: The file that it must have open; ``None`` for a database in memory.
    """

    writes = False
    hides_imports = False
    identity: FileIdentity | None = None


_connections: WeakSet[OwnConnection] = WeakSet()
_registering: Final = threading.Lock()


def register(driver: sqlite3.Connection, identity: FileIdentity | None) -> None:
    """Count a connection among our own, and take note of the file that it has opened."""
    if isinstance(driver, OwnConnection):
        if identity is not None:
            identity.note()
        driver.identity = identity
        with _registering:
            _connections.add(driver)


def begin_immediate(driver: sqlite3.Connection, wait: LockWait, file: Path | None) -> None:
    """Begin a transaction that writes, once no other one does.

    Args:
        driver: The connection.
        wait: Until when it may wait.
        file: The database's; ``None`` where it is in memory.

    Raises:
        sqlite3.OperationalError: Another process held the lock all the time.
        ContendedError: Another connection of this process holds it.
        ReplacedError: The path names another file than the one that is open.
    """
    [(timeout_ms,)] = driver.execute("PRAGMA busy_timeout").fetchall()
    try:
        _begin_writing(driver, wait, file)
    finally:
        driver.execute(f"PRAGMA busy_timeout = {timeout_ms}")
    if isinstance(driver, OwnConnection):
        driver.writes = True
    _check_file(driver)


def _check_file(driver: sqlite3.Connection) -> None:
    if isinstance(driver, OwnConnection) and driver.identity is not None:
        driver.identity.check(driver)


def takes_writes(driver: sqlite3.Connection) -> bool:
    """Return whether a connection may write; nothing is written, and nobody is waited for."""
    [(timeout_ms,)] = driver.execute("PRAGMA busy_timeout").fetchall()
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        driver.execute("BEGIN IMMEDIATE")
        driver.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY  # somebody writes
    finally:
        driver.execute(f"PRAGMA busy_timeout = {timeout_ms}")
    return not driver.execute("PRAGMA query_only").fetchone()[0]


def _begin_writing(driver: sqlite3.Connection, wait: LockWait, file: Path | None) -> None:
    own_s = 0.0
    while True:
        step_s = min(FIRST_LOOK_S, max(wait.left_s, 0.0))
        try:
            _begin_within(driver, wait, step_s)
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or wait.left_s <= 0:
                raise
        by_host = file is not None and _held_by_host(file)
        wait.tell(by="this process" if by_host else "another")
        own_s = own_s + step_s if by_host else 0.0
        if own_s >= (OWN_PROCESS_S if threading.active_count() > 1 else step_s):
            raise ContendedError(
                "a transaction in this process that is not lazsa_flow's holds the database's "
                f"write lock; {BIND}"
            )


def _begin_within(driver: sqlite3.Connection, wait: LockWait, seconds: float) -> None:
    """Begin within some time; SQLite is asked again and again, since it looks ever less often."""
    left_after = wait.left_s - seconds
    while True:
        step_s = min(POLL_S, max(wait.left_s - left_after, 0.0))
        driver.execute(f"PRAGMA busy_timeout = {round(step_s * 1000)}")
        try:
            driver.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or wait.left_s <= left_after:
                raise


def begin_reading(driver: sqlite3.Connection) -> None:
    """Begin a transaction that only reads; it waits for no writer.

    Raises:
        ReplacedError: The path names another file than the one that is open.
    """
    if isinstance(driver, OwnConnection):
        driver.writes = False
    driver.execute("BEGIN")
    _check_file(driver)


def _held_by_host(file: Path) -> bool:
    """Return whether a connection of this process that is none of ours holds the write lock."""
    with _registering:
        ours = any(each.writes and _in_transaction(each) for each in _connections)
    return not ours and _held_by_process(file)


def _in_transaction(connection: OwnConnection) -> bool:
    """Return whether a connection, which its owner may have closed, is in a transaction."""
    try:
        return connection.in_transaction
    except sqlite3.ProgrammingError:  # closed
        return False


def _held_by_process(file: Path) -> bool:
    """Return whether this process holds the write lock, where the system can say.

    The file of the locks is not opened: closing it would drop those that this process holds.
    """
    try:
        inode = str(file.with_name(f"{file.name}-shm").stat().st_ino)
        lines = _LOCKS.read_text("ascii").splitlines()
    except (OSError, ValueError):
        return False
    return any(_is_ours(line.split(), inode) for line in lines)


def _is_ours(words: list[str], inode: str) -> bool:
    """Read a line such as ``1: POSIX  ADVISORY  WRITE 812 08:01:131 120 120``."""
    if len(words) != 8 or words[1] != "POSIX" or words[3] != "WRITE":
        return False
    _, _, _, _, pid, device, first, last = words
    covers = int(first) <= _WRITE_LOCK and (last == "EOF" or int(last) >= _WRITE_LOCK)
    return pid == str(os.getpid()) and device.rpartition(":")[2] == inode and covers
