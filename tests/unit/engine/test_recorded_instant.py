"""What is recorded of a path is recorded in order, by clocks that stand seconds apart."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lazsa_flow.clock import TOLERANCE, VirtualClock
from lazsa_flow.engine.opening import open_path
from lazsa_flow.engine.recorded_instant import check_past, not_before
from lazsa_flow.engine.sweep import sweep
from lazsa_flow.engine.sweep_result import SweepResult
from lazsa_flow.errors import ClockError, InputError
from lazsa_flow.lifecycle.calendar import TICK
from lazsa_flow.lifecycle.model import Actor
from tests.factories import CYCLE, midnight, path, rulebook, sweep_at, table, timer
from tests.fakes import MemoryStore

NOW = midnight(CYCLE)
DOOR = rulebook(table())


def door(recorded_at: timedelta) -> MemoryStore:
    """Return a store with a door that closes now and was written last so much before or after."""
    store = MemoryStore()
    ajar = path("ajar", lifecycle="door", subject="s-1", recorded_at=NOW + recorded_at)
    store.paths[1] = ajar
    store.slots["door", "s-1"] = 1
    store.timers.append(timer(due_at=NOW))
    return store


@pytest.mark.parametrize("ahead", [timedelta(), -TICK, None])
def test_a_clock_that_is_not_behind_is_taken(ahead: timedelta | None) -> None:
    """What is on record came before, or nothing is."""
    assert not_before(NOW, [None if ahead is None else NOW + ahead]) == NOW
    assert not_before(NOW, []) == NOW


def test_a_clock_a_little_behind_is_raised() -> None:
    """The latest of those instants is taken, up to half a minute ahead."""
    last = NOW + TOLERANCE
    assert not_before(NOW, [NOW, last, NOW + TICK, None]) == last
    with pytest.raises(ClockError, match="30 s behind what is recorded") as raised:
        not_before(NOW, [last + TICK])
    assert raised.value.seconds < -30


def test_a_sweep_records_in_order() -> None:
    """A timer of a path that another machine wrote to a moment later is recorded at that moment."""
    store = door(timedelta(seconds=20))
    assert sweep_at(store, DOOR, NOW) == SweepResult(moved=1)
    [row] = store.journal
    assert (row.effective_at, row.recorded_at) == (NOW, NOW + timedelta(seconds=20))
    assert store.paths[1].recorded_at == row.recorded_at


def test_an_opening_by_a_clock_far_behind_writes_nothing() -> None:
    """The error goes up, and the subject has no second path."""
    store = door(timedelta(minutes=1))
    rules = rulebook(table(several_open=True))
    with store.begin() as transaction, pytest.raises(ClockError):
        open_path(transaction, rules, "door", "s-1", "SG", actor=Actor("seller", "s-1"), now=NOW)
    assert (store.journal, list(store.paths)) == ([], [1])


def test_a_sweep_by_a_clock_far_behind_writes_nothing() -> None:
    """The error goes up, and sets no path aside."""
    store = door(timedelta(minutes=1))
    with pytest.raises(ClockError):
        sweep_at(store, DOOR, NOW)
    assert (store.journal, store.failures) == ([], {})


def test_an_instant_to_come_is_refused() -> None:
    """A sweep chooses among what has fallen due; half a minute is forgiven and fires no more."""
    clock = VirtualClock(NOW - TICK)
    check_past(NOW + TOLERANCE - TICK, clock)
    with pytest.raises(InputError, match="not later than now"):
        check_past(NOW + TOLERANCE, clock)
    with pytest.raises(InputError):
        sweep(door(-TICK), DOOR, clock, until=NOW + timedelta(hours=1))
    assert sweep(door(-TICK), DOOR, clock, until=NOW) == SweepResult()
    clock.move_to(NOW + timedelta(days=1))
    assert sweep(door(-TICK), DOOR, clock, until=NOW - TICK) == SweepResult()
    assert sweep(door(-TICK), DOOR, clock, until=NOW) == SweepResult(moved=1)
