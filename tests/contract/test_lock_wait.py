"""How long does a call wait for what others hold? As long as the URL says, and it says so."""

from __future__ import annotations

import gc
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from lazsa_flow.award.store.store import AwardStore
from lazsa_flow.errors import ContendedError
from lazsa_flow.store import liveness, lock_wait, sqlite_lock
from tests.factories import SELLER, record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path as FilePath

    from lazsa_flow.award.store.transaction import AwardTransaction
    from tests.contract.conftest import Play

HOLD = (
    "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
    "c.execute('BEGIN IMMEDIATE'); print(flush=True); sys.stdin.read()"
)
"""What another process does that holds the write lock until it is told to end."""


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look into a wait after a tenth of a second."""
    for module in (liveness, lock_wait, sqlite_lock):
        monkeypatch.setattr(module, "FIRST_LOOK_S", 0.1)
    monkeypatch.setattr(sqlite_lock, "OWN_PROCESS_S", 0.3)


def add(transaction: AwardTransaction) -> None:
    """Append a record."""
    transaction.add_record(SELLER, record("case", "open"))


@contextmanager
def held(url: str) -> Iterator[None]:
    """Hold what every writer needs, from another process or session."""
    if url.startswith("postgresql"):
        engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"))
        with engine.begin() as connection:
            connection.exec_driver_sql("LOCK TABLE lazsa_records IN EXCLUSIVE MODE")
            yield
        engine.dispose()
        return
    command = [sys.executable, "-S", "-c", HOLD, url.removeprefix("sqlite:///")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        yield
        process.stdin.close()


@pytest.mark.parametrize("again", [True, False])
def test_a_call_waits_once_as_long_as_the_url_says(
    url: str, again: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """One deadline for all attempts; the first wait is logged, and the error says what to do."""
    store = AwardStore(f"{url}?lock_timeout=0.6")
    with held(url):
        began = time.monotonic()
        with pytest.raises(ContendedError, match="held a lock for 1 s; if it is your own"):
            store.transact(add, again=again)
        assert 0.5 < time.monotonic() - began < 2
    store.close()
    waits: list[Any] = [each.msg for each in caplog.records if "lock.waiting" in str(each.msg)]
    assert [(wait["level"], wait["timeout_s"]) for wait in waits] == [("warning", 0.6)]


def test_a_call_goes_on_once_the_lock_is_free(url: str) -> None:
    """Who waited for less than the limit has lost nothing but time."""
    store = AwardStore(url)
    done = threading.Thread(target=lambda: store.transact(add))
    with held(url):
        done.start()
        done.join(0.4)
        assert done.is_alive()
    done.join(10)
    assert not done.is_alive()
    with store.begin(write=False) as transaction:
        assert len(transaction.records_of(SELLER)) == 1
    store.close()


def test_a_sweep_that_waits_leaves_the_search_for_garbage_on(play: Play) -> None:
    """It is held off for a chunk's own time, not for that of whoever is in the way."""
    programme = play()
    seen: list[bool] = []
    sweeping = threading.Thread(target=programme.sweep)
    with held(programme._runtime.store._engine.url.render_as_string(hide_password=False)):
        sweeping.start()
        time.sleep(0.2)
        seen.append(gc.isenabled())
    sweeping.join(10)
    assert seen == [True]


class TestOwnProcess:
    """On SQLite a host that forgot to bind waits for itself."""

    @pytest.fixture
    def file(self, tmp_path: FilePath) -> FilePath:
        """Return the file of a database with the schema and nothing in it."""
        store = AwardStore(f"sqlite:///{tmp_path / 'own.db'}")
        store.migrate()
        store.close()
        return tmp_path / "own.db"

    def test_the_hosts_own_transaction_is_told_soon(self, file: FilePath) -> None:
        """It fails fast and names bind, instead of waiting out its limit."""
        host, store = sqlite3.connect(file, isolation_level=None), AwardStore(f"sqlite:///{file}")
        host.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        with pytest.raises(ContendedError, match=r"in this process .* \(Programme\.bind\)"):
            store.transact(add)
        assert time.monotonic() - began < 2
        host.execute("ROLLBACK")
        store.transact(add)
        host.close()
        store.close()

    def test_a_closed_connection_is_not_asked(self, file: FilePath) -> None:
        """One that is still referred to holds no lock; the caller's own connection is not lost."""
        closed, store = AwardStore(f"sqlite:///{file}"), AwardStore(f"sqlite:///{file}")
        with closed.begin() as transaction:
            driver = transaction._connection.connection.driver_connection
        closed.close()
        assert getattr(driver, "writes", False)
        host = sqlite3.connect(file, isolation_level=None)
        host.execute("BEGIN IMMEDIATE")
        with pytest.raises(ContendedError, match="in this process"):
            store.transact(add)
        host.close()
        store.close()

    def test_another_call_in_this_process_is_waited_for(self, file: FilePath) -> None:
        """A sweep in one thread is no mistake of another's, however long its chunk takes."""
        holding, waiting = AwardStore(f"sqlite:///{file}"), AwardStore(f"sqlite:///{file}")
        done = threading.Thread(target=lambda: waiting.transact(add))
        with holding.begin():
            done.start()
            done.join(0.8)
            assert done.is_alive()
        done.join(10)
        assert not done.is_alive()
        holding.close()
        waiting.close()
