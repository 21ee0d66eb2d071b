"""An import of nominations, compared with the same rows written by the driver alone.

Each row of the file nominates another seller, with a statement: the import checks it, opens a path
with its journal row, timers and notice, keeps the statement and adds the nomination. The reference
writes the very rows that the import has written, and decides nothing: ``executemany`` on SQLite,
COPY on PostgreSQL, one transaction, foreign keys on.

Units: rows of the file a second, the median.
"""

from __future__ import annotations

import csv
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from benchmarks.harness.databases import STORES, connect
from benchmarks.harness.figures import Figure, Goal
from benchmarks.harness.turns import in_turns, seconds
from benchmarks.nominate import NOMINATOR, STATEMENT, new_sellers
from benchmarks.single_fire import EVE
from lazsa_flow import Actor, Programme
from lazsa_flow.clock import VirtualClock
from lazsa_flow.store import schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import sqlalchemy as sa

    from benchmarks.harness.bench import Bench
    from benchmarks.harness.databases import Store

MEANING: Final = (
    "How long a country team waits for a file of nominations, each of them checked and opened as"
    " if it had come alone."
)
_GOALS: Final[dict[Store, float]] = {"sqlite": 4_000, "postgresql": 1_000}
_HOST: Final = Actor("host", "host")

Row = tuple[Any, ...]


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure both stores."""
    rows = bench.scale.small
    for store, called in STORES.items():
        with bench.databases.copy(bench.databases.filled(store, rows, 0)) as url:
            with Programme.open(url, clock=VirtualClock(EVE)) as programme:
                sellers = new_sellers(programme, rows)
            file = _write_file(bench.databases.folder / "nominations.csv", sellers)
            with bench.databases.copy(url) as imported:
                _import(file, imported)
                written = _new_rows(url, imported)
            ours, reference = in_turns(
                bench.scale.rounds,
                partial(_on_a_copy, bench, url, partial(_import, file)),
                partial(_on_a_copy, bench, url, partial(_write, written)),
            )
        yield Figure.of(
            f"import of {rows:,} nominations, compared with the driver's rows alone, {called}",
            rows / ours,
            rows / reference,
            unit="rows/s",
            goal=Goal(_GOALS[store], at_least=True, absolute=True),
        )


def _write_file(file: Path, sellers: Sequence[str]) -> Path:
    with file.open("w", encoding="utf-8", newline="") as stream:
        lines = csv.writer(stream)
        lines.writerow(("seller_id", "source", "nominator_id", "statement"))
        lines.writerows((each, NOMINATOR.role, NOMINATOR.id, STATEMENT) for each in sellers)
    return file


def _import(file: Path, url: str) -> float:
    """Import a file; return how long it took."""
    with Programme.open(url, clock=VirtualClock(EVE)) as programme:
        return seconds(lambda: programme.import_nominations(file, actor=_HOST))


def _new_rows(before_url: str, after_url: str) -> Mapping[str, list[Row]]:
    """Return the rows that an import has written, by table, in an order for foreign keys."""
    before, after = connect(before_url), connect(after_url)
    written = {}
    for table in schema.METADATA.sorted_tables:
        query = f"SELECT {_names(table)} FROM {table.name}"
        known = set(before.execute(query).fetchall())
        rows = [row for row in after.execute(query).fetchall() if row not in known]
        if rows:
            written[table.name] = rows
    before.close()
    after.close()
    return written


def _names(table: sa.Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


def _write(written: Mapping[str, list[Row]], url: str) -> float:
    """Write rows in one transaction; return how long it took."""
    connection = connect(url)

    def write() -> None:
        connection.execute("BEGIN")
        for table, rows in written.items():
            into = f"{table} ({_names(schema.METADATA.tables[table])})"
            if url.startswith("sqlite"):
                marks = ", ".join("?" * len(rows[0]))
                connection.executemany(f"INSERT INTO {into} VALUES ({marks})", rows)
                continue
            with connection.cursor().copy(f"COPY {into} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        connection.execute("COMMIT")

    taken = seconds(write)
    connection.close()
    return taken


def _on_a_copy(bench: Bench, url: str, work: Callable[[str], float]) -> float:
    """Return how long some work on a fresh copy of a database takes."""
    with bench.databases.copy(url) as copied:
        return work(copied)
