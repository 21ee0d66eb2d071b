"""A rehearsal of twenty thousand due of a million, compared with the night itself.

A rehearsal copies what is due and runs the sweep on the copy; asked under every condition, it runs
it six times. What it costs must follow from what is due.

Units: seconds a rehearsal; megabytes of its process.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from benchmarks.harness import rehearser
from benchmarks.harness.databases import STORES
from benchmarks.harness.figures import Figure, Goal
from benchmarks.harness.turns import in_turns
from benchmarks.population.fill import BATCH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.harness.bench import Bench
    from benchmarks.harness.databases import Store
    from benchmarks.harness.rehearser import Rehearsed


_ROUNDS: Final = 3
"""Each turn copies a database of a million for the night."""
MEANING: Final = "What a date will bring is known about as fast as the date itself goes by."


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure both stores: a rehearsal and the night, six conditions and one, and the memory."""
    part, large, tenth = bench.scale.part, bench.scale.large, bench.scale.tenth
    for store, called in STORES.items():
        name = f"rehearsing {part:,} due of {large:,}, {called}"
        with bench.databases.filling(store, large, part, copied=BATCH) as url:
            one, night, whole = in_turns(
                min(bench.scale.rounds, _ROUNDS),
                partial(_seconds, bench, store, url, part, "one"),
                partial(_night_seconds, bench, store, url),
                partial(_seconds, bench, store, url, part, "all"),
            )
            yield Figure.of(
                f"{name}, compared with the night", one, night, unit="s", goal=Goal(1.2)
            )
            six = f"{name}, six conditions compared with one"
            yield Figure.of(six, whole, one, unit="s", goal=Goal(2.5))
            peak_mb = _rehearse(bench, store, url, "all").peak_mb
        with bench.databases.filling(store, tenth, min(part, tenth), copied=BATCH) as url:
            tenth_mb = _rehearse(bench, store, url, "all").peak_mb
        yield Figure.of(
            f"{name}: peak memory, compared with {tenth:,}",
            peak_mb,
            tenth_mb,
            unit="MB",
            goal=Goal(1.1),
        )


def _seconds(bench: Bench, store: Store, url: str, due: int, conditions: str) -> float:
    rehearsed = _rehearse(bench, store, url, conditions)
    if rehearsed.outcomes != due:
        raise RuntimeError(f"{rehearsed.outcomes} outcomes of {due} due")
    return rehearsed.seconds


def _rehearse(bench: Bench, store: Store, url: str, conditions: str) -> Rehearsed:
    small = bench.fill_warm_up(store)
    return rehearser.rehearse(url, warm_up=small, conditions=conditions)


def _night_seconds(bench: Bench, store: Store, url: str) -> float:
    with bench.databases.copy(url) as copied:
        return bench.sweep(store, copied).seconds
