"""Lists of parked paths, the oldest failure first, and paths by the beginning of a subject's id.

What is parked is little: it is sorted whole, whatever the page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from lazsa_flow.lifecycle.model import Failure
from lazsa_flow.lifecycle.path_ref import write_ref
from lazsa_flow.store import schema

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


class ParkedPlace(NamedTuple):
    """The place of a parked path in the list: its failure's instant, and its number."""

    failed_at: datetime
    path_id: int


class ParkedPath(NamedTuple):
    """A path that is set aside, and how it failed."""

    path_id: int
    ref: str
    subject: str
    country: str
    state: str
    failure: Failure

    @property
    def place(self) -> ParkedPlace:
        """Its place in the list."""
        return ParkedPlace(self.failure.failed_at, self.path_id)


def find_parked(
    connection: sa.Connection,
    *,
    country: str | None = None,
    path_ids: Sequence[int] | None = None,
    after: ParkedPlace | None = None,
    limit: int | None = None,
) -> list[ParkedPath]:
    """Return parked paths, the oldest failure first.

    Args:
        connection: Where.
        country: In this country.
        path_ids: Only these paths.
        after: Only those after this place.
        limit: At most so many.
    """
    failures, paths = schema.failures, schema.paths
    query = (
        sa.select(failures, paths.c.lifecycle, paths.c.subject, paths.c.country, paths.c.state)
        .join(paths, paths.c.id == failures.c.path_id)
        .where(failures.c.retry_at.is_(None))
        .order_by(*_place_of(failures))
        .limit(limit)
    )
    if after is not None:
        start = sa.literal(after.failed_at, failures.c.failed_at.type), sa.literal(after.path_id)
        query = query.where(sa.tuple_(*_place_of(failures)) > sa.tuple_(*start))
    query = query.where(*_list_conditions(failures, paths, country, path_ids))
    found = []
    for row in connection.execute(query).mappings():
        failure = Failure(**{each.name: row[each.name] for each in failures.columns})
        ref = write_ref(row["lifecycle"], failure.path_id)
        place = (row["subject"], row["country"], row["state"])
        found.append(ParkedPath(failure.path_id, ref, *place, failure))
    return found


def _place_of(failures: Any) -> tuple[Any, ...]:
    return failures.c.failed_at, failures.c.path_id


def count_parked(
    connection: sa.Connection,
    *,
    country: str | None,
    path_ids: Sequence[int] | None,
    limit: int,
) -> int:
    """Count parked paths, no further than a limit."""
    failures, paths = schema.failures, schema.paths
    first = sa.select(sa.literal(1)).select_from(failures).where(failures.c.retry_at.is_(None))
    if country is not None:
        first = first.join(paths, paths.c.id == failures.c.path_id)
    first = first.where(*_list_conditions(failures, paths, country, path_ids)).limit(limit)
    return connection.scalar(sa.select(sa.func.count()).select_from(first.subquery())) or 0


def find_ids_by_subject(connection: sa.Connection, beginning: str, limit: int) -> list[int]:
    """Return the numbers of the paths of subjects whose id begins with a text.

    The index of subjects is walked from there on, no further than a limit.
    """
    table = schema.paths
    query = (
        sa.select(table.c.id, table.c.subject)
        .where(table.c.subject >= beginning)
        .order_by(table.c.subject)
        .limit(limit)
    )
    return [row.id for row in connection.execute(query) if row.subject.startswith(beginning)]


def _list_conditions(
    failures: Any, paths: Any, country: str | None, path_ids: Sequence[int] | None
) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if country is not None:
        # in a form that no index of countries is taken for: what is parked is little
        found.append(paths.c.country.concat("") == country)
    if path_ids is not None:
        found.append(failures.c.path_id.in_(list(path_ids)))
    return found
