"""Everything due at one midnight on SQLite, ``synchronous = FULL``.

Two references write the very same rows, from answers that lie ready: set-based statements in one
transaction on the standard library's driver, and a loop that moves one path a transaction by
SQLAlchemy's ORM. Neither has a goal: reading the evidence and writing what is decided takes twice
what the statements take, which read nothing, so the most that any sweep could reach is 0.5.

Units: paths moved a second.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from benchmarks.harness.figures import Figure
from benchmarks.harness.turns import in_turns, seconds
from benchmarks.peers.orm import OrmWriter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.harness.bench import Bench, Night


MEANING: Final = (
    "Compared with the loop: how many nights of one transaction a path fit into one of ours. "
    "Compared with the statements: how much of the least possible time goes into writing alone."
)


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure the sweep compared with set-based statements, and compared with the loop."""
    due, rounds = bench.scale.bulk, bench.scale.rounds
    night = bench.night("sqlite", due)
    ours, reference = in_turns(
        rounds,
        partial(bench.sweep_seconds, "sqlite", night),
        partial(bench.set_based_seconds, night),
    )
    yield Figure.of(
        "bulk, SQLite, compared with set-based statements",
        due / ours,
        due / reference,
        unit="paths/s",
    )
    few = bench.night("sqlite", bench.scale.messages)
    ours, loop = in_turns(
        rounds,
        lambda: bench.sweep_seconds("sqlite", night) / due,
        lambda: _loop_seconds(bench, few) / few.due,
    )
    yield Figure.of(
        "bulk, SQLite, compared with a loop of the ORM",
        1 / ours,
        1 / loop,
        unit="paths/s",
    )


def _loop_seconds(bench: Bench, night: Night) -> float:
    with bench.databases.copy(night.url) as url, OrmWriter(url, night.answers) as writer:
        return seconds(writer.write_all)
