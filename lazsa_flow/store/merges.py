"""Merges of subjects' ids: who was merged into whom, and the ids that are aliases by it.

Paths stand under the id that holds: a merge renames those there are, and every later one opens
under it. What is append-only (facts, records) stands under the id that it was recorded of; look-ups
go by every id of the subject.

Source:
    programme.md, "Who and where".
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import sqlalchemy as sa

from lazsa_flow.store import schema
from lazsa_flow.store.fast.driver import fetch, ids_table, ids_value

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date, datetime

_ALIASES: Final = schema.subject_aliases
_EVERY_ALIAS: Final = sa.select(_ALIASES.c.alias, _ALIASES.c.subject)
_MERGES: Final = schema.subject_merges


class Merge(NamedTuple):
    """A merge that is in force.

    Attributes:
        number: Its number; a later merge has a larger one.
        old: The id that became an alias.
        new: The id that it was merged into.
        old_paths: The versions of the paths that were renamed, by their numbers.
        new_paths: Those of the paths that stood under ``new``.
    """

    number: int
    old: str
    new: str
    old_paths: Mapping[int, int]
    new_paths: Mapping[int, int]


def current_id_of(name: Any) -> sa.ColumnElement[Any]:
    """Return the id that holds for a name, as a value of SQL."""
    held = _ALIASES.alias("held")
    found = sa.select(held.c.subject).where(held.c.alias == name).correlate_except(held)
    return sa.func.coalesce(found.scalar_subquery(), name)


def current_ids_of(connection: sa.Connection, names: Collection[str]) -> dict[str, str]:
    """Return the id that holds for each of these names that is an alias."""
    dialect = connection.dialect.name
    values = {"ids": ids_value(dialect, [each for each in names if each.isprintable()])}
    return dict(fetch(connection, _select_aliases(dialect), values))


def names_of(connection: sa.Connection, persons: Collection[str]) -> dict[str, list[str]]:
    """Return every id of those of these persons who have several, the one that holds first."""
    dialect = connection.dialect.name
    values = {"ids": ids_value(dialect, [each for each in persons if each.isprintable()])}
    subjects = dict(fetch(connection, _select_groups(dialect), values))
    names: dict[str, list[str]] = {}
    for alias, subject in sorted(subjects.items()):
        names.setdefault(subject, [subject]).append(alias)
    held = ((each, subjects.get(each, each)) for each in persons)
    return {each: names[subject] for each, subject in held if subject in names}


def read_aliases(connection: sa.Connection) -> dict[str, str]:
    """Return the id that holds, by alias."""
    return dict(fetch(connection, _EVERY_ALIAS, {}))


def in_force(connection: sa.Connection) -> dict[str, Merge]:
    """Return the merges that are in force, by the id that became an alias."""
    found: dict[str, Merge] = {}
    for row in connection.execute(sa.select(_MERGES).order_by(_MERGES.c.id)):
        if row.event == "merged":
            found[row.old_id] = Merge(
                row.id,
                row.old_id,
                row.new_id,
                _decode_versions(row.old_paths),
                _decode_versions(row.new_paths),
            )
        else:
            del found[row.old_id]
    return found


def add_event(
    connection: sa.Connection,
    event: str,
    old: str,
    new: str,
    *,
    old_paths: Mapping[int, int],
    new_paths: Mapping[int, int],
    actor: str,
    as_of: date,
    recorded_at: datetime,
) -> None:
    """Append that two ids were merged or parted, and let the aliases follow."""
    row = {
        "event": event,
        "old_id": old,
        "new_id": new,
        "old_paths": json.dumps(old_paths),
        "new_paths": json.dumps(new_paths),
        "actor": actor,
        "as_of": as_of,
        "recorded_at": recorded_at,
    }
    connection.execute(sa.insert(_MERGES), row)
    connection.execute(sa.delete(_ALIASES))
    merges = in_force(connection)
    if merges:
        rows = [{"alias": old, "subject": _end_of(old, merges)} for old in sorted(merges)]
        connection.execute(sa.insert(_ALIASES), rows)


def rename_paths(connection: sa.Connection, path_ids: Collection[int], subject: str) -> None:
    """Put paths, with the places that they hold, under another id."""
    ids = list(path_ids)
    for table, number in (
        (schema.paths, schema.paths.c.id),
        (schema.slots, schema.slots.c.path_id),
    ):
        connection.execute(sa.update(table).where(number.in_(ids)).values(subject=subject))


def has_moved(connection: sa.Connection, path_id: int, since: int) -> bool:
    """Return whether a trigger has fired on a path after a version of it."""
    rows = schema.journal
    query = sa.select(rows.c.seq).where(
        rows.c.path_id == path_id, rows.c.seq > since, rows.c.trigger.is_not(None)
    )
    return connection.scalar(query.limit(1)) is not None


def _end_of(old: str, merges: Mapping[str, Merge]) -> str:
    """Follow merges to the id that holds; none leads back."""
    while old in merges:
        old = merges[old].new
    return old


def _decode_versions(text: str) -> dict[int, int]:
    return {int(path_id): seq for path_id, seq in json.loads(text).items()}


@lru_cache
def _select_aliases(dialect: str) -> sa.Select[Any]:
    """Select alias and subject of those of ``ids`` that are aliases."""
    asked = ids_table(dialect, sa.Text)
    joined = asked.join(_ALIASES, _ALIASES.c.alias == asked.c.id)
    return sa.select(asked.c.id, _ALIASES.c.subject).select_from(joined)


@lru_cache
def _select_groups(dialect: str) -> sa.Select[Any]:
    """Select alias and subject of all who have an id among ``ids``."""
    asked = ids_table(dialect, sa.Text)
    subjects = sa.select(current_id_of(asked.c.id)).select_from(asked)
    return sa.select(_ALIASES.c.alias, _ALIASES.c.subject).where(_ALIASES.c.subject.in_(subjects))
