"""Counted timers: how many that decide pend, by lifecycle, country, state, date and name.

Whatever sets, ends or parks such a timer, or moves its path into another state, adds rows in the
same transaction: one for each place whose sum changes, however many paths do. So nobody waits for
a counter that others write to, and the picture of a lifecycle reads sums instead of timers.

A sweep replaces many rows by their sums (:func:`fold_counts`), so that what is read stays as small
as the number of places. ``doctor`` compares the sums with the timers, and ``timers replan`` puts
them right.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import sqlalchemy as sa

from lazsa_flow.lifecycle.calendar import instant_text
from lazsa_flow.store import schema
from lazsa_flow.store.fast.driver import fetch, ids_table, ids_value, rows_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from lazsa_flow.engine.values import BatchChange, Change
    from lazsa_flow.lifecycle.model import TimerRow
    from lazsa_flow.store.encode import Row
    from lazsa_flow.store.fast.writer import RowWriter

MOST_ROWS: Final = 5000
"""A sweep that finds this many numbers between the first row and the last replaces the rows."""
_TABLE: Final = schema.timer_counts
_KEPT: Final = ("lifecycle", "country", "state", "due_on", "name")
_LAST, _FIRST = (
    sa.select(number(_TABLE.c.id)).scalar_subquery() for number in (sa.func.max, sa.func.min)
)  # each by one look-up: SQLite would read the whole table for both at once
SPAN: Final = sa.select(_LAST - _FIRST)
"""Selects how far the last row's number is from the first one's; nothing where there is none."""

_Key = tuple[int, str, str]
"""A timer: the number of its path, its name, and its instant as text."""


class Place(NamedTuple):
    """What is counted together, texts as they are stored; the state is that of the path."""

    lifecycle: str
    country: str
    state: str
    due_on: str
    name: str


class TimerCountDifference(NamedTuple):
    """Timers that are not counted as they pend."""

    place: Place
    counted: int
    recorded: int

    def __str__(self) -> str:
        lifecycle, country, state, due_on, name = self.place
        return (
            f"{lifecycle} {country}: {name} on {due_on} of paths in {state}: {self.counted} "
            f"counted, {self.recorded} pend"
        )


def count_timers(
    connection: sa.Connection,
    to: RowWriter,
    changes: Sequence[Change],
    batch_changes: Sequence[BatchChange],
) -> list[Row]:
    """Return the rows that count what changes do to the timers that decide, by place.

    Args:
        connection: In the transaction; it is asked where a timer is set to an instant that has
            passed, or on a path that is parked: such a timer may be there already, and over.
        to: What writes on it; what it holds is sent before the connection is asked.
        changes: With those that are linked to them.
        batch_changes: The same of identical paths.
    """
    every = [(change, [change.after.id]) for change in changes]
    every += [(change, [own.path_id for own in each]) for change, each in batch_changes]
    doubtful = [id_ for change, ids in every if _may_be_over(change) for id_ in ids]
    over: frozenset[_Key] = frozenset()
    if doubtful:
        to.flush()
        over = _find_over(connection, doubtful)
    counted: Counter[Place] = Counter()
    for change, path_ids in every:
        _add_change(counted, change, path_ids, over)
    return [(*place, timers) for place, timers in sorted(counted.items()) if timers]


def _may_be_over(change: Change) -> bool:
    """Return whether a timer that is set may be there already, and no longer wait."""
    at = change.recorded_at
    return any(
        timer.decides and (timer.due_at <= at or change.after.parked) for timer in change.scheduled
    )


def _find_over(connection: sa.Connection, path_ids: Collection[int]) -> frozenset[_Key]:
    dialect = connection.dialect.name
    found = fetch(connection, _select_over(dialect), {"ids": ids_value(dialect, list(path_ids))})
    return frozenset((id_, name, at) for id_, name, at in found)


def _add_change(
    counted: Counter[Place], change: Change, path_ids: Sequence[int], over: frozenset[_Key]
) -> None:
    """Count what a change does to the timers of the paths that it is made for."""
    before, after, fired, times = change.before, change.after, change.fired, len(path_ids)
    if before is not None:
        for timer in change.cancelled if fired is None else (fired, *change.cancelled):
            if timer.decides:
                counted[_place_of(after.lifecycle, before.state, timer)] -= times
        for timer in change.kept:
            counted[_place_of(after.lifecycle, before.state, timer)] -= times
            counted[_place_of(after.lifecycle, after.state, timer)] += times
    for timer in change.scheduled:
        if not timer.decides or (
            fired and (timer.name, timer.due_at) == (fired.name, fired.due_at)
        ):
            continue  # a timer that fires is not set again to its own instant
        set_ = times
        if over:
            at = instant_text(timer.due_at)
            set_ -= sum((path_id, timer.name, at) in over for path_id in path_ids)
        counted[_place_of(after.lifecycle, after.state, timer)] += set_


def _place_of(lifecycle: str, state: str, timer: TimerRow) -> Place:
    return Place(lifecycle, timer.country, state, timer.due_on.isoformat(), timer.name)


def count_pending(
    connection: sa.Connection, path_id: int, name: str | None = None, *, ended: bool = False
) -> None:
    """Count the timers of a path that pend now and decide.

    Args:
        connection: In the transaction.
        path_id: The path's number.
        name: Only those of this name.
        ended: Whether they are about to end: then they no longer count.
    """
    recorded = _select_recorded(-1 if ended else 1).where(schema.timers.c.path_id == path_id)
    if name is not None:
        recorded = recorded.where(schema.timers.c.name == name)
    connection.execute(sa.insert(_TABLE).from_select([*_KEPT, "timers"], recorded))


def fold_counts(connection: sa.Connection) -> None:
    """Replace the rows by their sums.

    On PostgreSQL only rows that no other transaction has in hand; those stay for the next time.
    """
    kept = ", ".join(_KEPT)
    sums = (
        f"INSERT INTO {_TABLE.name} ({kept}, timers) SELECT {kept}, sum(timers) FROM {{rows}}"
        f" GROUP BY {kept} HAVING sum(timers) <> 0"
    )
    if connection.dialect.name == "postgresql":
        free = f"SELECT id FROM {_TABLE.name} FOR UPDATE SKIP LOCKED"
        connection.exec_driver_sql(
            f"WITH folded AS (DELETE FROM {_TABLE.name} WHERE id IN ({free}) RETURNING *) "
            + sums.format(rows="folded")
        )
        return
    last = connection.scalar(sa.select(_LAST))
    connection.exec_driver_sql(sums.format(rows=_TABLE.name))
    connection.execute(sa.delete(_TABLE).where(_TABLE.c.id <= last))


def find_count_differences(connection: sa.Connection) -> Iterator[TimerCountDifference]:
    """Yield the places whose timers are counted otherwise than they pend."""
    for *place, counted, recorded in rows_of(connection, _select_differences()):
        yield TimerCountDifference(Place(*place), counted, recorded)


def recount_timers(connection: sa.Connection) -> None:
    """Add what is missing in the counts, and take off what is too much."""
    found = _select_differences().subquery()
    missing = sa.select(*(found.c[name] for name in _KEPT), found.c.recorded - found.c.counted)
    connection.execute(sa.insert(_TABLE).from_select([*_KEPT, "timers"], missing))


def _select_recorded(times: int) -> sa.Select[Any]:
    """Select the places of the timers that pend and decide, with how often each counts."""
    timers, paths = schema.timers, schema.paths
    kept = paths.c.lifecycle, timers.c.country, paths.c.state, timers.c.due_on, timers.c.name
    texts: list[sa.ColumnElement[Any]] = [
        sa.type_coerce(column, sa.Text()).label(column.name) for column in kept
    ]
    number: sa.ColumnElement[int] = sa.literal_column(str(times), sa.Integer())
    joined = timers.join(paths, paths.c.id == timers.c.path_id)
    return (
        sa.select(*texts, number.label("timers"))
        .select_from(joined)
        .where(schema.PENDING, timers.c.decides)
    )


def _select_differences() -> sa.Select[Any]:
    one_each = _select_recorded(1).subquery()
    columns: list[sa.ColumnElement[Any]] = [one_each.c[name] for name in _KEPT]
    recorded: sa.Select[Any] = sa.select(*columns, sa.func.count().label("recorded"))
    recorded = recorded.add_columns(sa.literal_column("0", sa.Integer()).label("counted"))
    recorded = recorded.group_by(*columns)
    counted = sa.select(
        *(sa.type_coerce(_TABLE.c[name], sa.Text()).label(name) for name in _KEPT),
        sa.literal_column("0", sa.Integer()).label("recorded"),
        _TABLE.c.timers.label("counted"),
    )
    both = sa.union_all(recorded, counted).subquery()
    place: list[sa.ColumnElement[Any]] = [both.c[name] for name in _KEPT]
    sums: list[sa.ColumnElement[Any]] = [
        sa.func.sum(both.c[name]).label(name) for name in ("counted", "recorded")
    ]
    differ = sa.func.sum(both.c.counted) != sa.func.sum(both.c.recorded)
    return sa.select(*place, *sums).group_by(*place).having(differ).order_by(*place)


@lru_cache
def _select_over(dialect: str) -> sa.Select[Any]:
    chunk, timers = ids_table(dialect), schema.timers
    joined = chunk.join(timers, timers.c.path_id == chunk.c.id)
    waits = "'pending'", "'cancelled'"
    over = sa.and_(*(timers.c.status != sa.literal_column(each) for each in waits))
    return (
        sa.select(timers.c.path_id, timers.c.name, sa.type_coerce(timers.c.due_at, sa.Text()))
        .select_from(joined)
        .where(over, timers.c.decides)
    )
