"""Subject prefetch: what a command on a subject without an open path reads first.

A command that opens a path has none to lock and to ask about as
:mod:`~lazsa_flow.store.prefetch` does. Instead everything goes by the ids of its subjects, in one
round trip: the rules and the key are held, the subjects' paths are locked in the order of their
numbers, and then the stamp, the key's result and what is recorded about the subjects are read. An
import reads the same about many subjects at once.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import sqlalchemy as sa

from lazsa_flow.errors import MalformedError
from lazsa_flow.store import (
    decode,
    evidence_queries,
    idempotency,
    released,
    schema,
    subject_countries,
)
from lazsa_flow.store.fast.driver import count_few, fetch_all, ids_table, ids_value
from lazsa_flow.store.rows import StoredPath
from lazsa_flow.store.transaction_stamp import Stamp, listed, stamp_of, stamp_query

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from lazsa_flow.lifecycle.model import Path, Statement, TimerRow

_LISTED: Final = 4
"""So many values of what is asked first, its last ones, are lists of rows."""


class SubjectSeen(NamedTuple):
    """What is recorded about a subject under every id of theirs.

    Attributes:
        country: The country on record; ``None`` where none is.
        records: Statements, oldest first.
        paths: Paths, oldest first.
        timers: The pending timers of these paths.
    """

    country: str | None
    records: tuple[Statement, ...]
    paths: tuple[Path, ...]
    timers: tuple[TimerRow, ...]


class SubjectPrefetch(NamedTuple):
    """What a command on subjects asks first.

    Attributes:
        stamp: What the database says of itself.
        result: What the command's idempotency key has for a result, if it has one.
        seen: What is recorded about each subject.
    """

    stamp: Stamp
    result: Any | None
    seen: Mapping[str, SubjectSeen]


def prefetch_subjects(
    connection: sa.Connection,
    names: Mapping[str, Collection[str]],
    *,
    lock: bool,
    key: str | None,
    request: str,
) -> SubjectPrefetch:
    """Ask all that a command on subjects asks first, in one round trip and few statements.

    Args:
        connection: In a transaction.
        names: Every id of each subject, by the id under which it is asked for.
        lock: Whether rules and paths stay as they are until the transaction ends.
        key: The command's idempotency key.
        request: A digest of the command.

    Raises:
        KeyReusedError: The key was used for another command.
    """
    dialect, ids = connection.dialect.name, _list_ids(names)
    asked = _select_all(dialect, count_few(ids), lock=lock, keyed=key is not None)
    values = {"ids": ids_value(dialect, ids), "key": key}
    *_, paths, [about] = fetch_all(connection, asked, values)
    stamp, found = stamp_of(about[:-_LISTED]), about[-_LISTED:]
    try:
        stored, *rows = [json.loads(each or "[]") for each in found]
        result = None if key is None else idempotency.result_of(stored, key, request)
        return SubjectPrefetch(stamp, result, _by_subject(names, paths, *rows))
    except decode.MALFORMED:
        raise MalformedError("rows of a subject") from None


def read_subjects(
    connection: sa.Connection, names: Mapping[str, Collection[str]], *, lock: bool
) -> dict[str, SubjectSeen]:
    """Return what is recorded about subjects; with ``lock``, their paths stay as they are."""
    dialect, ids = connection.dialect.name, _list_ids(names)
    asked = _select_about(dialect, count_few(ids), lock=lock)
    return _by_subject(names, *fetch_all(connection, asked, {"ids": ids_value(dialect, ids)}))


def _list_ids(names: Mapping[str, Collection[str]]) -> list[str]:
    """List every id once; what cannot be printed names nobody."""
    every = [name for several in names.values() for name in several if name.isprintable()]
    return list(dict.fromkeys(every))


@lru_cache
def _select_all(
    dialect: str, at_most: int | None, *, lock: bool, keyed: bool
) -> tuple[sa.ClauseElement, ...]:
    """Select what is asked first: the locks, the paths, and all else as one row, lists last."""
    paths, *about = _select_about(dialect, at_most, lock=lock)
    stamp = stamp_query(dialect).subquery("stamp")
    lists = [listed(dialect, query) for query in (idempotency.STORED, *about)]
    return (*_select_locks(dialect, lock=lock, keyed=keyed), paths, sa.select(*stamp.c, *lists))


def _select_locks(dialect: str, *, lock: bool, keyed: bool) -> list[sa.ClauseElement]:
    """Hold the rules and then the key, where a dialect has locks for them."""
    taken = ((released.SHARED_LOCK, lock), (idempotency.KEY_LOCK, keyed))
    locks = [each for each, wanted in taken if wanted]
    return [sa.select(*locks)] if locks and dialect == "postgresql" else []


@lru_cache
def _select_about(dialect: str, at_most: int | None, *, lock: bool) -> tuple[sa.Select[Any], ...]:
    """Select paths, records, countries and pending timers of the subjects ``ids``."""
    opening = evidence_queries.opening_queries(dialect, (), at_most=at_most)
    named, paths, timers = (
        ids_table(dialect, sa.Text, at_most=at_most),
        schema.paths,
        schema.timers,
    )
    of_paths = named.join(paths, paths.c.subject == named.c.id)
    pending = (timers.c.path_id == paths.c.id) & schema.is_pending(timers)
    select_paths = opening.paths.with_for_update(of=paths) if lock else opening.paths
    return (
        select_paths,
        opening.records,
        subject_countries.select_latest(dialect, at_most=at_most),
        sa.select(paths.c.subject, *decode.PENDING).select_from(of_paths.join(timers, pending)),
    )


def _by_subject(
    names: Mapping[str, Collection[str]],
    paths: Sequence[decode.Row],
    records: Sequence[decode.Row],
    countries: Sequence[decode.Row],
    timers: Sequence[decode.Row],
) -> dict[str, SubjectSeen]:
    """Put what was found together by subject; of several ids each is a name of the same one."""
    of_paths, of_records, of_timers = (
        _group_rows(paths, StoredPath._fields.index("subject")),
        _group_rows(records, 1),
        _group_rows(timers, 0),
    )
    known: dict[str, str] = dict(countries)
    seen: dict[str, SubjectSeen] = {}
    for subject, several in names.items():
        statements = [row for name in several for row in of_records.get(name, ())]
        own = [row for name in several for row in of_paths.get(name, ())]
        pending = [row for name in several for row in of_timers.get(name, ())]
        if len(several) > 1:
            statements.sort(key=_row_number)
            own.sort(key=_row_number)
        seen[subject] = SubjectSeen(
            next((known[name] for name in several if name in known), None),
            tuple(map(decode.record, statements)),
            tuple(map(decode.path, own)),
            tuple([decode.timer(row[1:]) for row in pending]),
        )
    return seen


def _row_number(row: decode.Row) -> int:
    return int(row[0])


def _group_rows(rows: Sequence[decode.Row], column: int) -> dict[str, list[decode.Row]]:
    found: dict[str, list[decode.Row]] = {}
    for row in rows:
        found.setdefault(row[column], []).append(row)
    return found
