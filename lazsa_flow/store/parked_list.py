"""Lists of parked paths, and paths by the beginning of their subject's id: paged by number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from lazsa_flow.lifecycle.model import Failure
from lazsa_flow.lifecycle.path_ref import write_ref
from lazsa_flow.store import schema

if TYPE_CHECKING:
    from collections.abc import Sequence


class ParkedPath(NamedTuple):
    """A path that is set aside, and how it failed."""

    path_id: int
    ref: str
    subject: str
    country: str
    state: str
    failure: Failure


def find_parked(
    connection: sa.Connection,
    *,
    country: str | None,
    path_ids: Sequence[int] | None,
    after: int,
    limit: int,
) -> list[ParkedPath]:
    """Return parked paths in the order of their numbers.

    Args:
        connection: Where.
        country: In this country.
        path_ids: Only these paths.
        after: Only those after this number.
        limit: At most so many.
    """
    failures, paths = schema.failures, schema.paths
    query = (
        sa.select(failures, paths.c.lifecycle, paths.c.subject, paths.c.country, paths.c.state)
        .join(paths, paths.c.id == failures.c.path_id)
        .where(failures.c.retry_at.is_(None), failures.c.path_id > after)
        .order_by(failures.c.path_id)
        .limit(limit)
    )
    query = query.where(*_narrow(failures, paths, country, path_ids))
    found = []
    for row in connection.execute(query).mappings():
        failure = Failure(**{each.name: row[each.name] for each in failures.columns})
        ref = write_ref(row["lifecycle"], failure.path_id)
        place = (row["subject"], row["country"], row["state"])
        found.append(ParkedPath(failure.path_id, ref, *place, failure))
    return found


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
    first = first.where(*_narrow(failures, paths, country, path_ids)).limit(limit)
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


def _narrow(
    failures: Any, paths: Any, country: str | None, path_ids: Sequence[int] | None
) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if country is not None:
        # in a form that no index of countries is taken for: what is parked is little
        found.append(paths.c.country.concat("") == country)
    if path_ids is not None:
        found.append(failures.c.path_id.in_(list(path_ids)))
    return found
