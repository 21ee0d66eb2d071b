"""Writing changes: a chunk of changes as rows.

Everything that belongs to a move goes into the one transaction: the path by compare-and-set on its
version, the journal row and the count of it, timers, records, notices, and the subject's place.
"""

from __future__ import annotations

from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from lazsa_flow.errors import ConflictError, StaleVersionError
from lazsa_flow.store import path_data_rows, schema
from lazsa_flow.store.connect import DIALECTS
from lazsa_flow.store.encode import (
    end_row,
    journal_row,
    move_row,
    notice_row,
    path_row,
    record_row,
    timer_row,
)
from lazsa_flow.store.fast import batch_rows
from lazsa_flow.store.fast.driver import fetch, ids_table, ids_value
from lazsa_flow.store.fast.statements import insert_new, parameter
from lazsa_flow.store.flows import count_flows
from lazsa_flow.store.timer_counts import count_timers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lazsa_flow.engine.values import BatchChange, Change
    from lazsa_flow.lifecycle.model import Path
    from lazsa_flow.store.encode import Row
    from lazsa_flow.store.fast.writer import RowWriter


def _versions(dialect: str) -> sa.Select[Any]:
    chunk, table = ids_table(dialect), schema.paths
    joined = chunk.join(table, table.c.id == chunk.c.id)
    return sa.select(table.c.id, table.c.seq, table.c.head).select_from(joined)


_HOLDER: Final = sa.select(schema.slots.c.path_id).where(
    schema.slots.c.lifecycle == parameter("lifecycle", schema.slots.c.lifecycle),
    schema.slots.c.subject == parameter("subject", schema.slots.c.subject),
)
"""Selects which path has a subject's place."""
_VERSIONS: Final = {dialect: _versions(dialect) for dialect in DIALECTS}


def write_chunk(
    connection: sa.Connection,
    to: RowWriter,
    changes: Sequence[Change],
    batch_changes: Sequence[BatchChange],
    probe: Callable[[str], None],
) -> None:
    """Write changes; see :class:`lazsa_flow.engine.ports.Transaction`.

    Args:
        connection: In a transaction.
        to: What writes on it.
        changes: What to write.
        batch_changes: The same of identical paths.
        probe: Called by name before each statement, for the fault tests.
    """
    flat = flatten(changes)
    if not flat and not batch_changes:
        return
    run = partial(_write_rows, probe)

    opened: list[Row] = [path_row(c.after) for c in flat if c.before is None]
    opened += batch_rows.opened(batch_changes)
    run("open", partial(to.insert, schema.paths), opened)
    moves: list[Row] = [
        move_row(c.before, c.after, c.recorded_at) for c in flat if c.before and c.moves
    ]
    moves += batch_rows.moves(batch_changes)
    probe("write.paths")
    if moves and to.update_paths(_in_order(moves)) != len(moves):
        raise find_stale(connection, changes, batch_changes)
    freed = [(c.after.lifecycle, c.after.subject) for c in flat if c.slot == "free"]
    run("freed", to.free_slots, freed + batch_rows.freed(batch_changes))
    taken: list[Row] = [_slot_row(c.after) for c in flat if c.slot == "take"]
    taken += batch_rows.taken(batch_changes)
    if taken and to.take_slots(_in_order(taken)) != len(taken):
        raise find_stale(connection, changes, batch_changes)
    if any(c.claims for c in flat):
        to.flush()
        _claim(connection, flat)
    counted = count_flows(connection, to, flat, batch_changes)
    timers = count_timers(connection, to, flat, batch_changes)
    rest = _follows(
        to, flat, batch_changes, path_data_rows.rows_of_data(connection, to, flat), counted
    )
    with to.pipelined(max(len(rows) for _, _, rows in rest)):
        for name, write, rows in rest:
            run(name, write, rows)
        _insert_any(to, schema.timer_counts, timers)


def _write_rows(
    probe: Callable[[str], None],
    name: str,
    write: Callable[[Sequence[Row]], object],
    rows: list[Row],
) -> None:
    if rows:
        probe(f"write.{name}")
        write(_in_order(rows))


def _insert_any(to: RowWriter, table: sa.Table, rows: Sequence[Row]) -> None:
    """Append rows, if there are any."""
    if rows:
        to.insert(table, rows)


