"""Prefetch: what a command on one path reads first, in one round trip and few statements.

The rows of the subject's paths are locked; then one statement asks for the stamp, whether the
command's key has a result, and all that is recorded about the path. A statement for each of them
costs more than what they find.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from lazsa_flow.errors import MalformedError
from lazsa_flow.store import decode, evidence_queries, idempotency, released, schema
from lazsa_flow.store.evidence_rows import put_together
from lazsa_flow.store.fast.driver import fetch_all
from lazsa_flow.store.rows import PATH_COLUMNS
from lazsa_flow.store.transaction_stamp import Stamp, listed, stamp_of, stamp_query

if TYPE_CHECKING:
    from datetime import date

    from lazsa_flow.lifecycle.evidence import Source
    from lazsa_flow.lifecycle.model import Snapshot


class Prefetch(NamedTuple):
    """What a command on one path asks first.

    Attributes:
        stamp: What the database says of itself.
        result: What the command's idempotency key has for a result, if it has one.
        seen: All that is recorded about the path.
    """

    stamp: Stamp
    result: Any | None
    seen: Snapshot


class Queries(NamedTuple):
    """The statements of one dialect; parameters ``id``, ``on`` and ``key``.

    Attributes:
        listed: How many values of ``about``, its last ones, are lists of rows.
    """

    paths: sa.Select[Any]
    paths_locked: sa.Select[Any]
    about: sa.Select[Any]
    listed: int


@lru_cache
def queries(dialect: str, sources: tuple[Source, ...]) -> Queries:
    """Return the statements of a dialect for these evidence sources."""
    own, paths = schema.paths.alias("own"), schema.paths
    path_id = sa.bindparam("id", type_=sa.BigInteger())
    sibling_paths = (
        sa.select(*PATH_COLUMNS)
        .select_from(own.join(paths, paths.c.subject == own.c.subject))
        .where(own.c.id == path_id)
        .order_by(paths.c.id)
    )
    about = [listed(dialect, query.correlate(own)) for query in _about(dialect, own, sources)]
    stamp = stamp_query(dialect).subquery("stamp")
    return Queries(
        paths=sibling_paths,
        paths_locked=_locked(dialect, sibling_paths),
        about=sa.select(*stamp.c, *about)
        .select_from(own.join(stamp, sa.true()))
        .where(own.c.id == path_id),
        listed=len(about),
    )


def _locked(dialect: str, sibling_paths: sa.Select[Any]) -> sa.Select[Any]:
    """Select paths for update, holding the rules as they stand; the locks are taken in this order.

    PostgreSQL locks the rows above the join, so once the rules are held; and of a row that was
    changed meanwhile it returns what it is now.
    """
    locked = sibling_paths.with_for_update(of=schema.paths)
    shared = released.shared_lock(dialect)
    return locked if shared is None else locked.join(shared, sa.true())


def _about(dialect: str, own: Any, sources: tuple[Source, ...]) -> list[sa.Select[Any]]:
    """Select what the key has, and all about one path, as a chunk's evidence is selected."""
    chunk = evidence_queries.queries(dialect, ())
    records, timers, data = schema.records, schema.timers, schema.path_data
    return [
        idempotency.STORED,
        sa.select(*chunk.records.selected_columns)
        .where(records.c.subject == own.c.subject)
        .order_by(records.c.id),
        sa.select(*chunk.timers.selected_columns).where(
            timers.c.path_id == own.c.id, schema.is_pending(timers)
        ),
        sa.select(*chunk.data.selected_columns)
        .where(data.c.path_id == own.c.id)
        .order_by(data.c.seq),
        *(_rows_of_path(evidence_queries.SourceTable(source.rows), own) for source in sources),
    ]


def _rows_of_path(source: evidence_queries.SourceTable, own: Any) -> sa.Select[Any]:
    """Select an evidence source's rows of one path."""
    rows, table = source.rows, source.table
    number = own.c.id if rows.by == "subject" or rows.latest else table.c[rows.owner]
    found = sa.select(number, *source.columns).where(source.belongs(own.c.id, own))
    if rows.latest is None:
        return found.order_by(table.c.id)
    holds, latest_first = source.latest_first(table, evidence_queries.date_judged(own))
    return found.where(holds).order_by(*latest_first).limit(1)


def prefetch_path(
    connection: sa.Connection,
    path_id: int,
    *,
    on: date,
    lock: bool,
    key: str | None,
    request: str,
    sources: tuple[Source, ...],
) -> Prefetch | None:
    """Ask all that a command on one path asks first; see :meth:`SqlTransaction.prefetch`."""
    select = queries(connection.dialect.name, sources)
    paths, about = fetch_all(
        connection,
        [select.paths_locked if lock else select.paths, select.about],
        {"id": path_id, "on": on.isoformat(), "key": key or ""},
    )
    if not about:
        return None
    stamp, found = about[0][: -select.listed], about[0][-select.listed :]
    try:
        stored, *rows = json.loads(f"[{','.join([each or '[]' for each in found])}]")
        result = None if key is None else idempotency.result_of(stored, key, request)
        [row] = put_together(connection, [path_id], paths, *rows, sources=sources)
    except decode.MALFORMED:  # an index that says otherwise than its table, too
        raise MalformedError("path", path_id) from None
    return Prefetch(stamp_of(stamp), result, row.snapshot())
