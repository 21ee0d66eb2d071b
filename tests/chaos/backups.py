"""What if a worker is killed in the midst of a night, and the backup of that night is put back?

The backup is made while the worker stands at some point, mostly within a transaction that has
written half a chunk. Later the worker kills itself at another such point, and leaves a log behind.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import SystemClock, VirtualClock
from tests.chaos.audit import Audit, audit
from tests.chaos.fault import Fault, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tests.chaos.stage import Stage

CHUNK: Final = 10


class Signals:
    """Counts the points at which a process could die; stops at one of them, and dies at another.

    Args:
        stop: The number of the point at which it stops, until it is told to go on.
        die: The number of the point at which it kills itself.
    """

    def __init__(self, stop: int = -1, die: int = -1) -> None:
        self.passed = 0
        self._at = {stop: signal.SIGSTOP, die: signal.SIGKILL}

    def __call__(self, _point: str) -> None:
        """Pass a point."""
        number, self.passed = self.passed, self.passed + 1
        if number in self._at:
            os.kill(os.getpid(), self._at[number])


def restore_backups(stage: Stage, seed: int, rounds: int) -> Outcome:
    """Back up in the midst of a night, kill it later on, put the backup back, and go on."""
    chance, now = random.Random(seed), SystemClock().now()
    sellers = stage.sized(240, 24)
    source, wanted = stage.backlog("sqlite", sellers)
    points = _points(stage.copy(source), now)
    result, with_log = Audit(), 0
    for number in range(rounds):
        url = stage.copy(source)
        database = Path(url.removeprefix("sqlite:///"))
        backup = stage.folder / f"backup-{number}.db"
        stop = chance.randrange(points - 1)
        die = chance.randrange(stop + 1, points)
        _night(url, now, Signals(stop, die), partial(_back_up, url, backup))
        with_log += database.with_name(f"{database.name}-wal").stat().st_size > 0
        Programme.restore(url, backup)
        result.check(_dump(database) == _dump(backup), f"round {number}: not as the backup")
        with Programme.open(url, clock=VirtualClock(now)) as programme:
            faults = (*programme.verify().faults, *programme._runtime.store.find_damage())
            result.check(not faults, f"round {number}: {faults}")
            programme.sweep()
        result.add(audit(url, wanted))
        stage.drop(url)
        backup.unlink()
    return Outcome.of(
        rounds,
        result,
        f"{points} points a night of {sellers} sellers; {with_log} left a log behind",
    )


def _points(url: str, now: datetime) -> int:
    """Count the points that a night passes."""
    probe = Signals()
    with Programme.open(url, clock=VirtualClock(now), probe=probe) as programme:
        programme.sweep(chunk=CHUNK)
    return probe.passed


def _night(url: str, now: datetime, probe: Signals, meanwhile: Callable[[], object]) -> None:
    """Sweep in a process of its own, which stops at one point and is killed at another."""
    pid = os.fork()
    if pid == 0:
        with Programme.open(url, clock=VirtualClock(now), probe=probe) as programme:
            programme.sweep(chunk=CHUNK)
        os._exit(0)
    _, status = os.waitpid(pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status), status
    try:
        meanwhile()
    finally:
        os.kill(pid, signal.SIGCONT)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert code == -signal.SIGKILL, code


def _back_up(url: str, file: Path) -> None:
    with Programme.open(url) as programme:
        programme.backup(file)


def _dump(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return list(connection.iterdump())


FAULTS: Final = (
    Fault(
        "backup-restored",
        restore_backups,
        rounds=50,
        dose=2,
        unit="backups in the midst of a night, which is then killed -9 and restored",
        holds="equal to the backup, verified; what goes on ends as if nothing had happened",
    ),
)
