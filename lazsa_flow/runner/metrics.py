"""Metrics: what the workers report to Prometheus.

Each process counts what it has done; one process of the group serves the sums, together with the
waiting work in the database, health and readiness.

Units:
    Timers are counted. The lag of a chunk is from the instant it was due to its being recorded, in
    seconds, one observation a chunk.
"""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from lazsa_flow.errors import LazsaError
from lazsa_flow.extras import needs_extra
from lazsa_flow.runner import metric_names as names
from lazsa_flow.runner.fitness import find_unfit_parts
from lazsa_flow.service.part import runtime_of

with needs_extra("worker", "metrics"):
    import prometheus_client as prometheus
    from prometheus_client.core import GaugeMetricFamily
    from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from lazsa_flow.engine.sweep_result import ChunkResult
    from lazsa_flow.runner.metric_names import Metric
    from lazsa_flow.service.service import FlowService
    from lazsa_flow.store.monitoring import QueueStats

LAG_LIMITS_S: Final = (0.1, 0.5, 1, 5, 30, 60, 300, 900, 3600, 6 * 3600, 86400, 7 * 86400)

EXPLAINED_AFTER: Final = timedelta(hours=1)
"""For so long a timer may be due before it counts as unexplained; a night is done in less."""
RECOUNT_S: Final = 600.0
"""How often figures that take long are counted again."""


class Counters:
    """What the processes of one group have done.

    Args:
        registry: Where they are registered; never the global one.
    """

    def __init__(self, registry: prometheus.CollectorRegistry) -> None:
        self._timers = _counter(names.TIMERS_TAKEN, registry)
        self._lag = prometheus.Histogram(
            names.CHUNK_LAG.name,
            names.CHUNK_LAG.text,
            names.CHUNK_LAG.labels,
            buckets=LAG_LIMITS_S,
            registry=registry,
        )
        self._slow_guards = _counter(names.SLOW_GUARDS, registry)

    def guard_slow(self, lifecycle: str, guard: str) -> None:
        """Count a call of a guard that has not returned in time."""
        self._slow_guards.labels(lifecycle, guard).inc()

    def swept(self, chunk: ChunkResult, lag_s: float) -> None:
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

    def counting(self, service: FlowService) -> Callable[[ChunkResult], None]:
        """Return a callback that counts committed chunks; slow guards are counted from now on."""
        runtime_of(service).guard_watch.listeners.append(self.guard_slow)

        def swept(chunk: ChunkResult) -> None:
            if chunk.due_at is not None:
                self.swept(chunk, (service.clock.now() - chunk.due_at).total_seconds())

        return swept


def _counter(metric: Metric, registry: prometheus.CollectorRegistry) -> prometheus.Counter:
    return prometheus.Counter(metric.name, metric.text, metric.labels, registry=registry)


def _gauge(metric: Metric, value: float | None = None) -> GaugeMetricFamily:
    return GaugeMetricFamily(metric.name, metric.text, value, labels=metric.labels or None)


class ReadyCollector(Collector):
    """Asks whether all is fit for work, whenever it is asked.

    Args:
        parts: What is asked; see :mod:`.fitness`.
    """

    def __init__(self, parts: Mapping[str, Callable[[], object]]) -> None:
        self._parts = parts

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield 1 for each part that is fit for work, and 0 for one that is not."""
        faults = find_unfit_parts(self._parts)
        ready = _gauge(names.READY)
        for part in self._parts:
            ready.add_metric([part], part not in faults)
        yield ready


class StandingCollector(Collector):
    """Collects the waiting work from the database on each scrape.

    Args:
        service: Returns the service; where its database is away there is nothing to tell.
    """

    def __init__(self, service: Callable[[], FlowService]) -> None:
        self._service = service

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield a gauge for each thing that waits."""
        try:
            service = self._service()
            now = service.clock.now()
            standing = runtime_of(service).store.queue_stats(now)
        except LazsaError:  # lazsa_ready reports it
            return
        for metric, value in _list_queue_gauges(standing, now):
            yield _gauge(metric, value)
        if standing.relay_seen is not None:
            yield _gauge(names.RELAY_SILENT, (now - standing.relay_seen).total_seconds())


def _list_queue_gauges(standing: QueueStats, now: datetime) -> tuple[tuple[Metric, float], ...]:
    since = standing.outbox_due_since
    waits_s = (now - since).total_seconds() if since else 0.0
    return (
        (names.TIMERS_DUE, standing.due),
        (names.PATHS_FAILING, standing.failing),
        (names.PATHS_PARKED, standing.parked),
        (names.PAUSES, standing.pauses),
        (names.NIGHTS_STOPPED, standing.nights_stopped),
        (names.OUTBOX_NOTICES, standing.outbox),
        (names.OUTBOX_AGE, waits_s),
        (names.NOTICES_PARKED, standing.notices_parked),
    )


class OversightCollector(Collector):
    """Collects from the database what takes long to count, and caches it for a while.

    Args:
        service: Returns the service; where its database is away there is nothing to tell.
        clock: Seconds that only rise.
    """

    def __init__(
        self, service: Callable[[], FlowService], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._service = service
        self._clock = clock
        self._lock = threading.Lock()
        self._found: list[GaugeMetricFamily] = []
        self._until: float | None = None

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield what is unexplained, and the application's own gauges."""
        with self._lock:
            if self._until is None or self._clock() >= self._until:
                try:
                    self._found = list(_list_oversight_gauges(self._service()))
                except LazsaError:
                    return
                self._until = self._clock() + RECOUNT_S
            yield from self._found


def _list_oversight_gauges(service: FlowService) -> Iterator[GaugeMetricFamily]:
    until = service.clock.now() - EXPLAINED_AFTER
    lost = sum(runtime_of(service).store.count_lost(until).values())
    yield _gauge(
        names.TIMERS_UNEXPLAINED,
        lost + sum(book.unexplained for book in service.ledger(until=until)),
    )
    runtime = runtime_of(service)
    for each in runtime.application.gauges(runtime.context):
        family = GaugeMetricFamily(each.name, each.text, labels=each.labels)
        for labels, value in each.values.items():
            family.add_metric(labels, value)
        yield family
