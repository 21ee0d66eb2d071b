"""Do the host's rows and our moves commit together, on a connection of the host's?

The host is a service with a table of its own, ``orders``, in the same database; see
docs/how-to/embedding.md.

Source:
    programme.md, "Versions and data"; design.md, rule 4.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import VirtualClock
from lazsa_flow.errors import (
    ConflictError,
    InputError,
    KeyReusedError,
    LazsaError,
    NoEdgeError,
    NotAllowedError,
    NotFoundError,
    RefusedError,
    StaleVersionError,
)
from lazsa_flow.lifecycle.model import Actor
from tests import factories
from tests.factories import midnight, noon

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path as FilePath

    from lazsa_flow.award.commands.nomination_group import Nominated

EMPLOYEE = Actor("employee", "emp-1")
SELLER = Actor("seller", "s1")
CLOSES = date(2020, 3, 2)
ORDERS = sa.table("orders", sa.column("id"), sa.column("seller"))


class Host:
    """A service on the database that the programme lives in.

    Attributes:
        programme: The programme on connections of its own.
        engine: The host's.
    """

    def __init__(self, url: str) -> None:
        self.clock = VirtualClock(noon(date(2020, 2, 10)))
        Programme.migrate(url)
        self.programme = Programme.open(url, clock=self.clock)
        self.engine = sa.create_engine(
            sa.make_url(url).set(drivername="postgresql+psycopg")
            if url.startswith("postgresql")
            else url
        )
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _driver_begins_nothing)
            event.listen(self.engine, "begin", _begin)
        with self.engine.begin() as connection:
            connection.execute(sa.text("create table orders (id integer, seller text)"))
        row = factories.facts(seller="s1", as_of=date(2020, 2, 1), joined_on=date(2018, 1, 1))
        factories.record_facts(self.programme, [row])

    def close(self) -> None:
        """Release both sides' connections."""
        self.engine.dispose()
        self.programme.close()

    @contextmanager
    def transaction(self) -> Iterator[tuple[sa.Connection, Programme]]:
        """Begin a transaction of the host's, with the programme bound to it."""
        with self.engine.connect() as connection, connection.begin():
            yield connection, self.programme.bind(connection)

    def order(self, connection: sa.Connection, number: int) -> None:
        """Write a row of the host's."""
        connection.execute(sa.insert(ORDERS), {"id": number, "seller": "s1"})

    def orders(self) -> list[int]:
        """Return the host's committed rows."""
        with self.engine.connect() as connection:
            return sorted(connection.scalars(sa.select(ORDERS.c.id)))

    def nominate(self, programme: Programme | None = None, **more: Any) -> Nominated:
        """Nominate the seller."""
        chosen = programme or self.programme
        return chosen.nominate("s1", actor=EMPLOYEE, statement="Helps.", **more)


def _driver_begins_nothing(connection: Any, _record: Any) -> None:
    connection.isolation_level = None


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


