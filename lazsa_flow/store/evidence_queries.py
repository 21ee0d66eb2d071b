"""What may a chunk of decisions read? One query a table, for all the chunk's paths.

What was recorded at or after ``before`` is not seen: a late worker, and an appeal a year on, get
midnight's answer. Source: programme.md, "Versions and data". Each query begins with the chunk's
numbers and goes from there by index, so that it costs as much as the chunk has paths, however many
others there are.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import sqlalchemy as sa

from lazsa_flow.award.rules.panel import NO_TALLY
from lazsa_flow.lifecycle.calendar import instant_text
from lazsa_flow.lifecycle.model import Snapshot
from lazsa_flow.store import decode, schema
from lazsa_flow.store.evidence_rows import put_together, taken
from lazsa_flow.store.fast.driver import fetch_all, ids_table, ids_value, rows_of
from lazsa_flow.store.merges import seller_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date, datetime

    from lazsa_flow.lifecycle.model import Path
    from lazsa_flow.store.evidence_rows import SqlEvidenceRow

_FOREVER: Final = "9999-12-31T23:59:59.999999Z~"
"""A text after every instant's: what was recorded before it is all there is."""


class Queries(NamedTuple):
    """The statements of one dialect; parameters ``ids``, ``before`` and ``on``."""

    paths: sa.Select[Any]
    paths_locked: sa.Select[Any]
    facts: sa.Select[Any]
    scorecards: sa.Select[Any]
    nominations: sa.Select[Any]
    records: sa.Select[Any]
    timers: sa.Select[Any]
    data: sa.Select[Any]


@lru_cache
def queries(dialect: str, *, merged: bool = False) -> Queries:
    """Return the statements of a dialect.

    Args:
        dialect: Its name.
        merged: Whether ids were merged: then facts and records are found under every id of a path's
            seller, and persons stand under the ids that hold.
    """
    before = sa.bindparam("before", type_=sa.Text())
    chunk, paths = ids_table(dialect), schema.paths
    own = paths.alias("own")
    mine = chunk.join(own, own.c.id == chunk.c.id)

    def recorded(
        table: sa.Table, condition: sa.ColumnElement[bool], source: Any, *columns: Any
    ) -> sa.Select[Any]:
        at = sa.type_coerce(table.c.recorded_at, sa.Text())
        return sa.select(*columns).select_from(source.join(table, condition)).where(at < before)

    cards, told, records = schema.scorecards, schema.nominations, schema.records
    timers, data = schema.timers, schema.path_data
    sibling_paths = sa.select(paths).select_from(mine.join(paths, paths.c.subject == own.c.subject))
    pending = (timers.c.path_id == chunk.c.id) & schema.PENDING
    named, its = (_named(chunk, own),) * 2 if merged else (mine, own)
    return Queries(
        paths=sibling_paths,
        paths_locked=sibling_paths.order_by(paths.c.id).with_for_update(of=paths),
        facts=_facts(named, its, before),
        scorecards=recorded(
            cards,
            (cards.c.path_id == own.c.id) & (cards.c.cycle_on == own.c.cycle_on),
            mine,
            *(_held(decode.SCORECARDS) if merged else decode.SCORECARDS),
        ),
        nominations=recorded(
            told,
            told.c.path_id == chunk.c.id,
            chunk,
            *(_held(decode.NOMINATIONS) if merged else decode.NOMINATIONS),
        ),
        records=recorded(
            records,
            records.c.subject == its.c.subject,
            named,
            *(
                [its.c.seller if c is records.c.subject else c for c in records.c]
                if merged
                else [records]
            ),
        ),
        timers=sa.select(*decode.PENDING).select_from(chunk.join(timers, pending)),
        data=recorded(data, data.c.path_id == chunk.c.id, chunk, *decode.PATH_DATA),
    )


def _named(chunk: Any, own: Any) -> Any:
    """Return the chunk's paths, each under every id of its seller: ``seller`` is the one it has."""
    aliases = schema.seller_aliases
    columns = (own.c.id, own.c.cycle_on, own.c.subject.label("seller"))
    by_id = chunk.join(own, own.c.id == chunk.c.id)
    under_own = sa.select(*columns, own.c.subject).select_from(by_id)
    under_aliases = sa.select(*columns, aliases.c.alias).select_from(
        by_id.join(aliases, aliases.c.seller == own.c.subject)
    )
    return sa.union_all(under_own, under_aliases).subquery()


