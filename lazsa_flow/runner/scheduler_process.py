"""The scheduler as a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow import logs
from lazsa_flow.engine.chunk_size import CHUNK
from lazsa_flow.errors import BrokerError
from lazsa_flow.extras import needs_extra
from lazsa_flow.runner import scheduler
from lazsa_flow.runner.actors import KINDS, register_actors
from lazsa_flow.runner.broker import count_waiting_messages, redis_broker
from lazsa_flow.runner.lifeline import follow_supervisor
from lazsa_flow.runner.messages import BellEncoder
from lazsa_flow.runner.metrics_server import process_application, serve_metrics_in_thread
from lazsa_flow.runner.pulse import Pulse
from lazsa_flow.runner.signals import stop_on_signals
from lazsa_flow.runner.worker import check_fitness, open_service

with needs_extra("worker", "a worker"):
    import dramatiq
    from dramatiq.errors import BrokerConnectionError
    from redis import RedisError

if TYPE_CHECKING:
    from collections.abc import Callable

    from lazsa_flow.runner.settings import Settings
    from lazsa_flow.service.service import FlowService


def serve_scheduler(settings: Settings) -> None:
    """Ring until SIGTERM or SIGINT."""
    follow_supervisor()
    check_fitness(settings)
    logs.to_stderr(json=settings.json_logs, level=settings.level)
    stop = stop_on_signals("ticker")
    pulse = Pulse()
    with (
        open_service(settings) as service,
        serve_metrics_in_thread(
            settings.address, lambda: process_application(service, settings.redis, pulse)
        ),
    ):
        logs.log.info("ticker.started")
        scheduler.run_scheduler(
            service, build_wake_function(settings.redis, service), stop, beat=pulse.beat
        )
    logs.log.info("ticker.ended")


def build_wake_function(url: str, service: FlowService) -> Callable[[int], None]:
    """Return a function that wakes workers: one message a chunk, less those still in the queue."""
    broker = redis_broker(url)
    actors = register_actors(broker, service)
    dramatiq.set_encoder(BellEncoder(*KINDS))

    def ring(chunks: int) -> None:
        try:
            for _ in range(chunks - count_waiting_messages(broker.client)):
                actors.sweep.send(chunk=CHUNK)
        except (RedisError, BrokerConnectionError) as error:
            raise BrokerError(f"the bell does not ring: {type(error).__name__}") from None

    return ring
