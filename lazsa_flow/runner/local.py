"""How does it all run in one process, with no server?

Dramatiq's StubBroker and a Worker of one thread: SQLite has one writer, and a story told twice must
come out the same. The actors are the ones that serve Redis.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from dramatiq import Worker
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import Retries

from lazsa_flow.logs import log
from lazsa_flow.runner import ticker
from lazsa_flow.runner.actors import register
from lazsa_flow.runner.messages import QUEUE
from lazsa_flow.runner.signals import stop_on_signals

if TYPE_CHECKING:
    from lazsa_flow.programme import Programme

SHUTDOWN_MS: Final = 10_000


class LocalRunner:
    """Broker, worker and actors in this process, as a context manager.

    Args:
        programme: Whose timers are fired.
    """

    def __init__(self, programme: Programme) -> None:
        self._stopping = threading.Event()
        self._broker = StubBroker(middleware=[Retries(max_retries=0)])
        self._broker.emit_after("process_boot")
        self._actors = register(self._broker, programme, stopping=self._stopping.is_set)
        self._worker = Worker(self._broker, worker_timeout=10, worker_threads=1)

    def __enter__(self) -> LocalRunner:
        self._worker.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        """End with the chunk in hand."""
        self._stopping.set()
        self._worker.stop(timeout=SHUTDOWN_MS)
        self._broker.close()

    def ring(self) -> None:
        """Tell the worker to look now."""
        self._actors.sweep.send()

    def wait(self) -> None:
        """Wait until the queue is empty and the worker idle; raise what an actor raised."""
        self._broker.join(QUEUE, fail_fast=True)
        self._worker.join()


def serve(programme: Programme, stop: threading.Event | None = None) -> None:
    """Keep ticker and worker going on the programme's clock until SIGTERM or SIGINT.

    Args:
        programme: Whose timers are fired.
        stop: Set it to end; made here, and set by the signals, where none is given.
    """
    stop = stop or stop_on_signals("run")
    log.info("run.started")
    with LocalRunner(programme) as runner:
        ticker.run(programme, lambda _chunks: runner.ring(), stop)
    log.info("run.ended")
