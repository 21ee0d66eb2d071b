"""What SQLite alone promises (design.md, rule 9)."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from lazsa_flow.award.store.store import AwardStore
from lazsa_flow.engine.values import Change
from lazsa_flow.errors import SchemaError
from lazsa_flow.store.connect import BUSY_TIMEOUT_MS
from tests.factories import SELLER, path, record, utc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AT = utc(2026, 9, 1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return the file of a database."""
    return tmp_path / "lazsa.db"


@pytest.fixture
def store(file: Path) -> Iterator[AwardStore]:
    """Open a store on a migrated database."""
    opened = AwardStore(f"sqlite:///{file}")
    opened.migrate()
    yield opened
    opened.close()


def pragma(store: AwardStore, name: str) -> object:
    """Return what a pragma says on a connection of the store's."""
    with store.begin(write=False) as transaction:
        return transaction._connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def records(store: AwardStore) -> int:
    """Count the records about the seller, in a transaction that only reads."""
    with store.begin(write=False) as transaction:
        return len(transaction.records_of(SELLER))


def add(store: AwardStore) -> None:
    """Append a record in a transaction of its own."""
    with store.begin() as transaction:
        transaction.add_record(SELLER, record("case", "open"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),  # FULL
        ("foreign_keys", 1),
        ("busy_timeout", BUSY_TIMEOUT_MS),
    ],
)
def test_every_connection_is_prepared(store: AwardStore, name: str, value: object) -> None:
    """Write-ahead log, every commit on disk, foreign keys on, and patience with other writers."""
    assert pragma(store, name) == value


def test_a_writing_transaction_takes_the_lock_as_it_begins(store: AwardStore, file: Path) -> None:
    """BEGIN IMMEDIATE: what is read in the transaction stays true, for nobody else may write."""
    other = sqlite3.connect(file, timeout=0, isolation_level=None)
    try:
        with store.begin(), pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    finally:
        other.close()


def test_a_reading_transaction_takes_no_lock(store: AwardStore, file: Path) -> None:
    """Whoever reads stops nobody from writing, and sees what stood when they began."""
    with store.begin(write=False) as reading:
        assert reading.records_of(SELLER) == []
        add(store)
        assert reading.records_of(SELLER) == []
    assert records(store) == 1


def test_the_schema_is_checked_while_somebody_writes(store: AwardStore) -> None:
    """A process that starts waits for no writer, not even for one that stands still."""
    with store.begin() as writing:
        writing.add_record(SELLER, record("case", "open"))
        store.check_schema()


def test_reading_goes_on_while_somebody_writes(store: AwardStore) -> None:
    """Within another's write transaction the last committed state is read, at once."""
    with store.begin() as writing:
        writing.add_record(SELLER, record("case", "open"))
        assert records(store) == 0
    assert records(store) == 1


def test_writers_wait_for_each_other(store: AwardStore) -> None:
    """A second writer waits for the first; no read-and-write is lost between them."""
    with store.begin() as transaction:
        transaction.write_chunk([Change(before=None, after=path(), recorded_at=AT, row=None)])

    def move(_number: int) -> None:
        with store.begin() as transaction:
            (seen,) = transaction.load_chunk([1], before=None, on=AT.date())
            after = replace(seen.path, seq=seen.path.seq + 1)
            change = Change(before=seen.path, after=after, recorded_at=AT, row=None)
            transaction.write_chunk([change])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(move, range(40)))
    with store.begin(write=False) as transaction:
        assert transaction.paths_of(SELLER)[0].seq == 41


def test_a_failed_transaction_frees_the_lock(store: AwardStore) -> None:
    """What is rolled back leaves neither rows nor a lock."""

    def fail() -> None:
        with store.begin() as transaction:
            transaction.add_record(SELLER, record("case", "open"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    add(store)
    assert records(store) == 1


def test_foreign_keys_are_on_again_after_a_migration(store: AwardStore) -> None:
    """A migration turns foreign keys off for its own time only."""
    store.migrate()
    assert pragma(store, "foreign_keys") == 1


def test_a_migration_that_breaks_a_reference_is_undone(store: AwardStore, file: Path) -> None:
    """Rows that refer to nothing stop a migration, and foreign keys are on afterwards."""
    raw = sqlite3.connect(file)
    raw.execute("INSERT INTO lazsa_slots VALUES ('award', 'nobody', 99)")
    raw.commit()
    raw.close()
    with pytest.raises(SchemaError, match="refer to nothing"):
        store.migrate()
    assert pragma(store, "foreign_keys") == 1


def test_next_due_is_one_look_at_an_index(store: AwardStore) -> None:
    """design.md, rule 5: the doorbell's question costs one index look-up, however many timers."""
    with store.begin(write=False) as transaction:
        plan = transaction._connection.execute(
            sa.text(
                "EXPLAIN QUERY PLAN SELECT due_at FROM lazsa_timers WHERE status = 'pending' "
                "ORDER BY due_at LIMIT 1"
            )
        ).all()
    assert "lazsa_timers_due" in str(plan)
    assert "TEMP B-TREE" not in str(plan)
