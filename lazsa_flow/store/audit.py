"""Reading the journal whole: by path and number, and for a verification in step with the paths.

The memory that it takes is that of a few rows, however many paths there are. For a verification
values come as they are stored, for it is these that were hashed; what cannot be read is a fault,
and ends nothing.
"""

from __future__ import annotations

import json
import math
import sqlite3
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from itertools import chain, groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import sqlalchemy as sa

from lazsa_flow.engine.journal import DATA_FAULT, NOWHERE, RulesStamp, data_fields
from lazsa_flow.engine.journal_text import StoredRow
from lazsa_flow.lifecycle.path_data import find_row_fault
from lazsa_flow.store import schema
from lazsa_flow.store.encode import journal_fields
from lazsa_flow.store.fast.driver import compiled, driver_connection, fetch
from lazsa_flow.store.flows import OUTCOMES, FlowSum, sum_flows
from lazsa_flow.store.rows import JOURNAL_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

_STREAMED: Final = {"yield_per": 1000}
_PATHS: Final = schema.paths
_JOURNAL: Final = schema.journal
_TIMERS: Final = schema.timers
_DATA: Final = schema.path_data
_by_path: Final = itemgetter(0)
_NO_DATA: Final = (None,) * 5

_OWN: Final = sa.select(
    *(_PATHS.c[name] for name in ("id", "lifecycle", "country", "state", "seq", "head"))
).order_by(_PATHS.c.id)
_ROWS: Final = sa.select(*(_JOURNAL.c[name] for name in StoredRow._fields)).order_by(
    _JOURNAL.c.path_id, _JOURNAL.c.seq
)
_WITH_LIFECYCLE: Final = (
    sa.select(*JOURNAL_COLUMNS, _PATHS.c.lifecycle)
    .join(_PATHS, _PATHS.c.id == _JOURNAL.c.path_id)
    .order_by(_JOURNAL.c.path_id, _JOURNAL.c.seq)
)
_BROUGHT: Final = (
    sa.select(
        _DATA.c.path_id,
        _DATA.c.seq,
        *(_DATA.c[name] for name in ("trigger", "fields", "digest", "personal_digest")),
        schema.texts.c.body,
    )
    .select_from(_DATA.outerjoin(schema.texts, schema.texts.c.id == _DATA.c.text_id))
    .order_by(_DATA.c.path_id, _DATA.c.seq)
)
_ENDED: Final = (
    sa.select(
        _TIMERS.c.path_id,
        _TIMERS.c.seq,
        _TIMERS.c.due_at,
        *(_TIMERS.c[name] for name in ("country", "book_on", "name")),
    )
    .where(
        _TIMERS.c.decides,
        sa.or_(*(_TIMERS.c.status == sa.literal_column(f"'{each}'") for each in OUTCOMES)),
    )
    .order_by(_TIMERS.c.path_id)
)
_QUERIES: Final = {"paths": _OWN, "rows": _ROWS, "data": _BROUGHT, "outcomes": _ENDED}


class Outcome(NamedTuple):
    """In which books the outcome of a timer is counted, and which timer it was."""

    country: str
    cycle_on: str
    timer: str


class AuditedPath(NamedTuple):
    """A path's own row, and its journal.

    Attributes:
        path_id: Its number.
        lifecycle: ``None`` where there are only journal rows, and no path.
        country: The country that it is in; ``None`` as its lifecycle.
        stands: Where its own row says that it stands.
        stored: Its journal rows as they are stored, with the fields of
            :class:`~lazsa_flow.engine.journal_text.StoredRow`.
        data: What is stored of the data that came with moves, by the number of the row.
        outcomes: Whose timer's outcome a row is, by number and instant.
    """

    path_id: int
    lifecycle: str | None
    country: str | None
    stands: RulesStamp
    stored: list[tuple[Any, ...]]
    data: dict[Any, tuple[Any, ...]]
    outcomes: dict[tuple[Any, Any], Outcome]

    @property
    def ref(self) -> str:
        """The path's reference, which its rows' hashes are made of."""
        return f"{self.lifecycle}-{self.path_id}"

    @property
    def rows(self) -> Iterator[dict[str, Any]]:
        """The rows as the JSON values that were hashed."""
        return (_fields(self.ref, row, self.data) for row in self.stored)


class Audit:
    """Everything that a verification reads.

    Args:
        connection: On a snapshot.
    """

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def paths(self) -> Iterator[AuditedPath]:
        """Yield every path and every set of journal rows, by number."""
        return audited_paths(self._connection)

    def flows(self) -> Iterator[FlowSum]:
        """Yield the counted flows, added up."""
        return sum_flows(self._connection)


