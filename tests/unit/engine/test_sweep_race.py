"""A timer that somebody else has settled meanwhile is settled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lazsa_flow.engine.sweep import Chunk, Swept, sweep_chunk
from tests.factories import CYCLE, midnight, path, rulebook, table, timer
from tests.fakes import MemoryStore, MemoryTransaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lazsa_flow.domain.model import TimerRow


class Waiting(MemoryTransaction):
    """Claims from an old list first, as PostgreSQL does that had to wait for another writer."""

    def __init__(self, store: MemoryStore, old: list[TimerRow]) -> None:
        super().__init__(store)
        self.old = old

    def claim(self, *asked: Any) -> Sequence[TimerRow]:
        """Return the old list, and afterwards what stands."""
        old, self.old = self.old, []
        return old or super().claim(*asked)


def test_settled_by_another() -> None:
    """What is no longer pending once the paths are locked is passed by (design.md, rule 4)."""
    store = MemoryStore(paths={1: path("ajar", lifecycle="door")})
    old = [timer(path_id=1)]
    assert sweep_chunk(Waiting(store, old), rulebook(table()), midnight(CYCLE)) == Chunk(Swept())
    assert not store.journal


def test_others_of_the_claim_are_done() -> None:
    """Of what was claimed together the rest is decided (design.md, rule 4)."""
    doors = {n: path("ajar", id=n, lifecycle="door", subject=f"seller-{n}") for n in (1, 2)}
    slots = {("door", f"seller-{n}"): n for n in doors}
    store = MemoryStore(paths=doors, slots=slots, timers=[timer(path_id=2)])
    claimed = [timer(path_id=1), timer(path_id=2)]
    did = sweep_chunk(Waiting(store, claimed), rulebook(table()), midnight(CYCLE))
    assert did.swept == Swept(moved=1)
    assert [row.path for row in store.journal] == ["door-2"]
