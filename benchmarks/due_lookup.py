"""Finding what is due: a thousand paths among a million, compared with as many among 10,000.

``due`` names every path that is due at midnight; ``next_due`` is what an idle worker asks.

Units: milliseconds a look-up.
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from benchmarks.harness.databases import STORES
from benchmarks.harness.figures import Figure, Goal
from benchmarks.harness.turns import in_turns, seconds
from benchmarks.population.sample_sellers import MIDNIGHT, NOW
from lazsa_flow import Programme
from lazsa_flow.clock import VirtualClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.harness.bench import Bench


MEANING: Final = (
    "A poll of an idle worker costs the same whether a database holds ten thousand paths or a "
    "million."
)


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure both stores."""
    found, sizes = bench.scale.found, (bench.scale.large, bench.scale.small)
    questions: dict[str, Callable[[Programme], Any]] = {
        f"due look-up, {found:,} due": lambda programme: programme.due(until=MIDNIGHT),
        "idle look, next_due": Programme.next_due,
    }
    for store, called in STORES.items():
        with ExitStack() as stack:
            large, small = (
                stack.enter_context(_opened(stack, bench.databases.filling(store, size, found)))
                for size in sizes
            )
            for name, ask in questions.items():
                ours, reference = in_turns(
                    bench.scale.rounds * 10,
                    partial(seconds, partial(ask, large)),
                    partial(seconds, partial(ask, small)),
                )
                yield Figure.of(
                    f"{name}: {sizes[0]:,} paths, compared with {sizes[1]:,}, {called}",
                    ours * 1000,
                    reference * 1000,
                    unit="ms",
                    goal=Goal(1.2),
                )


def _opened(stack: ExitStack, filling: Any) -> Programme:
    return Programme.open(stack.enter_context(filling), clock=VirtualClock(NOW))
