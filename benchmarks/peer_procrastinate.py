"""Everything due at one midnight, compared with procrastinate on psycopg, one job a path.

The best of several numbers of processes and of jobs at once.

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
    " each path is a job of its own and a transaction of its own."
)
_APP = "benchmarks.peers.procrastinate_app"


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure both."""
    setups = []
    for count, concurrency in ((2, 10), (1, 10), (2, 20), (2, 30)):
        worker = ["procrastinate", f"--app={_APP}.app", "worker", f"--concurrency={concurrency}"]
        told = f"{processes(count)}, concurrency {concurrency}"
        setups.append(Setup(told, [_APP], [worker] * count))
    return contest(bench, "procrastinate", setups)
