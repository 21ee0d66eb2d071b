"""What if Redis loses all it has, is gone, or has no room?

It happens while timers fall due; the work goes on, or is caught up with as soon as Redis is back.
"""

from __future__ import annotations

import random
import time
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import redis

from lazsa_flow.clock import SystemClock
from tests.chaos.audit import audit
from tests.chaos.fault import Fault, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.chaos.stage import Stage
    from tests.servers import Redis

CAUGHT_UP_S: Final = 60.0
FAILURES: Final = ("sweep.failed", "path.failed", "path.parked")


def _flush(server: Redis, rounds: int, span_s: float) -> None:
    """Empty it again and again."""
    for _ in range(rounds):
        time.sleep(span_s / rounds)
        redis.Redis.from_url(server.url).flushall()


def _stop(server: Redis, rounds: int, span_s: float) -> None:
    """Stop it for as long; with it goes all that it holds."""
    for _ in range(rounds):
        server.stop()
        time.sleep(span_s / rounds)
        server.start()


def _fill(server: Redis, rounds: int, span_s: float) -> None:
    """Leave it no room to write."""
    client: Any = redis.Redis.from_url(server.url)
    for _ in range(rounds):
        client.config_set("maxmemory", 1)
        time.sleep(span_s / rounds)
        client.config_set("maxmemory", 0)


def disturb(
    stage: Stage,
    seed: int,
    rounds: int,
    *,
    what: Callable[[Redis, int, float], None],
    span_s: tuple[int, int],
) -> Outcome:
    """Disturb Redis for a while, during which timers fall due; then all must be caught up.

    ``what`` disturbs a server so many times within so many seconds; ``span_s`` says how many those
    are, at full scale and in the suite.
    """
    chance, span = random.Random(seed), stage.sized(*span_s)
    sellers = stage.sized(2400, 60)
    begin = SystemClock().now() + timedelta(seconds=stage.sized(30, 3))
    instants = [
        begin + timedelta(seconds=at)
        for at in sorted(chance.uniform(0, span) for _ in range(sellers))
    ]
    url, wanted = stage.boundaries("postgresql", instants)
    with stage.crew(url) as crew:
        crew.work(2)
        time.sleep(max(0.0, (begin - SystemClock().now()).total_seconds()))
        what(stage.redis, rounds, span)
        behind = crew.due()
        caught_up_s = crew.finish()
        log = crew.log()
        ended = crew.ends()
    result = audit(url, wanted)
    for event in FAILURES:
        result.check(event not in log, f"{event} in the log")
    result.check(ended == 0, f"{ended} processes ended")
    result.check(caught_up_s <= CAUGHT_UP_S, f"caught up after {caught_up_s:.0f} s")
    detail = f"{sellers} transitions within {span} s, {behind} behind at the end"
    return Outcome.of(rounds, result, f"{detail}, caught up after {caught_up_s:.1f} s")


FAULTS: Final = (
    Fault(
        "redis-flushed",
        partial(disturb, what=_flush, span_s=(120, 3)),
        rounds=24,
        dose=3,
        unit="FLUSHALL, every 5 s for 2 minutes of work",
        holds="no transition fails, caught up within 60 s",
    ),
    Fault(
        "redis-stopped",
        partial(disturb, what=_stop, span_s=(60, 2)),
        rounds=1,
        dose=1,
        unit="Redis stopped for 1 minute, and all it held gone",
        holds="no transition fails, caught up within 60 s",
    ),
    Fault(
        "redis-full",
        partial(disturb, what=_fill, span_s=(60, 2)),
        rounds=1,
        dose=1,
        unit="Redis full for 1 minute (maxmemory, noeviction)",
        holds="no transition fails, caught up within 60 s",
    ),
)
