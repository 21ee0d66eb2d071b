"""Forty threads that ask at once, on a pool of fifteen connections, and what the slowest wait.

``explain``, ``find``, a path's story and ``badge``. The reference is what the last of forty would
wait for if one thread answered one after the other. A call that fails ends the benchmark.

Units: milliseconds a call, at the 99th percentile.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from statistics import median
from threading import Barrier
from typing import TYPE_CHECKING, Any, Final

from benchmarks.harness.databases import STORES
from benchmarks.harness.figures import Figure
from benchmarks.harness.turns import seconds
from benchmarks.population.sample_sellers import NOW
from lazsa_flow import Programme
from lazsa_flow.clock import VirtualClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from benchmarks.harness.bench import Bench
    from lazsa_flow import Listed

MEANING: Final = "How long the unluckiest of forty visitors waits who all ask at the same moment."
THREADS: Final = 40


def questions(programme: Programme) -> Mapping[str, Callable[[Listed], Any]]:
    """Return what is asked of a path's row in a list."""
    return {
        "explain": lambda row: programme.explain(str(row.path)),
        "find": lambda row: programme.find(row.subject),
        "story": lambda row: programme.portraits(str(row.path)),
        "badge": lambda row: programme.badge(row.subject),
    }


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure each question on both stores."""
    size = bench.scale.listed // 10
    for store, called in STORES.items():
        url = bench.databases.filled(store, size, size // 10)
        with Programme.open(url, clock=VirtualClock(NOW)) as programme:
            rows = programme.find_all(limit=THREADS)
            for name, ask in questions(programme).items():
                alone = median(seconds(partial(ask, row)) for row in rows)
                taken = sorted(_ask_together(ask, rows, bench.scale.rounds))
                yield Figure.of(
                    f"{name}: {THREADS} threads at once, p99, compared with one by one, {called}",
                    taken[len(taken) * 99 // 100 - 1] * 1000,
                    alone * THREADS * 1000,
                    unit="ms",
                )


def _ask_together(ask: Callable[[Listed], Any], rows: Sequence[Listed], rounds: int) -> list[float]:
    """Return what each call took, of as many as there are threads and rounds."""
    together = Barrier(THREADS)

    def call(number: int) -> list[float]:
        together.wait()
        return [seconds(partial(ask, rows[(number + turn) % len(rows)])) for turn in range(rounds)]

    with ThreadPoolExecutor(THREADS) as pool:
        return [each for taken in pool.map(call, range(THREADS)) for each in taken]
