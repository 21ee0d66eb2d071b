"""How does a second process help with a sweep of SQLite?

Half of the paths are its own: it judges them while this process writes, and the other way round
(see :mod:`lazsa_flow.engine.sharing`). What neither share has, and what a helper that died leaves
behind, this process sweeps as if it were alone; so the helper is needed for nothing but speed.

Units:
    On PostgreSQL start more workers instead: they pass each other's rows by.
"""

from __future__ import annotations

import multiprocessing
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lazsa_flow.config import Config
from lazsa_flow.engine.recording import check_past
from lazsa_flow.engine.sharing import sweep_share
from lazsa_flow.engine.sweep import CHUNK, Chunk, Share, Swept
from lazsa_flow.errors import InputError
from lazsa_flow.logs import log
from lazsa_flow.programme import Programme

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from multiprocessing.connection import Connection
    from pathlib import Path

    from lazsa_flow.engine.ports import Clock

PAUSE_S: Final = 0.005
"""How long one waits for the other before it looks again."""
OURS, ITS = Share(0, 2), Share(1, 2)


class Helper:
    """What this process knows of the other."""

    def __init__(self, process: Any, reports: Connection, busy: Any) -> None:
        self._process = process
        self._reports = reports
        self._busy = busy

    def busy(self) -> bool:
        """Tell whether it has a chunk in hand."""
        return bool(self._busy.value) and self._process.is_alive()

    def done(self) -> Iterator[Chunk]:
        """Yield what it has done and not yet been asked about."""
        with suppress(EOFError, OSError):  # it died
            while self._reports.poll():
                yield self._reports.recv()


def sweep(
    database: str,
    clock: Clock,
    *,
    until: datetime | None = None,
    config: Path | None = None,
    chunk: int = CHUNK,
    done: Callable[[Chunk], bool] = lambda chunk: False,
) -> Swept:
    """Fire every timer that is due, with a helper process.

    Args:
        database: The URL of a SQLite database.
        clock: Tells when a timer is due; the helper gets a copy of it.
        until: Fire only what fell due at or before this instant.
        config: The deployment's configuration, if it has one of its own.
        chunk: How many timers a transaction takes at most.
        done: Asked after each chunk of either process; ``True`` ends the sweep early.

    Raises:
        InputError: The database is not SQLite's, or the instant is still to come.
    """
    if not database.startswith("sqlite"):
        expected = "a database of SQLite; on PostgreSQL start more workers"
        raise InputError.of("option", "helper", database.partition(":")[0], expected)
    if until is not None:
        check_past(until, clock)
    total, job = Swept(), Job(database, clock, until, config, chunk)
    with job.open() as programme, _helping(job) as helper:
        for did in _chunks(programme, helper, job):
            total += did.swept
            if done(did):
                break
    return total


class Job(NamedTuple):
    """What both processes are to do; see :func:`sweep`."""

    database: str
    clock: Clock
    until: datetime | None
    config: Path | None
    chunk: int

    def open(self) -> Programme:
        """Open the programme on the database."""
        return Programme.open(self.database, config=Config.load(self.config), clock=self.clock)


def _chunks(programme: Programme, helper: Helper, job: Job) -> Iterator[Chunk]:
    """Yield what either process has done, until nothing is due."""
    due = True
    while due:
        shared = None
        with suppress(Exception):  # a row that cannot be read is found and set aside below
            shared = _share(programme, OURS, job)
        if shared is not None:
            yield shared
        elif helper.busy():
            time.sleep(PAUSE_S)
        elif (alone := _next(programme, job)) is not None:
            yield alone
        else:
            due = helper.busy()  # what it has in hand was done before we looked, or will be nothing
        yield from helper.done()


def _share(programme: Programme, share: Share, job: Job) -> Chunk | None:
    """Fire a chunk of a share; ``None`` where it has nothing that may fire."""
    context = programme.context
    return sweep_share(
        context.store, context.rulebook, context.clock, share, until=job.until, chunk=job.chunk
    )


def _next(programme: Programme, job: Job) -> Chunk | None:
    """Fire the next chunk of whatever is due."""
    found: list[Chunk] = []

    def first(did: Chunk) -> bool:
        found.append(did)
        return True

    programme.sweep(now=job.until, chunk=job.chunk, done=first)
    return found[0] if found else None


@contextmanager
def _helping(job: Job) -> Iterator[Helper]:
    context = multiprocessing.get_context("spawn")
    ours, its = context.Pipe(duplex=False)
    busy = context.Value("b", 0, lock=False)
    process = context.Process(target=_help, args=(job, its, busy), daemon=True)
    process.start()
    its.close()
    try:
        yield Helper(process, ours, busy)
    finally:
        process.terminate()
        process.join()
        ours.close()


def _help(job: Job, reports: Connection, busy: Any) -> None:
    """Sweep the helper's share and report, until who asked is gone; what fails ends us, too."""
    parent = multiprocessing.parent_process()
    try:
        with job.open() as programme:
            while parent is not None and parent.is_alive():
                busy.value = 1
                did = _share(programme, ITS, job)
                if did is not None:
                    reports.send(did)
                busy.value = 0
                if did is None:
                    time.sleep(PAUSE_S)
    except Exception as error:
        log.warning("helper.ended", error=type(error).__name__)
