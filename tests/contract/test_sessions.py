"""PostgreSQL's sessions: their limits, and what becomes of one that the network forgot."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from lazsa_flow.award.store.store import AwardStore
from lazsa_flow.errors import UnavailableError
from lazsa_flow.store import liveness
from lazsa_flow.store.connect import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lazsa_flow.award.store.transaction import AwardTransaction


@pytest.fixture(scope="module")
def url(postgres: Callable[[], str]) -> str:
    """Return the URL of a database with the schema and nothing in it."""
    store = AwardStore(url := postgres())
    store.migrate()
    store.close()
    return url


def shown(url: str, *names: str) -> list[str]:
    """Return what a session on a URL shows of its settings."""
    engine = connect(url)
    with engine.connect() as connection:
        found = [str(connection.exec_driver_sql(f"SHOW {name}").scalar()) for name in names]
    engine.dispose()
    return found


LIMITS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")


def test_a_session_is_limited(url: str) -> None:
    """What stands still holds others up for a while, never for ever."""
    assert shown(url, *LIMITS, "application_name") == ["2min", "1min", "30s", "lazsa_flow"]
    assert shown(f"{url}?lock_timeout=2.5", "lock_timeout") == ["2500ms"]


def test_the_urls_own_options_come_first(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a deployment sets in the URL stays set, and the rest is ours."""
    options = "-c%20statement_timeout=7s%20--lock-timeout=8000%20-csearch_path=public"
    found = shown(f"{url}?options={options}&application_name=books", *LIMITS, "search_path")
    assert found == ["7s", "8s", "30s", "public"]
    assert shown(f"{url}?application_name=books", "application_name") == ["books"]
    monkeypatch.setenv("PGOPTIONS", "-c idle_in_transaction_session_timeout=9s")
    assert shown(url, *LIMITS) == ["2min", "1min", "9s"]


def test_the_network_is_watched_unless_the_url_says_otherwise(url: str) -> None:
    """The system gives up a peer that does not acknowledge within 25 s, or as the URL says."""
    for query, idle in (("", "10"), ("?keepalives_idle=77", "77")):
        engine = connect(url + query)
        with engine.connect() as connection:
            told = connection.connection.driver_connection.info.get_parameters()  # type: ignore[union-attr]
        engine.dispose()
        assert told["keepalives_idle"] == idle
        assert (told["tcp_user_timeout"], told["connect_timeout"]) == ("20000", "10")


class Lane:
    """A way to a server that can swallow what old connections send, and closes nothing."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._lane = socket.create_server(("127.0.0.1", 0))
        self.port = self._lane.getsockname()[1]
        self._open: list[tuple[socket.socket, socket.socket, threading.Event]] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def forget(self) -> None:
        """Swallow from now on what goes over the connections that there are."""
        for _, _, dead in self._open:
            dead.set()

    def close(self) -> None:
        """Close it all."""
        self._lane.close()
        for near, far, _ in self._open:
            near.close()
            far.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._lane.accept()
                far, dead = socket.create_connection(("127.0.0.1", self._port)), threading.Event()
                self._open.append((near, far, dead))
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=_pump, args=(*pair, dead), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket, dead: threading.Event) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            if not dead.is_set():
                sink.sendall(data)


@contextmanager
def forgetting(url: str) -> Iterator[tuple[AwardStore, Lane]]:
    """Open a store over a lane of its own."""
    server, _, name = url.rpartition("/")
    lane = Lane(int(server.rpartition(":")[2]))
    store = AwardStore(f"postgresql://lazsa@127.0.0.1:{lane.port}/{name}")
    try:
        yield store, lane
    finally:
        lane.forget()
        lane.close()
        store.close()


@pytest.fixture
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look soon, and give up soon."""
    monkeypatch.setattr(liveness, "FIRST_LOOK_S", 0.2)
    monkeypatch.setattr(liveness, "_LOOK_S", 0.2)
    monkeypatch.setattr(liveness, "GIVE_UP_S", 0.6)


@pytest.mark.usefixtures("_soon")
def test_a_forgotten_connection_is_given_up(url: str) -> None:
    """What can tell is done on a new connection, and the rest is unavailable; nobody waits on."""
    with forgetting(url) as (store, lane):
        ran: list[int] = []

        def ask(transaction: AwardTransaction) -> None:
            ran.append(1)
            transaction.records_of("s1")

        store.transact(ask)
        lane.forget()
        began = time.monotonic()
        store.transact(ask, lost=True)
        assert len(ran) == 3
        lane.forget()
        with pytest.raises(UnavailableError, match="lost"):
            store.transact(ask, lost=False)
        store.stamp()  # the pool was let go as a whole
        assert time.monotonic() - began < 10


@pytest.mark.usefixtures("_soon")
def test_a_statement_that_takes_long_is_waited_for(url: str) -> None:
    """A session that works is no forgotten one, however long nothing is heard of it."""
    store = AwardStore(url)
    with store.begin(write=False) as transaction:
        connection = transaction._connection
        assert connection.execute(sa.text("SELECT 1 FROM pg_sleep(1.5)")).scalar() == 1
    store.close()


@pytest.mark.usefixtures("_soon")
def test_an_answer_that_comes_during_a_look_is_taken(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The session waits for us again then, as a forgotten one does."""
    ask, found = liveness._ask, []

    def ask_late(*arguments: Any) -> liveness.SessionLook | None:
        time.sleep(0.5)
        found.append(look := ask(*arguments))
        return look

    monkeypatch.setattr(liveness, "_ask", ask_late)
    monkeypatch.setattr(liveness, "GIVE_UP_S", 0.2)
    store = AwardStore(url)
    with store.begin(write=False) as transaction:
        connection = transaction._connection
        assert connection.execute(sa.text("SELECT 1 FROM pg_sleep(0.4)")).scalar() == 1
    store.close()
    assert [look and look.waits_for for look in found] == ["Client"]
