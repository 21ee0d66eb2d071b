"""Taken keys: which of the keys that a path wants are held by another path."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from lazsa_flow.store import schema

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


def find_taken(
    connection: sa.Connection, wanted: Mapping[int, Collection[str]]
) -> dict[int, frozenset[str]]:
    """Find the keys that a path wants and another path holds.

    Args:
        connection: In a transaction.
        wanted: The keys by the path's number.

    Returns:
        The taken keys of each of these paths, by its number.
    """
    keys = {key for claimed in wanted.values() for key in claimed}
    if not keys:
        return dict.fromkeys(wanted, frozenset[str]())
    table = schema.claims
    query = sa.select(table.c.key, table.c.path_id).where(
        table.c.scope.in_(sa.select(_walk_scopes().c.scope)), table.c.key.in_(keys)
    )
    holders: dict[str, int] = {row.key: row.path_id for row in connection.execute(query)}
    return {
        path_id: frozenset(key for key in claimed if holders.get(key, path_id) != path_id)
        for path_id, claimed in wanted.items()
    }


def _walk_scopes() -> sa.CTE:
    """Select every scope, each by one look-up: the index has it before the key."""
    known = _select_next(sa.literal("", sa.Text())).cte("walk_scopes", recursive=True)
    following = sa.select(_select_next(known.c.scope).correlate(known).scalar_subquery())
    return known.union_all(following.where(known.c.scope.is_not(None)))


def _select_next(scope: sa.ColumnElement[str]) -> sa.Select[tuple[str]]:
    table = schema.claims
    return sa.select(sa.func.min(table.c.scope).label("scope")).where(table.c.scope > scope)
