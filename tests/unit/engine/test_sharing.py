"""Two may judge at once, and what one decided is written only if all that it read still stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from lazsa_flow.clock import VirtualClock
from lazsa_flow.engine.sharing import sweep_share
from lazsa_flow.engine.sweep import Chunk, Share, Swept
from tests.factories import CYCLE, midnight, path, rulebook, table, timer
from tests.fakes import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from tests.fakes import MemoryTransaction

DUE = midnight(CYCLE)
CLOCK = VirtualClock(DUE)
DOOR = rulebook(table())


def doors(number: int) -> MemoryStore:
    """Return a store with doors that close at midnight."""
    store = MemoryStore()
    for n in range(1, number + 1):
        store.paths[n] = path("ajar", id=n, lifecycle="door", subject=f"seller-{n}")
        store.slots["door", f"seller-{n}"] = n
        store.timers.append(timer(path_id=n, due_at=DUE))
    return store


def meddle(store: MemoryStore, act: Callable[[], None]) -> None:
    """Let something happen between the judging and the writing of the next chunk."""
    begin = store.begin

    def late(*, write: bool = True) -> AbstractContextManager[MemoryTransaction]:
        if write:
            act()
        return begin(write=write)

    store.begin = late  # type: ignore[method-assign]


def test_a_share_is_fired_and_no_more() -> None:
    """Each takes the paths of its own share; a share with nothing due says so."""
    store = doors(5)
    assert sweep_share(store, DOOR, CLOCK, Share(1, 2)) == Chunk(Swept(moved=3), DUE, "SG")
    assert [row.path for row in store.journal] == ["door-1", "door-3", "door-5"]
    assert sweep_share(store, DOOR, CLOCK, Share(1, 2)) is None
    assert sweep_share(store, DOOR, CLOCK, Share(0, 2)) == Chunk(Swept(moved=2), DUE, "SG")


def test_no_share_goes_on_to_a_later_instant() -> None:
    """An instant is finished before a later one begins, whoever's the rest of it is."""
    store = doors(2)
    store.timers[0] = replace(store.timers[0], due_at=DUE + timedelta(hours=1))
    assert sweep_share(store, DOOR, VirtualClock(DUE + timedelta(days=1)), Share(1, 2)) is None


def test_what_another_has_settled_is_left_alone() -> None:
    """A timer that no longer pends when the lock is had is nobody's to fire again."""
    store = doors(2)
    meddle(store, store.timers.clear)
    assert sweep_share(store, DOOR, CLOCK, Share(1, 2)) == Chunk(Swept())
    assert not store.journal


def test_what_was_decided_on_another_version_is_dropped() -> None:
    """A path of the same seller that moves meanwhile may change the decision: it is made anew."""
    store = doors(1)
    store.paths[7] = path("shut", id=7, lifecycle="door", subject="seller-1")
    moves = iter([1])

    def move() -> None:
        for _ in moves:
            store.paths[7] = replace(store.paths[7], seq=store.paths[7].seq + 1)

    meddle(store, move)
    assert sweep_share(store, DOOR, CLOCK, Share(1, 2)) == Chunk(Swept())
    assert not store.journal
    assert sweep_share(store, DOOR, CLOCK, Share(1, 2)) == Chunk(Swept(moved=1), DUE, "SG")


def test_what_raises_is_set_aside() -> None:
    """A decision that raises stops no other of its share."""
    store = doors(3)
    store.paths[1] = replace(store.paths[1], state="nowhere")
    assert sweep_share(store, DOOR, CLOCK, Share(1, 2)) == Chunk(
        Swept(moved=1, failed=1), DUE, "SG"
    )


def test_a_release_comes_first() -> None:
    """What was decided by rules that have changed is dropped, before and after it was decided."""
    store = doors(1)
    rules = rulebook(table(), version=1)
    meddle(store, lambda: setattr(store, "rules_version", 2))
    assert sweep_share(store, rules, CLOCK, Share(1, 2)) == Chunk(Swept())
    assert sweep_share(store, rules, CLOCK, Share(1, 2)) == Chunk(Swept())
    assert not store.journal
