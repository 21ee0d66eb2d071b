"""Two whole programmes side by side, beside one: a night on two SQLite databases at once.

Each database is a programme of its own, with as many due as the one alone, and is swept by a
process of its own. SQLite has one writer a database, so that a second process on the same database
would wait for the first; on a database of its own it does not. How much two processes get is the
machine's to say: two threads of one core are not two cores.

Units: paths moved a second, of both databases together.
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
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
    """Measure two databases beside one."""
    due = bench.scale.bulk
    filled = bench.databases.filled("sqlite", due, due)
    two, one = in_turns(
        bench.scale.rounds,
        partial(_rate, bench, filled, due, 2),
        partial(_rate, bench, filled, due, 1),
    )
    yield Figure.of(
        f"two SQLite databases with {due:,} due each, two processes, beside one",
        two,
        one,
        unit="paths/s",
        goal=Goal(1.9, at_least=True),
    )


def _rate(bench: Bench, filled: str, due: int, databases: int) -> float:
    """Return how many paths a second are moved on so many copies of a database at once.

    Raises:
        RuntimeError: Not everything that was due has moved.
    """
    with ExitStack() as stack:
        urls = [stack.enter_context(bench.databases.copy(filled)) for _ in range(databases)]
        swept = bench.sweep("sqlite", *urls)
    if swept.moved != due * databases:
        raise RuntimeError(f"{swept.moved} of {due * databases} moved")
    return swept.moved / swept.seconds
