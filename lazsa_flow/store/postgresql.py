"""PostgreSQL connections: their limits, their liveness, and a pooler that may stand between.

Limits are set for the session once it is open, not as it is opened: a pooler such as PgBouncer
refuses parameters that it does not know, or drops them. Through a pooler in transaction mode a
session is another one with each transaction; so there they are set for each transaction. A pooler
is known by the number of the session: it hands out one of its own.
"""

from __future__ import annotations

import os
import re
import selectors
from typing import TYPE_CHECKING, Any, Final, cast

import sqlalchemy as sa
from sqlalchemy import event

from lazsa_flow.extras import needs_extra
from lazsa_flow.store.fast.driver import driver_connection
from lazsa_flow.store.lock_wait import OPTION, current_wait
from lazsa_flow.store.pool import pool_arguments

if TYPE_CHECKING:
    from collections.abc import Mapping

    import psycopg

    from lazsa_flow.store.liveness import WatchedConnection
    from lazsa_flow.store.options import ConnectionOptions

APPLICATION: Final = "lazsa_flow"
"""How our sessions are called, unless the URL calls them otherwise."""
STATEMENT_TIMEOUT_MS: Final = 120_000
IDLE_TIMEOUT_MS: Final = 30_000
LIMITS: Final = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
"""What must never be 0: what stands still holds others up for so long."""
_CONNECT: Final = {
    "application_name": APPLICATION,
    "connect_timeout": 10,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""The driver's options, unless the URL says otherwise. Units: seconds; the last, ms."""
_OPTION: Final = re.compile(r"(?:-c\s*|--)((?:[^\s=\\]|\\.)+)=((?:[^\s\\]|\\.)*)")
_SELECTOR: Final = getattr(selectors, "PollSelector", selectors.SelectSelector)
"""One look at one socket: epoll asks the system four times for it, poll once."""


def connect_postgresql(url: sa.URL, own: ConnectionOptions, *, durable: bool) -> sa.Engine:
    """Open an engine on a PostgreSQL database.

    Raises:
        ExtraError: The driver is not installed.
    """
    connect_args = {name: value for name, value in _CONNECT.items() if name not in url.query}
    with needs_extra("postgres", "a database on PostgreSQL"):
        engine = sa.create_engine(
            url.set(drivername="postgresql+psycopg"),
            connect_args=connect_args,
            isolation_level="READ COMMITTED",
            execution_options={OPTION: own.lock_timeout_s},
            **pool_arguments(own),
        )
        from lazsa_flow.store import liveness
    settings = _settings(url, own, durable=durable)

    def open_session(_dialect: Any, _record: Any, cargs: Any, cparams: Any) -> Any:
        return liveness.open_watched(cargs, cparams)

    def prepare(connection: WatchedConnection, _record: sa.pool.ConnectionPoolEntry) -> None:
        _set_limits(connection, settings)
        prepared = own.prepared_statements
        if not (prepared if prepared is not None else not connection.pooled):
            connection.prepare_threshold = None

    event.listen(engine, "do_connect", open_session)
    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", _limit_transaction)
    event.listen(engine, "checkout", _check_silent)
    event.listen(engine, "checkin", _end_autocommit)
    return engine


def _settings(url: sa.URL, own: ConnectionOptions, *, durable: bool) -> dict[str, str]:
    """Return what a session of ours is set to; the URL's own ``options`` come first."""
    given = url.query.get("options") or os.environ.get("PGOPTIONS", "")
    text = given if isinstance(given, str) else " ".join(given)
    theirs = {
        name.replace("-", "_"): re.sub(r"\\(.)", r"\1", v) for name, v in _OPTION.findall(text)
    }
    ours = {
        "statement_timeout": str(STATEMENT_TIMEOUT_MS),
        "lock_timeout": str(max(1, round(own.lock_timeout_s * 1000))),
        "idle_in_transaction_session_timeout": str(IDLE_TIMEOUT_MS),
        **({} if durable else {"synchronous_commit": "off"}),
    }
    return {name: theirs.get(name, value) for name, value in ours.items()}


def _set_limits(connection: WatchedConnection, settings: Mapping[str, str]) -> None:
    """Set a new session's limits, unless it is a pooler's and may be another's soon."""
    connection.settings = settings
    direct = f"pg_backend_pid() = {connection.info.backend_pid}"
    values, sets = _setting(settings, f"CASE WHEN {direct} THEN set_config(%s, %s, false) END")
    connection.autocommit = True
    [row] = connection.execute(f"SELECT {direct}, {sets}", values, prepare=False).fetchall()
    connection.autocommit = False
    connection.pooled = not row[0]
    if connection.pooled:
        connection.session_pid = None


def _limit_transaction(connection: sa.Connection) -> None:
    """Limit a transaction that begins: through a pooler, or where its call has waited already."""
    driver = cast("WatchedConnection", connection.connection.driver_connection)
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        _end_autocommit(driver, None)
    wait = current_wait()
    if driver.pooled:
        driver.session_pid = None  # that of the last transaction, which may be another's by now
    if driver.autocommit or not (driver.pooled or (wait is not None and wait.begun)):
        return
    with driver_connection(connection):
        limit_transaction(driver)


def limit_transaction(driver: WatchedConnection, *, ask: bool = True) -> None:
    """Set the limits of the driver's present transaction, the lock's by what its call has left.

    Args:
        driver: On which a transaction begins or has begun.
        ask: Whether to ask for the session's number, too; in a pipeline nothing is asked.
    """
    settings, wait = dict(driver.settings), current_wait()
    limit = settings["lock_timeout"]
    if wait is not None and limit.isdigit() and int(limit):
        settings["lock_timeout"] = str(min(int(limit), max(1, round(wait.left_s * 1000))))
    values, sets = _setting(settings, "set_config(%s, %s, true)")
    cursor = driver.execute(f"SELECT pg_backend_pid(), {sets}", values)
    driver.session_pid = cursor.fetchall()[0][0] if ask else None


def _setting(settings: Mapping[str, str], each: str) -> tuple[list[str], str]:
    """Return what sets each setting, and the values for it."""
    values = [text for setting in settings.items() for text in setting]
    return values, ", ".join(each for _ in settings)


def _check_silent(connection: psycopg.Connection, *_pooled: Any) -> None:
    """Let a session go that has something to say: one that idles is silent, unless it was ended.

    So a restart of the server is noticed without asking it each time.
    """
    with _SELECTOR() as selector:
        selector.register(connection, selectors.EVENT_READ)
        if selector.select(timeout=0):
            raise sa.exc.InvalidatePoolError


def _end_autocommit(connection: psycopg.Connection | None, _record: object) -> None:
    """Let psycopg begin transactions again: a pipeline may have begun the last one by itself."""
    if connection is not None and connection.autocommit and not connection.closed:
        connection.autocommit = False


def limits_of(connection: sa.Connection) -> dict[str, str]:
    """Return what limits the present transaction, as the server shows it."""
    names = ", ".join(f"current_setting('{name}')" for name in LIMITS)
    [row] = connection.execute(sa.text(f"SELECT {names}"))
    return dict(zip(LIMITS, row, strict=True))
