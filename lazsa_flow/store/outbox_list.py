"""Lists of notices that wait: filtered, counted and paged along the index of what may go next.

Those that were set aside come first; within each half, what may be tried earliest comes first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import sqlalchemy as sa

from lazsa_flow.store import schema
from lazsa_flow.store.column_types import Instant
from lazsa_flow.store.outbox_rows import read_waiting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from lazsa_flow.engine.outbox_values import Waiting

_OUTBOX: Final = schema.outbox
_PATHS: Final = schema.paths


@dataclass(frozen=True, slots=True)
class OutboxFilter:
    """Which notices are listed.

    Attributes:
        parked: Set aside, or not; both by default.
        ready_at: Which may be tried at this instant.
        held_at: Which may not be tried yet at this instant.
        written_by: Written at or before this instant.
        country: About a path in this country.
        kind: Of this kind.
        attempts: Of which at least so many attempts have failed.
        path_ids: About these paths.
    """

    parked: bool | None = None
    ready_at: datetime | None = None
    held_at: datetime | None = None
    written_by: datetime | None = None
    country: str | None = None
    kind: str | None = None
    attempts: int = 0
    path_ids: Sequence[int] | None = None


class OutboxPlace(NamedTuple):
    """The place of a notice in the list, within its half."""

    parked: bool
    next_at: datetime
    key: str


class OutboxGroup(NamedTuple):
    """How many notices of a kind wait in a country."""

    kind: str
    country: str
    parked: bool
    notices: int


class OutboxList:
    """What waits in a database as it stands in one transaction.

    Args:
        connection: A connection on which the transaction has begun.
    """

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def find_notices(
        self, wanted: OutboxFilter, *, after: OutboxPlace | None, limit: int
    ) -> list[Waiting]:
        """Return the notices of a filter.

        Args:
            wanted: The filter.
            after: Only those after this place.
            limit: At most so many.
        """
        found: list[Waiting] = []
        for parked in _choose_halves(wanted):
            if after is not None and parked and not after.parked:
                continue
            query = (
                sa.select(_OUTBOX, _PATHS.c.lifecycle, _PATHS.c.country)
                .join(_PATHS, _PATHS.c.id == _OUTBOX.c.path_id)
                .where(*_list_conditions(wanted, parked=parked))
                .order_by(_OUTBOX.c.next_at, _OUTBOX.c.key)
                .limit(limit - len(found))
            )
            if after is not None and parked == after.parked:
                place = sa.tuple_(sa.literal(after.next_at, Instant()), sa.literal(after.key))
                query = query.where(sa.tuple_(_OUTBOX.c.next_at, _OUTBOX.c.key) > place)
            found += [read_waiting(row) for row in self._connection.execute(query)]
            if len(found) >= limit:
                break
        return found

    def count_notices(self, wanted: OutboxFilter, limit: int) -> int:
        """Count the notices of a filter, no further than a limit."""
        counted = 0
        for parked in _choose_halves(wanted):
            first = _select_outbox(wanted, sa.literal(1).label("one"), parked=parked).limit(
                limit - counted
            )
            query = sa.select(sa.func.count()).select_from(first.subquery())
            counted += self._connection.scalar(query) or 0
            if counted >= limit:
                break
        return counted

    def group_notices(self, wanted: OutboxFilter, limit: int) -> list[OutboxGroup]:
        """Count the first notices of a filter by kind and country, no further than a limit."""
        found: list[OutboxGroup] = []
        for parked in _choose_halves(wanted):
            columns = (_OUTBOX.c.kind, _PATHS.c.country)
            first = (
                _select_outbox(wanted, *columns, parked=parked, joined=True).limit(limit).subquery()
            )
            by = (first.c.kind, first.c.country)
            query = sa.select(*by, sa.func.count()).group_by(*by).order_by(*by)
            found += [
                OutboxGroup(row[0], row[1], parked, row[2])
                for row in self._connection.execute(query)
            ]
        return found


def _choose_halves(wanted: OutboxFilter) -> tuple[bool, ...]:
    """Return the halves of the list that a filter names, in their order."""
    return (True, False) if wanted.parked is None else (wanted.parked,)


def _select_outbox(
    wanted: OutboxFilter, *columns: Any, parked: bool, joined: bool = False
) -> sa.Select[Any]:
    query = sa.select(*columns).select_from(_OUTBOX)
    if joined or wanted.country is not None:
        query = query.join(_PATHS, _PATHS.c.id == _OUTBOX.c.path_id)
    return query.where(*_list_conditions(wanted, parked=parked))


def _list_conditions(wanted: OutboxFilter, *, parked: bool) -> list[sa.ColumnElement[bool]]:
    table = _OUTBOX
    found: list[sa.ColumnElement[bool]] = [table.c.parked if parked else ~table.c.parked]
    if wanted.ready_at is not None:
        found.append(table.c.next_at <= sa.literal(wanted.ready_at, Instant()))
    if wanted.held_at is not None:
        found.append(table.c.next_at > sa.literal(wanted.held_at, Instant()))
    if wanted.written_by is not None:
        found.append(table.c.created_at <= sa.literal(wanted.written_by, Instant()))
    if wanted.country is not None:
        found.append(_PATHS.c.country == wanted.country)
    if wanted.kind is not None:
        found.append(table.c.kind == wanted.kind)
    if wanted.attempts:
        found.append(table.c.attempts >= wanted.attempts)
    if wanted.path_ids is not None:
        found.append(table.c.path_id.in_(list(wanted.path_ids)))
    return found
