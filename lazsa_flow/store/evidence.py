"""What may a chunk of decisions read? One query a table, for all the chunk's paths.

What was recorded at or after ``before`` is not seen: a late worker, and an appeal a year on, get
midnight's answer. Source: programme.md, "Versions and data".
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from lazsa_flow.domain.model import Evidence, Nomination
from lazsa_flow.domain.panel import Scorecard, Tally
from lazsa_flow.store import schema
from lazsa_flow.store.codec import facts_of, path_of, record_of, timer_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import date, datetime

    from lazsa_flow.domain.model import Path


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
    ids = list(path_ids)
    subjects = sa.select(schema.paths.c.subject).where(schema.paths.c.id.in_(ids))
    query = (
        sa.select(schema.paths)
        .where(schema.paths.c.subject.in_(subjects))
        .order_by(schema.paths.c.id)
    )
    if lock:
        query = query.with_for_update()
    found = [path_of(row) for row in connection.execute(query).mappings()]
    kin: dict[str, list[Path]] = defaultdict(list)
    for path in found:
        kin[path.subject].append(path)
    facts = _facts(connection, ids, before, on)
    tallies = _tallies(connection, ids, before)
    nominations = _nominations(connection, ids, before)
    records = _by(
        connection,
        _recorded(schema.records, before).where(schema.records.c.subject.in_(subjects)),
        "subject",
        record_of,
    )
    timers = _by(
        connection,
        sa.select(schema.timers).where(
            schema.timers.c.path_id.in_(ids), schema.timers.c.status == "pending"
        ),
        "path_id",
        timer_of,
    )
    wanted = set(ids)
    taken = _taken(connection, [path for path in found if path.id in wanted])
    return [
        Evidence(
            path=path,
            facts=facts.get(path.id),
            tally=tallies.get(path.id, Tally()),
            nominations=tuple(nominations.get(path.id, ())),
            records=tuple(records[path.subject]),
            others=tuple(other for other in kin[path.subject] if other.id != path.id),
            timers=tuple(timers[path.id]),
            taken=taken.get(path.id, frozenset()),
        )
        for path in found
        if path.id in wanted
    ]


def _recorded(table: sa.Table, before: datetime | None) -> sa.Select[Any]:
    query = sa.select(table).order_by(table.c.id)
    return query if before is None else query.where(table.c.recorded_at < before)


def _by(
    connection: sa.Connection,
    query: sa.Select[Any],
    key: str,
    read: Callable[[sa.RowMapping], Any],
) -> dict[Any, list[Any]]:
    rows: dict[Any, list[Any]] = defaultdict(list)
    for row in connection.execute(query).mappings():
        rows[row[key]].append(read(row))
    return rows


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


def _facts(
    connection: sa.Connection, ids: list[int], before: datetime | None, on: date
) -> dict[int, Any]:
    """Find each path's facts: the latest dated on or before the date judged."""
    paths, facts = schema.paths, schema.facts
    dated = facts.alias("dated")
    latest = (
        sa.select(dated.c.id)
        .where(dated.c.seller == paths.c.subject)
        .where(dated.c.as_of <= sa.func.coalesce(paths.c.cycle_on, sa.literal(on, schema.Day())))
    )
    if before is not None:
        latest = latest.where(dated.c.recorded_at < before)
    latest = latest.order_by(
        dated.c.as_of.desc(), dated.c.recorded_at.desc(), dated.c.id.desc()
    ).limit(1)
    query = (
        sa.select(paths.c.id.label("path_id"), facts)
        .select_from(paths)
        .join(facts, facts.c.id == latest.correlate(paths).scalar_subquery())
        .where(paths.c.id.in_(ids))
    )
    return {row["path_id"]: facts_of(row) for row in connection.execute(query).mappings()}


def _tallies(
    connection: sa.Connection, ids: list[int], before: datetime | None
) -> dict[int, Tally]:
    """Count each path's present round."""
    cards, paths = schema.scorecards, schema.paths
    query = _recorded(cards, before).join(
        paths, (paths.c.id == cards.c.path_id) & (paths.c.cycle_on == cards.c.cycle_on)
    )
    rounds = _by(connection, query.where(cards.c.path_id.in_(ids)), "path_id", scorecard_of)
    return {path_id: Tally.of(round_) for path_id, round_ in rounds.items()}


def scorecard_of(row: sa.RowMapping) -> Scorecard:
    """Read a scorecard or recusal from its row."""
    scores = row["scores"]
    return Scorecard(
        row["reviewer"], row["team"], tuple(map(int, scores.split(","))) if scores else ()
    )


def _nominations(
    connection: sa.Connection, ids: list[int], before: datetime | None
) -> dict[int, list[Nomination]]:
    query = _recorded(schema.nominations, before).where(schema.nominations.c.path_id.in_(ids))
    rows = _by(connection, query, "path_id", dict)
    return {path_id: fold_nominations(events) for path_id, events in rows.items()}


def fold_nominations(events: Iterable[dict[str, Any]]) -> list[Nomination]:
    """Fold the events of nominations, oldest first, into how each stands."""
    standing: dict[int, Nomination] = {}
    for event in events:
        match event["event"]:
            case "made":
                standing[event["id"]] = Nomination(
                    event["id"], event["source"], event["nominator"], event["complete"], False
                )
            case "completed":
                of = event["nomination_id"]
                standing[of] = replace(standing[of], complete=True)
            case "withdrawn":
                of = event["nomination_id"]
                standing[of] = replace(standing[of], withdrawn=True)
    return list(standing.values())