def _in_order(rows: list[Row]) -> list[Row]:
    """Put rows in the order of their keys, so that a table's pages are gone through once."""
    rows.sort(key=itemgetter(0))
    return rows


def _follows(
    to: RowWriter,
    changes: Sequence[Change],
    batch_changes: Sequence[BatchChange],
    data: list[Row],
    counted: list[Row],
) -> list[tuple[str, Callable[[Sequence[Row]], object], list[Row]]]:
    """Return what follows once the paths have moved: name, how it is written, rows."""
    ended = [end_row(c.fired, c.fired.status) for c in changes if c.fired is not None]
    ended += [end_row(timer, "cancelled") for c in changes for timer in c.cancelled]
    journal: list[Row] = [journal_row(c.row) for c in changes if c.row is not None]
    timers = [timer_row(timer) for c in changes for timer in c.scheduled]
    records = [record_row(c.after.subject, r) for c in changes for r in c.records]
    notices = [notice_row(c.after, n, c.recorded_at) for c in changes for n in c.notices]
    return [
        ("journal", partial(_append, to, counted), journal + batch_rows.journal(batch_changes)),
        ("data", partial(to.insert, schema.path_data), data),
        ("cancelled", to.end_timers, ended + batch_rows.ended(batch_changes)),
        ("timers", to.set_timers, timers + batch_rows.scheduled(batch_changes)),
        (
            "records",
            partial(to.insert, schema.records),
            records + batch_rows.records(batch_changes),
        ),
        ("outbox", partial(to.insert, schema.outbox), notices + batch_rows.notices(batch_changes)),
    ]


def _append(to: RowWriter, counted: Sequence[Row], rows: Sequence[Row]) -> None:
    """Append rows to the journal, with the rows that count them: nothing else appends to it."""
    to.insert(schema.journal, rows)
    to.insert(schema.flows, counted)


def flatten(changes: Iterable[Change]) -> list[Change]:
    """Return changes and those that are linked to them, as they are written."""
    flat: list[Change] = []
    for change in changes:
        flat.append(change)
        if change.linked:
            flat += flatten(change.linked)
    return flat


def find_stale(
    connection: sa.Connection, changes: Sequence[Change], batch_changes: Sequence[BatchChange]
) -> StaleVersionError | ConflictError:
    """Return which of these changes' paths has moved since it was read, or whose place is taken."""
    changes = [*flatten(changes), *(change for each in batch_changes for change in each.changes())]
    if (place := _place_taken(connection, changes)) is not None:
        return place
    changes = [change for change in changes if change.before is not None]
    dialect = connection.dialect.name
    ids = ids_value(dialect, [change.after.id for change in changes])
    found = fetch(connection, _VERSIONS[dialect], {"ids": ids})
    stand = {id_: (seq, head) for id_, seq, head in found}
    # another writer may have come to the same number: the head tells the two apart
    ours = ({(p.seq, p.head) for p in (c.before, c.after) if p} for c in changes)
    lost = (c for c, own in zip(changes, ours, strict=True) if stand.get(c.after.id) not in own)
    loser = next(lost, changes[0])
    return StaleVersionError(
        path=loser.after.ref,
        trigger=(loser.row.trigger if loser.row else None) or "timer",
        state=loser.before.state if loser.before else "",
        expected=loser.before.seq if loser.before else None,
        found=stand[loser.after.id][0] if loser.after.id in stand else None,
    )


def _claim(connection: sa.Connection, changes: Sequence[Change]) -> None:
    for change in changes:
        rows = [{"scope": s, "key": key, "path_id": change.after.id} for s, key in change.claims]
        if not all(insert_new(connection, schema.claims, row) for row in rows):
            what = f"another path holds what {change.after.ref} would claim"
            raise ConflictError(change.after.subject, what)


def _place_taken(connection: sa.Connection, changes: Sequence[Change]) -> ConflictError | None:
    """Return whose place another path holds; where nothing else was written, it was one of them."""
    taking = [change.after for change in changes if change.slot == "take"]
    for path in taking:
        asked = {"lifecycle": path.lifecycle, "subject": path.subject}
        others = [holder for (holder,) in fetch(connection, _HOLDER, asked) if holder != path.id]
        if others or len(taking) == len(changes) == 1:
            what = f"has an open path of the lifecycle {path.lifecycle}"
            return ConflictError(path.subject, what)
    return None


def _slot_row(path: Path) -> Row:
    return path.lifecycle, path.subject, path.id
