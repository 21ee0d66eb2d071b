"""Everything due at one midnight, beside DBOS with a datasource and an ORM, one workflow a path.

The best of several numbers of processes, threads and polling intervals; see
:mod:`benchmarks.peers`.

Units: paths moved a second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.peers.contest import Setup, contest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.harness.bench import Bench
    from benchmarks.harness.figures import Figure

_APP = "benchmarks.peers.dbos_app"


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure both."""
    setups = []
    for processes, threads, polling_s in ((2, 8, 0.1), (1, 8, 1.0), (1, 16, 0.1), (2, 16, 0.1)):
        told = f"{processes} processes of {threads} threads, polling every {polling_s:g} s"
        options = [str(threads), str(polling_s)]
        workers = [[_APP, "work", f"worker-{n}", *options] for n in range(processes)]
        setups.append(Setup(told, [_APP, "enqueue", "enqueuer", *options], workers))
    return contest(bench, "DBOS", setups, bound=350)
