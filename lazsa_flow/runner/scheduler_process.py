"""How does the ticker run as a process of its own?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import dramatiq
from dramatiq.errors import BrokerConnectionError
from redis import RedisError

from lazsa_flow import logs
from lazsa_flow.engine.sweep import CHUNK
from lazsa_flow.errors import BrokerError
from lazsa_flow.runner import scheduler
from lazsa_flow.runner.actors import KINDS, register_actors
from lazsa_flow.runner.broker import count_waiting_messages, redis_broker
from lazsa_flow.runner.lifeline import follow_supervisor
from lazsa_flow.runner.messages import BellEncoder
from lazsa_flow.runner.metrics_server import process_application, serve_metrics_in_thread
from lazsa_flow.runner.pulse import Pulse
from lazsa_flow.runner.signals import stop_on_signals
from lazsa_flow.runner.worker import check_fitness, open_programme

if TYPE_CHECKING:
    from collections.abc import Callable

    from lazsa_flow.award.programme import Programme
    from lazsa_flow.runner.settings import Settings


def serve_scheduler(settings: Settings) -> None:
    """Ring until SIGTERM or SIGINT."""
    follow_supervisor()
    check_fitness(settings)
    logs.to_stderr(json=settings.json_logs, level=settings.level)
    stop = stop_on_signals("ticker")
    pulse = Pulse()
    with (
        open_programme(settings) as programme,
        serve_metrics_in_thread(
            settings.address, lambda: process_application(programme, settings.redis, pulse)
        ),
    ):
        logs.log.info("ticker.started")
        scheduler.run_scheduler(
            programme, build_wake_function(settings.redis, programme), stop, beat=pulse.beat
        )
    logs.log.info("ticker.ended")


def build_wake_function(url: str, programme: Programme) -> Callable[[int], None]:
    """Return what rings at a broker: once a chunk, less what still waits to be heard."""
    broker = redis_broker(url)
    actors = register_actors(broker, programme)
    dramatiq.set_encoder(BellEncoder(*KINDS))

    def ring(chunks: int) -> None:
        try:
            for _ in range(chunks - count_waiting_messages(broker.client)):
                actors.sweep.send(chunk=CHUNK)
        except (RedisError, BrokerConnectionError) as error:
            raise BrokerError(f"the bell does not ring: {type(error).__name__}") from None

    return ring
