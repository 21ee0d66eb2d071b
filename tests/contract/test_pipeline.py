"""Statements that go to PostgreSQL in one pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest
import sqlalchemy as sa
from psycopg.pq import TransactionStatus
from sqlalchemy.exc import DBAPIError

from lazsa_flow.store import prefetch, schema
from lazsa_flow.store.connect import connect
from lazsa_flow.store.fast.driver import fetch_all
from lazsa_flow.store.retry import is_lost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ECHO = sa.select(sa.bindparam("text", type_=sa.Text()))
ENDED = sa.text("SELECT pg_terminate_backend(pg_backend_pid())")
FAILS = sa.text("SELECT 1 / 0")


@pytest.fixture
def session(postgres: Callable[[], str]) -> Iterator[sa.Connection]:
    """Return a session in which a transaction has begun."""
    engine = connect(postgres())
    with engine.connect() as connection:
        connection.begin()
        yield connection
    engine.dispose()


def go(session: sa.Connection, *statements: sa.ClauseElement, text: str = "a") -> list[Any]:
    """Run statements in one round trip."""
    if not session.in_transaction():
        session.begin()
    return fetch_all(session, statements, {"text": text})


def test_each_statement_answers(session: sa.Connection) -> None:
    """Rows come back by statement, again and again, also once a session was rolled back."""
    for _ in range(12):  # psycopg prepares what it has run a few times
        assert go(session, ECHO, ECHO) == [[("a",)], [("a",)]]
    session.rollback()
    assert go(session, ECHO, ECHO) == [[("a",)], [("a",)]]


def test_nothing_runs_behind_what_fails(session: sa.Connection) -> None:
    """The error is the first one's; the session goes on once it is rolled back."""
    with pytest.raises(DBAPIError, match="division by zero"):
        go(session, ECHO, FAILS, ECHO)
    session.rollback()
    assert go(session, ECHO, ECHO) == [[("a",)], [("a",)]]


def test_a_transaction_begins_in_its_first_pipeline(session: sa.Connection) -> None:
    """``BEGIN`` is sent with the statements, for each transaction, and those after it belong to it.

    Without a pipeline, psycopg begins the next one by itself.
    """
    driver: Any = session.connection.driver_connection
    for _ in range(2):
        go(session, ECHO, ECHO)
        assert driver.info.transaction_status == TransactionStatus.INTRANS
        session.commit()
        assert driver.info.transaction_status == TransactionStatus.IDLE
    session.begin()
    session.execute(sa.text("SELECT 1"))
    assert driver.info.transaction_status == TransactionStatus.INTRANS


def test_a_statement_waits_for_no_answer_to_begin(
    session: sa.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is read before all is sent: one round trip."""

    def fail(_pipeline: object) -> None:
        raise AssertionError

    monkeypatch.setattr(psycopg.Pipeline, "_sync_gen", fail)
    assert go(session, ECHO, ECHO) == [[("a",)], [("a",)]]


def test_much_goes_both_ways_at_once(session: sa.Connection) -> None:
    """What is answered while more is sent is read, or both sides would wait for ever."""
    long = "x" * 1_000_000
    assert go(session, *[ECHO] * 20, text=long) == [[(long,)]] * 20


def test_what_cannot_be_a_text_is_not_sent(session: sa.Connection) -> None:
    """A NUL would end the text for the server; the session goes on."""
    with pytest.raises(DBAPIError, match="NUL"):
        go(session, ECHO, ECHO, text="a\0b")
    assert go(session, ECHO, ECHO) == [[("a",)], [("a",)]]


def test_a_session_that_is_ended_underway_is_lost(session: sa.Connection) -> None:
    """So the transaction is run again in another one, if it may be."""
    with pytest.raises(DBAPIError) as caught:
        go(session, ENDED, ECHO)
    assert is_lost(caught.value)
    assert session.invalidated


def test_a_session_that_cannot_leave_a_pipeline_is_lost(
    session: sa.Connection, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A server that goes down can leave it so. It is given up, without a word in the log."""
    go(session, ECHO, ECHO)

    def stay(pipeline: psycopg.Pipeline, _error: object) -> None:
        pipeline.level -= 1
        raise psycopg.OperationalError("cannot exit pipeline mode while busy")

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Pipeline, "_exit", stay)
        with pytest.raises(DBAPIError) as caught:
            go(session, ECHO, ECHO)
    assert is_lost(caught.value)
    assert session.invalidated
    session.rollback()
    assert go(session, ECHO, ECHO) == [[("a",)], [("a",)]]
    assert not caplog.records


def test_an_interrupted_session_goes_on(
    session: sa.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever stops a program within a statement finds a session that can roll back."""
    go(session, ECHO, ECHO)

    def interrupt(driver: psycopg.Connection, waiting: Any, *rest: Any) -> None:
        wait(driver, waiting, *rest)
        raise KeyboardInterrupt

    wait = psycopg.Connection.wait
    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Connection, "wait", interrupt)
        with pytest.raises(KeyboardInterrupt):
            go(session, ECHO, ECHO)
    session.rollback()
    assert go(session, ECHO, ECHO) == [[("a",)], [("a",)]]


def test_a_command_holds_the_rules_before_it_reads_its_path(session: sa.Connection) -> None:
    """The statement that locks the paths of a subject takes the lock on the rules, too."""
    metadata = schema.METADATA
    metadata.create_all(session, tables=[metadata.tables["lazsa_paths"]])
    text = "INSERT INTO lazsa_paths VALUES (1, 'l', 's', 'c', 'x', 1, '', NULL, '', '', false"
    session.exec_driver_sql(f"{text}, '{{}}', '{{}}', '')")
    rows = fetch_all(session, [prefetch.queries("postgresql", ()).paths_locked], {"id": 1})
    assert [row[0] for row in rows[0]] == [1]
    locks = "SELECT mode FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
    assert session.exec_driver_sql(locks).scalars().all() == ["ShareLock"]
