"""Connections apart from the pool: each is opened once, and none outlives its store."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.award.store.store import AwardStore
from lazsa_flow.errors import ClosedError
from lazsa_flow.store import own_connections
from lazsa_flow.store.connect import connect

if TYPE_CHECKING:
    import sqlalchemy as sa

THREADS = 8


def test_threads_that_ask_at_once_share_one_outbox(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second one would be closed by nobody."""
    opened: list[sa.Engine] = []

    def connect_slowly(*arguments: Any, **options: Any) -> sa.Engine:
        time.sleep(0.05)
        opened.append(connect(*arguments, **options))
        return opened[-1]

    store = AwardStore(url)
    monkeypatch.setattr(own_connections, "connect", connect_slowly)
    with ThreadPoolExecutor(THREADS) as pool:
        outboxes = list(pool.map(lambda _: store.outbox(), range(THREADS)))
    store.close()
    assert len({id(each) for each in outboxes}) == len(opened) == 1


def test_what_is_opened_while_the_store_closes_is_closed_too(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who opens and who closes wait for each other."""
    opened: list[sa.Engine] = []

    def connect_while_closing(*arguments: Any, **options: Any) -> sa.Engine:
        closing.start()
        closing.join(0.2)
        opened.append(connect(*arguments, **options))
        return opened[-1]

    store = AwardStore(url)
    closing = threading.Thread(target=store.close)
    monkeypatch.setattr(own_connections, "connect", connect_while_closing)
    store.outbox()
    closing.join()
    with pytest.raises(ClosedError), opened[0].connect() as connection:
        connection.close()
