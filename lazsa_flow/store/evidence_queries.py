"""Evidence queries: one a table, for all paths of a chunk of decisions.

What was recorded at or after ``before`` is not seen: a late worker, and an appeal a year on, get
midnight's answer. Source: programme.md, "Versions and data". Each query begins with the chunk's
numbers and goes from there by index, so that it costs as much as the chunk has paths, however many
others there are.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import sqlalchemy as sa

from lazsa_flow.lifecycle.calendar import instant_text
from lazsa_flow.lifecycle.model import Snapshot
from lazsa_flow.lifecycle.values import FrozenDict
from lazsa_flow.store import decode, schema
from lazsa_flow.store.evidence_rows import put_together
from lazsa_flow.store.fast.driver import count_few, fetch_all, ids_table, ids_value
from lazsa_flow.store.merges import current_id_of
from lazsa_flow.store.rows import PATH_COLUMNS
from lazsa_flow.store.taken_keys import find_taken

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from lazsa_flow.lifecycle.evidence import Selection, Source
    from lazsa_flow.lifecycle.model import Path
    from lazsa_flow.store.evidence_rows import SqlEvidenceRow

_FOREVER: Final = "9999-12-31T23:59:59.999999Z~"
"""A text after every instant's: what was recorded before it is all there is."""


class Queries(NamedTuple):
    """The statements of one dialect; parameters ``ids``, ``before`` and ``on``."""

    paths: sa.Select[Any]
    paths_locked: sa.Select[Any]
    records: sa.Select[Any]
    timers: sa.Select[Any]
    data: sa.Select[Any]
    sources: tuple[sa.Select[Any], ...]


@lru_cache
def queries(dialect: str, sources: tuple[Source, ...], *, merged: bool = False) -> Queries:
    """Return the statements of a dialect.

    Args:
        dialect: Its name.
        sources: The evidence sources that are read.
        merged: Whether ids were merged: then what belongs to a subject is found under every id of
            it, and persons stand under the ids that hold.
    """
    before = _BEFORE
    chunk, paths = ids_table(dialect), schema.paths
    own = paths.alias("own")
    mine = chunk.join(own, own.c.id == chunk.c.id)

    records, timers, data = schema.records, schema.timers, schema.path_data
    sibling_paths = sa.select(*PATH_COLUMNS).select_from(
        mine.join(paths, paths.c.subject == own.c.subject)
    )
    pending = (timers.c.path_id == chunk.c.id) & schema.is_pending(timers)
    named, its = (_join_ids(chunk, own),) * 2 if merged else (mine, own)
    return Queries(
        paths=sibling_paths,
        paths_locked=sibling_paths.order_by(paths.c.id).with_for_update(of=paths),
        records=_select_recorded(
            records,
            records.c.subject == its.c.subject,
            named,
            *(
                [its.c.current_id if c is records.c.subject else c for c in records.c]
                if merged
                else [records]
            ),
        ),
        timers=sa.select(*decode.PENDING).select_from(chunk.join(timers, pending)),
        data=_select_recorded(data, data.c.path_id == chunk.c.id, chunk, *decode.PATH_DATA),
        sources=tuple(
            _rows_of_chunk(
                SourceTable(source.rows, merged=merged),
                *((named, its) if source.rows.by == "subject" else (mine, own)),
                chunk,
                before,
            )
            for source in sources
        ),
    )


_BEFORE: Final = sa.bindparam("before", type_=sa.Text())


def _select_recorded(
    table: sa.Table, condition: sa.ColumnElement[bool], source: Any, *columns: Any
) -> sa.Select[Any]:
    """Select what was recorded of a table before the instant judged."""
    at = sa.type_coerce(table.c.recorded_at, sa.Text())
    return sa.select(*columns).select_from(source.join(table, condition)).where(at < _BEFORE)