def _held(columns: Iterable[sa.ColumnElement[Any]]) -> list[sa.ColumnElement[Any]]:
    """Return columns, those of persons with the ids that hold."""
    persons = (schema.scorecards.c.reviewer, schema.nominations.c.nominator)
    return [seller_of(each) if each in persons else each for each in columns]


def _facts(mine: Any, own: Any, before: Any) -> sa.Select[Any]:
    """Select each path's facts: the latest dated on or before the date judged."""
    facts = schema.facts
    dated = facts.alias("dated")
    judged_on = sa.func.coalesce(sa.type_coerce(own.c.cycle_on, sa.Text()), sa.bindparam("on"))
    latest = (
        sa.select(dated.c.id)
        .where(dated.c.seller == own.c.subject)
        .where(sa.type_coerce(dated.c.as_of, sa.Text()) <= judged_on)
        .where(sa.type_coerce(dated.c.recorded_at, sa.Text()) < before)
        .order_by(dated.c.as_of.desc(), dated.c.recorded_at.desc(), dated.c.id.desc())
        .limit(1)
        .correlate(own)
        .scalar_subquery()
    )
    found = sa.select(own.c.id.label("path_id"), *decode.FACTS).select_from(
        mine.join(facts, facts.c.id == latest)
    )
    if own is mine:  # of those under several ids the last row counts
        return found.order_by(facts.c.as_of, facts.c.recorded_at, facts.c.id)
    return found


def sights(
    connection: sa.Connection,
    path_ids: Collection[int],
    *,
    before: datetime | None,
    on: date,
    lock: bool,
    merged: bool = True,
) -> list[SqlEvidenceRow]:
    """Read all about each of these paths; see :class:`lazsa_flow.engine.ports.Transaction`.

    With ``merged``, sellers may have several ids.

    With ``lock``, the subjects' paths stay as they were read until the transaction ends: on
    PostgreSQL their rows are locked, in the order of their numbers; on SQLite there is one writer.

    Units:
        ``before`` is exclusive; ``on`` is a local date, inclusive.
    """
    dialect = connection.dialect.name
    select = queries(dialect, merged=merged)
    values = {
        "ids": ids_value(dialect, path_ids),
        "before": _FOREVER if before is None else instant_text(before),
        "on": on.isoformat(),
    }
    rows = fetch_all(
        connection,
        [
            select.paths_locked if lock else select.paths,
            select.facts,
            select.scorecards,
            select.nominations,
            select.records,
            select.timers,
            select.data,
        ],
        values,
    )
    return put_together(connection, path_ids, *rows)


def of_opening(
    connection: sa.Connection, path: Path, *, names: Collection[str], on: date, facts: bool
) -> Snapshot:
    """Read all about the subject of a path that is about to open; see :class:`Transaction`.

    Args:
        connection: In a transaction.
        path: The path.
        names: Every id of its subject.
        on: The date judged, if it is in no round.
        facts: Whether facts are read.
    """
    paths, records, known = schema.paths, schema.records, schema.facts
    others = sa.select(paths).where(paths.c.subject.in_(names)).order_by(paths.c.id)
    told = sa.select(records).where(records.c.subject.in_(names)).order_by(records.c.id)
    latest = (
        sa.select(sa.literal(path.id), *decode.FACTS)
        .where(known.c.seller.in_(names), known.c.as_of <= (path.cycle_on or on))
        .order_by(known.c.as_of.desc(), known.c.recorded_at.desc(), known.c.id.desc())
        .limit(1)
    )
    found = [decode.facts(row) for row in rows_of(connection, latest)] if facts else []
    return Snapshot(
        path,
        found[0] if found else None,
        NO_TALLY,
        (),
        tuple(map(decode.record, rows_of(connection, told))),
        tuple(map(decode.path, rows_of(connection, others))),
        taken=taken(connection, {path.id: path.data.get("claims", ())}).get(path.id, frozenset()),
    )
