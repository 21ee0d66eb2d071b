"""Twenty thousand due of a million, compared with twenty thousand of twenty thousand.

What a night costs must follow from what is due, not from how many sellers there are. Paths are
numbered as sellers are nominated, so those that are due at one midnight lie together, one in three.

Units: seconds a sweep.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from benchmarks.harness.databases import STORES
from benchmarks.harness.figures import Figure, Goal
from benchmarks.harness.turns import in_turns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.harness.bench import Bench
    from benchmarks.harness.databases import Store


MEANING: Final = "A night costs what is due, not how many sellers there are."


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure both stores."""
    part, large = bench.scale.part, bench.scale.large
    for store, called in STORES.items():
        alone = bench.databases.filled(store, part, part)
        with bench.databases.filling(store, large, part) as among:
            ours, reference = in_turns(
                bench.scale.rounds,
                partial(_seconds, bench, store, among),
                partial(_seconds, bench, store, alone),
            )
        yield Figure.of(
            f"{part:,} due of {large:,}, compared with {part:,} of {part:,}, {called}",
            ours,
            reference,
            unit="s",
            goal=Goal(1.3),
        )


def _seconds(bench: Bench, store: Store, filled: str) -> float:
    with bench.databases.copy(filled) as url:
        return bench.sweep(store, url).seconds
