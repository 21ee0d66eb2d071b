"""Everything due at one midnight, compared with DBOS, a datasource, an ORM, a workflow a path.

The best of several numbers of processes, threads, workflows that a process takes at once, and
polling intervals. A lone process may take all at once.

Units: paths moved a second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks.peers.contest import Setup, contest, processes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.harness.bench import Bench
    from benchmarks.harness.figures import Figure

MEANING: Final = (
    "How many times as many paths a night of ours moves in a second as the same machine does when"
    " each path is a workflow of its own and a transaction of its own."
)
_APP = "benchmarks.peers.dbos_app"
_SETUPS = ((2, 8, 32, 0.05), (1, 8, 0, 1.0), (1, 16, 0, 0.1), (2, 16, 100, 0.1))


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure both."""
    setups = []
    for count, threads, at_once, polling_s in _SETUPS:
        told = f"{processes(count)} of {threads} threads, polling every {polling_s:g} s"
        options = [str(threads), str(at_once), str(polling_s)]
        workers = [[_APP, "work", f"worker-{number}", *options] for number in range(count)]
        setups.append(Setup(told, [_APP, "enqueue", "enqueuer", *options], workers))
    return contest(bench, "DBOS", setups)
