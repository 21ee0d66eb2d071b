"""A picture of a lifecycle, among 100,000 paths compared with a tenth of them.

Its moves are read from the counted flows, which are as many for any number of paths that moved in
the same chunks; the whole picture lists as many paths on both sides. The instant is one at which
nothing is due.

Units: milliseconds an answer.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from benchmarks.harness.databases import STORES
from benchmarks.harness.figures import Figure, Goal
from benchmarks.harness.turns import in_turns, seconds
from benchmarks.population.sample_sellers import MIDNIGHT
from lazsa_flow import Programme
from lazsa_flow.clock import VirtualClock
from lazsa_flow.service.part import runtime_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from benchmarks.harness.bench import Bench
    from benchmarks.harness.databases import Store

MEANING: Final = "How long the picture takes, and whether that grows with the number of sellers."
BEFORE: Final = MIDNIGHT - timedelta(minutes=1)
"""Nothing is due yet; what was, has been decided."""


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure both stores: the moves alone, then the whole picture."""
    asked: dict[str, Callable[[Programme], Any]] = {
        "picture's moves": _sum_moves,
        "picture": lambda programme: programme.picture(),
    }
    for store in STORES:
        yield from answers(bench, store, asked)


def answers(
    bench: Bench, store: Store, asked: Mapping[str, Callable[[Programme], Any]]
) -> Iterator[Figure]:
    """Ask a large population and a tenth of it the same, in turns."""
    sizes = bench.scale.listed, bench.scale.listed // 10
    due = sizes[1] // 10
    with ExitStack() as stack:
        large, small = (
            stack.enter_context(_opened(bench, store, sellers, due)) for sellers in sizes
        )
        for name, ask in asked.items():
            ours, reference = in_turns(
                bench.scale.rounds,
                partial(seconds, partial(ask, large)),
                partial(seconds, partial(ask, small)),
            )
            yield Figure.of(
                f"{name}: {sizes[0]:,} paths, compared with {sizes[1]:,}, {STORES[store]}",
                ours * 1000,
                reference * 1000,
                unit="ms",
                goal=Goal(1.2),
            )


@contextmanager
def _opened(bench: Bench, store: Store, sellers: int, due: int) -> Iterator[Programme]:
    with (
        bench.databases.filling(store, sellers, due) as url,
        Programme.open(url, clock=VirtualClock(BEFORE)) as programme,
    ):
        yield programme


def _sum_moves(programme: Programme) -> None:
    with runtime_of(programme).store.read_statistics("award") as statistics:
        statistics.count_moves({})
