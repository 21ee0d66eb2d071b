"""A sweep in a process of its own: how long it takes, and how much memory.

``python -m benchmarks.harness.sweeper URL`` opens the programme, sweeps a small database to warm
up, says that it is ready, waits for a line on standard input, sweeps, and prints a line of JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

from benchmarks.population.sample_sellers import NOW
from lazsa_flow import Programme
from lazsa_flow.clock import VirtualClock

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a sweep took.

    Attributes:
        seconds: From the start of all its processes to the end of the last.
        moved: How many timers fired.
        peak_mb: The most memory that one of its processes ever held.
        cpu_s: The processor time of its processes, user and system; a server's is not in it.
    """

    seconds: float
    moved: int
    peak_mb: float
    cpu_s: float


def sweep(
    *urls: str, warm_up: str, workers: int = 1, checkout: Path | None = None, **options: Any
) -> Sweep:
    """Sweep one database or several side by side, each by one process or several at once.

    Args:
        urls: The databases.
        warm_up: A small database to sweep before the clock starts.
        workers: How many processes there are for each database.
        checkout: Another clone of the project, with an environment, that sweeps; this one by
            default.
        options: What ``Programme.sweep`` takes besides, or ``threads``, for as many in each
            process.
    """
    with ExitStack() as stack:
        processes = [
            stack.enter_context(_process(url, warm_up, options, checkout))
            for url in urls
            for _ in range(workers)
        ]
        for process in processes:
            _line(process)
        start = perf_counter()
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        told = [json.loads(_line(process)) for process in processes]
        seconds = perf_counter() - start
    return Sweep(
        seconds=seconds,
        moved=sum(each["moved"] for each in told),
        peak_mb=max(each["peak_mb"] for each in told),
        cpu_s=sum(each["cpu_s"] for each in told),
    )


@contextmanager
def _process(
    url: str, warm_up: str, options: dict[str, Any], checkout: Path | None
) -> Iterator[Any]:
    python = str(checkout / ".venv/bin/python") if checkout else sys.executable
    command = [python, "-m", __name__, url, warm_up, json.dumps(options)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=checkout, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def _line(process: Any) -> str:
    line: str = process.stdout.readline()
    if not line:
        raise RuntimeError(f"a sweeping process ended with code {process.wait()}")
    return line


def peak_mb() -> float:
    """Return the most memory that this program held; unlike ``ru_maxrss``, since its own start."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _main(url: str, warm_up: str, options: str) -> None:
    clock = VirtualClock(NOW)
    with Programme.open(warm_up, clock=clock) as programme:
        programme.sweep()
    how = json.loads(options)
    threads = how.pop("threads", 1)
    with Programme.open(url, clock=clock) as programme:
        programme.next_due()
        print("ready", flush=True)
        sys.stdin.readline()
        start = process_time()
        with ThreadPoolExecutor(threads) as pool:
            started = [pool.submit(programme.sweep, **how) for _ in range(threads)]
        moved = sum(each.result().moved for each in started)
        told = {"moved": moved, "peak_mb": peak_mb(), "cpu_s": process_time() - start}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    _main(*sys.argv[1:])
