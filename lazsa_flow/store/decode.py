"""Decoding: a driver's rows as values, a chunk at a time.

By position, in the schema's column order or, where not all are needed, in the order that stands
here. Instants, dates, spans and data are decoded once for each text that differs: the paths of a
night share most of them.

A value that cannot be read was written by something else, or is damaged: every function that is
given a row raises MalformedError for it.
"""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Any, Final, TypeVar

from lazsa_flow.engine.journal import data_fields
from lazsa_flow.errors import MalformedError
from lazsa_flow.lifecycle.model import Path, Period, Statement, TimerRow
from lazsa_flow.lifecycle.path_data import PathData
from lazsa_flow.lifecycle.path_ref import write_ref
from lazsa_flow.lifecycle.values import FrozenDict, freeze
from lazsa_flow.store import schema
from lazsa_flow.store.column_types import read_instant
from lazsa_flow.store.rows import StoredJournalRow, StoredPath

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from lazsa_flow.lifecycle.evidence import Source

Row = tuple[Any, ...]
MALFORMED: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What reading a value raises that is not as this release writes it."""
_Value = TypeVar("_Value")


def _reporting_row(what: str) -> Callable[[Callable[[Row], _Value]], Callable[[Row], _Value]]:
    """Let a function that reads a row, whose first column is a number, report what is malformed."""

    def decorate(read: Callable[[Row], _Value]) -> Callable[[Row], _Value]:
        @wraps(read)
        def reading(row: Row) -> _Value:
            try:
                return read(row)
            except MALFORMED:
                raise MalformedError(what, row[0] if isinstance(row[0], int) else None) from None

        return reading

    return decorate


PENDING: Final = tuple(
    column for column in schema.timers.columns if column.name not in ("status", "seq")
)
"""What is read of a timer that pends."""
PATH_DATA: Final = tuple(
    schema.path_data.c[name]
    for name in ("path_id", "seq", "trigger", "fields", "digest", "recorded_at")
)

instant: Callable[[str], datetime] = lru_cache(maxsize=65536)(read_instant)
day: Callable[[str], date] = lru_cache(maxsize=65536)(date.fromisoformat)


@lru_cache(maxsize=4096)
def _decode_spans(text: str) -> Mapping[str, tuple[Period, ...]]:
    read = json.loads(text).items()
    return FrozenDict({name: tuple(map(_decode_span, spans)) for name, spans in read})


def _decode_span(fields: dict[str, Any]) -> Period:
    ended_on, ended_at = fields["ended_on"], fields["ended_at"]
    return Period(
        began_on=day(fields["began_on"]),
        began_at=instant(fields["began_at"]),
        recorded_at=instant(fields["told_at"]),
        ended_on=ended_on and day(ended_on),
        ended_at=ended_at and instant(ended_at),
        reason=fields["reason"],
    )


@lru_cache(maxsize=4096)
def _data(text: str) -> Mapping[str, Any]:
    data: Mapping[str, Any] = freeze(json.loads(text))
    return data


@_reporting_row("path")
def path(row: Row) -> Path:
    """Read a path."""
    stored = StoredPath(*row)
    return Path(
        id=stored.id,
        lifecycle=stored.lifecycle,
        subject=stored.subject,
        country=stored.country,
        state=stored.state,
        seq=stored.seq,
        head=stored.head,
        cycle_on=day(stored.cycle_on) if stored.cycle_on else None,
        opened_at=instant(stored.opened_at),
        entered_at=instant(stored.entered_at),
        parked=bool(stored.parked),
        periods=_decode_spans(stored.spans),
        data=_data(stored.data),
        recorded_at=instant(stored.recorded_at),
    )


def journal(lifecycle: str, row: Iterable[Any]) -> dict[str, Any]:
    """Read a row of a lifecycle's journal as the JSON values that its hash was made of."""
    fields = dict(zip(StoredJournalRow._fields, row, strict=True))
    path_id = fields.pop("path_id")
    try:
        verdicts = json.loads(fields["verdicts"])
    except MALFORMED:
        raise MalformedError("journal of path", path_id) from None
    path, named = write_ref(lifecycle, path_id), fields.pop("data_digest")
    data = data_fields(path, fields["seq"], named)
    return {"path": path, **fields, "verdicts": verdicts, **data}


@_reporting_row("data of path")
def path_data(row: Row) -> PathData:
    """Read a row of a path's data."""
    _path_id, seq, trigger, fields, digest, recorded_at = row
    return PathData(seq, trigger, _data(fields), instant(recorded_at), digest)


@_reporting_row("timer of path")
def timer(row: Row) -> TimerRow:
    """Read a timer; one that pends has neither status nor outcome."""
    path_id, name, due_at, due_on, zone, country, book_on, decides, *ended = row
    return TimerRow(
        path_id,
        name,
        instant(due_at),
        day(due_on),
        zone,
        country,
        day(book_on),
        bool(decides),
        *ended,
    )


@_reporting_row("record")
def record(row: Row) -> Statement:
    """Read a record."""
    _id, _subject, kind, name, value, reason, actor, as_of, recorded_at = row
    return Statement(kind, name, value, reason, actor, day(as_of), instant(recorded_at))


def evidence(source: Source, rows: Sequence[Row], path_id: int) -> Any:
    """Return what a path's rows of an evidence source say."""
    try:
        return source.fold(rows)
    except MALFORMED:
        raise MalformedError(f"{source.name} of path", path_id) from None
