"""Statements that go to PostgreSQL in one packet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.pq import TransactionStatus
from sqlalchemy.exc import DBAPIError

from lazsa_flow.store.connect import connect
from lazsa_flow.store.fast.pg_pipeline import Asked, travel
from lazsa_flow.store.retry import is_contended, is_lost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import sqlalchemy as sa

ECHO = Asked("SELECT $1::text", ["a"])


@pytest.fixture
def session(postgres: Callable[[], str]) -> Iterator[sa.Connection]:
    """Return a session in which nothing has begun."""
    engine = connect(postgres())
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def go(session: sa.Connection, *asked: Asked, commit: bool = False) -> list[list[Any]]:
    """Travel in a session, within SQLAlchemy's transaction."""
    if not session.in_transaction():
        session.begin()
    return travel(session, asked, commit=commit)


def rows(session: sa.Connection) -> Sequence[Any]:
    """Return what the test's table holds."""
    [found] = go(session, Asked("SELECT n FROM numbers ORDER BY n", []))
    return found


def test_values_arrive_as_they_left(session: sa.Connection) -> None:
    """Numbers, flags, texts, lists and nothing at all come back from where they were sent."""
    text = "SELECT $1::bigint, $2::bool, $3::text, $4::text, $5::bigint[]"
    sent = (2**40, True, "ł, {'\"\\", None, [1, 2])
    for _ in range(2):
        assert go(session, Asked(text, sent), ECHO) == [[sent], [("a",)]]


@pytest.mark.parametrize("level", ["READ COMMITTED", "REPEATABLE READ", "AUTOCOMMIT"])
def test_a_transaction_begins_as_its_session_asks(session: sa.Connection, level: Any) -> None:
    """What is to be of one moment is, and where nothing is to begin nothing does."""
    session.execution_options(isolation_level=level)
    expected = "read committed" if level == "AUTOCOMMIT" else level.lower()
    assert go(session, Asked("SHOW transaction_isolation", [])) == [[(expected,)]]
    assert session.connection.driver_connection is not None
    idles = session.connection.driver_connection.info.transaction_status == TransactionStatus.IDLE
    assert idles == (level == "AUTOCOMMIT")


def test_nothing_runs_behind_what_fails(session: sa.Connection) -> None:
    """A commit behind a statement that fails is none, and the session goes on."""
    session.exec_driver_sql("CREATE TABLE numbers (n int)")
    session.commit()
    insert = Asked("WITH w AS (INSERT INTO numbers VALUES ($1::int)) SELECT 1", [1])
    with pytest.raises(DBAPIError, match="division by zero"):
        go(session, insert, Asked("SELECT 1 / $1::int", [0]), commit=True)
    session.rollback()
    assert rows(session) == []
    go(session, insert, commit=True)
    session.rollback()
    assert rows(session) == [(1,)]


def test_a_session_is_prepared_anew_once_it_was_rolled_back(session: sa.Connection) -> None:
    """Psycopg lets go of all that is prepared when it rolls back; nothing is missing after it."""
    go(session, ECHO)
    session.exec_driver_sql("DEALLOCATE ALL")
    session.rollback()
    assert go(session, ECHO) == [[("a",)]]
    session.rollback()
    assert go(session, ECHO) == [[("a",)]]
    held = "SELECT count(*) FROM pg_prepared_statements WHERE statement = $1"
    assert go(session, Asked(held, [ECHO.text])) == [[(1,)]]


def test_what_is_prepared_no_more_is_run_again(session: sa.Connection) -> None:
    """Where a pooler has changed the session, the whole transaction is run again."""
    go(session, ECHO)
    session.exec_driver_sql("DEALLOCATE ALL")
    with pytest.raises(DBAPIError) as caught:
        go(session, ECHO)
    assert is_contended(caught.value)
    session.rollback()
    assert go(session, ECHO) == [[("a",)]]


def test_much_goes_both_ways_at_once(session: sa.Connection) -> None:
    """What is answered while more is sent is read, or both sides would wait for ever."""
    long = "x" * 1_000_000
    answers = go(session, *[Asked(ECHO.text, [long])] * 20)
    assert answers == [[(long,)]] * 20


def test_what_cannot_be_a_text_is_not_sent(session: sa.Connection) -> None:
    """A NUL would end the text for the server; the session goes on."""
    with pytest.raises(DBAPIError, match="NUL"):
        go(session, Asked(ECHO.text, ["a\0b"]))
    assert go(session, ECHO) == [[("a",)]]


def test_a_session_that_is_ended_underway_is_lost(session: sa.Connection) -> None:
    """So the transaction is run again in another one, if it may be."""
    go(session, ECHO)
    ended = "SELECT pg_terminate_backend(pg_backend_pid())"
    with pytest.raises(DBAPIError) as caught:
        go(session, Asked(ended, []), ECHO, commit=True)
    assert is_lost(caught.value)
    assert session.invalidated


def test_an_interrupted_session_goes_on(
    session: sa.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever stops a program within a statement finds a session that can roll back."""
    go(session, ECHO)

    def interrupt(driver: psycopg.Connection, waiting: Any) -> None:
        wait(driver, waiting)
        raise KeyboardInterrupt

    wait = psycopg.Connection.wait
    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Connection, "wait", interrupt)
        with pytest.raises(KeyboardInterrupt):
            go(session, ECHO)
    session.rollback()
    assert go(session, ECHO) == [[("a",)]]


def test_an_unread_session_is_used_no_more(
    session: sa.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answers that nobody has read must not be taken for those of the next."""

    def interrupt(*_args: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Connection, "wait", interrupt)
        with pytest.raises(KeyboardInterrupt):
            go(session, ECHO)
    assert session.invalidated
