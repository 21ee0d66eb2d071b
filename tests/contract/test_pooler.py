"""PgBouncer in transaction mode: what docs/operations/deploy.md says of it."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import VirtualClock
from lazsa_flow.config import Config
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.store.postgresql import LIMITS
from tests import factories
from tests.contract.conftest import START
from tests.factories import midnight, record_facts
from tests.servers import pgbouncer, poolers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.servers import PgBouncer

SELLERS = 40
"""More than are written by arrays."""


def test_debians_pooler_is_there() -> None:
    """``./dev test`` unpacks Debian's PgBouncer wherever apt can fetch it."""
    if os.geteuid() == 0 and Path("/usr/bin/apt-get").exists():
        assert poolers()


@pytest.fixture(scope="module", params=poolers())
def pooler(request: pytest.FixtureRequest, postgres: Callable[[], str]) -> Iterator[PgBouncer]:
    """A pooler before an empty database, which dumbly drops what it does not know."""
    with pgbouncer(request.param, postgres()) as running:
        yield running


@pytest.fixture(scope="module")
def night(pooler: PgBouncer) -> Iterator[Programme]:
    """The programme through the pooler, with sellers who are due."""
    config, clock = Config.load(lifecycles=[AWARD]), VirtualClock(START)
    Programme.migrate(pooler.url, config=config, clock=clock)
    with Programme.open(pooler.url, config=config, clock=clock) as programme:
        rows = [factories.facts(seller=f"s{n}", as_of=date(2026, 5, 1)) for n in range(SELLERS)]
        record_facts(programme, rows)
        yield programme


def test_a_night_through_the_pooler(night: Programme, clock: VirtualClock) -> None:
    """Commands at once and a sweep go through it, with no statement prepared that it may lose."""

    def nominate(number: int) -> None:
        actor = Actor("employee", "emp-1")
        night.nominate(f"s{number}", actor=actor, statement="Helps.", key=f"k{number}")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(nominate, range(SELLERS)))
    clock.move_to(midnight(date(2026, 10, 1)))
    assert night.sweep().moved > SELLERS
    assert night.verify_journal() > SELLERS


@pytest.fixture
def clock(night: Programme) -> VirtualClock:
    """The programme's clock."""
    return night.clock  # type: ignore[return-value]


def test_the_limits_hold_through_the_pooler(night: Programme) -> None:
    """A pooler drops what a session was set to; so each transaction is limited by itself."""
    for write in (False, True):
        with night._runtime.store.begin(write=write) as transaction:
            connection = transaction._connection
            assert connection.connection.driver_connection.prepare_threshold is None
            shown = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in LIMITS]
            assert "0" not in shown
            assert shown[0] == "2min"
    assert night._runtime.store.limits()["idle_in_transaction_session_timeout"] == "30s"


def test_a_session_of_the_pool_is_left_as_it_was(pooler: PgBouncer, night: Programme) -> None:
    """Others share the server's sessions: no limit of ours outlives our transaction."""
    night._runtime.store.next_due()
    with psycopg.connect(pooler.url, autocommit=True, prepare_threshold=None) as other:
        assert other.execute("SHOW statement_timeout").fetchone() == ("0",)


def test_deliveries_go_through_the_pooler(night: Programme) -> None:
    """What goes by the driver alone is limited and committed there, too."""
    sellers, actor = ("d1", "d2"), Actor("employee", "emp-1")
    record_facts(night, [factories.facts(seller=each, as_of=date(2026, 5, 1)) for each in sellers])
    for seller in sellers:
        night.nominate(seller, actor=actor, statement="Helps.", key=seller)
    outbox, now = night._runtime.store.outbox(), night.clock.now()
    claimed = outbox.claim(now, now + timedelta(minutes=1), 2)
    outbox.delivered(claimed, "files", now)
    assert sum(outbox.deliveries().values()) == len(claimed) == 2
