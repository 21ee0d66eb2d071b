"""The verification of all journals, compared with reading and hashing the same rows alone.

Each side is a process of its own; its peak memory is what the kernel saw of it, the interpreter
included. The reference takes no memory to speak of, so the verification's is compared with that
of a tenth of the paths. Neither side's start counts.

Units: seconds of the process's CPU; megabytes.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks.harness.databases import STORES
from benchmarks.harness.figures import Figure, Goal
from benchmarks.harness.turns import in_turns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.harness.bench import Bench

MEANING: Final = (
    "What a check of the whole history costs compared with the least that any check must do, and "
    "that its memory is the same for any number of sellers."
)
_COLUMNS: Final = (
    "path_id, seq, effective_at, recorded_at, trigger, source, dest, actor, reason, policy,"
    " facts_as_of, verdicts, prev_hash, hash, data_digest"
)
_PROCESS: Final = """
import hashlib, resource, sqlite3, sys, time
from contextlib import closing
from lazsa_flow import Programme
from lazsa_flow.clock import VirtualClock
from benchmarks.population.sample_sellers import NOW

side, url, query = sys.argv[1:]

def hash_rows():
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        cursor = connection.cursor()
    else:
        import psycopg
        connection = psycopg.connect(url.replace("+psycopg", ""))
        cursor = connection.cursor(name="rows")
        cursor.itersize = 1000
    with closing(connection):
        cursor.execute(query)
        for row in cursor:
            hashlib.sha256("".join(map(str, row)).encode()).hexdigest()

def verify():
    found = programme.verify()
    assert found.rows and not found.faults and not found.flows

with Programme.open(url, clock=VirtualClock(NOW)) as programme:
    began = time.process_time()
    {"rows": hash_rows, "verify": verify}[side]()
    print(time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


class _Taken(NamedTuple):
    seconds: float
    peak_mb: float


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure both stores, each with a population and a tenth of it."""
    sizes = bench.scale.listed, bench.scale.listed // 10
    for store, called in STORES.items():
        with ExitStack() as stack:
            large, small = (
                stack.enter_context(bench.databases.filling(store, size, size // 10))
                for size in sizes
            )
            ours, reference = in_turns(
                bench.scale.rounds,
                partial(_take_seconds, "verify", large),
                partial(_take_seconds, "rows", large),
                warm=False,
            )
            peaks = [_take("verify", url).peak_mb for url in (large, small)]
        yield Figure.of(
            f"verify {sizes[0]:,} paths, compared with reading and SHA-256 alone, {called}",
            ours,
            reference,
            unit="s",
            goal=Goal(4),
        )
        yield Figure.of(
            f"verify {sizes[0]:,} paths: peak memory, compared with {sizes[1]:,}, {called}",
            *peaks,
            unit="MB",
            goal=Goal(1.1),
        )


def _take_seconds(side: str, url: str) -> float:
    return _take(side, url).seconds


def _take(side: str, url: str) -> _Taken:
    query = f"SELECT {_COLUMNS} FROM lazsa_journal ORDER BY path_id, seq"
    command = [sys.executable, "-c", _PROCESS, side, url, query]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return _Taken(*map(float, done.stdout.split()))
