"""Retries: what happens when the database gives up on a transaction.

It is run again as a whole, at most five times: after a serialisation failure, a deadlock, a lock
that was not to be had, or two writers of one idempotency key. All attempts share one deadline for
locks. After a lost connection nobody knows
whether the commit happened; so only what can tell for itself is run again.
"""

from __future__ import annotations

import re
import sqlite3
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from lazsa_flow.errors import (
    ContendedError,
    DamagedError,
    MalformedError,
    SchemaError,
    StorageError,
    UnavailableError,
)
from lazsa_flow.logs import log
from lazsa_flow.store.connect import NO_TEXT
from lazsa_flow.store.lock_wait import LOCK_TIMEOUT_S, waiting_at_most

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TRANSACTION_ATTEMPTS: Final = 5
"""How often a whole transaction is tried at most."""
_PAUSE_S: Final = 0.02
_LOST_S: Final = 15.0
"""After so long a lost connection is not tried again: the network is away, or the server."""
_CONTENDED: Final = frozenset({"40001", "40P01", "55P03", "57014", "26000"})
"""serialization_failure, deadlock_detected, lock_not_available, query_canceled (the time limit on a
statement), invalid_sql_statement_name (a pooler gave us another session). Source: PostgreSQL,
Appendix A."""
_LOST: Final = ("08", "57P0", "25P0")
"""The connection, the server's shutting down, a transaction that idled. Source: PostgreSQL,
Appendix A."""
_AWAY: Final = ("53", "58", "25006")
"""No room, a fault of the system, a server that only reads. Source: PostgreSQL, Appendix A."""
_AWAY_SQLITE: Final = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN")
"""Source: SQLite, Result Codes."""
_DAMAGED: Final = ("XX001", "XX002", "SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_TOOBIG")
"""data_corrupted, index_corrupted; a page that cannot be, a file of another kind, a length that
cannot be. Source: PostgreSQL, Appendix A; SQLite, Result Codes."""
_MISSING: Final = ("42P01", "42703")
"""undefined_table, undefined_column. Source: PostgreSQL, Appendix A."""
_MISSING_SQLITE: Final = re.compile(
    r"(?:no such (?:table|column)|table \S+ has no column)", re.ASCII
)
_NO_JSON: Final = "JSON cannot hold BLOB values"
"""What SQLite says where rows that are asked for as JSON hold bytes; it gives no code."""

_Result = TypeVar("_Result")


def retrying(
    attempt: Callable[[], _Result],
    *,
    again: bool,
    lost: bool,
    lock_timeout_s: float = LOCK_TIMEOUT_S,
) -> _Result:
    """Run a whole transaction, at most five times.

    Args:
        attempt: The transaction, from its begin to its commit.
        again: Whether it may be run again after the database gave up on it.
        lost: Whether it may be run again after the connection was lost.
        lock_timeout_s: How long all attempts together may wait for locks.

    Raises:
        ContendedError: The database gave up every time, or others held a lock all the time.
        UnavailableError: The connection was lost every time, or may not be tried again; or the
            database has no room.
        DamagedError: The database's file is damaged, or is none.
        SchemaError: A table or column is missing.
        StorageError: The database will not take what was to be written.
    """
    with waiting_at_most(lock_timeout_s) as wait:
        for number in range(1, TRANSACTION_ATTEMPTS + 1):
            last = number == TRANSACTION_ATTEMPTS
            try:
                return attempt()
            except DBAPIError as error:
                if is_lost(error):
                    if last or not lost or wait.waited_s > _LOST_S:
                        raise UnavailableError("the connection to the database was lost") from None
                elif is_away(error):
                    raise UnavailableError(f"the database cannot write: {name_of(error)}") from None
                elif not is_contended(error):
                    raise build_refusal(error) from None
                elif wait.left_s <= 0:
                    raise ContendedError(wait.over) from None
                elif last or not again:
                    raise ContendedError(f"the database gave up {number} times") from None
                log.warning("transaction.again", attempt=number, error=name_of(error))
                time.sleep(_PAUSE_S * 2**number)
    raise AssertionError  # the last attempt returns or raises


@contextmanager
def reading() -> Iterator[None]:
    """Read once, and raise our own error if the database cannot be read.

    Raises as :func:`working_once`.
    """
    with working_once("read"):
        yield


