"""Everything due at one midnight, compared with Dramatiq with Redis and an ORM, one message a path.

The best of several numbers of processes and threads.

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
    " each path is a message of its own and a transaction of its own."
)
_APP = "benchmarks.peers.dramatiq_app"


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure both."""
    setups = [
        Setup(
            f"{processes(count)} of {threads} threads",
            [_APP],
            [["dramatiq", _APP, "-p", str(count), "-t", str(threads)]],
        )
        for count, threads in ((2, 8), (1, 8), (2, 4), (2, 16))
    ]
    return contest(bench, "Dramatiq + ORM", setups)