@pytest.fixture(params=["sqlite", "postgresql"])
def host(request: pytest.FixtureRequest, tmp_path: FilePath) -> Iterator[Host]:
    """A host on a database of its own; at the end the journal verifies."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'host.db'}"
    else:
        make: Callable[[], str] = request.getfixturevalue("postgres")
        url = make()
    host = Host(url)
    yield host
    host.programme.verify_journal()
    host.close()


class TestTogether:
    """design.md, rule 4: one transaction, the host's."""

    def test_commit(self, host: Host) -> None:
        """The host's row and our move commit together (design.md, rule 4)."""
        with host.transaction() as (connection, bound):
            host.order(connection, 1)
            told = host.nominate(bound)
            move = bound.fire(told.path, "withdraw", actor=SELLER, reason="nominee")
            assert host.programme.paths("s1") == []
        assert host.orders() == [1]
        assert host.programme.history(told.path)[-1]["seq"] == move.seq == 2
        assert host.programme.find("s1").state == "withdrawn"

    def test_host_rolls_back(self, host: Host) -> None:
        """What the host rolls back after our write, we have never done (design.md, rule 4)."""

        def fail() -> None:
            with host.transaction() as (connection, bound):
                host.order(connection, 1)
                told = host.nominate(bound, key="form-1")
                assert bound.find("s1").ref == told.path
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        assert host.orders() == []
        assert host.programme.paths("s1") == []
        assert list(host.programme.journal()) == []
        again = host.nominate(key="form-1")
        assert not again.supporting

    def test_host_rolls_back_by_hand(self, host: Host) -> None:
        """An explicit rollback takes back timers that fired before the command, too (rule 4)."""
        told = host.nominate()
        host.clock.move_to(midnight(CLOSES))
        with host.engine.connect() as connection:
            transaction = connection.begin()
            bound = host.programme.bind(connection)
            bound.fire(told.path, "withdraw", actor=SELLER, reason="nominee")
            assert bound.find(told.path).seq == 3
            transaction.rollback()
        assert (host.programme.find("s1").state, host.programme.find("s1").seq) == ("nominated", 1)
        assert host.programme.sweep().moved == 1

    @pytest.mark.parametrize(
        ("ask", "error"),
        [
            (lambda p, r: p.fire(r, "join_reconnect", actor=SELLER), NoEdgeError),
            (lambda p, r: p.fire(r, "withdraw", actor=EMPLOYEE, reason="nominee"), NotAllowedError),
            (
                lambda p, r: p.fire(r, "withdraw", actor=EMPLOYEE, reason="nominators"),
                RefusedError,
            ),
            (lambda p, r: p.nominate("s1", actor=EMPLOYEE), ConflictError),
            (lambda p, r: p.nominate("s2", actor=EMPLOYEE), NotFoundError),
        ],
        ids=["no edge", "not allowed", "refused", "conflict", "not found"],
    )
    def test_refusal(
        self, host: Host, ask: Callable[[Programme, str], Any], error: type[Exception]
    ) -> None:
        """Our refusal leaves the host's transaction usable, and nothing of ours (rule 4)."""
        told = host.nominate()
        with host.transaction() as (connection, bound):
            host.order(connection, 1)
            with pytest.raises(error):
                ask(bound, told.path)
            host.order(connection, 2)
            bound.fire(told.path, "withdraw", actor=SELLER, reason="nominee")
        assert host.orders() == [1, 2]
        assert host.programme.find("s1").state == "withdrawn"
        assert len(host.programme.history(told.path)) == 2

    def test_half_a_command(self, host: Host) -> None:
        """A command that fails half-way leaves no half in the host's transaction (rule 4)."""
        told = host.nominate()
        with host.transaction() as (connection, bound):
            host.order(connection, 1)
            with pytest.raises(RefusedError):  # proposed, and then refused: speaking is not shown
                bound.invite_trainer("s1", shown=["teaching"], actor=EMPLOYEE)
        assert host.orders() == [1]
        assert [path.ref for path in host.programme.paths("s1")] == [told.path]

    def test_stale_version(self, host: Host) -> None:
        """A version that was passed is raised to the host, once, and never tried again (rule 4)."""
        told = host.nominate()
        host.clock.move_to(midnight(CLOSES))
        host.programme.sweep()
        with host.transaction() as (connection, bound):
            host.order(connection, 1)
            with pytest.raises(StaleVersionError) as refused:
                bound.fire(told.path, "withdraw", actor=SELLER, reason="nominee", version=1)
            assert (refused.value.expected, refused.value.found) == (1, 2)
        assert host.orders() == [1]
        assert host.programme.find("s1").state == "under_review"

    def test_key(self, host: Host) -> None:
        """A key of the host's is good across its transactions, bound and not (rule 4)."""
        with host.transaction() as (_, bound):
            first = host.nominate(bound, key="form-1")
            assert host.nominate(bound, key="form-1") == first
        assert host.nominate(key="form-1") == first
        with (
            pytest.raises(KeyReusedError),
            host.transaction() as (_, bound),
        ):
            bound.nominate("s1", actor=EMPLOYEE, statement="Another.", key="form-1")
        assert len(host.programme.history(first.path)) == 1

    def test_facts_without_a_file(self, host: Host) -> None:
        """Facts are recorded with what the host writes, or not at all; a refusal leaves no half."""
        known = {"as_of": date(2020, 2, 1), "joined_on": date(2018, 1, 1)}
        rows = [factories.facts(seller=f"s{n}", **known) for n in (7, 8)]
        with host.transaction() as (connection, bound):
            host.order(connection, 1)
            assert bound.record_facts(rows, key="night").new_sellers == 2
            begun = connection.get_transaction()
            assert begun is not None
            begun.rollback()
        assert (host.orders(), host.programme.imports()) == ([], [])
        with host.transaction() as (connection, bound):
            host.order(connection, 2)
            with pytest.raises(InputError, match="as_of"):
                bound.record_facts([factories.facts(seller="s9", as_of=date(2062, 1, 1))])
            done = bound.record_facts(rows, key="night")
            assert bound.record_facts(rows, key="night").batch == done.batch
        assert [each.id for each in host.programme.imports()] == [done.batch]
        assert host.programme.nominate("s7", actor=EMPLOYEE, statement="Helps.").path

    def test_rules_of_the_transaction(self, host: Host) -> None:
        """A cycle suspended in the host's transaction is suspended for it, and goes with it."""
        told = host.nominate()
        manager = Actor("manager", "man-1")
        with host.engine.connect() as connection:
            transaction = connection.begin()
            bound = host.programme.bind(connection)
            bound.suspend_cycle("SG", date(2020, 4, 1), actor=manager)
            assert bound.find(told.path).cycle_on == date(2020, 10, 1)
            transaction.rollback()
        assert host.programme.find(told.path).cycle_on == date(2020, 4, 1)

    def test_closing_is_the_hosts(self, host: Host) -> None:
        """Closing the bound programme leaves the host's connection open (how-to/embedding.md)."""
        with host.transaction() as (connection, bound):
            with bound:
                host.nominate(bound)
            host.order(connection, 1)
        assert host.orders() == [1]
        assert host.programme.find("s1").state == "nominated"


