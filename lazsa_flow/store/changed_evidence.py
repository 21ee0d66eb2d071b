"""Paths about which something was recorded since an instant that their decisions may read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from lazsa_flow.lifecycle.model import SYSTEM
from lazsa_flow.store import schema
from lazsa_flow.store.column_types import Instant

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from lazsa_flow.lifecycle.evidence import Source


def find_changed(
    connection: sa.Connection,
    path_ids: Collection[int],
    since: datetime,
    *,
    sources: Sequence[Source],
    names_of_all: Callable[[Collection[str]], Mapping[str, Sequence[str]]],
) -> set[int]:
    """Return those of these paths about which anybody has recorded something since an instant.

    What the clock itself has moved and recorded was foreseen.

    Args:
        connection: In a transaction.
        path_ids: The paths.
        since: The instant.
        sources: The evidence sources that decisions read.
        names_of_all: Returns every id of those subjects that have several.
    """
    paths = schema.paths
    query = sa.select(paths.c.id, paths.c.subject).where(paths.c.id.in_(list(path_ids)))
    subjects = {row.id: row.subject for row in connection.execute(query)}
    aliases = names_of_all(set(subjects.values()))
    persons = {
        name: subject
        for subject in subjects.values()
        for name in (subject, *aliases.get(subject, ()))
    }
    kin = sa.select(paths.c.id, paths.c.subject).where(paths.c.subject.in_(list(persons)))
    siblings = {row.id: persons[row.subject] for row in connection.execute(kin)}
    changed: set[str] = set()
    for by_path, query in _queries(list(siblings), list(persons), since, sources):
        owners = siblings if by_path else persons
        changed.update(owners[owner] for owner in connection.scalars(query))
    return {path_id for path_id, subject in subjects.items() if subject in changed}


def _queries(
    path_ids: Sequence[int], names: Sequence[str], since: datetime, sources: Sequence[Source]
) -> Iterator[tuple[bool, sa.Select[Any]]]:
    """Yield what selects the owners of rows since an instant, and whether those are paths."""
    at = sa.literal(since, Instant())
    by_clock = f"{SYSTEM}:%"
    journal, records = schema.journal, schema.records
    yield (
        True,
        sa.select(journal.c.path_id).where(
            journal.c.path_id.in_(path_ids),
            journal.c.recorded_at > at,
            journal.c.actor.not_like(by_clock),
        ),
    )
    yield (
        False,
        sa.select(records.c.subject).where(
            records.c.subject.in_(names),
            records.c.recorded_at > at,
            records.c.actor.not_like(by_clock),
        ),
    )
    for source in sources:
        rows = source.rows
        owner: sa.ColumnClause[Any] = sa.column(rows.owner)
        recorded_at = sa.column("recorded_at", Instant())
        owners: Sequence[Any] = path_ids if rows.by == "path" else names
        table = sa.table(rows.table, owner, recorded_at)
        query = sa.select(table.c[rows.owner]).where(owner.in_(owners), recorded_at > at)
        yield rows.by == "path", query
