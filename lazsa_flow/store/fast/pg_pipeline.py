"""How do several statements reach PostgreSQL in one packet?

psycopg's pipeline sends each statement as soon as it is given: the server is woken for each of
them, and both sides go to the network again and again. That took a quarter of a single move. Here
all are laid into libpq's buffer before the first is sent.

They are prepared by us, and so planned once for a session. psycopg forgets all that is prepared in
a session that it rolls back; so what we know of it is forgotten, too, and a statement is closed
before it is prepared, whether it was there or not. In a host's session nothing is prepared, for
nobody tells us when the host rolls back.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from psycopg import IsolationLevel, OperationalError, capabilities, errors
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus
from psycopg.waiting import Ready, Wait

from lazsa_flow.store.fast.driver import raw

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    import psycopg
    import sqlalchemy as sa
    from psycopg.pq.abc import PGconn, PGresult

_COMMIT: Final = b"COMMIT"
_LEVELS: Final = {level: level.name.replace("_", " ").encode() for level in IsolationLevel}
PREPARED: Final = "lazsa_prepared"
"""Where a pooled connection has the texts of what is prepared in its session."""
_NUMBERS: Final = count(1)


class Asked(NamedTuple):
    """A statement whose parameters have numbers, and their values."""

    text: str
    values: Sequence[Any]


def enable(_driver: psycopg.Connection, record: sa.pool.ConnectionPoolEntry) -> None:
    """Let a session of our own travel, if its libpq can close what is prepared."""
    if capabilities.has_send_close_prepared():
        record.info[PREPARED] = set()


def forget(connection: sa.Connection) -> None:
    """Forget what is prepared in a session that is rolled back."""
    if not connection.closed and not connection.invalidated:
        connection.info.get(PREPARED, set()).clear()


def travels(connection: sa.Connection) -> bool:
    """Tell whether a session is one of ours, which :func:`travel` is for."""
    return PREPARED in connection.info


def travel(
    connection: sa.Connection, asked: Sequence[Asked], *, commit: bool = False
) -> list[list[tuple[Any, ...]]]:
    """Run statements in one round trip and return the rows of each.

    Args:
        connection: A session that travels; where no transaction has begun, one does.
        asked: The statements.
        commit: Whether the transaction is committed behind them, if none of them fails.

    Raises:
        DBAPIError: A statement failed, and none behind it was run.
    """
    prepared: set[str] = connection.info[PREPARED]
    with raw(connection) as driver:
        given = [_dumped(driver, each.values) for each in asked]
        try:
            expected = _send(driver, prepared, asked, given, commit=commit)
            results = driver.wait(_results(driver.pgconn))
        finally:
            _arrive(connection, driver)
        for result in results:
            if result.status == ExecStatus.FATAL_ERROR:
                prepared.clear()
                raise errors.error_from_result(result)
        wanted = (result for result, rows in zip(results, expected, strict=True) if rows)
        return [_rows(driver, result) for result in wanted]


def _arrive(connection: sa.Connection, driver: psycopg.Connection) -> None:
    """Leave a session as it was found; one whose answers were not all read is of no more use."""
    try:
        driver.pgconn.exit_pipeline_mode()
    except OperationalError as error:
        connection.invalidate(error)


def _dumped(driver: psycopg.Connection, values: Sequence[Any]) -> Sequence[Any]:
    """Write values as text, of which the server finds the types."""
    return Transformer(driver).dump_sequence(values, [PyFormat.TEXT] * len(values))


def _rows(driver: psycopg.Connection, result: PGresult) -> list[tuple[Any, ...]]:
    reader = Transformer(driver)
    reader.set_pgresult(result)
    return reader.load_rows(0, result.ntuples, tuple)


@lru_cache(maxsize=1024)
def _named(text: str) -> tuple[bytes, bytes]:
    return b"lazsa_%d" % next(_NUMBERS), text.encode()


def _begin(driver: psycopg.Connection) -> bytes | None:
    """Return what begins a transaction as psycopg would, if one is to begin."""
    if driver.autocommit or driver.pgconn.transaction_status != TransactionStatus.IDLE:
        return None
    level = driver.isolation_level
    return b"BEGIN" if level is None else b"BEGIN ISOLATION LEVEL %b" % _LEVELS[level]


def _send(
    driver: psycopg.Connection,
    prepared: set[str],
    asked: Sequence[Asked],
    given: Sequence[Any],
    *,
    commit: bool,
) -> list[bool]:
    """Send everything; return of each result that is to come whether its rows are wanted."""
    pgconn, begin, expected = driver.pgconn, _begin(driver), []
    pgconn.enter_pipeline_mode()
    if begin is not None:
        pgconn.send_query_params(begin, None)
        expected.append(False)
    for each, values in zip(asked, given, strict=True):
        name, text = _named(each.text)
        if each.text not in prepared:
            pgconn.send_close_prepared(name)
            pgconn.send_prepare(name, text)
            prepared.add(each.text)
            expected += [False, False]
        pgconn.send_query_prepared(name, values)
        expected.append(True)
    if commit:
        pgconn.send_query_params(_COMMIT, None)
        expected.append(False)
    pgconn.pipeline_sync()
    return expected


def _results(pgconn: PGconn) -> Generator[Wait, Ready | int, list[PGresult]]:
    """Read everything until the server has no more to say; :meth:`psycopg.Connection.wait` runs it.

    What is answered while it is still sent is read at once, or both sides would wait for ever.
    """
    results: list[PGresult] = []
    while pgconn.flush():
        if (yield Wait.RW) & Ready.R:
            pgconn.consume_input()
    while pgconn.status != ConnStatus.BAD:
        while pgconn.is_busy():
            yield Wait.R
            pgconn.consume_input()
        result = pgconn.get_result()
        if result is None:
            continue
        if result.status == ExecStatus.PIPELINE_SYNC:
            break
        results.append(result)
    return results
