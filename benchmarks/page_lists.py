"""Pages of lists among 100,000 paths, next to 10,000: they cost as much as they show.

A page of 100 of a panel that judges most of the population, a page of 100 of the Hall of Fame, the
first and one further on, and the first page of a list. All paths are in one country and every
seller consents; as many are due in the large population as in the small one.

Units: milliseconds a page.
"""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from benchmarks.harness.databases import STORES
from benchmarks.harness.figures import Figure, Goal
from benchmarks.harness.turns import in_turns, seconds
from benchmarks.population.sample_sellers import COUNTRY, NOW
from lazsa_flow import Programme
from lazsa_flow.clock import VirtualClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from benchmarks.harness.bench import Bench

MEANING: Final = "Whether somebody who opens a page waits longer the more sellers there are."
PANEL: Final = date(2021, 10, 1)
"""The round that most of the population is in."""
PAGE: Final = 100
GOAL: Final = Goal(1.2)
CALLS: Final = 4
"""So many calls are one measurement: a page takes a few milliseconds."""


def pages(programme: Programme, size: int, page: int) -> Mapping[str, Callable[[], Any]]:
    """Return pages of a length, the further one from the middle of a population of a size."""
    further = f"2020-10-01 seller-{size // 2:07}"
    return {
        "panel page": lambda: programme.panel(COUNTRY, PANEL, limit=page),
        "Hall of Fame page": lambda: programme.hall_of_fame(COUNTRY, limit=page),
        "Hall of Fame, a page further on": lambda: programme.hall_of_fame(
            COUNTRY, after=further, limit=page
        ),
        "list": lambda: programme.find_all(country=COUNTRY, state="awarded", limit=page),
        "list of a country": lambda: programme.find_all(country=COUNTRY, limit=page),
    }


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure each page on both stores."""
    sizes = bench.scale.listed, bench.scale.listed // 10
    due = sizes[1] // 100
    for store, called in STORES.items():
        with ExitStack() as stack:
            large, small = (
                pages(
                    stack.enter_context(
                        Programme.open(
                            stack.enter_context(bench.databases.filling(store, size, due)),
                            clock=VirtualClock(NOW),
                        )
                    ),
                    size,
                    min(PAGE, sizes[1] // 2),
                )
                for size in sizes
            )
            for name in large:
                ours, reference = in_turns(
                    bench.scale.rounds,
                    partial(_page_seconds, large[name]),
                    partial(_page_seconds, small[name]),
                )
                yield Figure.of(
                    f"{name}: {sizes[0]:,} paths, compared with {sizes[1]:,}, {called}",
                    ours * 1000,
                    reference * 1000,
                    unit="ms",
                    goal=GOAL,
                )


def _page_seconds(ask: Callable[[], Any]) -> float:
    return sum(seconds(ask) for _ in range(CALLS)) / CALLS