@contextmanager
def working_once(how: str) -> Iterator[None]:
    """Use the database once, and raise our own error if it cannot be used.

    The driver's own error shows statements and values, so none comes out.

    Args:
        how: ``read`` or ``write``.

    Raises:
        UnavailableError: It cannot be reached, or does not work.
        ContendedError: Others were in the way.
        DamagedError: Its file is damaged, or is none.
        SchemaError: A table or column is missing.
        StorageError: It refused for any other reason.
    """
    try:
        yield
    except DBAPIError as error:
        if is_lost(error) or is_away(error):
            what = "be read" if how == "read" else how
            raise UnavailableError(f"the database cannot {what}: {name_of(error)}") from None
        if is_contended(error):
            raise ContendedError(f"the database gave up: {name_of(error)}") from None
        raise build_refusal(error) from None


@contextmanager
def reporting_damage() -> Iterator[None]:
    """Write, and raise our own error for damage; the caller's retry handles everything else.

    Raises:
        DamagedError: The database's file is damaged, or is none.
    """
    try:
        yield
    except DBAPIError as error:
        if is_damaged(error):
            raise build_refusal(error) from None
        raise


def build_refusal(error: DBAPIError) -> StorageError | SchemaError:
    """Return our error for one of the driver's that will come again however often it is tried."""
    if is_damaged(error):
        return build_damage(error.orig)
    if lacks := build_missing(str(error.orig), getattr(error.orig, "sqlstate", None)):
        return lacks
    if str(error.orig) == _NO_JSON:
        return MalformedError("bytes where a text is expected")
    return StorageError(f"the database refused: {name_of(error)}")


def build_missing(text: str, sqlstate: str | None = None) -> SchemaError | None:
    """Return our error where a driver's, by its text or state, says what is not there."""
    if sqlstate in _MISSING or _MISSING_SQLITE.match(text):
        return SchemaError("the database lacks a table or column of ours; run: lazsa-flow doctor")
    return None


def build_damage(error: BaseException | None) -> DamagedError:
    """Return our error for what a driver says of a damaged file."""
    if getattr(error, "sqlite_errorname", None) == "SQLITE_NOTADB":
        return DamagedError("the file is not an SQLite database, or its beginning is damaged")
    return DamagedError(
        f"the database is damaged ({_name(error)}): stop all processes, then restore a backup "
        "with lazsa-flow restore"
    )


def is_damaged(error: DBAPIError) -> bool:
    """Return whether an error means that the file is damaged, or is no database."""
    return is_damage(error.orig)


def is_damage(error: BaseException | None) -> bool:
    """Return the same for the driver's own error."""
    state = getattr(error, "sqlstate", None) or ""
    name = getattr(error, "sqlite_errorname", None) or ""
    no_text = isinstance(error, sqlite3.Error) and str(error).startswith(NO_TEXT)
    no_text = no_text or isinstance(error, UnicodeDecodeError)  # SQLite's own text of what it found
    return state.startswith(_DAMAGED) or name.startswith(_DAMAGED) or no_text


def is_lost(error: DBAPIError) -> bool:
    """Return whether an error means that the connection is gone."""
    state = getattr(error.orig, "sqlstate", None) or ""
    return error.connection_invalidated or state.startswith(_LOST) or _was_refused(error)


def _was_refused(error: DBAPIError) -> bool:
    """Return whether PostgreSQL refused the connection, for which the driver has no SQLSTATE."""
    module = type(error.orig).__module__.partition(".")[0]
    no_state = getattr(error.orig, "sqlstate", None) is None
    return isinstance(error, OperationalError) and module == "psycopg" and no_state


def is_away(error: DBAPIError) -> bool:
    """Return whether an error means that the database cannot write at all."""
    state = getattr(error.orig, "sqlstate", None) or ""
    name = getattr(error.orig, "sqlite_errorname", None) or ""
    return state.startswith(_AWAY) or name.startswith(_AWAY_SQLITE)


def name_of(error: DBAPIError) -> str:
    """Return the name of the driver's error; its text may hold anything and is not shown."""
    return _name(error.orig)


def _name(error: BaseException | None) -> str:
    own = getattr(error, "sqlite_errorname", None) or getattr(error, "sqlstate", None)
    return f"{type(error).__name__} {own}" if own else type(error).__name__


def is_contended(error: DBAPIError) -> bool:
    """Return whether an error means that another writer was in the way."""
    if getattr(error.orig, "sqlstate", None) in _CONTENDED:
        return True
    if isinstance(error, IntegrityError):
        return "lazsa_keys" in str(error.orig)
    text = str(error.orig)
    return isinstance(error, OperationalError) and ("database is locked" in text)
