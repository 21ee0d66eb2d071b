"""Everything in one process, with no server.

Dramatiq's StubBroker and a Worker with one thread: SQLite has one writer, and two runs of a demo
must give the same result. The actors are those that serve Redis.
"""

from __future__ import annotations

import threading
from contextlib import nullcontext
from typing import TYPE_CHECKING, Final, Self

from lazsa_flow.extras import needs_extra
from lazsa_flow.logs import log
from lazsa_flow.runner import fitness, scheduler
from lazsa_flow.runner.actors import register_actors
from lazsa_flow.runner.messages import QUEUE
from lazsa_flow.runner.metrics_server import build_wsgi_application, serve_metrics_in_thread
from lazsa_flow.runner.pulse import Pulse
from lazsa_flow.runner.signals import stop_on_signals

with needs_extra("worker", "a worker"):
    from dramatiq import Worker
    from dramatiq.brokers.stub import StubBroker
    from dramatiq.middleware import Retries

if TYPE_CHECKING:
    from collections.abc import Callable

    from lazsa_flow.engine.sweep_result import ChunkResult
    from lazsa_flow.runner.metrics_server import Application
    from lazsa_flow.runner.settings import Address
    from lazsa_flow.service.service import FlowService

SHUTDOWN_MS: Final = 10_000
IDLE_POLL_MS: Final = 500
"""How often an idle ``run`` looks whether it should end: 0.5 % of a processor are not for that."""


class LocalRunner:
    """Broker, worker and actors in this process, as a context manager.

    Args:
        service: Whose timers are fired.
        swept: Called with each chunk after its commit.
        poll_ms: How often the threads look whether they should end; a ring wakes them at once.
    """

    def __init__(
        self,
        service: FlowService,
        *,
        swept: Callable[[ChunkResult], None] = lambda chunk: None,
        poll_ms: int = 10,
    ) -> None:
        self._stopping = threading.Event()
        self._broker = StubBroker(middleware=[Retries(max_retries=0)])
        self._broker.emit_after("process_boot")
        stopping = self._stopping.is_set
        self._actors = register_actors(self._broker, service, stopping=stopping, swept=swept)
        self._worker = Worker(self._broker, worker_timeout=poll_ms, worker_threads=1)

    def __enter__(self) -> Self:
        self._worker.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        """End with the chunk in hand."""
        self._stopping.set()
        self._worker.stop(timeout=SHUTDOWN_MS)
        self._broker.close()

    def wake(self) -> None:
        """Wake the worker."""
        self._actors.sweep.send()

    def wait(self) -> None:
        """Wait until the queue is empty and the worker idle; raise what an actor raised."""
        self._broker.join(QUEUE, fail_fast=True)
        self._worker.join()


def run_in_process(
    service: FlowService, stop: threading.Event | None = None, *, address: Address | None = None
) -> None:
    """Keep ticker and worker going on the service's clock until SIGTERM or SIGINT.

    Args:
        service: Whose timers are fired.
        stop: Set it to end; made here, and set by the signals, where none is given.
        address: Where metrics and health are served; nowhere by default.
    """
    stop, pulse = stop or stop_on_signals("run"), Pulse()
    swept, answering = _build_metrics(service, pulse) if address else (lambda chunk: None, None)
    log.info("run.started")
    with (
        serve_metrics_in_thread(address, answering) if answering else nullcontext(),
        LocalRunner(service, swept=swept, poll_ms=IDLE_POLL_MS) as runner,
    ):
        scheduler.run_scheduler(service, lambda _chunks: runner.wake(), stop, beat=pulse.beat)
    log.info("run.ended")


def _build_metrics(
    service: FlowService, pulse: Pulse
) -> tuple[Callable[[ChunkResult], None], Callable[[], Application]]:
    """Return what counts chunks, and what answers for them."""
    with needs_extra("worker", "a worker"):
        from prometheus_client import CollectorRegistry

    from lazsa_flow.runner.metrics import Counters

    registry = CollectorRegistry()
    parts = fitness.list_deployment_parts(lambda: service, None)
    counting = Counters(registry).counting(service)
    return counting, lambda: build_wsgi_application(registry, lambda: service, parts, pulse)
