"""What a database of a size takes: disk, night, import, verify and backup.

Every path is due at one midnight, and every seller has facts, nominations, scorecards and a chained
journal. One process sweeps; the import is a month's facts of every seller; the backup is SQLite's
alone, for a server has its own tools. Each is done once, on a copy.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import psycopg

from benchmarks.facts_import import MONTHS, write_facts
from benchmarks.facts_import import NOW as IMPORTED_AT
from benchmarks.harness.databases import STORES, file_of
from benchmarks.harness.figures import Figure
from benchmarks.harness.turns import seconds
from benchmarks.population.sample_sellers import NOW
from lazsa_flow import Programme
from lazsa_flow.clock import VirtualClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.harness.bench import Bench
    from benchmarks.harness.databases import Store

MEANING: Final = (
    "How large a disk, how long a night and how long a file are to be planned for; every figure"
    " grows as the number of paths does, and memory does not."
)


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure both stores, at each size."""
    for store, called in STORES.items():
        for paths in bench.scale.sizes:
            with bench.databases.filling(store, paths, paths) as filled:
                for what, value, unit in measure_size(bench, store, filled, paths):
                    yield Figure.of(f"{paths:,} paths, {called}: {what}", value, unit=unit)


def measure_size(
    bench: Bench, store: Store, filled: str, paths: int
) -> Iterator[tuple[str, float, str]]:
    """Yield what a filled database takes: what is measured, the figure and its unit."""
    yield "disk", _disk_mb(filled), "MB"
    with Programme.open(filled, clock=VirtualClock(NOW)) as programme:
        if store == "sqlite":
            copy = bench.databases.folder / "backup.db"
            yield "backup", seconds(lambda: programme.backup(copy, overwrite=True)), "s"
            copy.unlink()
        yield "verify", seconds(programme.verify), "s"
    file = write_facts(bench.databases.folder / "sizing.csv", paths, MONTHS[-1])
    with bench.databases.copy(filled) as url:
        before = _disk_mb(url)
        with Programme.open(url, clock=VirtualClock(IMPORTED_AT)) as programme:
            yield "import of everybody's facts", seconds(lambda: programme.import_facts(file)), "s"
        yield "disk of a month's facts", _disk_mb(url) - before, "MB"
    with bench.databases.copy(filled) as url:
        swept = bench.sweep(store, url)
        if swept.moved != paths:
            raise RuntimeError(f"{swept.moved} of {paths} moved")
        yield "night, everything due", swept.seconds, "s"
        yield "peak memory of the worker", swept.peak_mb, "MB"
        yield "disk after the night", _disk_mb(url), "MB"


def _disk_mb(url: str) -> float:
    """Return how much a database takes on the disk."""
    if url.startswith("sqlite"):
        file = Path(file_of(url))
        return sum(each.stat().st_size for each in file.parent.glob(f"{file.name}*")) / 1e6
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    assert row is not None
    return float(row[0]) / 1e6