class SourceTable:
    """The table of an evidence source, as far as it is read.

    Args:
        rows: Which rows are read.
        merged: Whether ids were merged.

    Attributes:
        columns: What is read of a row, after the path's number.
    """

    def __init__(self, rows: Selection, *, merged: bool = False) -> None:
        self.rows, self.merged = rows, merged
        read = [rows.latest or "id", *rows.columns]
        asked = {*read, "id", rows.owner, "recorded_at", *([rows.round] if rows.round else [])}
        self.table = sa.table(rows.table, *map(sa.column, sorted(asked)))
        columns = [self.table.c[name] for name in read]
        self.columns = [
            current_id_of(c) if merged and c.name in rows.persons else c for c in columns
        ]

    def belongs(self, path_id: Any, own: Any) -> sa.ColumnElement[bool]:
        """Return the condition that a row belongs to a path."""
        owner: sa.ColumnElement[Any] = self.table.c[self.rows.owner]
        its: sa.ColumnElement[bool] = owner == (
            path_id if self.rows.by == "path" else own.c.subject
        )
        if self.rows.round is not None:
            its &= self.table.c[self.rows.round] == sa.type_coerce(own.c.cycle_on, sa.Text())
        return its

    def latest_first(self, table: Any, judged_on: Any) -> tuple[Any, tuple[Any, ...]]:
        """Return the condition that a row holds on the date judged, and the order by its date."""
        assert self.rows.latest is not None
        dated = sa.type_coerce(table.c[self.rows.latest], sa.Text())
        order = (dated.desc(), table.c.recorded_at.desc(), table.c.id.desc())
        return dated <= judged_on, order


def date_judged(own: Any) -> Any:
    """Return the date on which a path is judged: that of its round, or the parameter ``on``."""
    return sa.func.coalesce(sa.type_coerce(own.c.cycle_on, sa.Text()), sa.bindparam("on"))


def _rows_of_chunk(
    source: SourceTable, mine: Any, own: Any, chunk: Any, before: Any
) -> sa.Select[Any]:
    """Select a source's rows of a chunk's paths, recorded before an instant."""
    rows, table = source.rows, source.table
    if rows.latest is not None:
        return _latest_of_chunk(source, mine, own, before)
    by_path = rows.by == "path"
    if by_path and rows.round is None:  # that needs no look at the path
        paths, condition = chunk, source.belongs(chunk.c.id, own)
    else:
        paths, condition = mine, source.belongs(own.c.id, own)
    at = sa.type_coerce(table.c.recorded_at, sa.Text())
    number = table.c[rows.owner] if by_path else own.c.id
    found = sa.select(number, *source.columns).select_from(paths.join(table, condition))
    return found.where(at < before)


def _latest_of_chunk(source: SourceTable, mine: Any, own: Any, before: Any) -> sa.Select[Any]:
    """Select of each path the latest row dated on or before the date judged."""
    rows, table = source.rows, source.table
    dated = table.alias("dated")
    owner = dated.c[rows.owner]
    holds, latest_first = source.latest_first(dated, date_judged(own))
    latest = (
        sa.select(dated.c.id)
        .where(owner == (own.c.id if rows.by == "path" else own.c.subject))
        .where(holds)
        .where(sa.type_coerce(dated.c.recorded_at, sa.Text()) < before)
        .order_by(*latest_first)
        .limit(1)
        .correlate(own)
        .scalar_subquery()
    )
    found = sa.select(own.c.id.label("path_id"), *source.columns).select_from(
        mine.join(table, table.c.id == latest)
    )
    if own is mine:  # of those under several ids the last row counts
        assert rows.latest is not None
        return found.order_by(table.c[rows.latest], table.c.recorded_at, table.c.id)
    return found


def _join_ids(chunk: Any, own: Any) -> Any:
    """Return the chunk's paths, each under every id; ``current_id`` is the one that holds."""
    aliases = schema.subject_aliases
    columns = (own.c.id, own.c.cycle_on, own.c.subject.label("current_id"))
    by_id = chunk.join(own, own.c.id == chunk.c.id)
    under_own = sa.select(*columns, own.c.subject).select_from(by_id)
    under_aliases = sa.select(*columns, aliases.c.alias).select_from(
        by_id.join(aliases, aliases.c.subject == own.c.subject)
    )
    return sa.union_all(under_own, under_aliases).subquery()


