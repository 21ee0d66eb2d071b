"""Dramatiq actors: a message makes a worker look for work, and no more.

Theory of operation:
    The database is the only source of truth; a message only wakes a worker. The actor reads from
    the database what is due. So a message that is lost, duplicated, late, reordered or forged
    changes nothing. A worker that gets no message for a while polls, so a broker that is full,
    flushed or gone delays the work and does not stop it.

    A message with a chunk size asks for that many timers, even if few of them share an instant;
    without it all due timers are fired. A worker that is asked to stop finishes at most one chunk.
    A temporary database error is logged, and the next poll repeats the work.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from structlog.contextvars import bind_contextvars, unbind_contextvars

from lazsa_flow.engine.chunk_size import CHUNK
from lazsa_flow.engine.sweep import NOBODYS_FAULT
from lazsa_flow.extras import needs_extra
from lazsa_flow.logs import log
from lazsa_flow.runner.broker import discard_message
from lazsa_flow.runner.messages import PREFIX, QUARANTINE, QUEUE

with needs_extra("worker", "a worker"):
    import dramatiq
    from dramatiq.brokers.redis import RedisBroker
    from dramatiq.middleware import Middleware

if TYPE_CHECKING:
    from collections.abc import Callable

    from lazsa_flow.engine.sweep_result import ChunkResult
    from lazsa_flow.service.service import FlowService

KINDS: Final = ("sweep",)
LONGEST_SILENCE_S: Final = 30.0
"""A worker polls after so many seconds without a message."""


@dataclass(frozen=True, slots=True)
class Actors:
    """The actors on one broker."""

    sweep: dramatiq.Actor[..., None]
    quarantine: dramatiq.Actor[..., None]


def register_actors(
    broker: dramatiq.Broker,
    service: FlowService,
    *,
    stopping: Callable[[], bool] = lambda: False,
    swept: Callable[[ChunkResult], None] = lambda chunk: None,
    looked: Callable[[], None] = lambda: None,
) -> Actors:
    """Register the actors on a broker.

    Args:
        broker: Ours or a test's; never the global one.
        service: Whose timers they fire.
        stopping: Asked after each chunk; ``True`` ends the sweep with the chunk in hand.
        swept: Called with each chunk after its commit.
        looked: Called with each look at the database.
    """

    @dramatiq.actor(broker=broker, actor_name=f"{PREFIX}sweep", queue_name=QUEUE)
    def sweep(chunk: int | None = None) -> None:
        """Fire what is due: a chunk's worth, or all without a size."""
        looked()
        size = CHUNK if chunk is None else min(max(chunk, 1), CHUNK)
        taken = 0

        def done(did: ChunkResult) -> bool:
            nonlocal taken
            swept(did)
            taken += did.swept.total
            return stopping() or (chunk is not None and taken >= size)

        try:
            service.sweep(chunk=size, done=done)
        except NOBODYS_FAULT as error:
            log.error("sweep.failed", error=type(error).__name__)

    @dramatiq.actor(broker=broker, actor_name=QUARANTINE, queue_name=QUEUE)
    def quarantine(digest: str, size: int) -> None:
        """Log a message that is not one of ours, and discard it."""
        log.warning("message.quarantined", sha256=digest, size=size)
        if isinstance(broker, RedisBroker):
            discard_message(broker.client, digest)

    return Actors(sweep, quarantine)


class BindMessage(Middleware):
    """Binds a message's id to every event that is logged while it is processed."""

    def before_process_message(self, _broker: dramatiq.Broker, message: Any) -> None:
        """Bind it."""
        bind_contextvars(message_id=message.message_id)

    def after_process_message(
        self,
        _broker: dramatiq.Broker,
        _message: Any,
        *,
        result: Any = None,
        exception: BaseException | None = None,
    ) -> None:
        """Let it go."""
        unbind_contextvars("message_id")


class IdlePoller(Middleware):
    """Polls the database when no message has arrived for a while.

    Args:
        look: What to do then.
        silence_s: How long nobody must have rung.
    """

    def __init__(self, look: Callable[[], None], silence_s: float = LONGEST_SILENCE_S) -> None:
        self._look = look
        self._silence_s = silence_s
        self._rung = threading.Event()
        self._stop = False
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def rung(self) -> None:
        """Take note that somebody has rung."""
        self._rung.set()

    def after_worker_boot(self, _broker: dramatiq.Broker, _worker: dramatiq.Worker) -> None:
        """Begin to watch."""
        self._thread.start()

    def before_worker_shutdown(self, _broker: dramatiq.Broker, _worker: dramatiq.Worker) -> None:
        """Stop watching, with the chunk in hand."""
        self._stop = True
        self._rung.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop:
            if self._rung.wait(self._silence_s):
                self._rung.clear()
            else:
                log.debug("worker.looked", silence_s=self._silence_s)
                self._look()
