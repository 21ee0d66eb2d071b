"""A million due of a million, the whole programme's tables filled.

The time is told; what must hold is that the memory does not grow with the night. One process
sweeps, and its peak is what the kernel saw of it (``VmHWM``), the interpreter included.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks.harness.databases import STORES
from benchmarks.harness.figures import Figure, Goal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.harness.bench import Bench
    from benchmarks.harness.databases import Store
    from benchmarks.harness.sweeper import Sweep


MEANING: Final = (
    "A worker needs no more memory for a million due paths than for a hundred thousand."
)


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure both stores, each once: a tenth of the night, then the night."""
    for store, called in STORES.items():
        tenth = _sweep(bench, store, bench.scale.tenth)
        large = _sweep(bench, store, bench.scale.large)
        name = f"{bench.scale.large:,} due of {bench.scale.large:,}, {called}"
        yield Figure.of(f"{name}: time", large.seconds, unit="s")
        yield Figure.of(
            f"{name}: paths a second, compared with {bench.scale.tenth:,}",
            bench.scale.large / large.seconds,
            bench.scale.tenth / tenth.seconds,
            unit="paths/s",
        )
        yield Figure.of(
            f"{name}: peak memory, compared with {bench.scale.tenth:,}",
            large.peak_mb,
            tenth.peak_mb,
            unit="MB",
            goal=Goal(1.1),
        )


def _sweep(bench: Bench, store: Store, due: int) -> Sweep:
    with bench.databases.filling(store, due, due) as url:
        swept = bench.sweep(store, url)
    if swept.moved != due:
        raise RuntimeError(f"{swept.moved} of {due} moved")
    return swept