class TestRefused:
    """docs/how-to/embedding.md: what one cannot be bound to."""

    @pytest.mark.parametrize(
        "what", ["sqlite:///host.db", None, object()], ids=["a URL", "nothing", "something"]
    )
    def test_no_connection(self, host: Host, what: Any) -> None:
        """What is no connection is refused by its type (how-to/embedding.md)."""
        with pytest.raises(InputError, match=r"sqlalchemy\.Connection") as refused:
            host.programme.bind(what)
        assert type(what).__name__ in str(refused.value)

    def test_engine(self, host: Host) -> None:
        """An engine is no connection: it has no transaction to share (how-to/embedding.md)."""
        with pytest.raises(InputError, match=r"got 'Engine', expected a sqlalchemy\.Connection"):
            host.programme.bind(host.engine)

    def test_no_transaction(self, host: Host) -> None:
        """A connection on which nothing has begun is refused (how-to/embedding.md)."""
        with (
            host.engine.connect() as connection,
            pytest.raises(InputError, match="no transaction"),
        ):
            host.programme.bind(connection)

    def test_ended_transaction(self, host: Host) -> None:
        """A connection whose transaction has ended is refused (how-to/embedding.md)."""
        with host.engine.connect() as connection:
            connection.begin().commit()
            with pytest.raises(InputError, match="no transaction"):
                host.programme.bind(connection)


class TestDriver:
    """What the database refuses, in our words."""

    @pytest.mark.parametrize("ask", ["nominate", "open_case", "consent"])
    def test_no_error_of_the_driver_comes_out(self, host: Host, ask: str) -> None:
        """A database that does not write is an error of ours, without statement or value."""
        given: dict[str, dict[str, Any]] = {
            "nominate": {"actor": EMPLOYEE, "statement": "Private words."},
            "open_case": {"case": "c-1", "actor": Actor("compliance", "c-1")},
            "consent": {"given": True, "actor": SELLER},
        }
        sqlite = host.engine.dialect.name == "sqlite"
        with host.engine.connect() as connection, connection.begin():
            programme = host.programme.bind(connection)
            only = "PRAGMA query_only = ON" if sqlite else "SET TRANSACTION READ ONLY"
            connection.exec_driver_sql(only)
            with pytest.raises(LazsaError) as refused:
                getattr(programme, ask)("s1", **given[ask])
            if sqlite:
                connection.exec_driver_sql("PRAGMA query_only = OFF")
        assert "INSERT" not in str(refused.value)
        assert "Private" not in str(refused.value)


class TestEnded:
    """docs/how-to/embedding.md: a bound programme lives as long as the host's transaction."""

    @pytest.mark.parametrize("how", ["commit", "rollback", "close", "another begin"])
    def test_refuses(self, host: Host, how: str) -> None:
        """What would be written into a transaction that nobody commits is refused instead."""
        with host.engine.connect() as connection:
            transaction = connection.begin()
            bound = host.programme.bind(connection)
            host.nominate(bound)
            if how == "another begin":
                transaction.commit()
                connection.begin()
            else:
                getattr({"close": connection}.get(how, transaction), how)()
            for call in (lambda: host.nominate(bound, key="k"), lambda: bound.paths("s1")):
                with pytest.raises(InputError, match="one that has ended"):
                    call()
            if how == "commit":
                assert not connection.in_transaction()
        kept = how in ("commit", "another begin")
        assert [len(path.ref) > 0 for path in host.programme.paths("s1")] == [True] * kept

    def test_savepoint(self, host: Host) -> None:
        """A savepoint of the host's within the transaction may end; the transaction goes on."""
        with host.transaction() as (connection, bound):
            with connection.begin_nested():
                host.nominate(bound)
            assert len(bound.paths("s1")) == 1
        assert len(host.programme.paths("s1")) == 1


@pytest.mark.parametrize("wrote", [False, True], ids=["nothing yet", "a savepoint"])
def test_no_real_begin(tmp_path: FilePath, wrote: bool) -> None:
    """On SQLite a transaction without a real BEGIN is refused, naming the page that helps."""
    url = f"sqlite:///{tmp_path / 'host.db'}"
    Programme.migrate(url)
    engine = sa.create_engine(url)  # without the listeners: the driver sends no BEGIN
    with Programme.open(url) as programme, engine.connect() as connection, connection.begin():
        if wrote:
            connection.execute(sa.text("select 1"))
        with pytest.raises(InputError, match="no BEGIN") as refused:
            programme.bind(connection)
        assert "docs/how-to/embedding.md" in str(refused.value)
    engine.dispose()
