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
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.clock import VirtualClock
from lazsa_flow.config import Config
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
    now: datetime,
    *,
    config: Path | None = None,
    chunk: int = CHUNK,
    done: Callable[[Chunk], bool] = lambda chunk: False,
) -> Swept:
    """Fire every timer that is due, with a helper process.

    Args:
        database: The URL of a SQLite database.
        now: The present instant, aware.
        config: The deployment's configuration, if it has one of its own.
        chunk: How many timers a transaction takes at most.
        done: Asked after each chunk of either process; ``True`` ends the sweep early.

    Raises:
        InputError: The database is not SQLite's.
    """
    if not database.startswith("sqlite"):
        expected = "a database of SQLite; on PostgreSQL start more workers"
        raise InputError.of("option", "helper", database.partition(":")[0], expected)
    total = Swept()
    with (
        Programme.open(database, config=Config.load(config), clock=VirtualClock(now)) as programme,
        _helping(database, now, config, chunk) as helper,
    ):
        for did in _chunks(programme, helper, chunk):
            total += did.swept
            if done(did):
                break
    return total


def _chunks(programme: Programme, helper: Helper, chunk: int) -> Iterator[Chunk]:
    """Yield what either process has done, until nothing is due."""
    due = True
    while due:
        shared = None
        with suppress(Exception):  # a row that cannot be read is found and set aside below
            shared = _share(programme, OURS, chunk)
        if shared is not None:
            yield shared
        elif helper.busy():
            time.sleep(PAUSE_S)
        elif (alone := _next(programme, chunk)) is not None:
            yield alone
        else:
            due = helper.busy()  # what it has in hand was done before we looked, or will be nothing
        yield from helper.done()


def _share(programme: Programme, share: Share, chunk: int) -> Chunk | None:
    """Fire a chunk of a share; ``None`` where it has nothing due, or timers are paused."""
    context = programme.context
    if context.paused:
        return None
    return sweep_share(context.store, context.rulebook, context.clock.now(), share, chunk=chunk)


def _next(programme: Programme, chunk: int) -> Chunk | None:
    """Fire the next chunk of whatever is due."""
    found: list[Chunk] = []

    def first(did: Chunk) -> bool:
        found.append(did)
        return True

    programme.sweep(chunk=chunk, done=first)
    return found[0] if found else None


@contextmanager
def _helping(database: str, now: datetime, config: Path | None, chunk: int) -> Iterator[Helper]:
    context = multiprocessing.get_context("spawn")
    ours, its = context.Pipe(duplex=False)
    busy = context.Value("b", 0, lock=False)
    words = (database, now, config, chunk, its, busy)
    process = context.Process(target=_help, args=words, daemon=True)
    process.start()
    its.close()
    try:
        yield Helper(process, ours, busy)
    finally:
        process.terminate()
        process.join()
        ours.close()


def _help(
    database: str,
    now: datetime,
    config: Path | None,
    chunk: int,
    reports: Connection,
    busy: Any,
) -> None:
    """Sweep the helper's share and report, until who asked is gone; what fails ends us, too."""
    clock, parent = VirtualClock(now), multiprocessing.parent_process()
    try:
        with Programme.open(database, config=Config.load(config), clock=clock) as programme:
            while parent is not None and parent.is_alive():
                busy.value = 1
                did = _share(programme, ITS, chunk)
                if did is not None:
                    reports.send(did)
                busy.value = 0
                if did is None:
                    time.sleep(PAUSE_S)
    except Exception as error:
        log.warning("helper.ended", error=type(error).__name__)
