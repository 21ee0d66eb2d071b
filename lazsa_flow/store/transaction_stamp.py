"""The stamp: what every transaction asks first of the database.

One row says what the rules stand at, which timers are paused, whether cycle dates wait for a start,
which schema and lifecycle tables the database is run by, and what time it is as far as the database
can tell. It goes along with a query that is made anyway wherever there is one; see
:mod:`~lazsa_flow.store.brakes` for what follows.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import sqlalchemy as sa

from lazsa_flow.errors import MalformedError
from lazsa_flow.lifecycle.pauses import Pause
from lazsa_flow.store import columns, decode, schema
from lazsa_flow.store.fast.driver import fetch
from lazsa_flow.store.schema_revision import VERSION_TABLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PAUSE: Final = ("country", "cycle_on", "actor", "recorded_at", "reason")


class RulesVersion(NamedTuple):
    """What the rules stand at: another value means that they are to be read again.

    Attributes:
        suspensions: How often a cycle was suspended or a suspension lifted.
        merges: The number of the last event of merged ids; 0: there never was one.
    """

    policies: int
    countries: int
    suspensions: int
    merges: int


class Stamp(NamedTuple):
    """What the database says of itself.

    Attributes:
        version: What the rules stand at.
        pauses: The pauses in force.
        lifecycles: The digest of each lifecycle's table that the database is run by.
        revision: The schema's revision.
        needs_start: Whether no cycle date starts unless it was approved and started.
        clock: The server's clock; SQLite has none but the machine's.
        recorded_at: On SQLite, the newest instant at which anything was recorded.
    """

    version: RulesVersion
    pauses: tuple[Pause, ...]
    lifecycles: Mapping[str, str]
    revision: str | None
    needs_start: bool
    clock: datetime | None
    recorded_at: datetime | None


def listed(dialect: str, query: sa.Select[Any]) -> sa.ScalarSelect[Any]:
    """Return a query's rows as one value: a JSON array of arrays, as text."""
    rows = query.subquery()
    if dialect == "postgresql":
        array = sa.func.json_agg(sa.func.json_build_array(*rows.c))
        return sa.select(sa.cast(array, sa.Text())).scalar_subquery()
    return sa.select(sa.func.json_group_array(sa.func.json_array(*rows.c))).scalar_subquery()


def stamp_query(dialect: str) -> sa.Select[Any]:
    """Select what :func:`stamp_of` reads."""
    return _stamp_query(dialect, columns.stamped_tables())


@lru_cache
def _stamp_query(dialect: str, stamped: tuple[sa.Table, ...]) -> sa.Select[Any]:
    pauses, lifecycles = schema.pauses, schema.lifecycles
    fields = [sa.type_coerce(pauses.c[name], sa.Text()) for name in _PAUSE]
    in_force: Any = sa.select(*fields).where(pauses.c.lifted_at.is_(None))
    tables = sa.select(lifecycles.c.lifecycle, lifecycles.c.digest)
    number = sa.column("version_num", sa.Text())
    revision = sa.select(number).select_from(sa.table(VERSION_TABLE)).limit(1)
    lifted = _select_count(schema.lifted_suspensions)
    return sa.select(
        _select_count(schema.policies),
        _select_count(schema.countries),
        _select_count(schema.suspensions) + lifted + lifted,  # one that was lifted is two changes
        sa.select(sa.func.coalesce(sa.func.max(schema.subject_merges.c.id), 0)).scalar_subquery(),
        listed(dialect, in_force.order_by(pauses.c.id)),
        listed(dialect, tables),
        revision.scalar_subquery(),
        _night_rule(),
        _server_clock() if dialect == "postgresql" else _select_newest(stamped),
    )


def _select_count(table: sa.Table) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.count()).select_from(table).scalar_subquery()


def _night_rule() -> sa.ScalarSelect[bool]:
    rules = schema.night_rules
    return sa.select(rules.c.required).order_by(rules.c.id.desc()).limit(1).scalar_subquery()


def _server_clock() -> Any:
    return sa.extract("epoch", sa.func.clock_timestamp())


def _select_newest(stamped: tuple[sa.Table, ...]) -> Any:
    """Select the newest ``recorded_at`` on SQLite: that of the last row of each table.

    What is appended is stamped by the clock, and the brakes let no clock go back; so the last row
    is the newest, and no index is needed to find it. The tables themselves are asked, not what
    hides the rows of an import that is under way: it would read all of a table to find its last.
    """
    last: list[sa.ColumnElement[str]] = []
    for table in stamped:
        recorded, own = table.c.recorded_at.name, f"main.{table.name}"
        row = f"SELECT {recorded} FROM {own} WHERE rowid = (SELECT max(rowid) FROM {own})"
        last.append(sa.literal_column(f"coalesce(({row}), '')"))
    return sa.func.max(*last)


def stamp_of(row: Sequence[Any]) -> Stamp:
    """Read what :func:`stamp_query` selects.

    Raises:
        MalformedError: A pause, a lifecycle's digest or the newest instant cannot be read.
    """
    try:
        return _stamp_of(row)
    except decode.MALFORMED:
        raise MalformedError("stamp") from None


def _stamp_of(row: Sequence[Any]) -> Stamp:
    *counts, pauses, lifecycles, revision, needs_start, time = row
    server = not isinstance(time, str)
    return Stamp(
        RulesVersion(*counts),
        _decode_pauses(pauses),
        _decode_digests(lifecycles),
        revision,
        bool(needs_start),
        datetime.fromtimestamp(float(time), UTC) if server else None,
        decode.instant(time) if time and not server else None,
    )


def read_stamp(connection: sa.Connection) -> Stamp:
    """Ask a database for its stamp."""
    [row] = fetch(connection, stamp_query(connection.dialect.name), {})
    return stamp_of(row)


@lru_cache(maxsize=64)
def _decode_pauses(text: str | None) -> tuple[Pause, ...]:
    return tuple(
        Pause(country, cycle and decode.day(cycle), actor, decode.instant(since), reason)
        for country, cycle, actor, since, reason in json.loads(text or "[]")
    )


@lru_cache(maxsize=64)
def _decode_digests(text: str | None) -> Mapping[str, str]:
    return dict(json.loads(text or "[]"))
