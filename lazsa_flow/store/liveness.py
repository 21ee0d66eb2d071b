"""Liveness on PostgreSQL: a connection that the network forgot is not waited for without end.

What the network forgets is neither closed nor refused: what is sent disappears, and nothing comes
back. A statement that takes long looks just the same from here; so while an answer is awaited, the
server is asked over a new connection what the session is doing. One that works, or waits for a
lock, is waited for; one that waits for us at two looks, or is gone, is given up, and so is one
whose server cannot be reached.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.extras import needs_extra
from lazsa_flow.store.lock_wait import FIRST_LOOK_S, current_wait

with needs_extra("postgres", "a database on PostgreSQL"):
    import psycopg
    from psycopg.pq import PipelineStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping

GIVE_UP_S: Final = 10.0
"""After so long without a word a session is asked for, and given up unless it works."""
GIVE_UP_UNKNOWN_S: Final = 25.0
"""After so long one is given up of which nothing can be asked: a pooler has not told its number."""
_LOOK_S: Final = 2.0
"""How long at least from one look to the next."""
_PROBE_S: Final = 4
"""How long a look may take to connect, and to be answered."""
_SESSION: Final = (
    "SELECT wait_event_type, pg_blocking_pids(pid)::text FROM pg_stat_activity WHERE pid = %s"
)
_looking: Final = threading.Lock()
"""Held by the first to look, so that a server that is slow to all is not asked by all."""


@dataclass(frozen=True, slots=True)
class SessionLook:
    """What the server says of a session.

    Attributes:
        waits_for: The kind of event that it waits for, such as ``Lock`` or ``Client``; ``None``
            where it works.
        blocked_by: The sessions that hold what it waits for, as ``{812,813}``.
    """

    waits_for: str | None
    blocked_by: str


class WatchedConnection(psycopg.Connection[Any]):
    """A connection that is given up when the server no longer knows what it was asked.

    Attributes:
        session_pid: The number of its session on the server; ``None`` where that is not known.
        pooled: Whether a pooler stands between us and the server.
        settings: What its transactions are limited by; see :mod:`.postgresql`.
    """

    session_pid: int | None = None
    pooled = False
    settings: Mapping[str, str] = {}
    _probe: Callable[[], WatchedConnection] | None = None

    @contextmanager
    def pipeline(self) -> Iterator[psycopg.Pipeline]:
        """Send together what is run within; close a connection that cannot leave a pipeline.

        One whose session was ended underway may not: nothing can be done on it any more, and it
        does not say that it is lost.
        """
        try:
            with super().pipeline() as pipeline:
                yield pipeline
        finally:
            # psycopg has left it, libpq has not; one that was interrupted is still in both
            if self._pipeline is None and self.pgconn.pipeline_status != PipelineStatus.OFF:
                self.close()

    def wait(self, gen: Any, *args: Any, **more: Any) -> Any:
        """Wait for an answer, and look after the session where none comes for a while."""
        return super().wait(self._watch(gen), *args, **more)

    def _watch(self, gen: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        since = next_look = 0.0
        idle = False
        ready = None
        while True:
            try:
                wants = gen.send(ready)
            except StopIteration as stop:
                return stop.value
            ready = yield wants
            if ready:
                since = 0.0
            elif not since:
                since = time.monotonic()
                next_look, idle = since + FIRST_LOOK_S, False
            elif (now := time.monotonic()) >= next_look:
                idle = self._look(now - since, was_idle=idle)
                next_look = time.monotonic() + _LOOK_S

    def _look(self, silent_s: float, *, was_idle: bool) -> bool:
        """Look after the session; give it up where it does not know what it was asked.

        Args:
            silent_s: For how long nothing was heard of it.
            was_idle: What the look before this one returned. One look is not enough: the answer may
                have come while the server was asked.

        Returns:
            Whether the session waits for us.

        Raises:
            OperationalError: It was given up, and the connection is closed.
        """
        pid, late = self.session_pid, silent_s >= GIVE_UP_S
        if self._probe is None or pid is None:
            if silent_s >= (_PROBE_S if self._probe is None else GIVE_UP_UNKNOWN_S):
                self._give_up(silent_s)
            return False
        if late:
            found = _ask(self._probe, pid)
        elif _looking.acquire(blocking=False):
            try:
                found = _ask(self._probe, pid)
            finally:
                _looking.release()
        else:
            return False
        idle = found is not None and found.waits_for == "Client"
        if late and (found is None or (idle and was_idle)):
            self._give_up(silent_s)
        if found is not None and found.waits_for == "Lock" and (wait := current_wait()):
            wait.tell(blocked_by=found.blocked_by)
        return idle

    def _give_up(self, silent_s: float) -> None:
        self.pgconn.finish()
        raise psycopg.OperationalError(f"no answer for {silent_s:.0f} s: the connection is lost")


def _ask(probe: Callable[[], WatchedConnection], pid: int) -> SessionLook | None:
    """Ask the server for a session, by another one; ``None`` where neither is to be had."""
    try:
        with probe() as asking:
            row = asking.execute(_SESSION, (pid,), prepare=False).fetchone()
    except psycopg.Error:
        return None
    return SessionLook(*row) if row else None


def open_watched(cargs: Any, cparams: Mapping[str, Any]) -> WatchedConnection:
    """Open a connection that is watched.

    Args:
        cargs: The driver's positional arguments.
        cparams: Its keyword arguments.
    """
    connection = WatchedConnection.connect(*cargs, **cparams)
    connection.session_pid = connection.info.backend_pid
    where = {"host": connection.info.host, "port": connection.info.port}

    def probe() -> WatchedConnection:
        options = {**cparams, **where, "connect_timeout": _PROBE_S, "autocommit": True}
        return WatchedConnection.connect(*cargs, **options)

    connection._probe = probe  # noqa: SLF001 - of this module
    return connection
