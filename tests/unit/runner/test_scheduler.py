"""The ticker rings when something is due, once a chunk, and sleeps until the next instant."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest

from lazsa_flow.clock import VirtualClock
from lazsa_flow.engine.chunk_size import CHUNK
from lazsa_flow.errors import BrokerError, UnavailableError
from lazsa_flow.runner import scheduler
from tests.factories import utc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazsa_flow.award.programme import Programme

NOW = utc(2026, 10, 1)


@dataclass
class Stub:
    """A programme of which the ticker sees the clock, the next instant and how much is due."""

    next: datetime | None = None
    due: int = 0
    leads: bool = True
    looks: int = 0
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(NOW))

    @property
    def _runtime(self) -> Stub:
        """Stand in for what the service stands on."""
        return self

    @property
    def store(self) -> Stub:
        """Stand in for the store too."""
        return self

    def next_due(self) -> datetime | None:
        """Count the look, and tell."""
        self.looks += 1
        return self.next

    def count_due(self, _now: datetime, limit: int) -> int:
        """Count no further than the limit."""
        return min(self.due, limit)

    @contextmanager
    def leading(self) -> Iterator[bool]:
        """Tell whether it leads."""
        yield self.leads


def tick(stub: Stub) -> tuple[float, list[int]]:
    """Tick once; return for how long to sleep, and the rings."""
    rings: list[int] = []
    return scheduler.wake_due_chunks(cast("Programme", stub), rings.append), rings


def test_nothing_pending_is_looked_for_again() -> None:
    """With nothing pending it looks again within 30 seconds, and rings for nobody."""
    assert tick(Stub()) == (30.0, [])


@pytest.mark.parametrize(
    ("ahead", "sleep"),
    [
        (timedelta(microseconds=1), 0.05),
        (timedelta(seconds=2), 2.0),
        (timedelta(seconds=30), 30.0),
        (timedelta(days=182), 30.0),
    ],
)
def test_it_sleeps_until_the_next_instant(ahead: timedelta, sleep: float) -> None:
    """It sleeps until the next due instant, never longer than 30 seconds of real time."""
    assert tick(Stub(NOW + ahead)) == (sleep, [])


@pytest.mark.parametrize(
    ("due", "chunks"),
    [(1, 1), (CHUNK, 1), (CHUNK + 1, 2), (3 * CHUNK, 3), (10**6, scheduler.MOST_RINGS), (0, 1)],
)
def test_it_rings_once_a_chunk(due: int, chunks: int) -> None:
    """At the instant it rings once for each chunk of work, and no more than a few ahead."""
    sleep, rings = tick(Stub(NOW, due))
    assert (rings, sleep) == ([chunks], scheduler.BUSY_S)


class Once(threading.Event):
    """An event that is set once somebody has waited for it so often."""

    def __init__(self, waits: int = 1) -> None:
        super().__init__()
        self.slept: list[float | None] = []
        self._waits = waits

    def wait(self, timeout: float | None = None) -> bool:
        """Take note of the sleep; after the last one, stop."""
        self.slept.append(timeout)
        if len(self.slept) == self._waits:
            self.set()
        return self.is_set()


def run(stub: Stub, ring: Any, stop: Once) -> None:
    """Run the ticker on a stub."""
    scheduler.run_scheduler(cast("Programme", stub), ring, stop)


def test_who_does_not_lead_rings_for_nobody() -> None:
    """Several tickers may run: the one that does not lead looks at nothing, and asks again soon."""
    rings: list[Any] = []
    stub, stop = Stub(NOW, 1, leads=False), Once()
    run(stub, rings.append, stop)
    assert (rings, stub.looks, stop.slept) == ([], 0, [scheduler.LEAD_S])


@pytest.mark.parametrize("error", [BrokerError("away"), UnavailableError("away")])
def test_it_outlives_what_is_away(error: Exception) -> None:
    """A broker or database that is away for a moment is asked again; nothing is given up."""
    rings = []

    def ring(chunks: int) -> None:
        rings.append(chunks)
        if len(rings) == 1:
            raise error

    stop = Once(2)
    run(Stub(NOW, 1), ring, stop)
    assert rings == [1, 1]
    assert all(slept is not None and slept <= scheduler.LONGEST_SLEEP_S for slept in stop.slept)
