"""What may a chunk of decisions read? One query a table, for all the chunk's paths.

What was recorded at or after ``before`` is not seen: a late worker, and an appeal a year on, get
midnight's answer. Source: programme.md, "Versions and data". Each query begins with the chunk's
numbers and goes from there by index, so that it costs as much as the chunk has paths, however many
others there are.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

import sqlalchemy as sa

from lazsa_flow.domain.cycles import instant_text
from lazsa_flow.domain.model import Evidence
from lazsa_flow.domain.panel import Tally
from lazsa_flow.store import decoding, schema
from lazsa_flow.store.driver import fetch_all, ids_table, ids_value

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import date, datetime

    from lazsa_flow.domain.model import Path

_FOREVER: Final = "9999-12-31T23:59:59.999999Z~"
"""A text after every instant's: what was recorded before it is all there is."""
_NONE: Final = Tally()
_NOTHING: Final[frozenset[str]] = frozenset()
_Folded = TypeVar("_Folded")


class Queries(NamedTuple):
    """The statements of one dialect; parameters ``ids``, ``before`` and ``on``."""

    paths: sa.Select[Any]
    paths_locked: sa.Select[Any]
    facts: sa.Select[Any]
    scorecards: sa.Select[Any]
    nominations: sa.Select[Any]
    records: sa.Select[Any]
    timers: sa.Select[Any]


@lru_cache
def queries(dialect: str) -> Queries:
    """Return the statements of a dialect."""
    before = sa.bindparam("before", type_=sa.Text())
    chunk, paths = ids_table(dialect), schema.paths
    own = paths.alias("own")
    mine = chunk.join(own, own.c.id == chunk.c.id)

    def recorded(
        table: sa.Table, condition: sa.ColumnElement[bool], source: Any, *columns: Any
    ) -> sa.Select[Any]:
        at = sa.type_coerce(table.c.recorded_at, sa.Text())
        read = sa.select(*columns).select_from(source.join(table, condition))
        return read.where(at < before).order_by(table.c.id)

    cards, told, records = schema.scorecards, schema.nominations, schema.records
    timers = schema.timers
    kin = (
        sa.select(paths)
        .select_from(mine.join(paths, paths.c.subject == own.c.subject))
        .order_by(paths.c.id)
    )
    pending = (timers.c.path_id == chunk.c.id) & schema.PENDING
    return Queries(
        paths=kin,
        paths_locked=kin.with_for_update(of=paths),
        facts=_facts(mine, own, before),
        scorecards=recorded(
            cards,
            (cards.c.path_id == own.c.id) & (cards.c.cycle_on == own.c.cycle_on),
            mine,
            *decoding.SCORECARDS,
        ),
        nominations=recorded(told, told.c.path_id == chunk.c.id, chunk, *decoding.NOMINATIONS),
        records=recorded(records, records.c.subject == own.c.subject, mine, records),
        timers=sa.select(timers).select_from(chunk.join(timers, pending)),
    )


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
    return sa.select(own.c.id.label("path_id"), facts).select_from(
        mine.join(facts, facts.c.id == latest)
    )


def load_chunk(
    connection: sa.Connection,
    path_ids: Collection[int],
    *,
    before: datetime | None,
    on: date,
    lock: bool,
) -> list[Evidence]:
    """Load the evidence of each of these paths; see :class:`lazsa_flow.engine.ports.Transaction`.

    With ``lock``, the subjects' paths stay as they were read until the transaction ends: on
    PostgreSQL their rows are locked, in the order of their numbers; on SQLite there is one writer.

    Units:
        ``before`` is exclusive; ``on`` is a local date, inclusive.
    """
    dialect = connection.dialect.name
    select = queries(dialect)
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
        ],
        values,
    )
    return put_together(connection, path_ids, *rows)


def put_together(
    connection: sa.Connection,
    path_ids: Collection[int],
    paths: list[decoding.Row],
    facts_rows: list[decoding.Row],
    cards_rows: list[decoding.Row],
    told: list[decoding.Row],
    recorded: list[decoding.Row],
    pending: list[decoding.Row],
) -> list[Evidence]:
    """Make each path's evidence out of the rows that were found, with those of all their kin."""
    found = {row[0]: decoding.path(row) for row in paths}
    kin: dict[str, list[Path]] = defaultdict(list)
    for path in found.values():
        kin[path.subject].append(path)
    facts = {row[0]: decoding.facts(row) for row in facts_rows}
    tallies = _by(cards_rows, 0, decoding.scorecard, Tally.of)
    nominations = _by(told, 0, tuple, decoding.nominations)
    records = _by(_once(recorded), 1, decoding.record, tuple)
    timers = _by(pending, 0, decoding.timer, tuple)
    asked = [found[id_] for id_ in dict.fromkeys(path_ids) if id_ in found]
    taken = _taken(connection, asked)
    return [
        Evidence(
            path,
            facts.get(path.id),
            tallies.get(path.id, _NONE),
            nominations.get(path.id, ()),
            records.get(path.subject, ()),
            _others(path, kin[path.subject]),
            timers.get(path.id, ()),
            taken.get(path.id, _NOTHING),
        )
        for path in asked
    ]


def _others(path: Path, kin: list[Path]) -> tuple[Path, ...]:
    return tuple([other for other in kin if other is not path]) if len(kin) > 1 else ()


def _by(
    rows: Iterable[decoding.Row],
    key: int,
    read: Callable[[decoding.Row], Any],
    fold: Callable[[list[Any]], _Folded],
) -> dict[Any, _Folded]:
    found: dict[Any, list[Any]] = {}
    for row in rows:
        named = row[key]
        if named in found:
            found[named].append(read(row))
        else:
            found[named] = [read(row)]
    return {named: fold(values) for named, values in found.items()}


def _once(rows: list[decoding.Row]) -> list[decoding.Row]:
    """Leave out what came twice, since two paths of the chunk are one subject's."""
    return list({row[0]: row for row in rows}.values())


def _taken(connection: sa.Connection, paths: list[Path]) -> dict[int, frozenset[str]]:
    """Find the keys that a path would claim and another path holds."""
    wanted = {path.id: path.data["claims"] for path in paths if path.data.get("claims")}
    if not wanted:
        return {}
    table = schema.claims
    keys = {key for claimed in wanted.values() for key in claimed}
    query = sa.select(table.c.key, table.c.path_id).where(table.c.key.in_(keys))
    holders: dict[str, int] = {row.key: row.path_id for row in connection.execute(query)}
    return {
        path_id: frozenset(key for key in claimed if holders.get(key, path_id) != path_id)
        for path_id, claimed in wanted.items()
    }
