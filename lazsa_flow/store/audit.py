"""Reading the journal whole: by path and number, and for a verification in step with the paths.

The memory that it takes is that of a few rows, however many paths there are. For a verification
values come as they are stored, for it is these that were hashed; what cannot be read is a fault,
and ends nothing.
"""

from __future__ import annotations

import json
import math
from contextlib import contextmanager
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import sqlalchemy as sa

from lazsa_flow.engine.journal import DATA_FAULT, NOWHERE, RulesStamp, data_fields
from lazsa_flow.lifecycle.path_data import find_row_fault
from lazsa_flow.store import schema
from lazsa_flow.store.encode import journal_fields
from lazsa_flow.store.fast.driver import driver_connection
from lazsa_flow.store.retry import reading
from lazsa_flow.store.rows import JOURNAL_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

_STREAMED: Final = {"yield_per": 1000}
_PATHS: Final = schema.paths
_JOURNAL: Final = schema.journal
_DATA: Final = tuple(
    sa.type_coerce(column, sa.Text()).label(f"stored_{column.name}")
    for column in (
        *(schema.path_data.c[name] for name in ("trigger", "fields", "digest", "personal_digest")),
        schema.texts.c.body,
    )
)
"""What is stored of the data that a journal row names."""
_TEXT_ID: Final = schema.path_data.c.text_id.label("stored_text_id")
"""Selected so that rows have 21 columns: CPython 3.11 keeps each freed tuple of exactly 20."""
_REST: Final = tuple(each for each in JOURNAL_COLUMNS if each.name not in ("path_id", "seq"))


class AuditedPath(NamedTuple):
    """A path's own row, and its journal.

    Attributes:
        path_id: Its number.
        lifecycle: ``None`` where there are only journal rows, and no path.
        stands: Where its own row says that it stands.
        rows: Its journal rows, to be read before the next path is asked for.
    """

    path_id: int
    lifecycle: str | None
    stands: RulesStamp
    rows: Iterator[dict[str, Any]]

    @property
    def ref(self) -> str:
        """The path's reference, which its rows' hashes are made of."""
        return f"{self.lifecycle}-{self.path_id}"


def journal_rows(
    connection: sa.Connection, path_ids: Collection[int] | None = None
) -> Iterator[dict[str, Any]]:
    """Yield journal rows by path and ``seq``, of some paths or of all."""
    query = (
        sa.select(*JOURNAL_COLUMNS, _PATHS.c.lifecycle)
        .join(_PATHS, _PATHS.c.id == _JOURNAL.c.path_id)
        .order_by(_JOURNAL.c.path_id, _JOURNAL.c.seq)
    )
    if path_ids is not None:
        query = query.where(_JOURNAL.c.path_id.in_(list(path_ids)))
    for row in connection.execute(query, execution_options=_STREAMED).mappings():
        yield journal_fields(row)


def audited_paths(connection: sa.Connection) -> Iterator[AuditedPath]:
    """Yield every path and every set of journal rows, by number, on a snapshot."""
    numbers = (_JOURNAL.c.path_id, _JOURNAL.c.seq)
    text = [sa.type_coerce(column, sa.Text()).label(column.name) for column in _REST]
    own = sa.select(*(_PATHS.c[name] for name in ("id", "lifecycle", "state", "seq", "head")))
    data, texts = schema.path_data, schema.texts
    named = (data.c.path_id == _JOURNAL.c.path_id) & (data.c.seq == _JOURNAL.c.seq)
    every = (
        sa.select(*numbers, *text, *_DATA, _TEXT_ID)
        .select_from(_JOURNAL.outerjoin(data, named).outerjoin(texts, texts.c.id == data.c.text_id))
        .order_by(*numbers)
    )
    with (
        _lenient(connection),
        connection.execute(own.order_by(_PATHS.c.id), execution_options=_STREAMED) as paths,
        connection.execute(every, execution_options=_STREAMED) as rows,
    ):
        yield from _in_step(iter(paths), groupby(rows.mappings(), key=lambda row: row["path_id"]))


def _in_step(
    paths: Iterator[Sequence[Any]], groups: Iterator[tuple[Any, Any]]
) -> Iterator[AuditedPath]:
    """Merge paths and their rows, both in the order of the paths' numbers."""
    path, group = next(paths, None), next(groups, None)
    while path is not None or group is not None:
        if path is None or (group is not None and _number(group) < _number(path)):
            assert group is not None
            yield AuditedPath(group[0], None, NOWHERE, _fields(None, group[1]))
            group = next(groups, None)
            continue
        path_id, lifecycle, *stands = path
        if group is not None and group[0] == path_id:
            yield AuditedPath(path_id, lifecycle, RulesStamp(*stands), _fields(lifecycle, group[1]))
            group = next(groups, None)
        else:
            yield AuditedPath(path_id, lifecycle, RulesStamp(*stands), iter(()))
        path = next(paths, None)


def _number(row: Sequence[Any]) -> float:
    """Return a row's place in the order; SQLite may hold what is no number, and has it last."""
    return row[0] if isinstance(row[0], int) else math.inf


def _fields(lifecycle: str | None, rows: Iterator[Any]) -> Iterator[dict[str, Any]]:
    """Yield rows as the JSON values that were hashed, verdicts that are not JSON as their text."""
    with reading():  # what goes wrong here does not pass through the one who lent the connection
        for row in rows:
            fields = dict(row)
            path = f"{lifecycle}-{fields.pop('path_id')}"
            try:
                verdicts = json.loads(fields["verdicts"])
            except (TypeError, ValueError):
                verdicts = fields["verdicts"]
            stored = [fields.pop(column.name) for column in _DATA]
            del fields[_TEXT_ID.name]
            named = fields.pop("data_digest")
            fault = find_row_fault(named, fields["trigger"], *stored)
            yield {
                "path": path,
                **fields,
                "verdicts": verdicts,
                **data_fields(path, fields["seq"], named),
                **({} if fault is None else {DATA_FAULT: fault}),
            }


@contextmanager
def _lenient(connection: sa.Connection) -> Iterator[None]:
    """Read texts that are not UTF-8 on SQLite, where any bytes can be stored, as what is not."""
    if connection.dialect.name != "sqlite":
        yield
        return
    with driver_connection(connection) as driver:
        driver.text_factory = lambda text: text.decode("utf-8", "surrogateescape")
        try:
            yield
        finally:
            driver.text_factory = str
