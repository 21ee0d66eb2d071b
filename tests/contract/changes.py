"""Changes as tests write them, and what a store then shows of paths and timers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lazsa_flow.engine.values import Change
from tests.factories import CYCLE, SELLER, card, facts, midnight, path, record, utc

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from lazsa_flow.engine.ports import Store
    from lazsa_flow.lifecycle.model import Path, Snapshot

AT = utc(2026, 9, 1, 3)
DUE = midnight(CYCLE)


def opening(row: Path, **changes: Any) -> Change:
    """Return the change that opens a path."""
    return Change(before=None, after=row, recorded_at=AT, row=None, **changes)


def moving(before: Path, **changes: Any) -> Change:
    """Return the change that moves a path on by one version."""
    after = replace(before, seq=before.seq + 1, recorded_at=AT, **changes.pop("after", {}))
    return Change(before=before, after=after, recorded_at=AT, row=None, **changes)


class Crash(BaseException):
    """The process dies."""


def failing(store: Store, act: Callable[[Any], object]) -> None:
    """Do something in a transaction that then fails."""
    with store.begin() as transaction:
        act(transaction)
        raise Crash


def write(store: Store, *changes: Change) -> None:
    """Write changes in a transaction of their own."""
    with store.begin() as transaction:
        transaction.write_chunk(changes)


def see(store: Store, path_id: int = 1, before: Any = None, on: date = CYCLE) -> Snapshot:
    """Load one path's evidence."""
    with store.begin(write=False) as transaction:
        (seen,) = transaction.load_chunk([path_id], before=before, on=on)
        return seen


def claim(store: Store, now: Any = DUE, limit: int = 9, path_id: int | None = None) -> list[Any]:
    """Return what a sweep would take: path and name."""
    with store.begin() as transaction:
        taken = transaction.claim(now, limit, path_id)
        return list(taken.names.items()) if taken else []


def doors(store: Store, *timers: Any) -> None:
    """Open a path of its own for each number among the timers, and set them."""
    ids = sorted({each.path_id for each in timers})
    write(
        store,
        *(
            opening(
                path(id=id_, subject=f"seller-{id_}"),
                scheduled=tuple(each for each in timers if each.path_id == id_),
            )
            for id_ in ids
        ),
    )


def open_candidate(store: Any) -> None:
    """Open the path of a candidate about whom everything is recorded at one instant."""
    write(store, opening(path()))
    with store.begin() as transaction:
        transaction.add_facts([facts()], AT)
        transaction.add_scorecard(1, CYCLE, card(), as_of=CYCLE, recorded_at=AT)
        transaction.add_record(SELLER, record("case", "open", name="c-1", recorded_at=AT))
        transaction.add_nomination(
            1,
            event="made",
            source="employee",
            nominator="emp-1",
            complete=True,
            as_of=CYCLE,
            recorded_at=AT,
        )
