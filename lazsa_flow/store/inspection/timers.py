"""Timers: what pends, and what every path's journal and timers say of its plan."""

from __future__ import annotations

from contextlib import ExitStack, closing
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import sqlalchemy as sa

from lazsa_flow.engine.needed_timers import History, JournalEntry, TimerEntry
from lazsa_flow.lifecycle.path_ref import write_ref
from lazsa_flow.store import path_numbers, schema

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

_WAITING = schema.timers.c.status.in_(("pending", "parked"))


class StoredInstant(NamedTuple):
    """An instant of timers that wait, as it is stored.

    Attributes:
        timers: How many wait for it.
    """

    due_at: str
    due_on: str
    zone: str
    country: str
    timers: int


class WaitingTimer(NamedTuple):
    """One timer that waits: whose it is, and its name."""

    path_id: int
    path: str
    name: str


def stored_instants(connection: sa.Connection) -> list[StoredInstant]:
    """Return the instants of the timers that wait, each once."""
    columns = _instant_columns()
    query = (
        sa.select(*columns, sa.func.count()).where(_WAITING).group_by(*columns).order_by(*columns)
    )
    return [StoredInstant._make(row) for row in connection.execute(query)]


def timers_at(connection: sa.Connection, stored: StoredInstant) -> list[WaitingTimer]:
    """Return the timers that wait for an instant as it is stored."""
    timers, paths = schema.timers, schema.paths
    query = (
        sa.select(paths.c.id, paths.c.lifecycle, timers.c.name)
        .join(paths, paths.c.id == timers.c.path_id)
        .where(_WAITING)
        .order_by(timers.c.path_id, timers.c.name)
    )
    for column, value in zip(_instant_columns(), stored, strict=False):
        query = query.where(column == value)
    return [
        WaitingTimer(path_id, write_ref(lifecycle, path_id), name)
        for path_id, lifecycle, name in connection.execute(query)
    ]


def _instant_columns() -> list[sa.ColumnElement[Any]]:
    timers = schema.timers
    text = [sa.type_coerce(column, sa.String()) for column in (timers.c.due_at, timers.c.due_on)]
    return [*text, timers.c.zone, timers.c.country]


def ended_at(connection: sa.Connection, path_id: int, name: str, due_at: Any) -> bool:
    """Return whether a path has a timer of this name and instant that is over."""
    timers = schema.timers
    query = sa.select(timers.c.status).where(
        timers.c.path_id == path_id, timers.c.name == name, timers.c.due_at == due_at, ~_WAITING
    )
    return connection.scalar(query) is not None


def read_histories(
    connection: sa.Connection, places: Collection[tuple[str, str]]
) -> Iterator[History]:
    """Yield what the journal and the timers say of every path in some states.

    Args:
        connection: Where to read.
        places: The states, each with its lifecycle.
    """
    paths, journal, timers = schema.paths, schema.journal, schema.timers
    here = sa.tuple_(paths.c.lifecycle, paths.c.state).in_(list(places))
    heads = sa.select(paths.c.id, paths.c.lifecycle, paths.c.state, paths.c.parked)
    rows = sa.select(
        journal.c.path_id,
        journal.c.seq,
        sa.type_coerce(journal.c.effective_at, sa.String()),
        journal.c.trigger,
        journal.c.source,
        journal.c.dest,
        journal.c.reason,
        journal.c.actor,
    ).join(paths, paths.c.id == journal.c.path_id)
    own = sa.select(
        timers.c.path_id,
        timers.c.name,
        timers.c.status,
        sa.type_coerce(timers.c.due_at, sa.String()),
    ).join(paths, paths.c.id == timers.c.path_id)
    ordered = (
        heads.where(here).order_by(paths.c.id),
        rows.where(here).order_by(journal.c.path_id, journal.c.seq),
        own.where(here).order_by(timers.c.path_id, timers.c.due_at),
    )
    with ExitStack() as results:
        found, written, planned = (
            results.enter_context(closing(connection.execute(query, execution_options=_PARTS)))
            for query in ordered
        )
        rows_of, timers_of = _by_path(written), _by_path(planned)
        for path_id, lifecycle, state, parked in found:
            yield History(
                path_id,
                lifecycle,
                state,
                bool(parked),
                tuple(JournalEntry(*row) for row in rows_of(path_id)),
                tuple(TimerEntry(*row) for row in timers_of(path_id)),
            )


_PARTS: Final = {"yield_per": 1000}
"""Rows are read in parts, so that memory does not grow with the population."""


def _by_path(rows: Iterable[Any]) -> Callable[[int], list[tuple[Any, ...]]]:
    """Return what gives the rows of one path after the other, by rising numbers."""
    groups = groupby(map(tuple, rows), itemgetter(0))
    held: list[tuple[int, list[tuple[Any, ...]]]] = []

    def rows_of(path_id: int) -> list[tuple[Any, ...]]:
        while not held or held[0][0] < path_id:
            key, group = next(groups, (None, iter(())))
            if key is None:
                return []
            held[:] = [(key, [row[1:] for row in group])]
        return held[0][1] if held[0][0] == path_id else []

    return rows_of


def sequences_behind(connection: sa.Connection) -> Iterator[tuple[str, int, int]]:
    """Yield each sequence of PostgreSQL whose next number is taken: its name, it, the largest."""
    if connection.dialect.name != "postgresql":
        return
    for table in schema.METADATA.sorted_tables:
        if table is schema.paths:
            name = str(schema.PATH_ID.name)
        elif "id" in table.primary_key.columns:
            name = f"{table.name}_id_seq"
        else:
            continue
        last, called = connection.execute(
            sa.text(f"SELECT last_value, is_called FROM {name}")
        ).one()
        if table is schema.paths:
            largest = path_numbers.find_largest(connection)
        else:
            largest = connection.scalar(sa.select(sa.func.max(table.c.id))) or 0
        next_ = last + 1 if called else last
        if next_ <= largest:
            yield name, next_, largest
