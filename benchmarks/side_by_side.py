"""Two whole programmes side by side, compared with one: a night on two SQLite databases at once.

Each database is a programme of its own, with as many due as the one alone, and is swept by a
process of its own. SQLite has one writer a database, so that a second process on the same database
would wait for the first; on a database of its own it does not. How much two processes get is the
machine's to say: two threads of one core are not two cores, and what else runs takes from both.

So the processor time a path is told as well, which says the same on a machine that does other work:
where a path takes 1.05 times as much next to another process, two of them do 1.9 times as much work
on two processors.

Units: paths moved a second, of both databases together; microseconds of processor time a path.
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Final

from benchmarks.harness.figures import Figure, Goal
from benchmarks.harness.turns import in_turns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.harness.bench import Bench

MEANING: Final = (
    "Who outgrows one SQLite database gives each country or bucket of sellers its own: the second"
    " one costs the first nothing as long as there is a processor for each."
)


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure two databases compared with one."""
    due = bench.scale.bulk
    filled = bench.databases.filled("sqlite", due, due)
    used: dict[int, list[float]] = {1: [], 2: []}
    two, one = in_turns(
        bench.scale.rounds,
        partial(_rate, bench, filled, due, 2, used[2]),
        partial(_rate, bench, filled, due, 1, used[1]),
    )
    name = f"two SQLite databases with {due:,} due each, two processes, compared with one"
    yield Figure.of(name, two, one, unit="paths/s", goal=Goal(1.9, at_least=True))
    yield Figure.of(
        f"{name}: processor time a path",
        median(used[2]) * 1_000_000,
        median(used[1]) * 1_000_000,
        unit="µs",
        goal=Goal(1.05),
    )


def _rate(bench: Bench, filled: str, due: int, databases: int, used: list[float]) -> float:
    """Return how many paths a second are moved on so many copies of a database at once.

    Args:
        bench: What it works with.
        filled: The database.
        due: How many paths of it are due.
        databases: How many copies.
        used: Where the processor time that a path took is added, in seconds.

    Raises:
        RuntimeError: Not everything that was due has moved.
    """
    with ExitStack() as stack:
        urls = [stack.enter_context(bench.databases.copy(filled)) for _ in range(databases)]
        swept = bench.sweep("sqlite", *urls)
    if swept.moved != due * databases:
        raise RuntimeError(f"{swept.moved} of {due * databases} moved")
    used.append(swept.cpu_s / swept.moved)
    return swept.moved / swept.seconds
