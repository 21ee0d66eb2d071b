"""What happens when the database gives up on a transaction?

It is run again as a whole, at most five times: after a serialisation failure, a deadlock, a lock
that was not to be had, or two writers of one idempotency key. After a lost connection nobody knows
whether the commit happened; so only what can tell for itself is run again.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from lazsa_flow.errors import ContendedError, StorageError, UnavailableError
from lazsa_flow.logs import log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ATTEMPTS: Final = 5
_PAUSE_S: Final = 0.02
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

_Result = TypeVar("_Result")


def retrying(attempt: Callable[[], _Result], *, again: bool, lost: bool) -> _Result:
    """Run a whole transaction, at most five times.

    Args:
        attempt: The transaction, from its begin to its commit.
        again: Whether it may be run again after the database gave up on it.
        lost: Whether it may be run again after the connection was lost.

    Raises:
        ContendedError: The database gave up every time.
        UnavailableError: The connection was lost every time, or may not be tried again; or the
            database has no room.
        StorageError: The database will not take what was to be written.
    """
    for number in range(1, ATTEMPTS + 1):
        last = number == ATTEMPTS
        try:
            return attempt()
        except DBAPIError as error:
            if is_lost(error):
                if last or not lost:
                    raise UnavailableError("the connection to the database was lost") from None
            elif is_away(error):
                raise UnavailableError(f"the database cannot write: {name_of(error)}") from None
            elif not is_contended(error):
                raise StorageError(f"the database refused: {name_of(error)}") from None
            elif last or not again:
                raise ContendedError(f"the database gave up {number} times") from None
            log.warning("transaction.again", attempt=number, error=name_of(error))
            time.sleep(_PAUSE_S * 2**number)
    raise AssertionError  # the last attempt returns or raises


@contextmanager
def reading() -> Iterator[None]:
    """Read once, and tell in our own words why the database could not be read.

    Raises:
        UnavailableError: It cannot be reached, or does not work.
        ContendedError: Others were in the way.
    """
    try:
        yield
    except DBAPIError as error:
        if is_lost(error) or is_away(error):
            raise UnavailableError(f"the database cannot be read: {name_of(error)}") from None
        if is_contended(error):
            raise ContendedError(f"the database gave up: {name_of(error)}") from None
        raise


def is_lost(error: DBAPIError) -> bool:
    """Tell whether an error means that the connection is gone."""
    state = getattr(error.orig, "sqlstate", None) or ""
    return error.connection_invalidated or state.startswith(_LOST) or _refused(error)


def _refused(error: DBAPIError) -> bool:
    """Tell a PostgreSQL that refuses connections, which gives no state."""
    module = type(error.orig).__module__.partition(".")[0]
    no_state = getattr(error.orig, "sqlstate", None) is None
    return isinstance(error, OperationalError) and module == "psycopg" and no_state


def is_away(error: DBAPIError) -> bool:
    """Tell whether an error means that the database cannot write, whoever asks."""
    state = getattr(error.orig, "sqlstate", None) or ""
    name = getattr(error.orig, "sqlite_errorname", None) or ""
    return state.startswith(_AWAY) or name.startswith(_AWAY_SQLITE)


def name_of(error: DBAPIError) -> str:
    """Return the name of the driver's error; its text may hold anything and is not told."""
    own = getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None)
    return f"{type(error.orig).__name__} {own}" if own else type(error.orig).__name__


def is_contended(error: DBAPIError) -> bool:
    """Tell whether an error means that another writer was in the way."""
    if getattr(error.orig, "sqlstate", None) in _CONTENDED:
        return True
    if isinstance(error, IntegrityError):
        return "lazsa_keys" in str(error.orig)
    text = str(error.orig)
    return isinstance(error, OperationalError) and ("database is locked" in text)
