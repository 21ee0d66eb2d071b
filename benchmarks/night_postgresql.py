"""Everything due at one midnight on PostgreSQL, compared with one statement that judges nobody.

The reference is a single CTE that writes the very same rows, bytes and hashes included, from
answers that lie ready in tables of their own: on one connection against one worker, on two
connections (half of the paths each) against two workers. Rows are compared before the clock runs.

One worker has two threads, as ``worker --threads 2`` starts it: one judges while the database
writes for the other. Two workers have one thread each. They have no goal: the server's part of the
work alone takes both threads of this machine's one core.

Units: paths moved a second.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from benchmarks.harness.figures import Figure, Goal
from benchmarks.harness.turns import in_turns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.harness.bench import Bench

MEANING: Final = (
    "One statement that judges nobody is the least that this night can take; at 0.6 of its speed"
    " a worker spends most of its time writing, which has to be done in any case."
)
THREADS: Final = 2
"""Of all workers together."""


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure one worker and two."""
    due = bench.scale.bulk
    night = bench.night("postgresql", due)
    halves = ((1, due // 2), (due // 2 + 1, due))
    for workers, parts, goal in ((1, (None,), Goal(0.6, at_least=True)), (2, halves, None)):
        ours, reference = in_turns(
            bench.scale.rounds,
            partial(
                bench.sweep_seconds,
                "postgresql",
                night,
                workers=workers,
                threads=THREADS // workers,
            ),
            partial(bench.set_based_seconds, night, parts),
        )
        yield Figure.of(
            f"bulk, PostgreSQL, {workers} worker{'s' * (workers > 1)}, compared with one CTE",
            due / ours,
            due / reference,
            unit="paths/s",
            goal=goal,
        )
