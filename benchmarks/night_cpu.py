"""Processor time of a cycle night on both stores: user and system, of the process that sweeps.

On SQLite that is all of it, compared with set-based statements that write the very same rows from
answers that lie ready. On PostgreSQL it is Python's part; the server's is not counted.

``python -m benchmarks.night_cpu CHECKOUT`` compares with another clone of the project, whose schema
is the same, in turns.

Units: seconds of processor time.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Annotated, Final

import typer

from benchmarks.harness.bench import FULL, opened
from benchmarks.harness.databases import STORES
from benchmarks.harness.figures import Figure
from benchmarks.harness.setbased import set_based_seconds
from benchmarks.harness.turns import in_turns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.harness.bench import Bench, Night
    from benchmarks.harness.databases import Store

MEANING: Final = "What a night costs a machine that does other work as well."


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure both stores."""
    due, rounds = bench.scale.part, bench.scale.rounds
    night = bench.night("sqlite", due)
    ours, floor = in_turns(
        rounds, partial(_swept, bench, "sqlite", due), partial(_written, bench, night)
    )
    name = f"processor time, {due:,} due at one midnight"
    yield Figure.of(f"{name}, SQLite, compared with set-based statements", ours, floor, unit="s")
    [ours] = in_turns(rounds, partial(_swept, bench, "postgresql", due))
    yield Figure.of(f"{name}, PostgreSQL, without the server", ours, unit="s")


def _swept(bench: Bench, store: Store, due: int, checkout: Path | None = None) -> float:
    with bench.databases.copy(bench.databases.filled(store, due, due)) as url:
        swept = bench.sweep(store, url, checkout=checkout)
    if swept.moved != due:
        raise RuntimeError(f"{swept.moved} of {due} moved")
    return swept.cpu_s


def _written(bench: Bench, night: Night) -> float:
    with bench.databases.copy(night.url) as url:
        start = process_time()
        set_based_seconds(url, night.answers)
        return process_time() - start


def _compare(
    checkout: Annotated[str, typer.Argument(help="Another clone, with its .venv.")],
) -> None:
    """Compare with another clone, five times in turns."""
    with opened(FULL) as bench:
        for store, called in STORES.items():
            swept = partial(_swept, bench, store, FULL.part)
            ours, theirs = in_turns(FULL.rounds, swept, partial(swept, Path(checkout).resolve()))
            print(f"{called}: {ours:.3g} s, there {theirs:.3g} s: {ours / theirs:.3g}")


if __name__ == "__main__":
    typer.run(_compare)
