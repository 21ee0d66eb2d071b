"""Rows of the outbox: how they are chosen, leased, and read with what they are about."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from lazsa_flow.engine.outbox_values import Claimed, Waiting
from lazsa_flow.lifecycle.calendar import instant_text
from lazsa_flow.lifecycle.path_ref import write_ref
from lazsa_flow.lifecycle.stored_recipients import REVIEWERS
from lazsa_flow.store import decode, schema
from lazsa_flow.store.dialect import upsert
from lazsa_flow.store.fast.driver import ids_table
from lazsa_flow.store.rows import JOURNAL_COLUMNS, PATH_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from lazsa_flow.lifecycle.path_data import PathData

_OUTBOX: Final = schema.outbox
_PATHS: Final = schema.paths
_TO_JOURNAL: Final = len(_OUTBOX.columns)
_TO_PATH: Final = _TO_JOURNAL + len(JOURNAL_COLUMNS)
HELD: Final = (_OUTBOX.c.key == sa.bindparam("b_key")) & (
    _OUTBOX.c.next_at == sa.bindparam("b_next_at")
)


def is_for(recipients: Collection[str]) -> sa.ColumnElement[bool]:
    """Return whether a notice is for one of these: a recipient, or ``recipient/kind``."""
    alone = [each for each in recipients if "/" not in each]
    pairs = [tuple(each.split("/", 1)) for each in recipients if "/" in each]
    found = [_OUTBOX.c.recipient.in_(alone)]
    if REVIEWERS in alone:
        found.append(_OUTBOX.c.recipient.like("reviewer:%"))
    if pairs:
        found.append(sa.tuple_(_OUTBOX.c.recipient, _OUTBOX.c.kind).in_(pairs))
    return sa.or_(*found)


def address_row(key: str, person: str, now: datetime) -> list[sa.ColumnElement[Any]]:
    """Return a row's columns as they are for one person, to be tried from an instant on."""
    own = {"key": key, "recipient": person, "next_at": instant_text(now), "error": None}
    return [
        sa.literal(own[column.name], sa.Text()) if column.name in own else column
        for column in _OUTBOX.columns
    ]


def is_ready(now: datetime) -> sa.ColumnElement[bool]:
    """Return whether a notice may be tried now."""
    return ~_OUTBOX.c.parked & (_OUTBOX.c.next_at <= now)


@lru_cache
def record_delivery(dialect: str) -> Any:
    """Return what records a delivery, unless another has: a lease ran out, and both delivered."""
    table = schema.deliveries
    if dialect == "postgresql":
        return upsert(dialect)(table).on_conflict_do_nothing()
    row = sa.select(*[sa.bindparam(column.name, type_=sa.Text()) for column in table.columns])
    there = sa.exists().where(table.c.key == sa.bindparam("key", type_=sa.Text()))
    return sa.insert(table).from_select(table.columns.keys(), row.where(~there))


@lru_cache
def move_lease(dialect: str) -> sa.Update:
    """Return what moves ``next_at`` of the keys ``ids`` to ``until``."""
    until = sa.bindparam("until", type_=sa.Text())
    keys = sa.select(ids_table(dialect, sa.Text).c.id)
    return sa.update(_OUTBOX).where(_OUTBOX.c.key.in_(keys)).values(next_at=until)


@lru_cache
def about_keys(dialect: str) -> sa.Select[Any]:
    """Return what reads the keys ``ids`` with the journal rows and paths that they are about."""
    keys, journal = ids_table(dialect, sa.Text), schema.journal
    same_row = (journal.c.path_id == _OUTBOX.c.path_id) & (journal.c.seq == _OUTBOX.c.seq)
    held = keys.join(_OUTBOX, _OUTBOX.c.key == keys.c.id)
    return sa.select(_OUTBOX, *JOURNAL_COLUMNS, *PATH_COLUMNS).select_from(
        held.join(journal, same_row).join(_PATHS, _PATHS.c.id == _OUTBOX.c.path_id)
    )


@lru_cache
def data_about_keys(dialect: str) -> sa.Select[Any]:
    """Return what reads the data of the paths that the keys ``ids`` are about."""
    keys, data = ids_table(dialect, sa.Text), schema.path_data
    held = keys.join(_OUTBOX, _OUTBOX.c.key == keys.c.id)
    of_path = held.join(data, data.c.path_id == _OUTBOX.c.path_id)
    return sa.select(*decode.PATH_DATA).select_from(of_path).distinct()


def read_claimed(row: decode.Row, data: Sequence[decode.Row] = ()) -> Claimed:
    """Read a row of :func:`about_keys`, with those of :func:`data_about_keys` of its path."""
    key, _path_id, _seq, kind, to, cycle_on, created_at, lease, attempts, *_ = row
    path = decode.path(row[_TO_PATH:])
    return Claimed(
        key=key,
        kind=kind,
        to=to,
        path=path,
        cycle_on=cycle_on and decode.day(cycle_on),
        row=decode.journal(path.lifecycle, row[_TO_JOURNAL:_TO_PATH]),
        created_at=decode.instant(created_at),
        lease=decode.instant(lease),
        attempts=attempts,
        data=_known_at(decode.instant(created_at), data),
    )


def _known_at(at: datetime, data: Sequence[decode.Row]) -> tuple[PathData, ...]:
    """Return the rows of data that were recorded by an instant, oldest first."""
    rows = sorted(map(decode.path_data, data), key=lambda row: row.seq)
    return tuple(row for row in rows if row.recorded_at <= at)


def read_waiting(row: sa.Row[Any]) -> Waiting:
    """Read an outbox row with its path's lifecycle and country."""
    return Waiting(
        key=row.key,
        kind=row.kind,
        to=row.recipient,
        path=write_ref(row.lifecycle, row.path_id),
        country=row.country,
        created_at=row.created_at,
        next_at=row.next_at,
        attempts=row.attempts,
        error=row.error,
        parked=row.parked,
    )
