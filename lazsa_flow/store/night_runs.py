"""Night runs in the database: read, changed, and what a night finds.

Every claim of due timers asks for the nights that are under way, and keeps the row of each until it
commits; so what moves, what is compared and what stops a night are one transaction.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import sqlalchemy as sa

from lazsa_flow.engine.night_run import STOPPED, CountryProgress, NightRun
from lazsa_flow.lifecycle.calendar import instant_text
from lazsa_flow.lifecycle.values import FrozenDict
from lazsa_flow.store import schema
from lazsa_flow.store.column_types import Day, read_instant

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date, datetime

    from lazsa_flow.engine.night_run import NightOutcome
    from lazsa_flow.engine.sealed_outcomes import SealedOutcome

_RUNS: Final = schema.night_runs
_FINDINGS: Final = schema.night_findings
UNDER_WAY: Final = sa.select(_RUNS.c.id).where(_RUNS.c.ended_at.is_(None))
"""Selects the nights that were started and are not done."""
_FIELDS: Final = {"on": "cycle_on"}
"""Fields of a run whose column has another name."""


def read_runs(connection: sa.Connection, *conditions: Any, lock: bool = False) -> list[NightRun]:
    """Return the nights that were started, oldest first.

    Args:
        connection: In a transaction.
        conditions: Which ones.
        lock: Whether others that lock or change one wait until the transaction ends.
    """
    query = sa.select(*(_RUNS.c[_FIELDS.get(name, name)] for name in NightRun.__slots__))
    query = query.where(*conditions).order_by(_RUNS.c.id)
    rows = connection.execute(query.with_for_update() if lock else query)
    return [_decode_run(dict(zip(NightRun.__slots__, row, strict=True))) for row in rows]


def read_started(connection: sa.Connection, since: date) -> set[tuple[str, date]]:
    """Return the country and date of every night since a date that was started."""
    query = sa.select(_RUNS.c.countries, _RUNS.c.cycle_on)
    rows = connection.execute(query.where(_RUNS.c.cycle_on >= sa.literal(since, Day())))
    return {(code, on) for countries, on in rows for code in json.loads(countries)}


def count_stopped(connection: sa.Connection) -> int:
    """Count the nights that have stopped by themselves and were neither resumed nor ended."""
    stopped = _RUNS.c.ended_at.is_(None) & (_RUNS.c.phase == STOPPED)
    return connection.scalar(sa.select(sa.func.count()).select_from(_RUNS).where(stopped)) or 0


def add_run(connection: sa.Connection, run: NightRun) -> int:
    """Record that a night starts; return its number."""
    row = _encode_run(run)
    del row["id"]
    made = connection.execute(sa.insert(_RUNS).values(row).returning(_RUNS.c.id))
    found: int = made.scalar_one()
    return found


def change_run(connection: sa.Connection, run: NightRun) -> None:
    """Write a night as it is now."""
    connection.execute(sa.update(_RUNS).where(_RUNS.c.id == run.id).values(_encode_run(run)))


def _encode_run(run: NightRun) -> dict[str, Any]:
    row = {_FIELDS.get(name, name): getattr(run, name) for name in NightRun.__slots__}
    progress = {
        code: [instant_text(each.starts_at), each.moved] for code, each in run.countries.items()
    }
    return {**row, "countries": json.dumps(progress, sort_keys=True)}


def _decode_run(fields: dict[str, Any]) -> NightRun:
    stored = json.loads(fields["countries"])
    countries = {
        code: CountryProgress(read_instant(starts_at), moved)
        for code, (starts_at, moved) in stored.items()
    }
    return NightRun(**{**fields, "countries": FrozenDict(countries)})


# -- what is pending of a night


def is_waiting(connection: sa.Connection, country: str, at: datetime) -> bool:
    """Return whether a timer of a country is pending that decides at an instant."""
    table = schema.timers
    query = sa.select(sa.literal(1)).where(
        schema.PENDING, table.c.due_at == at, table.c.country == country, table.c.decides
    )
    return connection.scalar(query.limit(1)) is not None


def countries_waiting(connection: sa.Connection, run: NightRun) -> set[str]:
    """Return the countries in which a timer of a night is pending that decides something."""
    return {
        code for code, each in run.countries.items() if is_waiting(connection, code, each.starts_at)
    }


def paths_waiting(connection: sa.Connection, path_ids: Collection[int], at: datetime) -> set[int]:
    """Return those of these paths of which a timer is pending that decides at an instant."""
    table = schema.timers
    due = schema.hide_from_index(table.c.due_at) == instant_text(at)
    query = sa.select(table.c.path_id).where(
        schema.is_pending(table), table.c.path_id.in_(list(path_ids)), due, table.c.decides
    )
    return set(connection.scalars(query))


def count_waiting(connection: sa.Connection, country: str, at: datetime) -> int:
    """Count the paths of a country of which a timer is pending that decides at an instant."""
    table = schema.timers
    query = sa.select(sa.func.count(table.c.path_id.distinct())).where(
        schema.PENDING, table.c.due_at == at, table.c.country == country, table.c.decides
    )
    return connection.scalar(query) or 0


# -- findings


def add_findings(
    connection: sa.Connection,
    run_id: int,
    found: Iterable[tuple[NightOutcome, SealedOutcome | None, bool]],
    at: datetime,
) -> None:
    """Record outcomes that were not foretold: each with what was, and whether evidence changed."""
    rows = [
        {
            "run_id": run_id,
            "path_id": own.path_id,
            "seq": own.seq,
            "changed": changed,
            "foreseen": foreseen and foreseen.outcome,
            "foreseen_state": foreseen and foreseen.state,
            "outcome": own.outcome,
            "state": own.state,
            "recorded_at": at,
        }
        for own, foreseen, changed in found
    ]
    if rows:
        connection.execute(sa.insert(_FINDINGS), rows)


class FindingRow(NamedTuple):
    """A path whose outcome is another than was foretold, as it is stored.

    Attributes:
        path_id: The path's number.
        lifecycle: Its lifecycle.
        country: Its country.
        changed: Whether evidence was recorded since the rehearsal, so that it does not count.
        foreseen: The outcome that was foretold; ``None`` where none was.
        foreseen_state: The state that was foretold.
        outcome: What became of it.
        state: The state that it was in afterwards.
        verdicts: The verdicts of its journal row, as JSON; ``None`` without one.
    """

    path_id: int
    lifecycle: str
    country: str
    changed: bool
    foreseen: str | None
    foreseen_state: str | None
    outcome: str
    state: str
    verdicts: str | None


def read_findings(connection: sa.Connection, run_id: int) -> list[FindingRow]:
    """Return what a night found, in the order in which it happened."""
    journal, paths, found = schema.journal, schema.paths, schema.night_findings
    row = (journal.c.path_id == found.c.path_id) & (journal.c.seq == found.c.seq)
    query = (
        sa.select(
            *(found.c.path_id, paths.c.lifecycle, paths.c.country),
            *(found.c[name] for name in FindingRow._fields[3:-1]),
            journal.c.verdicts,
        )
        .select_from(found.join(paths, paths.c.id == found.c.path_id).outerjoin(journal, row))
        .where(found.c.run_id == run_id)
        .order_by(found.c.id)
    )
    return list(map(FindingRow._make, connection.execute(query)))
