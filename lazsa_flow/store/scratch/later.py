"""Timers that are not due yet, in groups that other rules would likely move the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa

from lazsa_flow.store import schema

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime


class LaterTimers(NamedTuple):
    """The pending timers of one name, country and local date, on paths in one state.

    Attributes:
        first: The number of the first of their paths.
        last: The number of the last.
    """

    country: str
    state: str
    name: str
    due_on: date
    first: int
    last: int


def read_later_timers(
    connection: sa.Connection, lifecycle: str, until: datetime, countries: Collection[str]
) -> list[LaterTimers]:
    """Return the timers of a lifecycle that fall due after an instant, in groups."""
    timers, paths = schema.timers, schema.paths
    key = (timers.c.country, paths.c.state, timers.c.name, timers.c.due_on)
    query = (
        sa.select(*key, sa.func.min(paths.c.id), sa.func.max(paths.c.id))
        .join(paths)
        .where(schema.PENDING, timers.c.due_at > until, paths.c.lifecycle == lifecycle)
        .group_by(*key)
    )
    if countries:
        query = query.where(timers.c.country.in_(countries))
    return [LaterTimers._make(row) for row in connection.execute(query)]


def read_paths_of_timers(
    connection: sa.Connection, lifecycle: str, group: LaterTimers
) -> list[int]:
    """Return the numbers of the paths that the timers of a group are on."""
    timers, paths = schema.timers, schema.paths
    query = (
        sa.select(paths.c.id)
        .join(timers)
        .where(schema.PENDING, timers.c.name == group.name, timers.c.due_on == group.due_on)
        .where(timers.c.country == group.country, paths.c.state == group.state)
        .where(paths.c.lifecycle == lifecycle)
    )
    return list(connection.scalars(query))
