"""Counted flows on either store: their sums say what the journal says, whoever has written it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import VirtualClock
from lazsa_flow.errors import ConflictError
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.store import migrate, schema, schema_revision
from lazsa_flow.store.connect import connect
from lazsa_flow.store.fast.driver import rows_of
from tests.chaos.population import fill_backlog
from tests.contract.conftest import START
from tests.contract.test_path_statistics import SEPTEMBER, candidate, step
from tests.contract.test_verify import tamper
from tests.factories import CYCLE, timer

if TYPE_CHECKING:
    from collections.abc import Callable

    import sqlalchemy as sa

    from lazsa_flow.award.store.store import AwardStore
    from lazsa_flow.config import Config
    from lazsa_flow.store.store import SqlStore

HOST = Actor("host", "h")
SELLERS = 14


def sums(store: SqlStore[Any, Any], *fields: str) -> Counter[tuple[Any, ...]]:
    """Return the counted flows, added up by some of their fields; by all, by default."""
    table, found = schema.flows, Counter[tuple[Any, ...]]()
    names = fields or [c.name for c in table.c if c.name not in ("id", "moves", "recorded_at")]
    with store._read() as connection:
        query = table.select().with_only_columns(*(table.c[name] for name in names), table.c.moves)
        for *kind, moves in rows_of(connection, query):
            found[tuple(kind)] += moves
    return Counter({kind: moves for kind, moves in found.items() if moves})


def test_they_are_what_the_migration_counts(make: Callable[[], str], config: Config) -> None:
    """Sweeps, single fires, openings and moves to another country are counted as they are made.

    The same database without them gets the same by its migration.
    """
    fill_backlog(url := make(), SELLERS)
    with Programme.open(url, config=config, clock=VirtualClock(START)) as programme:
        programme.sweep()
        states = {each.subject: each.state for each in programme.find_all(limit=99).rows}
        for subject in sorted(states)[:4]:
            programme.move_country(subject, "TH", actor=HOST)
        programme.sweep()
        written = sums(programme._runtime.store)
        books = programme.ledger()
        assert programme.verify().flows == ()
    assert sum(written.values()) == len(list(programme_rows(url, "lazsa_journal")))
    assert {flow[1] for flow in written} > {"TH"}
    engine = connect(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE lazsa_flows")
        connection.exec_driver_sql("DROP INDEX lazsa_timers_parked")
        stand_at(connection, "0016")
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("DROP FUNCTION lazsa_flows_append_only()")
    migrate.upgrade(engine, "0017")
    with engine.begin() as connection:
        stand_at(connection, schema_revision.HEAD)
    engine.dispose()
    with Programme.open(url, config=config, clock=VirtualClock(START)) as programme:
        assert sums(programme._runtime.store) == written
        assert programme.ledger() == books


def stand_at(connection: sa.Connection, revision: str) -> None:
    """Let a database say that it stands at a revision."""
    table = schema_revision.VERSION_TABLE
    connection.exec_driver_sql(f"UPDATE {table} SET version_num = '{revision}'")


def programme_rows(url: str, table: str) -> list[Any]:
    """Return the rows of a table."""
    engine = connect(url)
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(f"SELECT * FROM {table}").all()
    engine.dispose()
    return list(rows)


def test_verify_names_what_is_counted_otherwise(make: Callable[[], str], config: Config) -> None:
    """Counts that were changed, removed or added, and a journal row that is gone, are all told."""
    fill_backlog(url := make(), SELLERS)
    with Programme.open(url, config=config, clock=VirtualClock(START)) as programme:
        programme.sweep()
        award = "SELECT min(id) FROM lazsa_flows WHERE trigger = 'award' AND country = 'SG'"
        tamper(
            programme,
            f"UPDATE lazsa_flows SET moves = moves + 2 WHERE id = ({award})",
            "DELETE FROM lazsa_flows WHERE trigger = 'nominate' AND country = 'MY'",
            "UPDATE lazsa_flows SET cycle_on = '2031-04-01' WHERE id = (SELECT min(id) FROM"
            " lazsa_flows WHERE trigger = 'decline' AND cycle_on IS NOT NULL)",
        )
        found = programme.verify()
    assert found.faults == ()
    told = [
        (each.country, each.cycle, each.trigger, each.counted - each.recorded)
        for each in found.flows
    ]
    assert ("SG", "award", 2) in {(country, trigger, more) for country, _, trigger, more in told}
    assert {(trigger, more) for _, _, trigger, more in told} >= {("decline", 1), ("decline", -1)}
    assert ("2031-04-01", "decline") in {(cycle, trigger) for _, cycle, trigger, _ in told}
    missing = [each for each in found.flows if each.trigger == "nominate"]
    assert {each.country for each in missing} == {"MY"}
    assert sum(each.recorded for each in missing) > sum(each.counted for each in missing) == 0
    assert len(told) == 3 + len(missing)
    assert str(missing[0]) == (
        f"award MY: nominate, nothing to nominated on {missing[0].day}: 0 counted,"
        f" {missing[0].recorded} in the journal"
    )


def test_a_path_takes_its_moves_to_another_country(store: AwardStore) -> None:
    """All that it has done counts there, what it did in the same command, too; books stay."""
    first, second = candidate(store, 1), candidate(store, 2)
    due = timer("cycle_date", path_id=1)
    with store.begin() as transaction:
        ended = replace(first, seq=3, state="awarded")
        award = step(first, ended, due.due_at, "award", fired=due.ended("fired", 3))
        away = replace(ended, seq=4, country="TH")
        transaction.write_chunk([award])
        transaction.write_chunk([step(ended, away, SEPTEMBER, None)])
    counted = sums(store, "country", "cycle_on", "trigger")
    assert counted == {
        ("SG", None, "nominate"): 1,
        ("SG", None, "open_review"): 1,
        ("SG", CYCLE.isoformat(), "award"): 1,
        ("SG", None, "award"): -1,
        ("TH", None, "nominate"): 1,
        ("TH", None, "open_review"): 1,
        ("TH", None, "award"): 1,
        ("TH", None, None): 1,
    }
    assert sum(counted.values()) == 6
    [book] = store.counts(due.due_at)
    assert book == ("SG", CYCLE, 2, 1, 0, 0)
    assert second.country == "SG"


def test_a_command_adds_one_row_for_each_kind_of_move(store: AwardStore) -> None:
    """Paths that are moved alike in one transaction are counted in one row."""
    stand = [candidate(store, number, moved=False) for number in (1, 2, 3)]
    with store.begin() as transaction:
        moved = [replace(each, seq=2, state="under_review") for each in stand]
        transaction.write_chunk(
            [step(a, b, SEPTEMBER, "open_review") for a, b in zip(stand, moved, strict=True)]
        )
    rows = programme_rows(url_of_store(store), "lazsa_flows")
    assert [row.moves for row in rows] == [1, 1, 1, 3]


def url_of_store(store: AwardStore) -> str:
    """Return the URL of a store's database."""
    return store._engine.url.render_as_string(hide_password=False)


def test_doctor_names_a_timer_that_ended_without_a_row(
    make: Callable[[], str], config: Config
) -> None:
    """The ledger cannot show it, as no journal row says that it ended; alarm and closing do."""
    fill_backlog(url := make(), 1)
    with Programme.open(url, config=config, clock=VirtualClock(START)) as programme:
        store = programme._runtime.store
        with store.begin(write=False) as transaction:
            assert transaction.inspect().orphans() == []
        programme.sweep()
        with store.begin(write=False) as transaction:
            assert transaction.inspect().orphans() == []
        tamper(
            programme,
            "UPDATE lazsa_timers SET status = 'fired', seq = 99 WHERE path_id = 1 AND name ="
            " (SELECT min(name) FROM lazsa_timers WHERE path_id = 1 AND decides)",
        )
        with store.begin(write=False) as transaction:
            [found] = transaction.inspect().orphans()
        [((country, on), lost)] = store.count_lost(programme.clock.now()).items()
        assert lost == 1
        with pytest.raises(ConflictError, match="1 timers are unexplained"):
            programme.close_ledger(country, on, actor=Actor("manager", "m-1"))
    assert found.where == "lazsa_timers.seq"
    assert "ended without a journal row" in str(found)
    assert "award-1" in str(found)
