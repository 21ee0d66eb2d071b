"""A timer that somebody else has settled meanwhile is settled."""

from __future__ import annotations

from typing import Any

from lazsa_flow.engine.sweep import sweep_chunk
from lazsa_flow.engine.sweep_result import ChunkResult, SweepResult
from lazsa_flow.engine.values import Claim
from tests.factories import CYCLE, midnight, path, rulebook, table, timer
from tests.fakes import MemoryStore, MemoryTransaction


class Waiting(MemoryTransaction):
    """Claims from an old list first, as PostgreSQL does that had to wait for another writer."""

    def __init__(self, store: MemoryStore, *old: int) -> None:
        super().__init__(store)
        self.old: Claim | None = claimed(*old)

    def claim(self, *asked: Any, **how: Any) -> Claim | None:
        """Return the old list, and afterwards what stands."""
        old, self.old = self.old, None
        return old or super().claim(*asked, **how)


def claimed(*path_ids: int) -> Claim:
    """Return a claim on a timer of each of these paths."""
    first = timer()
    names = dict.fromkeys(path_ids, first.name)
    return Claim(first.due_at, first.country, first.book_on, names)


def test_settled_by_another() -> None:
    """What is no longer pending once the paths are locked is passed by (design.md, rule 4)."""
    store = MemoryStore(paths={1: path("ajar", lifecycle="door")})
    assert sweep_chunk(Waiting(store, 1), rulebook(table()), midnight(CYCLE)) == ChunkResult(
        SweepResult()
    )
    assert not store.journal


def test_others_of_the_claim_are_done() -> None:
    """Of what was claimed together the rest is decided (design.md, rule 4)."""
    doors = {n: path("ajar", id=n, lifecycle="door", subject=f"seller-{n}") for n in (1, 2)}
    slots = {("door", f"seller-{n}"): n for n in doors}
    store = MemoryStore(paths=doors, slots=slots, timers=[timer(path_id=2)])
    did = sweep_chunk(Waiting(store, 1, 2), rulebook(table()), midnight(CYCLE))
    assert did.swept == SweepResult(moved=1)
    assert [row.path for row in store.journal] == ["door-2"]
