"""What if PostgreSQL is not there, or a session on it stands still?"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from lazsa_flow.award.store.store import AwardStore
from lazsa_flow.errors import UnavailableError
from lazsa_flow.store.connect import connect
from lazsa_flow.store.driver_transaction import transact_by_driver
from lazsa_flow.store.monitoring import end_stalled
from lazsa_flow.store.retry import is_lost
from tests.servers import free_port, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_look_at_a_database_that_is_away_is_told_in_our_words() -> None:
    """Who only looks gets the same error as who writes: workers and tickers wait and look again."""
    store = AwardStore(f"postgresql://lazsa@127.0.0.1:{free_port()}/lazsa")
    for look in (store.next_due, store.stamp, store.policies):
        with pytest.raises(UnavailableError):
            look()
    for opening in (store.leading(), store.begin(write=False)):
        with pytest.raises(UnavailableError), opening:
            pass


def test_a_session_that_was_ended_while_it_idled_is_replaced(postgres: Callable[[], str]) -> None:
    """After a restart of the server the next call goes through, be it one that runs once only."""
    url = postgres()
    store = AwardStore(url)
    store.migrate()
    with closing(psycopg.connect(url, autocommit=True)) as other:
        ended = other.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
        assert ended is not None
        assert ended[0] > 0
        wait_until(lambda: _sessions(other) == 1, "a session that is gone")
    store.transact(lambda transaction: transaction.paths_of("s1"), again=False, lost=False)
    store.close()


def _sessions(connection: psycopg.Connection) -> int:
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def test_a_session_that_stands_still_within_a_statement_is_ended(
    postgres: Callable[[], str],
) -> None:
    """No limit of the server ends a COPY whose rest is not sent; one that idles is let alone."""
    url = postgres()
    store = AwardStore(url)
    store.migrate()
    with (
        closing(psycopg.connect(url)) as stopped,
        closing(psycopg.connect(url)) as idle,
        store.begin() as transaction,
    ):
        idle.execute("SELECT * FROM lazsa_paths")
        stopped.execute("BEGIN")
        stopped.pgconn.exec_(b"COPY lazsa_slots FROM STDIN")
        assert end_stalled(transaction._connection, 60) == 0
        wait_until(lambda: end_stalled(transaction._connection, 0) == 1, "a session that is ended")
        idle.execute("SELECT 1")
    store.close()


def test_a_transaction_of_ours_that_idles_is_ended(postgres: Callable[[], str]) -> None:
    """Even where the server's own limit does not see it: a worker stopped behind its last row."""
    url = postgres()
    store, engine = AwardStore(url), connect(url)
    store.migrate()
    with engine.connect() as stopped, store.begin() as transaction:
        stopped.exec_driver_sql("SET idle_in_transaction_session_timeout = 0")
        stopped.exec_driver_sql("SELECT * FROM lazsa_paths")
        assert end_stalled(transaction._connection, 60) == 0
        wait_until(lambda: end_stalled(transaction._connection, 0) == 1, "a session that is ended")
        with pytest.raises(DBAPIError):
            stopped.exec_driver_sql("SELECT 1")
    engine.dispose()
    store.close()


def test_a_driven_transaction_is_lost_with_its_session(postgres: Callable[[], str]) -> None:
    """A session that the server ended while it idled is replaced; one in use is told as lost."""
    engine = connect(url := postgres())
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE marks (number integer)")
    sessions: list[int] = []

    def end(session: int) -> None:
        with closing(psycopg.connect(url)) as other:
            other.execute("SELECT pg_terminate_backend(%s, 1000)", (session,))

    def mark(driver: Any) -> None:
        sessions.append(driver.info.backend_pid)
        driver.execute("INSERT INTO marks VALUES (1)")

    def mark_and_end(driver: Any) -> None:
        mark(driver)
        end(sessions[-1])

    transact_by_driver(engine, mark)
    transact_by_driver(engine, mark)
    end(sessions[-1])
    transact_by_driver(engine, mark)
    with pytest.raises(DBAPIError) as caught:
        transact_by_driver(engine, mark_and_end)
    assert is_lost(caught.value)
    transact_by_driver(engine, mark)
    assert sessions[0] == sessions[1]
    assert sessions[2] == sessions[3]
    assert len(set(sessions)) == 3
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM marks").scalar() == 4
    engine.dispose()


def test_nobody_drives_a_database_that_is_away() -> None:
    """A server that is not there is told as one, by the driver's own transactions too."""
    engine = connect(f"postgresql://lazsa@127.0.0.1:{free_port()}/lazsa")
    with pytest.raises(DBAPIError) as caught:
        transact_by_driver(engine, lambda _: None)
    assert is_lost(caught.value)
