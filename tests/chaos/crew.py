"""Who works while the fault comes? Real processes, started again when they end, as systemd would.

Each command is forked from a server that has imported everything (a command spends most of its
time importing), in a process group and session of its own, so that it can be killed whole, or one
process of it.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import runpy
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import SystemClock

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

ROOT: Final = Path(__file__).resolve().parents[2]
PATIENCE_S: Final = 300.0
_LOOK_S: Final = 0.05
_END_S: Final = 30.0
WORKER: Final = ("lazsa_flow", "worker", "--processes")
TICKER: Final = ("lazsa_flow", "ticker")
RIGGED_WORKER: Final = (
    *("dramatiq", "tests.chaos.rigged:boot", "--skip-logging"),
    *("--processes", "1", "--threads", "1"),
)
RIGGED: Final = "tests.chaos.rigged"
RIGGED_TICKER: Final = (RIGGED, "ticker")
os.environ["PYTHONWARNINGS"] = "ignore::UserWarning:multiprocessing.resource_tracker"
# for the processes made here: of course one that is killed leaves its semaphores behind
_FORKS: Final = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    [
        "tests.chaos.crew",
        "lazsa_flow.award.cli.app",
        "lazsa_flow.runner.scheduler_process",
        "lazsa_flow.runner.worker",
        "lazsa_flow.store.migrate",
        "dramatiq.cli",
        "alembic.command",
        "psycopg",
        "sqlalchemy.dialects.postgresql.psycopg",
        "sqlalchemy.dialects.sqlite.pysqlite",
    ]
)


def wait_for(ready: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> float:
    """Wait until something is so; return how many seconds it took.

    Raises:
        TimeoutError: It never came.
    """
    began = time.monotonic()
    while not ready():
        if time.monotonic() - began > patience_s:
            raise TimeoutError(f"waited {patience_s:.0f} s for this: {what}")
        time.sleep(_LOOK_S)
    return time.monotonic() - began


def _become(words: tuple[str, ...], environment: dict[str, str], *streams: Path) -> None:
    """Be a command of its own: session, directory, environment, streams and arguments."""
    multiprocessing.set_start_method("fork", force=True)  # else it makes a fork server of its own
    os.setsid()
    os.chdir(ROOT)
    os.environ.update(environment)
    for number, file in enumerate(streams, 1):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), number)
    sys.argv = list(words)
    runpy.run_module(words[0], run_name="__main__", alter_sys=True)


def run_command(*words: str, folder: Path, **variables: str) -> tuple[int, str]:
    """Run a command to its end; return its exit code and what it wrote on its standard output."""
    output, errors = folder / "command.out", folder / "command.err"
    output.unlink(missing_ok=True)
    process = _FORKS.Process(target=_become, args=(words, variables, output, errors))
    process.start()
    process.join(_END_S)
    code = process.exitcode
    assert code is not None, f"{words} does not end"
    return code, output.read_text("utf-8", "replace")


class Unit:
    """One command that is kept going.

    Args:
        words: A module that is run as a program, and its arguments.
        environment: Variables that it is given besides this process's own.
        log: Where it writes.
    """

    def __init__(self, words: tuple[str, ...], environment: dict[str, str], log: Path) -> None:
        self._words = words
        self._environment = environment
        self._log = log
        self.ends: list[int] = []
        """The exit codes of its runs that are over."""
        self.start()

    def start(self) -> None:
        """Start it."""
        self._log.touch()
        self._from = self._log.stat().st_size
        self._doomed = False
        self.process = _FORKS.Process(
            target=_become, args=(self._words, self._environment, self._log, self._log)
        )
        self.process.start()

    def keep(self) -> None:
        """Start it again if it has ended."""
        if self.process.exitcode is not None:
            self.signal(signal.SIGKILL)  # what a master that died has left behind
            self.ends.append(self.process.exitcode)
            self.start()

    def started(self) -> bool:
        """Tell whether its present run has said that it is at work, and nobody has killed it."""
        return not self._doomed and ".started" in self._said()

    def _said(self) -> str:
        """Return what its present run has written."""
        with self._log.open("rb") as stream:
            stream.seek(self._from)
            return stream.read().decode("utf-8", "replace")

    def signal(self, number: int) -> None:
        """Send a signal to the whole group; one that has only just started has none yet."""
        pid = self.process.pid
        assert pid is not None
        for send in (os.killpg, os.kill):
            with suppress(ProcessLookupError):
                send(pid, number)
                return
            if not self.process.is_alive():
                return

    def kill(self, *, child: bool) -> None:
        """Kill the whole group, or only the worker process that its master has made."""
        self._doomed = True
        worker = re.search(r'"pid": (\d+), "event": "worker.started"', self._said())
        if child and worker:
            os.kill(int(worker[1]), signal.SIGKILL)
        else:
            self.signal(signal.SIGKILL)

    def log(self) -> str:
        """Return all that it has written."""
        return self._log.read_text("utf-8", "replace")


class Crew:
    """Several units on one database and one broker, as a context manager.

    Args:
        database: The database's URL.
        redis: The broker's.
        folder: Where they write.
        lead_s: For how long a ticker leads before it looks again; by default the product's own.
    """

    def __init__(
        self, database: str, redis: str, folder: Path, *, lead_s: float | None = None
    ) -> None:
        self._variables = {} if lead_s is None else {"CHAOS_LEAD_S": str(lead_s)}
        self.ticker = TICKER if lead_s is None else RIGGED_TICKER
        self.database = database
        self.redis = redis
        self._folder = folder
        self.units: list[Unit] = []
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._programme = Programme.open(database)

    def __enter__(self) -> Self:
        self._keeper.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()
        self._programme.close()

    def stop(self) -> None:
        """Kill them all, for good.

        Raises:
            TimeoutError: One of them does not end.
        """
        self._over.set()
        self._keeper.join(_END_S)
        for unit in self.units:
            unit.signal(signal.SIGCONT)
            unit.signal(signal.SIGKILL)
        for unit in self.units:
            unit.process.join(_END_S)
        if self._keeper.is_alive() or any(unit.process.is_alive() for unit in self.units):
            raise TimeoutError(f"they do not end within {_END_S:.0f} s")

    def add(self, *words: str, **variables: str) -> Unit:
        """Start a command and keep it going."""
        environment = {
            "LAZSA_DATABASE_URL": self.database,
            "LAZSA_REDIS_URL": self.redis,
            "LAZSA_LOGS": "json",
            **self._variables,
            **variables,
        }
        log = self._folder / f"unit-{len(self.units)}.log"
        log.unlink(missing_ok=True)
        with self._lock:  # one thread at a time speaks with the server that forks
            unit = Unit(words, environment, log)
            self.units.append(unit)
        return unit

    def kill(self, chance: random.Random) -> None:
        """Kill one that is at work: whole, or its worker process alone."""
        up: list[Unit] = []
        while not up:
            with self._lock:
                up = [unit for unit in self.units if unit.started()]
                if up:
                    chance.choice(up).kill(child=chance.random() < 0.5)
            time.sleep(0.01)

    def work(self, workers: int, tickers: int = 1, *, processes: int = 1) -> None:
        """Start workers, of so many processes each, and tickers; wait until all are at work."""
        commands = [(*WORKER, str(processes))] * workers + [self.ticker] * tickers
        units = [self.add(*words) for words in commands]
        wait_for(lambda: all(unit.started() for unit in units), "workers and tickers at work")

    def _keep(self) -> None:
        while not self._over.wait(_LOOK_S):
            with self._lock:
                for unit in self.units:
                    unit.keep()

    def due(self, limit: int = 1_000_000) -> int:
        """Count the timers that are due now, no further than a limit."""
        return self._programme._runtime.store.count_due(SystemClock().now(), limit)

    def finish(self, patience_s: float = PATIENCE_S) -> float:
        """Wait until nothing is due any more; return how many seconds it took."""
        return wait_for(lambda: self.due(1) == 0, "nothing is due", patience_s)

    def ends(self) -> int:
        """Count the runs that have ended."""
        return sum(len(unit.ends) for unit in self.units)

    def log(self) -> str:
        """Return all that the units have written."""
        return "\n".join(unit.log() for unit in self.units)
