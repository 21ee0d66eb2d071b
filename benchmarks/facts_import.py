"""Importing the figures of sellers who are known, compared with ``csv`` and the driver alone.

The file has one row a seller, in random order, of a month that is not recorded yet; facts of the
month before are. The reference reads the same file with ``csv`` and writes the same rows, each with
the number of an import, which is a foreign key: with ``executemany`` on SQLite, with ``COPY`` on
PostgreSQL. It checks nothing.

Units: microseconds a row.
"""

from __future__ import annotations

import csv
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any, Final

from benchmarks.harness.databases import STORES, connect
from benchmarks.harness.figures import Figure, Goal
from benchmarks.harness.turns import in_turns, seconds
from lazsa_flow import Programme
from lazsa_flow.award.evidence import STORED_FACTS
from lazsa_flow.award.imports.facts import FACTS_COLUMNS
from lazsa_flow.clock import VirtualClock
from tests.factories import utc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from benchmarks.harness.bench import Bench
    from benchmarks.harness.databases import Store

MEANING: Final = (
    "A file of sellers' figures takes a few times as long as copying it unread into the table: "
    "a hundred thousand sellers are in within seconds."
)
GOALS: Final = {"sqlite": Goal(2), "postgresql": Goal(3)}
NOW: Final = utc(2026, 6, 1, 4)
MONTHS: Final = ("2026-04-30", "2026-05-31")
_COLUMNS: Final = (
    *("seller" if c == "seller_id" else c for c in FACTS_COLUMNS),
    *("recorded_at", "batch_id"),
)
_NUMBERS: Final[dict[str, Callable[[str], Any]]] = {
    "ncp_points": int,
    "policy_compliant": "true".__eq__,
    "is_lazstar": "true".__eq__,
}


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure both stores, at a tenth of the size and at the whole."""
    for store, called in STORES.items():
        for rows in (bench.scale.imported // 10, bench.scale.imported):
            before, file = (
                write_facts(bench.databases.folder / f"facts-{rows}-{month}.csv", rows, month)
                for month in MONTHS
            )
            url = bench.databases.empty(store)
            Programme.migrate(url)
            with Programme.open(url, clock=VirtualClock(NOW)) as programme:
                programme.import_facts(before)
            ours, reference = in_turns(
                bench.scale.rounds,
                partial(_import_seconds, bench, url, file),
                partial(_copy_seconds, bench, url, store, file),
            )
            yield Figure.of(
                f"import of {rows:,} facts, compared with csv and the driver, {called}",
                ours * 1e6 / rows,
                reference * 1e6 / rows,
                unit="µs",
                goal=GOALS[store],
            )


def write_facts(file: Path, rows: int, as_of: str) -> Path:
    """Write a file of facts, one row a seller, in random order."""
    random = Random(as_of)
    sellers = list(range(rows))
    random.shuffle(sellers)
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(FACTS_COLUMNS)
        writer.writerows(_row_of(seller, as_of, random) for seller in sellers)
    return file


def _row_of(seller: int, as_of: str, random: Random) -> tuple[Any, ...]:
    months = ";".join(f"0.00{random.randrange(1, 10)}" for _ in range(9))
    gmv, rate = f"{random.uniform(1e4, 2e5):.2f}", f"0.{random.randrange(10, 60)}"
    chat, kept = f"0.{random.randrange(70, 100)}", f"0.{random.randrange(10, 90)}"
    known = (seller % 4, "true", gmv, rate, chat, months, kept, "false", "")
    return (f"seller-{seller:07}", "SG", "2018-01-15", as_of, *known)


def _import_seconds(bench: Bench, url: str, file: Path) -> float:
    with (
        bench.databases.copy(url) as copied,
        Programme.open(copied, clock=VirtualClock(NOW)) as programme,
    ):
        return seconds(lambda: programme.import_facts(file))


def _copy_seconds(bench: Bench, url: str, store: Store, file: Path) -> float:
    write = _insert if store == "sqlite" else _copy
    with bench.databases.copy(url) as copied:
        connection = connect(copied)
        try:
            return seconds(lambda: write(connection, file))
        finally:
            connection.close()


def _insert(connection: Any, file: Path) -> None:
    marks = ", ".join("?" * len(_COLUMNS))
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        f"INSERT INTO lazsa_facts ({', '.join(_COLUMNS)}) VALUES ({marks})",
        _read_rows(file, _batch_of(connection)),
    )
    connection.execute("COMMIT")


def _copy(connection: Any, file: Path) -> None:
    batch = _batch_of(connection)
    with (
        connection.transaction(),
        connection.cursor() as cursor,
        cursor.copy(f"COPY lazsa_facts ({', '.join(_COLUMNS)}) FROM STDIN") as copy,
    ):
        for row in _read_rows(file, batch):
            copy.write_row(row)


def _batch_of(connection: Any) -> int:
    """Return the number of the import that brought the facts of the month before."""
    [(number,)] = connection.execute("SELECT max(id) FROM lazsa_batches").fetchall()
    return int(number)


def _read_rows(file: Path, batch: int) -> Iterator[list[Any]]:
    assert set(_COLUMNS) >= set(STORED_FACTS)
    numbers = [(_COLUMNS.index(name), read) for name, read in _NUMBERS.items()]
    with file.open(encoding="utf-8", newline="") as stream:
        rows = csv.reader(stream)
        next(rows)
        for row in rows:
            values: list[Any] = [text or None for text in row]
            for at, read in numbers:
                values[at] = read(row[at])
            values += ("2026-06-01T04:00:00.000000Z", batch)
            yield values
