"""A guard that does not return is reported by lifecycle, guard and path, and nothing is killed."""

from __future__ import annotations

import gc
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.clock import VirtualClock
from lazsa_flow.engine import watchdog
from lazsa_flow.engine.sweep import sweep
from lazsa_flow.engine.sweep_result import SweepResult
from lazsa_flow.engine.watchdog import GuardWatch, watch_guards
from lazsa_flow.lifecycle.guards import all_of
from lazsa_flow.lifecycle.running_guards import RUNNING
from lazsa_flow.logs import LOGGER
from tests.factories import CYCLE, context, guard, midnight, path, rulebook, table, timer
from tests.fakes import MemoryStore

if TYPE_CHECKING:
    from lazsa_flow.lifecycle.guards import Guard

DUE = midnight(CYCLE)


class Seconds:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Return how many have passed."""
        return self.now


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return what was reported: lifecycle, guard, path and seconds."""
    monkeypatch.setattr(LOGGER, "propagate", True)
    names = ("lifecycle", "guard", "path", "seconds")

    def reported() -> list[tuple[Any, ...]]:
        events: list[Any] = [record.msg for record in caplog.records]
        return [tuple(e[n] for n in names) for e in events if e.get("event") == "guard.slow"]

    return reported


def within(looks: Any, *, reads: frozenset[str] | None = None) -> Guard:
    """Return a guard in whose check something happens."""

    def check(_: object) -> Any:
        looks()
        return True, None, None

    return replace(guard(), check=check, reads=reads)


def sweep_door(ready: Guard) -> SweepResult:
    """Close one door whose guard is this."""
    store = MemoryStore(paths={7: path("ajar", id=7, lifecycle="door")})
    store.slots["door", "seller-1"] = 7
    store.timers.append(timer(path_id=7))
    return sweep(store, rulebook(table(guards={"ready": ready})), VirtualClock(DUE))


@pytest.mark.parametrize("reads", [None, frozenset[str]()])
def test_a_guard_that_does_not_return_is_named(told: Any, reads: frozenset[str] | None) -> None:
    """After the limit, and when that has doubled; of a path that is masked as well."""
    seconds = Seconds()
    watch = GuardWatch(30, tick=seconds)
    heard: list[tuple[str, str]] = []
    watch.listeners.append(lambda *named: heard.append(named))
    times = iter([(0, 29, 31, 40, 62, 100, 130), ()])

    def looks() -> None:
        for seconds.now in next(times, ()):
            watch.look()

    assert sweep_door(within(looks, reads=reads)) == SweepResult(moved=1)
    assert told() == [("door", "ready", "door-7", s) for s in (31, 62, 130)]
    assert heard == [("door", "ready")]
    assert not RUNNING


def test_a_guard_that_returns_is_not_named(told: Any) -> None:
    """Another call of the same guard is not the same call, however long both take together."""
    seconds = Seconds()
    watch = GuardWatch(30, tick=seconds)

    def look() -> None:
        seconds.now += 20
        watch.look()

    ready = within(look)
    for _ in range(5):
        ready.ask(context())
    watch.look()
    assert told() == []


def test_each_slow_call_is_counted() -> None:
    """The next call that is slow is told of again."""
    seconds = Seconds()
    watch = GuardWatch(30, tick=seconds)
    heard: list[tuple[str, str]] = []
    watch.listeners.append(lambda *named: heard.append(named))

    def looks() -> None:
        for _ in range(3):
            seconds.now += 20
            watch.look()

    ready = within(looks)
    for _ in range(2):
        ready.ask(context())
    assert heard == [("award", "ready")] * 2


def test_a_part_of_a_guard_is_named(told: Any) -> None:
    """Of guards that are combined the one that hangs; then the one around it goes on."""
    seconds = Seconds()
    watch = GuardWatch(30, tick=seconds)

    def looks() -> None:
        for seconds.now in (0, 31):
            watch.look()

    whole = all_of("whole", within(looks), wording="{measured}")
    found: list[Any] = []

    def check(shown: Any) -> Any:
        asked = whole.ask(shown)
        found.extend(call.guard for call in RUNNING.values())
        return asked

    replace(guard("around"), check=check).ask(context())
    assert [named[1] for named in told()] == ["ready"]
    assert found == ["around"]
    assert not RUNNING


def test_a_guard_that_raises_is_running_no_more() -> None:
    """Whatever it raises."""

    def boom() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        within(boom).ask(context())
    assert not RUNNING


def test_the_watch_of_a_process(told: Any) -> None:
    """One thread for all who ask for the same limit, which ends with the last of them."""
    watch = watch_guards(0.02)
    assert watch_guards(0.02) is watch
    assert watch_guards(3) is not watch
    done = threading.Event()
    watch.listeners.append(lambda *_: done.set())
    waiting = within(lambda: done.wait(10))
    waiting.ask(context())
    assert told()[0][:3] == ("award", "ready", "award-1")
    thread = watch._thread
    assert thread is not None
    watch.start()
    assert watch._thread is thread
    del watch
    gc.collect()
    thread.join(10)
    assert not thread.is_alive()


def test_the_watch_looks_several_times_within_its_limit() -> None:
    """And every five seconds at least."""
    assert GuardWatch(2).pause_s == 2 / watchdog.LOOKS
    assert GuardWatch(3600).pause_s == 5
