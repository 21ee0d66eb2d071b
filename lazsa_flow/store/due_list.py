"""Lists of pending timers: filtered, counted and paged along the index of what is pending."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from lazsa_flow.lifecycle.path_ref import write_ref
from lazsa_flow.store import decode, schema
from lazsa_flow.store.column_types import Day, Instant
from lazsa_flow.store.fast.driver import rows_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from lazsa_flow.lifecycle.model import TimerRow


@dataclass(frozen=True, slots=True)
class DueFilter:
    """Which pending timers are listed.

    Attributes:
        until: Due at or before this instant.
        until_on: Due on this local date or an earlier one.
        on: Due on this local date.
        country: In this country.
        timer: With this name.
        path_ids: Of these paths.
    """

    until: datetime
    until_on: date | None = None
    on: date | None = None
    country: str | None = None
    timer: str | None = None
    path_ids: Sequence[int] | None = None


class DuePlace(NamedTuple):
    """The place of a timer in the list, which is sorted by these, rising."""

    due_at: datetime
    country: str
    path_id: int
    name: str


class DueGroup(NamedTuple):
    """How many timers of a name are pending in a country on a local date."""

    due_on: date
    country: str
    timer: str
    times: int


class DueList:
    """Pending timers over a database as it stands in one transaction.

    Args:
        connection: A connection on which the transaction has begun.
    """

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def find_timers(
        self, wanted: DueFilter, *, after: DuePlace | None, limit: int
    ) -> list[tuple[TimerRow, str, str]]:
        """Return the timers of a filter, earliest first, each with its path and subject.

        Args:
            wanted: The filter.
            after: Only those after this place.
            limit: At most so many.
        """
        table, paths = schema.timers, schema.paths
        order = (table.c.due_at, table.c.country, table.c.path_id, table.c.name)
        query = (
            sa.select(table, paths.c.lifecycle, paths.c.subject)
            .join(paths, paths.c.id == table.c.path_id)
            .where(*_list_conditions(wanted))
            .order_by(*order)
            .limit(limit)
        )
        if after is not None:
            due_at = sa.literal(after.due_at, Instant())
            place = sa.tuple_(due_at, *map(sa.literal, after[1:]))
            query = query.where(table.c.due_at >= due_at, sa.tuple_(*order) > place)
        found = []
        for *row, lifecycle, subject in rows_of(self._connection, query):
            timer = decode.timer(tuple(row))
            found.append((timer, write_ref(lifecycle, timer.path_id), subject))
        return found

    def count_timers(self, wanted: DueFilter, limit: int) -> int:
        """Count the timers of a filter, no further than a limit."""
        first = sa.select(sa.literal(1)).where(*_list_conditions(wanted)).limit(limit)
        counted = sa.select(sa.func.count()).select_from(first.subquery())
        return self._connection.scalar(counted) or 0

    def count_by_country(self, wanted: DueFilter, limit: int) -> dict[str, int]:
        """Count the first timers of a filter by country, no further than a limit."""
        table = schema.timers
        first = sa.select(table.c.country).where(*_list_conditions(wanted)).order_by(table.c.due_at)
        rows = first.limit(limit).subquery()
        query = sa.select(rows.c.country, sa.func.count()).group_by(rows.c.country)
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def group_timers(self, wanted: DueFilter, limit: int) -> list[DueGroup]:
        """Count the first timers of a filter by date, country and name, no further than a limit."""
        table = schema.timers
        first = (
            sa.select(table.c.due_on, table.c.country, table.c.name)
            .where(*_list_conditions(wanted))
            .order_by(table.c.due_at)
            .limit(limit)
            .subquery()
        )
        by = (first.c.due_on, first.c.country, first.c.name)
        query = sa.select(*by, sa.func.count()).group_by(*by).order_by(*by)
        return [DueGroup._make(row) for row in self._connection.execute(query)]


def _list_conditions(wanted: DueFilter) -> list[sa.ColumnElement[bool]]:
    table = schema.timers
    found: list[Any] = [schema.PENDING, table.c.due_at <= sa.literal(wanted.until, Instant())]
    if wanted.until_on is not None:
        found.append(table.c.due_on <= sa.literal(wanted.until_on, Day()))
    if wanted.on is not None:
        found.append(table.c.due_on == sa.literal(wanted.on, Day()))
    if wanted.country is not None:
        # in a form that no index of countries is taken for: those have timers that have ended
        found.append(table.c.country.concat("") == wanted.country)
    if wanted.timer is not None:
        found.append(table.c.name == wanted.timer)
    if wanted.path_ids is not None:
        found.append(table.c.path_id.in_(list(wanted.path_ids)))
    return found
