"""A peer's night, one message a path.

Its messages are put in before the clock starts; then its workers start, and the clock runs from the
moment a tenth of the paths have moved, when all of them are warm, until the last has. What it has
written is compared with what our own sweep writes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from benchmarks.harness.answers import differing
from benchmarks.harness.databases import connect
from benchmarks.harness.figures import Figure
from benchmarks.harness.turns import in_turns
from benchmarks.peers.todo import FILE, REDIS, URL, make_todo, save
from benchmarks.population.sample_sellers import MIDNIGHT
from lazsa_flow.lifecycle.calendar import instant_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.harness.bench import Bench, Night

DEADLINE_S: Final = 300.0
_POLL_S: Final = 0.02
_LEFT: Final = "SELECT count(*) FROM lazsa_timers WHERE status = 'pending' AND due_at <= %s"


@dataclass(frozen=True, slots=True)
class Setup:
    """One way to run a peer, as its documents offer it.

    Attributes:
        told: What is particular about it.
        enqueue: The command that puts in a message a path.
        workers: The commands that run its workers, each in a process.
    """

    told: str
    enqueue: Sequence[str]
    workers: Sequence[Sequence[str]]


def contest(bench: Bench, name: str, setups: Sequence[Setup]) -> Iterator[Figure]:
    """Measure ourselves against a peer's best setup, each on both cores.

    Every setup is tried, and the fastest is measured in turns with two workers of our own.
    """
    large = bench.night("postgresql", bench.scale.bulk)
    small = bench.night("postgresql", bench.scale.messages)
    taken = [(_turn(bench, small, setup), setup) for setup in setups[: bench.scale.setups]]
    for seconds, setup in taken:
        print(f"  {name}, {setup.told}: {1 / seconds:.0f} paths/s", file=sys.stderr)
    _, best = min(taken, key=itemgetter(0))
    ours, theirs = in_turns(
        bench.scale.rounds,
        lambda: bench.sweep_seconds("postgresql", large, workers=2, threads=2) / large.due,
        lambda: _turn(bench, small, best),
    )
    yield Figure.of(
        f"bulk, PostgreSQL, 2 workers, compared with {name}, one message a path ({best.told})",
        1 / ours,
        1 / theirs,
        unit="paths/s",
    )


def processes(count: int) -> str:
    """Write how many processes there are."""
    return f"{count} process{'es' * (count > 1)}"


def _turn(bench: Bench, night: Night, setup: Setup) -> float:
    """Return the seconds that a path takes.

    Raises:
        RuntimeError: The peer wrote other rows than our sweep.
    """
    file = bench.databases.folder / "todo"
    save(make_todo(night.answers), file)
    with bench.databases.copy(night.url) as url:
        environment = {**os.environ, URL: url, FILE: str(file), REDIS: bench.databases.redis_url}
        subprocess.run([*_PYTHON, *setup.enqueue], env=environment, check=True, **_SILENT)
        with _running(setup.workers, environment):
            seconds = _watch(url, night)
        if differ := differing(night.swept, url):
            raise RuntimeError(f"other rows in {', '.join(differ)}")
    return seconds


_PYTHON: Final = (sys.executable, "-m")
_SILENT: Final[dict[str, Any]] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


@contextmanager
def _running(commands: Sequence[Sequence[str]], environment: dict[str, str]) -> Iterator[None]:
    processes = [
        subprocess.Popen([*_PYTHON, *command], env=environment, **_SILENT) for command in commands
    ]
    try:
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _watch(url: str, night: Night) -> float:
    """Return the seconds a path takes, between the first tenth of the paths and the last."""
    connection = connect(url)
    until = time.monotonic() + DEADLINE_S
    first: tuple[float, int] | None = None
    left = night.due
    while left:
        if time.monotonic() > until:
            raise TimeoutError(f"{left} of {night.due} paths have not moved")
        time.sleep(_POLL_S)
        [left] = connection.execute(_LEFT, [instant_text(MIDNIGHT)]).fetchone()
        if first is None and left <= night.due * 0.9:
            first = time.perf_counter(), left
    connection.close()
    assert first is not None
    return (time.perf_counter() - first[0]) / first[1]