def journal_rows(
    connection: sa.Connection, path_ids: Collection[int] | None = None
) -> Iterator[dict[str, Any]]:
    """Yield journal rows by path and ``seq``, of some paths or of all."""
    query = _WITH_LIFECYCLE
    if path_ids is not None:
        query = query.where(_JOURNAL.c.path_id.in_(list(path_ids)))
    for row in connection.execute(query, execution_options=_STREAMED).mappings():
        yield journal_fields(row)


def read_stored_journal(connection: sa.Connection) -> list[tuple[Any, ...]]:
    """Return every journal row by path and ``seq`` as it is stored, with its path's lifecycle.

    :func:`lazsa_flow.store.decode.journal` reads one.
    """
    return fetch(connection, _WITH_LIFECYCLE, {})


def audited_paths(connection: sa.Connection) -> Iterator[AuditedPath]:
    """Yield every path and every set of journal rows, by number, on a snapshot."""
    with lenient(connection), driver_connection(connection) as driver, ExitStack() as stack:
        streams = (
            _stream(driver, compiled(query, connection.dialect.name).text, name, stack)
            for name, query in _QUERIES.items()
        )
        paths, rows, brought, ended = streams
        data, outcomes = _RowsOfPath(brought), _RowsOfPath(ended)
        for path, stored in _in_step(paths, groupby(rows, key=_by_path)):
            path_id, lifecycle, country, *stands = path
            yield AuditedPath(
                path_id,
                lifecycle,
                country,
                RulesStamp(*stands),
                stored,
                {row[1]: row[2:] for row in data.take(path_id)},
                {(row[1], row[2]): Outcome(*row[3:]) for row in outcomes.take(path_id)},
            )


def _stream(driver: Any, text: str, name: str, stack: ExitStack) -> Iterator[tuple[Any, ...]]:
    """Run a query, and yield its rows as the driver gives them, not all at once.

    SQLite reads on as rows are asked for; PostgreSQL does so for a cursor that has a name.
    """
    named = {} if isinstance(driver, sqlite3.Connection) else {"name": f"lazsa_audit_{name}"}
    cursor = stack.enter_context(closing(driver.cursor(**named)))
    cursor.execute(text)
    return chain.from_iterable(iter(partial(cursor.fetchmany, _STREAMED["yield_per"]), []))


class _RowsOfPath:
    """Hands out the rows of one path after the other, in the order of the paths' numbers."""

    def __init__(self, rows: Iterator[tuple[Any, ...]]) -> None:
        self._groups = groupby(rows, key=_by_path)
        self._next = next(self._groups, None)

    def take(self, path_id: int) -> Iterable[tuple[Any, ...]]:
        """Return the rows of a path; those of paths before it are passed by."""
        while self._next is not None and _number(self._next) < path_id:
            self._next = next(self._groups, None)
        if self._next is None or self._next[0] != path_id:
            return ()
        rows = list(self._next[1])
        self._next = next(self._groups, None)
        return rows


def _in_step(
    paths: Iterator[tuple[Any, ...]], groups: Iterator[tuple[Any, Iterator[tuple[Any, ...]]]]
) -> Iterator[tuple[tuple[Any, ...], list[tuple[Any, ...]]]]:
    """Merge paths and their rows, both in the order of the paths' numbers."""
    path, group = next(paths, None), next(groups, None)
    while path is not None or group is not None:
        if path is None or (group is not None and _number(group) < _number(path)):
            assert group is not None
            yield (group[0], None, None, *NOWHERE), list(group[1])
            group = next(groups, None)
            continue
        if group is not None and group[0] == path[0]:
            yield path, list(group[1])
            group = next(groups, None)
        else:
            yield path, []
        path = next(paths, None)


def _number(row: Sequence[Any]) -> float:
    """Return a row's place in the order; SQLite may hold what is no number, and has it last."""
    return row[0] if isinstance(row[0], int) else math.inf


def _fields(ref: str, row: tuple[Any, ...], data: Mapping[Any, tuple[Any, ...]]) -> dict[str, Any]:
    """Return a row as the JSON values that were hashed; verdicts that are no JSON as text."""
    fields = dict(zip(StoredRow._fields, row, strict=True))
    del fields["path_id"]
    try:
        verdicts = json.loads(fields["verdicts"])
    except (TypeError, ValueError):
        verdicts = fields["verdicts"]
    named = fields.pop("data_digest")
    fault = find_row_fault(named, fields["trigger"], *data.get(fields["seq"], _NO_DATA))
    return {
        "path": ref,
        **fields,
        "verdicts": verdicts,
        **data_fields(ref, fields["seq"], named),
        **({} if fault is None else {DATA_FAULT: fault}),
    }


@contextmanager
def lenient(connection: sa.Connection) -> Iterator[None]:
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
