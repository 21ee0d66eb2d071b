"""Filling a database with a programme of any size, fast.

The rows that :mod:`benchmarks.population.multiply` makes go in by COPY on PostgreSQL and by
the driver's ``executemany`` on SQLite, in batches: a million sellers take no more memory than ten
thousand.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from importlib import import_module
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final

import psycopg

from benchmarks.population.multiply import NUMBERED, SellerMultiplier
from benchmarks.population.sample_sellers import DUE_KINDS, IDLE_KINDS, NOW, make_samples
from benchmarks.population.sleepers import copying_statements
from lazsa_flow import Programme
from lazsa_flow.clock import VirtualClock
from lazsa_flow.store.connect import connect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from benchmarks.population.multiply import Batch

BATCH: Final = 10_000
_SIDE_BY_SIDE: Final = 3
"""How many neighbouring numbers share one that is due."""


def fill(url: str, sellers: int, due: int, *, copied: int = 0) -> None:
    """Migrate an empty database and fill it with sellers, some of them due at midnight.

    Args:
        url: The database's URL.
        sellers: How many paths there are, one a seller.
        due: How many of them are due; of ten, three are awarded, three declined, one carried over,
            two renewed and one retired. Paths are numbered as sellers are nominated, so those of
            one midnight lie together, two of other countries between two of theirs.
        copied: So many are made here of those who are not due; the database makes the others of
            them, without a journal. By default all are made here.
    """
    Programme.migrate(url, clock=VirtualClock(NOW))
    samples = make_samples()
    multiplier, kinds = SellerMultiplier(samples), _kinds(sellers, due)
    idle = sellers - min(sellers, _SIDE_BY_SIDE * due)
    times = idle // copied - 1 if copied else 0
    if times > 0:
        first = [multiplier.make_common_rows(), multiplier.make_rows(islice(kinds, copied))]
        _fill(url, samples.columns, first)
        _copy_sellers(url, samples.columns, *multiplier.count_copies(times), times)
        for _ in islice(kinds, times * copied):
            pass
        _fill(url, samples.columns, _batches(multiplier, kinds))
    else:
        common = multiplier.make_common_rows()
        _fill(url, samples.columns, chain([common], _batches(multiplier, kinds)))
    _count(url)


def _copy_sellers(
    url: str,
    columns: Mapping[str, tuple[str, ...]],
    sellers: int,
    numbers: Mapping[str, int],
    times: int,
) -> None:
    """Let the database insert the rows of its sellers so many times again."""
    dialect = "sqlite" if url.startswith("sqlite") else "postgresql"
    statements = copying_statements(dialect, columns, sellers, numbers, times)
    if dialect == "sqlite":
        with closing(_connect_sqlite(url)) as driver:
            for statement in statements:
                driver.execute(statement)
    else:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            for statement in statements:
                connection.execute(statement)


def _fill(url: str, columns: Mapping[str, tuple[str, ...]], batches: Iterable[Batch]) -> None:
    if url.startswith("sqlite"):
        _fill_sqlite(url, columns, batches)
    else:
        _fill_postgresql(url, columns, batches)


def _count(url: str) -> None:
    """Count what journal and timers hold now, as the migrations do that bring the counts."""
    versions = "lazsa_flow.store.migrations.versions"
    flows = import_module(f"{versions}.0017_flows")
    timers = import_module(f"{versions}.0021_timer_counts")
    engine = connect(url)
    with engine.begin() as connection:
        flows.count_journal(connection)
        timers.count_timers(connection)
    engine.dispose()


def _kinds(sellers: int, due: int) -> Iterator[str]:
    """Yield what each seller is."""
    taken, cohort = 0, min(sellers, _SIDE_BY_SIDE * due)
    before = sellers - cohort
    for number in range(sellers):
        if (number + 1 - before) * due // max(cohort, 1) > taken:
            yield DUE_KINDS[taken % len(DUE_KINDS)]
            taken += 1
        else:
            yield IDLE_KINDS[(number - taken) % len(IDLE_KINDS)]


def _batches(multiplier: SellerMultiplier, kinds: Iterator[str]) -> Iterator[Batch]:
    while part := list(islice(kinds, BATCH)):
        yield multiplier.make_rows(part)


def _fill_sqlite(
    url: str, columns: Mapping[str, tuple[str, ...]], batches: Iterable[Batch]
) -> None:
    connection = _connect_sqlite(url)
    for batch in batches:
        connection.execute("BEGIN")
        for table, rows in batch.items():
            marks = ", ".join("?" * len(columns[table]))
            connection.executemany(f"INSERT INTO {_into(table, columns)} VALUES ({marks})", rows)
        connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()


def _connect_sqlite(url: str) -> sqlite3.Connection:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    for pragma in ("journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _fill_postgresql(
    url: str, columns: Mapping[str, tuple[str, ...]], batches: Iterable[Batch]
) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        # rows that are made whole need no look-up of each foreign key
        connection.execute("SET session_replication_role = replica")
        for batch in batches:
            for table, rows in batch.items():
                with (
                    connection.cursor() as cursor,
                    cursor.copy(f"COPY {_into(table, columns)} FROM STDIN") as copy,
                ):
                    copy.write("".join(map(_line, rows)))
        for table in NUMBERED:
            connection.execute(
                f"SELECT setval(pg_get_serial_sequence('lazsa_{table}', 'id'), max(id))"
                f" FROM lazsa_{table}"
            )
        connection.execute("SELECT setval('lazsa_path_id', max(id)) FROM lazsa_paths")
        connection.execute("VACUUM (FREEZE, ANALYZE)")
        connection.execute("CHECKPOINT")


def _into(table: str, columns: Mapping[str, tuple[str, ...]]) -> str:
    names = ", ".join(f'"{name}"' for name in columns[table])
    return f"lazsa_{table} ({names})"


def _line(row: tuple[Any, ...]) -> str:
    r"""Write a row as COPY reads it; none of these holds a tab, line end or backslash."""
    return "\t".join("\\N" if value is None else str(value) for value in row) + "\n"
