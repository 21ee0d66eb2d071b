"""Counted flows: how many rows of one kind each command and each chunk adds to the journal.

The rows are written together with the journal's, in one transaction, by the one function that
appends to it (:func:`lazsa_flow.store.apply_changes.write_chunk`). They are sums to be added up, so
that nobody waits for a counter that others write to, and figures over all moves are read from them
instead of the journal. A verification counts the journal, and compares.

Country and books follow what is recorded: a move counts for the country that its path is in now,
the outcome of a timer in the books of the timer's country and cycle date.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

import sqlalchemy as sa

from lazsa_flow.engine.journal_text import MoveKind
from lazsa_flow.lifecycle.calendar import instant_text
from lazsa_flow.store import schema
from lazsa_flow.store.fast.driver import fetch, ids_table, ids_value, rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lazsa_flow.engine.values import BatchChange, Change
    from lazsa_flow.lifecycle.model import Path, TimerRow
    from lazsa_flow.store.encode import Row
    from lazsa_flow.store.fast.writer import RowWriter

OUTCOMES: Final = ("fired", "refused")
"""The statuses of timers that decide and whose outcome stands in the journal."""


class Flow(NamedTuple):
    """One kind of move: what a row of ``lazsa_flows`` counts, texts as they are stored."""

    lifecycle: str
    country: str
    cycle_on: str | None
    timer: str | None
    effective_at: str
    trigger: str | None
    source: str | None
    dest: str
    reason: str | None


_HISTORY: Final = ("effective_at", "trigger", "source", "dest", "reason")
"""The fields of a flow that a journal row has."""


def count_flows(
    connection: sa.Connection,
    to: RowWriter,
    changes: Sequence[Change],
    batch_changes: Sequence[BatchChange],
) -> list[Row]:
    """Return the rows that count what changes add to the journal.

    Args:
        connection: In the transaction; it is asked where a path changes its country.
        to: What writes on it; what it holds is sent before the connection is asked.
        changes: With those that are linked to them.
        batch_changes: The same of identical paths.
    """
    counted: Counter[Flow] = Counter()
    for change in changes:
        _add(counted, change, 1)
    for change, each in batch_changes:
        _add(counted, change, len(each))
    for before, after, path_ids in _removals(changes, batch_changes):
        to.flush()
        _carry(counted, _history_of(connection, before, path_ids), after.country)
    if not counted:
        return []
    recorded = max(
        each.recorded_at for each in (*changes, *(change for change, _ in batch_changes))
    )
    at = instant_text(recorded)
    return [(*flow, moves, at) for flow, moves in counted.items() if moves]


def _add(counted: Counter[Flow], change: Change, times: int) -> None:
    """Count a change as often as it is made."""
    row, path = change.row, change.after
    if row is None:
        return
    timer = _outcome_of(change)
    flow = Flow(
        path.lifecycle,
        path.country if timer is None else timer.country,
        None if timer is None else timer.book_on.isoformat(),
        None if timer is None else timer.name,
        instant_text(row.effective_at),
        row.trigger,
        row.source,
        row.dest,
        row.reason,
    )
    counted[flow] += times
    if flow.country != path.country:
        _carry(counted, Counter({flow: times}), path.country)


def _outcome_of(change: Change) -> TimerRow | None:
    """Return the timer whose outcome a change is, if it is one's."""
    timer, row = change.fired, change.row
    if timer is None or row is None or not timer.decides or timer.status not in OUTCOMES:
        return None
    return timer if (timer.seq, timer.due_at) == (row.seq, row.effective_at) else None


def _carry(counted: Counter[Flow], moves: Counter[Flow], country: str) -> None:
    """Count moves for another country, outside the books, and no longer for their own."""
    for flow, times in moves.items():
        outside = flow._replace(cycle_on=None, timer=None)
        counted[outside] -= times
        counted[outside._replace(country=country)] += times


def _removals(
    changes: Sequence[Change], batch_changes: Sequence[BatchChange]
) -> Iterator[tuple[Path, Path, list[int]]]:
    """Yield each change of country: before, after, and the numbers of the paths."""
    for change in changes:
        if change.before is not None and change.before.country != change.after.country:
            yield change.before, change.after, [change.after.id]
    for change, each in batch_changes:
        if change.before is not None and change.before.country != change.after.country:
            yield change.before, change.after, [own.path_id for own in each]


def _history_of(connection: sa.Connection, path: Path, path_ids: list[int]) -> Counter[Flow]:
    """Count the moves that the journal has of paths of one lifecycle and country."""
    dialect = connection.dialect.name
    found = fetch(connection, _select_history(dialect), {"ids": ids_value(dialect, path_ids)})
    return Counter(
        {Flow(path.lifecycle, path.country, None, None, *fields): times for *fields, times in found}
    )


class FlowSum(NamedTuple):
    """How many moves of one kind and day are counted; the day is that of the instant in UTC."""

    lifecycle: str
    country: str
    cycle_on: str | None
    timer: str | None
    kind: MoveKind
    moves: int


def sum_flows(connection: sa.Connection) -> Iterator[FlowSum]:
    """Yield the counted flows of each kind and day, added up."""
    table = schema.flows
    day = sa.func.substr(sa.type_coerce(table.c.effective_at, sa.Text()), 1, 10)
    books = [table.c[name] for name in ("lifecycle", "country", "cycle_on", "timer")]
    kind = [day, *(table.c[name] for name in MoveKind._fields[1:])]
    query = sa.select(*books, *kind, sa.func.sum(table.c.moves)).group_by(*books, *kind)
    for lifecycle, country, cycle_on, timer, *moved, moves in rows_of(connection, query):
        yield FlowSum(lifecycle, country, cycle_on, timer, MoveKind(*moved), moves)


@lru_cache
def _select_history(dialect: str) -> sa.Select[tuple[object, ...]]:
    chunk, journal = ids_table(dialect), schema.journal
    fields = [journal.c[name] for name in _HISTORY]
    joined = chunk.join(journal, journal.c.path_id == chunk.c.id)
    return sa.select(*fields, sa.func.count()).select_from(joined).group_by(*fields)
