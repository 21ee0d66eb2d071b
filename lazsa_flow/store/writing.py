"""How does a chunk of changes become rows?

Everything that belongs to a move goes into the one transaction: the path by compare-and-set on its
version, the journal row, timers, records, notices, and the subject's place.
"""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from lazsa_flow.errors import ConflictError, StaleVersionError
from lazsa_flow.store import schema
from lazsa_flow.store.bulk import bulk
from lazsa_flow.store.codec import (
    end_row,
    journal_row,
    move_row,
    notice_row,
    path_row,
    record_row,
    timer_row,
)
from lazsa_flow.store.dialect import upsert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lazsa_flow.domain.model import Path
    from lazsa_flow.engine.ports import Change
    from lazsa_flow.store.bulk import Bulk
    from lazsa_flow.store.codec import Row


def write_chunk(
    connection: sa.Connection, changes: Sequence[Change], probe: Callable[[str], None]
) -> None:
    """Write changes; see :class:`lazsa_flow.engine.ports.Transaction`.

    Args:
        connection: In a transaction.
        changes: What to write.
        probe: Called by name before each statement, for the fault tests.
    """
    flat = list(chain.from_iterable(map(_flatten, changes)))
    if not flat:
        return
    to = bulk(connection)

    def run(name: str, write: Callable[[Sequence[Row]], object], rows: list[Row]) -> None:
        if rows:
            probe(f"write.{name}")
            write(rows)

    opened = [path_row(c.after) for c in flat if c.before is None]
    run("open", partial(to.insert, schema.paths), opened)
    moves = [move_row(c.before, c.after) for c in flat if c.before and _moves(c)]
    probe("write.paths")
    if moves and to.move_paths(moves) != len(moves):
        raise _stale(connection, [c for c in flat if c.before is not None])
    freed = [(c.after.lifecycle, c.after.subject) for c in flat if c.slot == "free"]
    run("freed", to.free_slots, freed)
    _take_slots(connection, flat)
    _claim(connection, flat)
    rest = _follows(to, flat)
    with to.together(max(len(rows) for _, _, rows in rest)):
        for name, write, rows in rest:
            run(name, write, rows)


def _follows(
    to: Bulk, changes: Sequence[Change]
) -> list[tuple[str, Callable[[Sequence[Row]], object], list[Row]]]:
    """Return what follows once the paths have moved: name, how it is written, rows."""
    ended = [end_row(c.fired, c.fired.status) for c in changes if c.fired is not None]
    ended += [end_row(timer, "cancelled") for c in changes for timer in c.cancelled]
    journal = [journal_row(c.row) for c in changes if c.row is not None]
    records = [record_row(c.after.subject, r) for c in changes for r in c.records]
    notices = [notice_row(c.after, n, c.recorded_at) for c in changes for n in c.notices]
    return [
        ("journal", partial(to.insert, schema.journal), journal),
        ("cancelled", to.end_timers, ended),
        ("timers", to.set_timers, [timer_row(t) for c in changes for t in c.scheduled]),
        ("records", partial(to.insert, schema.records), records),
        ("outbox", partial(to.insert, schema.outbox), notices),
    ]


def _moves(change: Change) -> bool:
    return change.row is not None or change.after != change.before


def _flatten(change: Change) -> Iterator[Change]:
    yield change
    for linked in change.linked:
        yield from _flatten(linked)


def _stale(connection: sa.Connection, changes: Sequence[Change]) -> StaleVersionError:
    ids = [change.after.id for change in changes]
    table = schema.paths
    query = sa.select(table.c.id, table.c.seq, table.c.head).where(table.c.id.in_(ids))
    stand = {row.id: (row.seq, row.head) for row in connection.execute(query)}
    # another writer may have come to the same number: the head tells the two apart
    lost = (c for c in changes if stand.get(c.after.id) != (c.after.seq, c.after.head))
    stale = next(lost, changes[0])
    return StaleVersionError(
        path=stale.after.ref,
        trigger=(stale.row.trigger if stale.row else None) or "timer",
        state=stale.before.state if stale.before else "",
        expected=stale.before.seq if stale.before else None,
        found=stand[stale.after.id][0] if stale.after.id in stand else None,
    )


def _take_slots(connection: sa.Connection, changes: Sequence[Change]) -> None:
    for change in changes:
        if change.slot == "take":
            rows = [_slot(change.after)]
            if not _insert_new(connection, schema.slots, rows):
                what = f"has an open path of the lifecycle {change.after.lifecycle}"
                raise ConflictError(change.after.subject, what)


def _claim(connection: sa.Connection, changes: Sequence[Change]) -> None:
    for change in changes:
        rows = [{"scope": s, "key": key, "path_id": change.after.id} for s, key in change.claims]
        if rows and not _insert_new(connection, schema.claims, rows):
            what = f"another path holds what {change.after.ref} would claim"
            raise ConflictError(change.after.subject, what)


def _insert_new(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> bool:
    """Insert rows; tell whether all of them were new."""
    insert = upsert(connection)(table).values(rows).on_conflict_do_nothing()
    counted = connection.execute(insert, execution_options={"preserve_rowcount": True})
    return bool(counted.rowcount == len(rows))


def _slot(path: Path) -> dict[str, Any]:
    return {"lifecycle": path.lifecycle, "subject": path.subject, "path_id": path.id}