def read_rows(
    connection: sa.Connection,
    path_ids: Collection[int],
    *,
    before: datetime | None,
    on: date,
    lock: bool,
    sources: tuple[Source, ...],
    merged: bool = True,
) -> list[SqlEvidenceRow]:
    """Read all about each of these paths; see :class:`lazsa_flow.engine.ports.Transaction`.

    With ``merged``, subjects may have several ids.

    With ``lock``, the subjects' paths stay as they were read until the transaction ends: on
    PostgreSQL their rows are locked, in the order of their numbers; on SQLite there is one writer.

    Units:
        ``before`` is exclusive; ``on`` is a local date, inclusive.
    """
    dialect = connection.dialect.name
    select = queries(dialect, sources, merged=merged)
    values = {
        "ids": ids_value(dialect, path_ids),
        "before": _FOREVER if before is None else instant_text(before),
        "on": on.isoformat(),
    }
    rows = fetch_all(
        connection,
        [
            select.paths_locked if lock else select.paths,
            select.records,
            select.timers,
            select.data,
            *select.sources,
        ],
        values,
    )
    return put_together(connection, path_ids, *rows, sources=sources)


def of_opening(
    connection: sa.Connection,
    path: Path,
    *,
    names: Collection[str],
    on: date,
    sources: tuple[Source, ...],
    read: Collection[str] | None,
) -> Snapshot:
    """Read all about the subject of a path that is about to open; see :class:`Transaction`.

    Args:
        connection: In a transaction.
        path: The path.
        names: Every id of its subject.
        on: The date judged, if it is in no round.
        sources: All evidence sources; of those by path there is nothing yet.
        read: The names of those whose rows are read; ``None``: all.
    """
    dialect = connection.dialect.name
    by_subject = (source for source in sources if source.rows.by == "subject")
    asked = [source for source in by_subject if read is None or source.name in read]
    select = opening_queries(dialect, tuple(asked), at_most=count_few(names))
    others, records_found, *found = fetch_all(
        connection,
        [select.paths, select.records, *select.sources],
        {
            "ids": ids_value(dialect, names),
            "id": path.id,
            "on": (path.cycle_on or on).isoformat(),
            "round": str(path.cycle_on),
        },
    )
    by_name = {source.name: rows for source, rows in zip(asked, found, strict=True)}
    dates = {
        source.name: decode.day(by_name[source.name][0][1])
        for source in asked
        if source.rows.latest is not None and by_name[source.name]
    }
    taken = find_taken(connection, {path.id: path.data.get("claims", ())})
    return Snapshot(
        path,
        FrozenDict({s.name: decode.evidence(s, by_name.get(s.name, []), path.id) for s in sources}),
        tuple(map(decode.record, records_found)),
        tuple(map(decode.path, others)),
        taken=taken[path.id],
        dates=FrozenDict(dates),
    )


class OpeningQueries(NamedTuple):
    """The statements about a path that opens; ``ids`` are those of its subject."""

    paths: sa.Select[Any]
    records: sa.Select[Any]
    sources: tuple[sa.Select[Any], ...]


@lru_cache
def opening_queries(
    dialect: str, sources: tuple[Source, ...], *, at_most: int | None = None
) -> OpeningQueries:
    """Return the statements of a dialect for these evidence sources and so many ids."""
    named = ids_table(dialect, sa.Text, at_most=at_most)
    paths, records = schema.paths, schema.records
    return OpeningQueries(
        sa.select(*PATH_COLUMNS)
        .select_from(named.join(paths, paths.c.subject == named.c.id))
        .order_by(paths.c.id),
        sa.select(records)
        .select_from(named.join(records, records.c.subject == named.c.id))
        .order_by(records.c.id),
        tuple(_rows_of_subject(source.rows, named) for source in sources),
    )


def _rows_of_subject(rows: Selection, named: Any) -> sa.Select[Any]:
    """Select a source's rows of a subject who may have several ids; ``on`` is the date judged."""
    source = SourceTable(rows, merged=True)
    table = source.table
    found = sa.select(sa.bindparam("id", type_=sa.BigInteger()), *source.columns).select_from(
        named.join(table, table.c[rows.owner] == named.c.id)
    )
    if rows.round is not None:
        found = found.where(table.c[rows.round] == sa.bindparam("round", type_=sa.Text()))
    if rows.latest is None:
        return found.order_by(table.c.id)
    judged_on = sa.bindparam("on", type_=sa.Text())
    holds, latest_first = source.latest_first(table, judged_on)
    return found.where(holds).order_by(*latest_first).limit(1)
