"""Batch rows: moves of identical paths as rows.

The rows of the one change that was drafted are the template; those of each path are made from it,
with what is its own put in its place. Rows stand in the schema's column order, as
:mod:`lazsa_flow.store.encode` makes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.store.encode import (
    end_row,
    journal_row,
    move_row,
    notice_row,
    path_row,
    record_row,
    timer_row,
)
from lazsa_flow.store.rows import StoredJournalRow, StoredMove, StoredPath

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lazsa_flow.engine.values import BatchChange, Change
    from lazsa_flow.store.encode import Row

_SUBJECT, _HEAD = map(StoredPath._fields.index, ("subject", "head"))
"""A path's row begins with its number and its lifecycle."""
_MOVE_HEAD: Final = StoredMove._fields.index("head")
_VERDICTS: Final = StoredJournalRow._fields.index("verdicts")
_HASH: Final = StoredJournalRow._fields.index("hash")
"""A path's own verdicts, the hash before and the row's hash stand next to one another."""


def opened(batch_changes: Iterable[BatchChange]) -> list[Row]:
    """Return the rows of paths that open."""
    rows: list[Row] = []
    for change, each in batch_changes:
        if change.before is None:
            row = path_row(change.after)
            common, rest = row[_SUBJECT + 1 : _HEAD], row[_HEAD + 1 :]
            lifecycle = change.after.lifecycle
            rows += [(own[0], lifecycle, own[1], *common, own[4], *rest) for own in each]
    return rows


def taken(batch_changes: Iterable[BatchChange]) -> list[Row]:
    """Return the places that are taken: lifecycle, subject and path."""
    return [
        (change.after.lifecycle, own.subject, own.path_id)
        for change, each in batch_changes
        if change.slot == "take"
        for own in each
    ]


def moves(batch_changes: Iterable[BatchChange]) -> list[Row]:
    """Return the rows that set the paths; those of reminders stay as they are."""
    rows: list[Row] = []
    for change, each in batch_changes:
        if change.before is not None and change.moves:
            row = move_row(change.before, change.after, change.recorded_at)
            common, rest = row[1:_MOVE_HEAD], row[_MOVE_HEAD + 1 :]
            rows += [(own[0], *common, own[4], *rest) for own in each]
    return rows


def freed(batch_changes: Iterable[BatchChange]) -> list[Row]:
    """Return the places that are free: lifecycle and subject."""
    return [
        (change.after.lifecycle, own.subject)
        for change, each in batch_changes
        if change.slot == "free"
        for own in each
    ]


def journal(batch_changes: Iterable[BatchChange]) -> list[Row]:
    """Return the journal's rows."""
    rows: list[Row] = []
    for change, each in batch_changes:
        if change.row is not None:
            row = journal_row(change.row)
            common, rest = row[1:_VERDICTS], row[_HASH + 1 :]
            rows += [(id_, *common, text, prev, hash_, *rest) for id_, _, prev, text, hash_ in each]
    return rows


def ended(batch_changes: Iterable[BatchChange]) -> list[Row]:
    """Return what became of timers."""

    def template(change: Change) -> Iterable[Row]:
        if change.fired is not None:
            yield end_row(change.fired, change.fired.status)
        yield from (end_row(timer, "cancelled") for timer in change.cancelled)

    return _numbered(batch_changes, template)


def scheduled(batch_changes: Iterable[BatchChange]) -> list[Row]:
    """Return the timers that are set."""
    return _numbered(batch_changes, lambda change: map(timer_row, change.scheduled))


def _numbered(
    batch_changes: Iterable[BatchChange], template: Callable[[Change], Iterable[Row]]
) -> list[Row]:
    """Cast rows that begin with the path's number and have nothing else of its own."""
    rows: list[Row] = []
    for change, each in batch_changes:
        for _, *common in template(change):
            rows += [(own[0], *common) for own in each]
    return rows


def records(batch_changes: Iterable[BatchChange]) -> list[Row]:
    """Return what is recorded about the subjects."""
    rows: list[Row] = []
    for change, each in batch_changes:
        for record in change.records:
            _, *common = record_row(change.after.subject, record)
            rows += [(own.subject, *common) for own in each]
    return rows


def notices(batch_changes: Iterable[BatchChange]) -> list[Row]:
    """Return the outbox's rows, whose keys begin with the path's reference."""
    rows: list[Row] = []
    for change, each in batch_changes:
        lifecycle, behind = change.after.lifecycle, len(change.after.ref)
        for notice in change.notices:
            key, _, *common = notice_row(change.after, notice, change.recorded_at)
            rest = key[behind:]
            rows += [(f"{lifecycle}-{own[0]}{rest}", own[0], *common) for own in each]
    return rows
