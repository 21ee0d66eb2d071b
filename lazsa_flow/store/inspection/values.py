"""Values: what is stored as an instant, a date or JSON, and is none."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from lazsa_flow.store import schema
from lazsa_flow.store.column_types import Day, Instant
from lazsa_flow.store.inspection.rows import Rows, name_examples, rows_at_fault

if TYPE_CHECKING:
    from collections.abc import Iterator

_MONTHS: Final = (
    r"(0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|1\d|2[0-8])"
)
_LEAP: Final = r"(\d\d(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29"
_DATE: Final = rf"(?!0000)(\d{{4}}-({_MONTHS})|{_LEAP})"
_CLOCK: Final = r"T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z"
_DIGITS: Final = "[0-9]" * 6


def find_malformed(connection: sa.Connection) -> Iterator[Rows]:
    """Yield each column of instants or dates that holds something else, with rows of it."""
    for table in schema.METADATA.sorted_tables:
        columns = [column for column in table.columns if isinstance(column.type, Instant | Day)]
        faults = [_is_malformed(connection.dialect.name, column) for column in columns]
        if not columns:
            continue
        counts = [sa.func.sum(sa.case((fault, 1), else_=0)) for fault in faults]
        row = connection.execute(sa.select(*counts).select_from(table)).one()
        for column, fault, count in zip(columns, faults, row, strict=True):
            if count:
                what = "instant" if isinstance(column.type, Instant) else "date"
                where = f"{table.name}.{column.name}"
                named = name_examples(connection, table, fault)
                yield Rows(where, count, named, f"malformed {what}")


def _is_malformed(dialect: str, column: sa.Column[Any]) -> sa.ColumnElement[bool]:
    """Return whether a column's text is no instant, or no date, of the form that is stored."""
    text = sa.type_coerce(column, sa.String())
    instant = isinstance(column.type, Instant)
    if dialect == "postgresql":
        pattern = f"^({_DATE}){_CLOCK if instant else ''}$"
        return sa.and_(column.is_not(None), ~text.regexp_match(pattern))
    # SQLite calculates with what it reads: only a date that exists comes out as it went in
    form, length = ("%Y-%m-%dT%H:%M:%S", 19) if instant else ("%Y-%m-%d", 10)
    read = sa.func.strftime(form, sa.func.substr(text, 1, length), "+0 days")
    sound = [
        sa.func.typeof(column) == "text",
        read == sa.func.substr(text, 1, length),
        text.bool_op("GLOB")("[0-9][0-9][0-9][0-9]-*"),
        sa.func.substr(text, 1, 4) != "0000",
        sa.func.length(text) == (27 if instant else 10),
    ]
    if instant:
        sound.append(sa.func.substr(text, 20).bool_op("GLOB")(f".{_DIGITS}Z"))
    return sa.and_(column.is_not(None), sa.func.coalesce(sa.and_(*sound), False).is_(False))


def unreadable_paths(connection: sa.Connection) -> Iterator[Rows]:
    """Yield the paths whose spans or data cannot be read: no JSON, or with malformed instants."""
    for column, read in (
        (schema.paths.c.spans, _check_spans),
        (schema.paths.c.data, _check_data),
    ):
        texts = connection.scalars(sa.select(column).distinct())
        broken = [text for text in texts if not _can_read(read, text)]
        for text in broken:
            fault = f"unreadable {column.name}"
            yield from rows_at_fault(connection, schema.paths, column, column == text, fault)


def _can_read(read: Any, text: object) -> bool:
    try:
        read(text)
    except (ValueError, TypeError, KeyError, AttributeError):
        return False
    return True


def _check_spans(text: str) -> None:
    for spans in json.loads(text).values():
        for span in spans:
            for name in ("began_on", "ended_on"):
                if span[name] is not None or name == "began_on":
                    date.fromisoformat(span[name])
            for name in ("began_at", "told_at", "ended_at"):
                if span[name] is not None or name != "ended_at":
                    _check_instant(span[name])


def _check_instant(text: str) -> None:
    datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")  # noqa: DTZ007 - only whether it can be read


def _check_data(text: str) -> None:
    if not isinstance(json.loads(text), dict):
        raise TypeError
