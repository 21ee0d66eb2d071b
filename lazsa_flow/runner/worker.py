"""The worker process: how it starts and ends.

Dramatiq's own command line makes the processes, watches them and stops them; here is what it finds
in each: the broker with the actors, on a service of the process's own. When one process dies the
whole group ends, with an exit code that is not 0, so that its supervisor restarts it.
"""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import threading
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow import logs
from lazsa_flow.config import Config
from lazsa_flow.errors import InputError
from lazsa_flow.extras import needs_extra
from lazsa_flow.runner.actors import KINDS, BindMessage, IdlePoller, register_actors
from lazsa_flow.runner.broker import check_redis, connect_to_redis, redis_broker
from lazsa_flow.runner.lifeline import end_with_parent, follow_supervisor
from lazsa_flow.runner.messages import BellEncoder
from lazsa_flow.runner.settings import Settings
from lazsa_flow.service.installed import load_service

with needs_extra("worker", "a worker"):
    import dramatiq
    from dramatiq.middleware import Middleware

if TYPE_CHECKING:
    from collections.abc import Callable

    from lazsa_flow.engine.sweep_result import ChunkResult
    from lazsa_flow.runner.metrics_keeper import MetricsKeeper
    from lazsa_flow.service.service import FlowService

SHUTDOWN_MS: Final = 10_000
MULTIPROCESS: Final = "PROMETHEUS_MULTIPROC_DIR"


def open_service(settings: Settings) -> FlowService:
    """Open the service that the settings name."""
    return load_service().open(settings.database, config=Config.load(settings.config))


def check_fitness(settings: Settings) -> None:
    """Refuse to start on what is not fit for work.

    Raises:
        SchemaError: The database has no schema, or one of another release.
        ClockError: The machine's clock and the database's differ too much.
        BrokerError: Redis does not answer, or throws keys away when it is full.
    """
    open_service(settings).close()
    check_redis(connect_to_redis(settings.redis))


def serve_workers(settings: Settings, *, processes: int, threads: int) -> int:
    """Run worker processes until SIGTERM or SIGINT, or until one of them dies.

    Returns:
        The exit code: 0 after a signal, something else where a process died.
    """
    with needs_extra("worker", "a worker"):
        from dramatiq.cli import main, make_argument_parser

    follow_supervisor()
    check_fitness(settings)
    logs.to_stderr(json=settings.json_logs, level=settings.level)
    os.environ.update(settings.environment())
    arguments = make_argument_parser().parse_args(  # type: ignore[no-untyped-call]
        [
            f"{__name__}:boot_worker",
            *("--processes", str(processes), "--threads", str(threads)),
            *("--worker-shutdown-timeout", str(SHUTDOWN_MS), "--skip-logging"),
        ]
    )
    with tempfile.TemporaryDirectory(prefix="lazsa-metrics-") as directory:
        os.environ.setdefault(MULTIPROCESS, directory)
        return int(main(arguments))  # type: ignore[no-untyped-call]


def boot_worker() -> dramatiq.Broker:
    """Make this process a worker: broker, actors and encoder, as the environment says."""
    if multiprocessing.parent_process() is not None:
        end_with_parent()  # Dramatiq's first process, which made this one
    settings = Settings.read()
    logs.to_stderr(json=settings.json_logs, level=settings.level)
    service, stopping = open_service(settings), threading.Event()
    watch = IdlePoller(lambda: actors.sweep.fn())
    life = _Life(service, stopping, settings)
    broker = redis_broker(settings.redis, [life, BindMessage(), watch])
    actors = register_actors(
        broker,
        service,
        stopping=stopping.is_set,
        swept=_build_chunk_counter(service, settings),
        looked=watch.rung,
    )
    dramatiq.set_encoder(BellEncoder(*KINDS))
    dramatiq.set_broker(broker)
    return broker


def _build_chunk_counter(service: FlowService, settings: Settings) -> Callable[[ChunkResult], None]:
    if settings.metrics_port is None:
        return lambda chunk: None
    if MULTIPROCESS not in os.environ:
        raise InputError.of("environment", MULTIPROCESS, "nothing", "a directory for the metrics")
    with needs_extra("worker", "a worker"):
        from prometheus_client import CollectorRegistry

    from lazsa_flow.runner.metrics import Counters

    return Counters(CollectorRegistry()).counting(service)


class _Life(Middleware):
    """Ends with the chunk in hand, and keeps the process going that serves the group's metrics."""

    def __init__(self, service: FlowService, stopping: threading.Event, settings: Settings) -> None:
        self._service = service
        self._stopping = stopping
        self._keeper: MetricsKeeper | None = None
        if settings.metrics_port is not None:
            from lazsa_flow.runner.metrics_keeper import MetricsKeeper

            self._keeper = MetricsKeeper(os.environ[MULTIPROCESS], settings.metrics_port)

    def after_worker_boot(self, _broker: dramatiq.Broker, _worker: Any) -> None:
        """Say so, and see to the metrics."""
        logs.log.info("worker.started", pid=os.getpid())
        if self._keeper is not None:
            self._keeper.start()

    def before_worker_shutdown(self, _broker: dramatiq.Broker, _worker: Any) -> None:
        """Take up nothing more."""
        self._stopping.set()

    def after_worker_shutdown(self, _broker: dramatiq.Broker, _worker: Any) -> None:
        """Release the connections."""
        if self._keeper is not None:
            self._keeper.stop()
        self._service.close()
        logs.log.info("worker.ended", pid=os.getpid())
