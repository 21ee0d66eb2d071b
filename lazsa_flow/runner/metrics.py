"""What do the workers tell Prometheus?

Each process counts what it has done; one process of the group serves the sums, with what the
database says of the work that stands, and health and readiness beside them.

Units:
    Timers are counted. The lag of a chunk is from the instant it was due to its being recorded, in
    seconds, one observation a chunk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import prometheus_client as prometheus
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazsa_flow.engine.sweep import Chunk
    from lazsa_flow.programme import Programme
    from lazsa_flow.store.standing import Standing

_LAGS_S: Final = (0.1, 0.5, 1, 5, 30, 60, 300, 900, 3600, 6 * 3600, 86400, 7 * 86400)


class Counters:
    """What the processes of one group have done.

    Args:
        registry: Where they are registered; never the global one.
    """

    def __init__(self, registry: prometheus.CollectorRegistry) -> None:
        self._timers = prometheus.Counter(
            "lazsa_timers_total",
            "Timers taken, by country and outcome.",
            ["country", "outcome"],
            registry=registry,
        )
        self._lag = prometheus.Histogram(
            "lazsa_chunk_lag_seconds",
            "From the instant a chunk was due to its being recorded.",
            ["country"],
            buckets=_LAGS_S,
            registry=registry,
        )

    def swept(self, chunk: Chunk, lag_s: float) -> None:
        """Count what a chunk did.

        Args:
            chunk: The chunk.
            lag_s: From its instant to now.
        """
        for outcome in ("moved", "refused", "parked", "reminded", "failed"):
            count = getattr(chunk.swept, outcome)
            if count:
                self._timers.labels(chunk.country, outcome).inc(count)
        self._lag.labels(chunk.country).observe(lag_s)


class StandingCollector(Collector):
    """Asks the database how the work stands, whenever it is asked.

    Args:
        programme: On that database.
    """

    def __init__(self, programme: Programme) -> None:
        self._programme = programme

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield a gauge for each thing that waits."""
        now = self._programme.clock.now()
        standing = self._programme.store.standing(now)
        since = standing.outbox_since
        age_s = (now - since).total_seconds() if since else 0.0
        yield GaugeMetricFamily("lazsa_outbox_age_seconds", "Age of the oldest notice.", age_s)
        for name, text, value in _gauges(standing):
            yield GaugeMetricFamily(f"lazsa_{name}", text, value)


def _gauges(standing: Standing) -> tuple[tuple[str, str, int], ...]:
    return (
        ("timers_due", "Timers that are due and not done.", standing.due),
        ("paths_failing", "Paths that wait for their next attempt.", standing.failing),
        ("paths_parked", "Paths that are parked.", standing.parked),
        ("outbox_notices", "Notices that wait to be sent.", standing.outbox),
    )
