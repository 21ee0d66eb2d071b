"""Recorded histories: the journal by subject, each with all the paths that the subject has.

The memory that it takes is that of one subject, and of the ids that were ever merged. Values come
as they are stored: nothing of what is read here need be sound.
"""

from __future__ import annotations

from contextlib import ExitStack
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import sqlalchemy as sa

from lazsa_flow.store import schema
from lazsa_flow.store.audit import lenient
from lazsa_flow.store.flows import OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Iterator

_STREAMED: Final = {"yield_per": 1000}
_PATHS: Final = schema.paths
_JOURNAL: Final = schema.journal
_TIMERS: Final = schema.timers
_MERGES: Final = schema.subject_merges
_WAITING: Final = ("pending", "parked")
_by_path: Final = itemgetter(0)


class RecordedRow(NamedTuple):
    """What a journal row says of a move, as it is stored."""

    path_id: int
    seq: Any
    recorded_at: Any
    effective_at: Any
    trigger: Any
    source: Any
    dest: Any
    actor: Any
    reason: Any
    verdicts: Any


class RecordedPath(NamedTuple):
    """A path as its own row, its timers and its journal have it.

    Attributes:
        spans: Its periods, as the text that is stored.
        timers: The timers that decide and wait, those of a parked path among them.
        ended: The timers that decided, each with the number of the row that it led to.
    """

    path_id: int
    subject: str
    state: str
    seq: int
    spans: str
    timers: frozenset[str]
    ended: frozenset[tuple[str, int]]
    rows: tuple[RecordedRow, ...]


class RecordedSubject(NamedTuple):
    """A subject with its paths, by their numbers.

    Attributes:
        merged: Whether the subject's id was ever merged with another, or parted from it.
    """

    paths: tuple[RecordedPath, ...]
    merged: bool


def read_histories(connection: sa.Connection, lifecycle: str) -> Iterator[RecordedSubject]:
    """Yield every subject that has paths of a lifecycle, with their journals, on a snapshot.

    Args:
        connection: On a snapshot.
        lifecycle: The lifecycle's name.
    """
    merged = _read_merged(connection)
    with lenient(connection), ExitStack() as stack:
        paths, rows, timers = (
            stack.enter_context(connection.execute(each, execution_options=_STREAMED))
            for each in (
                _of_paths(lifecycle, _PATHS, ("id", "subject", "state", "seq", "spans")),
                _of_paths(lifecycle, _JOURNAL, RecordedRow._fields, _JOURNAL.c.seq),
                _of_paths(lifecycle, _TIMERS, ("path_id", "name", "status", "seq")).where(
                    _TIMERS.c.decides
                ),
            )
        )
        journals, timed = _Groups(iter(rows)), _Groups(iter(timers))
        found = (_read_path(path, timed.take(path.id), journals.take(path.id)) for path in paths)
        for subject, own in groupby(found, key=lambda path: path.subject):
            yield RecordedSubject(tuple(own), subject in merged)


def _read_path(path: Any, timers: list[Any], rows: list[Any]) -> RecordedPath:
    path_id, subject, state, seq, spans = path
    return RecordedPath(
        path_id,
        subject,
        state,
        seq,
        spans,
        frozenset(each.name for each in timers if each.status in _WAITING),
        frozenset((each.name, each.seq) for each in timers if each.status in OUTCOMES),
        tuple(RecordedRow(*row) for row in rows),
    )


class _Groups:
    """Hands out rows path by path, where they come in the order of the paths."""

    def __init__(self, rows: Iterator[Any]) -> None:
        self._groups = groupby(rows, key=_by_path)
        self._next = next(self._groups, None)

    def take(self, path_id: int) -> list[Any]:
        """Return the rows of a path."""
        if self._next is None or self._next[0] != path_id:
            return []
        rows = list(self._next[1])
        self._next = next(self._groups, None)
        return rows


def _of_paths(
    lifecycle: str, table: sa.Table, names: tuple[str, ...], *order: sa.Column[Any]
) -> sa.Select[Any]:
    """Select columns, as they are stored, of the paths of a lifecycle, subject after subject."""
    columns: list[Any] = [
        sa.type_coerce(table.c[name], sa.types.NullType()).label(name) for name in names
    ]
    query: sa.Select[Any] = sa.select(*columns).where(_PATHS.c.lifecycle == lifecycle)
    if table is not _PATHS:
        query = query.join(_PATHS, _PATHS.c.id == table.c.path_id)
    return query.order_by(_PATHS.c.subject, _PATHS.c.id, *order)


def _read_merged(connection: sa.Connection) -> frozenset[str]:
    """Return the ids that were ever merged with another."""
    rows = connection.execute(sa.select(_MERGES.c.old_id, _MERGES.c.new_id))
    return frozenset(each for row in rows for each in row)
