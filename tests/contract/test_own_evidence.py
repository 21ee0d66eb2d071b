"""A lifecycle that brings its own evidence table and migration, on every SQL store."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from lazsa_flow import Actor, Config, RefusedError, VirtualClock
from lazsa_flow.errors import SchemaError
from lazsa_flow.lifecycle.evidence import Selection
from lazsa_flow.service.service import FlowService
from lazsa_flow.store.connect import connect
from lazsa_flow.store.evidence_tables import evidence_table, missing_columns
from lazsa_flow.store.store import SqlStore
from tests.factories import noon
from tests.own_evidence import INVOICE, METADATA, PAYMENTS, PAYMENTS_TABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CLERK = Actor("clerk", "c-1")
MAY = date(2020, 5, 4)


@pytest.fixture(scope="module")
def config() -> Config:
    """Return a configuration with the invoice alone."""
    return Config.load(lifecycles=[INVOICE])


@pytest.fixture
def clock() -> VirtualClock:
    """Return a clock that stands on a day in May."""
    return VirtualClock(noon(MAY))


@pytest.fixture
def database(make: Callable[[], str], config: Config, clock: VirtualClock) -> str:
    """Return the URL of a database that was migrated for the invoice."""
    FlowService.migrate(url := make(), config=config, clock=clock)
    return url


@pytest.fixture
def service(database: str, config: Config, clock: VirtualClock) -> Iterator[FlowService]:
    """Open a service that runs invoices."""
    with FlowService.open(database, config=config, clock=clock) as opened:
        yield opened


def pay(database: str, path: str, cents: int, clock: VirtualClock) -> None:
    """Record a payment as the host would: with SQL of its own."""
    number = int(path.rpartition("-")[2])
    row = {"path_id": number, "payer": "p-1", "cents": cents, "recorded_at": clock.now()}
    engine = connect(database)
    with engine.begin() as connection:
        connection.execute(sa.insert(PAYMENTS_TABLE), row)
    engine.dispose()


def send(service: FlowService, *subjects: str) -> list[str]:
    """Send an invoice to each."""
    return [service.open_path("invoice", each, "SG", actor=CLERK).path for each in subjects]


def test_a_single_fire_and_explain_read_the_table(
    service: FlowService, database: str, clock: VirtualClock
) -> None:
    """A guard decides by the rows of the host's own table, and ``explain`` shows what it found."""
    [path] = send(service, "s-1")
    pay(database, path, 400, clock)
    with pytest.raises(RefusedError, match="400"):
        service.fire(path, "settle", actor=CLERK)
    [settle] = [each for each in service.explain(path).exits if each.trigger == "settle"]
    assert [(each.name, each.measured) for each in settle.unmet] == [("paid", 400)]
    pay(database, path, 600, clock)
    move = service.fire(path, "settle", actor=CLERK)
    assert (move.dest, move.verdicts[0]["measured"]) == ("paid", 1000)


def test_a_sweep_groups_by_the_key(
    service: FlowService, database: str, clock: VirtualClock
) -> None:
    """Each due invoice is decided by its own payments, those recorded before it fell due."""
    paths = send(service, "s-1", "s-2", "s-3", "s-4")
    for path, cents in zip(paths, (1000, 0, 1000, 999), strict=True):
        pay(database, path, cents, clock)
    clock.move_to(noon(date(2020, 6, 20)))
    pay(database, paths[3], 1, clock)
    assert service.sweep().moved == 4
    states = [service.paths(f"s-{number}")[0].state for number in (1, 2, 3, 4)]
    assert states == ["paid", "overdue", "paid", "overdue"]


def test_its_rows_are_append_only(service: FlowService, database: str, clock: VirtualClock) -> None:
    """Nothing changes or deletes a row of the table; the person who paid is known."""
    [path] = send(service, "s-1")
    pay(database, path, 400, clock)
    engine = connect(database)
    for statement in (sa.delete(PAYMENTS_TABLE), sa.update(PAYMENTS_TABLE).values(cents=1)):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), engine.begin() as connection:
            connection.execute(statement)
    engine.dispose()
    with closing(SqlStore(database, sources=(PAYMENTS,))) as store, store.begin() as transaction:
        assert transaction.knows_person("p-1")
        assert not transaction.knows_person("p-2")


def test_a_database_that_lacks_the_table_is_refused(
    make: Callable[[], str], config: Config, clock: VirtualClock
) -> None:
    """Without its migration no service opens; the error names lifecycle and remedy."""
    FlowService.migrate(url := make(), config=Config.load(lifecycles=[]), clock=clock)
    with pytest.raises(SchemaError, match=r"lifecycle invoice are at revision none.*migrate"):
        FlowService.open(url, config=config, clock=clock)
    FlowService.migrate(url, config=config, clock=clock)
    FlowService.migrate(url, config=config, clock=clock)  # again changes nothing
    FlowService.open(url, config=config, clock=clock).close()


def test_columns_that_a_table_lacks_are_named(make: Callable[[], str]) -> None:
    """Each is named, whatever it is called; all are where there is no table."""
    FlowService.migrate(url := make(), config=Config.load(lifecycles=[]))
    engine = connect(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            'CREATE TABLE bills (id BIGINT, recorded_at TEXT, path_id BIGINT, "order" TEXT)'
        )
    found = []
    with engine.connect() as connection:
        for table, columns in (
            ("bills", ("order",)),
            ("bills", ("order", "group", "50%")),
            ("bills", ("order",)),
            ("none", ("order",)),
        ):
            rows = Selection(table=table, by="path", columns=columns)
            found.append(missing_columns(connection, rows))
    engine.dispose()
    assert found == [[], ["50%", "group"], [], ["id", "order", "path_id", "recorded_at"]]


def test_a_wrong_description_of_a_table_is_refused() -> None:
    """Names of the library's and columns of other types are none for evidence."""
    with pytest.raises(ValueError, match="lazsa_payments: names that begin with lazsa_"):
        evidence_table(METADATA, "lazsa_payments")
    with pytest.raises(ValueError, match="column paid: expected text, an integer or a boolean"):
        evidence_table(METADATA, "other", sa.Column("paid", sa.Numeric()))
    assert evidence_table(METADATA, "by_subject", by="subject").c.subject is not None
