"""How does a chunk of changes become rows?

Everything that belongs to a move goes into the one transaction: the path by compare-and-set on its
version, the journal row, timers, records, notices, and the subject's place.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from lazsa_flow.errors import ConflictError, StaleVersionError
from lazsa_flow.store import schema
from lazsa_flow.store.codec import journal_row, notice_row, path_row, record_row, timer_row
from lazsa_flow.store.dialect import upsert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from lazsa_flow.domain.model import Path, TimerRow
    from lazsa_flow.engine.ports import Change

_MOVED = ("country", "state", "seq", "head", "cycle_on", "entered_at", "spans", "data", "parked")


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

    def run(name: str, statement: sa.Executable, rows: Iterable[dict[str, Any]]) -> None:
        values = list(rows)
        if values:
            probe(f"write.{name}")
            connection.execute(statement, values)

    run("open", sa.insert(schema.paths), (path_row(c.after) for c in flat if c.before is None))
    probe("write.paths")
    _move_paths(connection, [c for c in flat if c.before is not None and c.after != c.before])
    _slots(connection, flat)
    _claim(connection, flat)
    rows = (journal_row(c.row) for c in flat if c.row is not None)
    run("journal", sa.insert(schema.journal), rows)
    run("cancelled", _set_timer(), _statuses(flat))
    probe("write.timers")
    set_timers(connection, [timer for change in flat for timer in change.scheduled])
    records = (record_row(c.after.subject, r) for c in flat for r in c.records)
    run("records", sa.insert(schema.records), records)
    notices = (notice_row(c.after, n, c.recorded_at) for c in flat for n in c.notices)
    run("outbox", sa.insert(schema.outbox), notices)


def _flatten(change: Change) -> Iterator[Change]:
    yield change
    for linked in change.linked:
        yield from _flatten(linked)


def _move_paths(connection: sa.Connection, changes: Sequence[Change]) -> None:
    """Move paths that still have the version they were read with."""
    if not changes:
        return
    statement = (
        sa.update(schema.paths)
        .where(
            schema.paths.c.id == sa.bindparam("b_id"), schema.paths.c.seq == sa.bindparam("b_seq")
        )
        .values({name: sa.bindparam(f"b_{name}_new") for name in _MOVED})
    )
    values = []
    for change in changes:
        assert change.before is not None
        row = path_row(change.after)
        moved = {f"b_{name}_new": row[name] for name in _MOVED}
        values.append({"b_id": change.after.id, "b_seq": change.before.seq, **moved})
    if connection.execute(statement, values).rowcount != len(values):
        raise _stale(connection, changes)


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


def _slots(connection: sa.Connection, changes: Sequence[Change]) -> None:
    freed = [_slot(c.after) for c in changes if c.slot == "free"]
    if freed:
        table = schema.slots
        connection.execute(
            sa.delete(table).where(
                table.c.lifecycle == sa.bindparam("b_lifecycle"),
                table.c.subject == sa.bindparam("b_subject"),
            ),
            [{"b_lifecycle": row["lifecycle"], "b_subject": row["subject"]} for row in freed],
        )
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


def _statuses(changes: Iterable[Change]) -> Iterator[dict[str, Any]]:
    for change in changes:
        if change.fired is not None:
            yield _status(change.fired, change.fired.status)
        for timer in change.cancelled:
            yield _status(timer, "cancelled")


def _status(timer: TimerRow, status: str) -> dict[str, Any]:
    return {
        "b_path_id": timer.path_id,
        "b_name": timer.name,
        "b_due_at": timer.due_at,
        "b_status": status,
        "b_seq": timer.seq,
    }


def _set_timer() -> sa.Update:
    table = schema.timers
    return (
        sa.update(table)
        .where(
            table.c.path_id == sa.bindparam("b_path_id"),
            table.c.name == sa.bindparam("b_name"),
            table.c.due_at == sa.bindparam("b_due_at"),
        )
        .values(status=sa.bindparam("b_status"), seq=sa.bindparam("b_seq"))
    )


def set_timers(connection: sa.Connection, timers: Sequence[TimerRow]) -> None:
    """Set timers; one that was cancelled for the same instant is set again."""
    if not timers:
        return
    table = schema.timers
    statement = upsert(connection)(table)
    again = statement.on_conflict_do_update(
        index_elements=[table.c.path_id, table.c.name, table.c.due_at],
        set_={"status": "pending", "seq": None, "book_on": statement.excluded.book_on},
        where=table.c.status == "cancelled",
    )
    connection.execute(again, [timer_row(timer) for timer in timers])
