"""A subject's paths, with the stamp: what a look-up by an id asks, in one statement.

A look-up needs to know whether the rules have changed since they were read, which paths the subject
has, and, if there is none, whether the id names anybody at all. A shop page
asks that for each visitor, so there is no second statement and no transaction for it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from lazsa_flow.store import decode, merges, schema
from lazsa_flow.store.evidence_tables import person_columns
from lazsa_flow.store.fast.driver import fetch
from lazsa_flow.store.rows import PATH_COLUMNS
from lazsa_flow.store.transaction_stamp import Stamp, stamp_of, stamp_query

if TYPE_CHECKING:
    from lazsa_flow.lifecycle.evidence import Source
    from lazsa_flow.lifecycle.model import Path
    from lazsa_flow.lifecycle.path_ref import PathRef


class SubjectPaths(NamedTuple):
    """What a look-up by an id finds.

    Attributes:
        stamp: What the database says of itself.
        paths: The subject's paths, and the one of the reference that was given, oldest first.
        recorded: Whether anything else is recorded of a subject who has no path.
    """

    stamp: Stamp
    paths: tuple[Path, ...]
    recorded: bool


def read_subject(
    connection: sa.Connection, subject: str, ref: PathRef | None, sources: tuple[Source, ...]
) -> SubjectPaths:
    """Look a subject up by any of their ids.

    Args:
        connection: It need be in no transaction.
        subject: The id.
        ref: The reference of a path that is looked for along with them.
        sources: The evidence sources whose rows may name the subject.
    """
    values = {
        "subject": _id_of(subject),
        "lifecycle": ref and ref.lifecycle,
        "number": ref and ref.number,
    }
    rows = fetch(connection, _paths_query(connection.dialect.name, sources), values)
    *stamp, recorded = rows[0][: -len(PATH_COLUMNS)]
    paths = [row[-len(PATH_COLUMNS) :] for row in rows]
    found = tuple([decode.path(row) for row in paths if row[0] is not None])
    return SubjectPaths(stamp_of(stamp), found, bool(recorded))


def is_recorded(connection: sa.Connection, person: str, sources: tuple[Source, ...]) -> bool:
    """Return whether anything at all is recorded of a person: in evidence, paths or texts."""
    query = _recorded_query(connection.dialect.name, sources)
    [[recorded]] = fetch(connection, query, {"subject": _id_of(person)})
    return bool(recorded)


def _id_of(name: str) -> str | None:
    """Return an id as it is looked for; what cannot be printed names nobody."""
    return name if name.isprintable() else None


def _current_id() -> sa.ColumnElement[Any]:
    return merges.current_id_of(sa.bindparam("subject", type_=sa.Text()))


@lru_cache
def _paths_query(dialect: str, sources: tuple[Source, ...]) -> sa.Select[Any]:
    """Select the stamp, whether ``subject`` is recorded, and a path; without one it is null."""
    table, stamp = schema.paths, stamp_query(dialect).subquery("stamp")
    named = (table.c.id == sa.bindparam("number", type_=sa.BigInteger())) & (
        table.c.lifecycle == sa.bindparam("lifecycle", type_=sa.Text())
    )
    recorded = sa.case((table.c.id.is_(None), _recorded(sources)))
    return (
        sa.select(*stamp.c, recorded, *PATH_COLUMNS)
        .select_from(stamp.outerjoin(table, (table.c.subject == _current_id()) | named))
        .order_by(table.c.id)
    )


@lru_cache
def _recorded_query(_dialect: str, sources: tuple[Source, ...]) -> sa.Select[Any]:
    """Select whether anything is recorded of ``subject``, paths included."""
    paths = schema.paths
    return sa.select(_recorded(sources) | sa.exists().where(paths.c.subject == _current_id()))


def _recorded(sources: tuple[Source, ...]) -> sa.ColumnElement[bool]:
    """Say that evidence or a text names ``subject`` by any of their ids."""
    aliases, texts = schema.subject_aliases, schema.texts
    names = sa.union_all(
        sa.select(_current_id().label("id")),
        sa.select(aliases.c.alias).where(aliases.c.subject == _current_id()),
    ).subquery("names")
    columns = (
        schema.records.c.subject,
        texts.c.subject,
        texts.c.author,
        *person_columns(sources),
    )
    each = [sa.exists().where(column == names.c.id).correlate(None) for column in columns]
    return sa.or_(*each)
