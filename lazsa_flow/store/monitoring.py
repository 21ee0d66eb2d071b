"""Monitoring: what operators watch, each by one look-up in an index.

And who leads among several tickers, where the database can tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from lazsa_flow.store import night_runs, pauses, schema
from lazsa_flow.store.column_types import Day, Instant
from lazsa_flow.store.flows import OUTCOMES
from lazsa_flow.store.postgresql import APPLICATION

if TYPE_CHECKING:
    from datetime import date, datetime

    from lazsa_flow.engine.ledger import Count

RELAY: Final = "relay"
"""The name of its heartbeat."""
STANDSTILL_S: Final = 30.0
"""For so long a session of ours may wait for the rest of a statement or of a transaction."""
_END_STALLED: Final = sa.text(
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
    " AND wait_event = 'ClientRead' AND query LIKE '%lazsa\\_%'"
    " AND (state = 'active' OR state LIKE 'idle in transaction%' AND application_name = :ours)"
    " AND state_change < clock_timestamp() - make_interval(secs => :seconds)"
)
_LAST_BLOCKS: Final = (
    "lazsa_journal.ctid >= (SELECT format('(%s,0)', greatest(0, pg_relation_size('lazsa_journal')"
    " / current_setting('block_size')::int - 16))::tid)"
)
"""The rows of the last 16 blocks; some may be those of transactions that were rolled back."""
_LEADER: Final = 0x74696B6572  # "tiker": apart from the lock on migrations


@dataclass(frozen=True, slots=True)
class QueueStats:
    """What is to be done, and what cannot be.

    Attributes:
        due: Timers that are due.
        failing: Paths that failed and wait for their next attempt.
        parked: Paths that are parked.
        outbox: Notices that wait to be sent.
        outbox_since: When the oldest of them was written.
        pauses: Pauses that are in force.
        notices_parked: Notices that were set aside.
        outbox_due_since: Since when the one that may be sent now has waited for longest: not before
            its quiet hours, its digest or its next attempt. ``None`` where none may.
        relay_seen: When a relay was last seen at work; ``None`` where none ever was.
        nights_stopped: Nights that have stopped by themselves and were neither resumed nor ended.
    """

    due: int
    failing: int
    parked: int
    outbox: int
    outbox_since: datetime | None
    pauses: int
    notices_parked: int
    outbox_due_since: datetime | None
    relay_seen: datetime | None
    nights_stopped: int


def queue_stats(connection: sa.Connection, now: datetime) -> QueueStats:
    """Return how the work stands at an instant."""
    failures, outbox = schema.failures, schema.outbox
    waits = failures.c.retry_at.is_not(None)
    failing, parked = connection.execute(
        sa.select(sa.func.count().filter(waits), sa.func.count().filter(~waits)).select_from(
            failures
        )
    ).one()
    ready = ~outbox.c.parked & (outbox.c.next_at <= now)
    notices, since, set_aside, due_since = connection.execute(
        sa.select(
            sa.func.count(),
            sa.type_coerce(sa.func.min(outbox.c.created_at), Instant()),
            sa.func.count().filter(outbox.c.parked),
            sa.type_coerce(sa.func.min(outbox.c.next_at).filter(ready), Instant()),
        )
    ).one()
    beats = schema.heartbeats
    return QueueStats(
        due=count_due(connection, now),
        failing=failing,
        parked=parked,
        outbox=notices,
        outbox_since=since,
        pauses=len(pauses.read(connection)),
        notices_parked=set_aside,
        outbox_due_since=due_since,
        relay_seen=connection.scalar(sa.select(beats.c.seen_at).where(beats.c.process == RELAY)),
        nights_stopped=night_runs.count_stopped(connection),
    )


def count_due(connection: sa.Connection, now: datetime, limit: int | None = None) -> int:
    """Count the timers that are due at an instant, no further than a limit."""
    timers = schema.timers
    due = sa.select(sa.literal(1)).where(schema.PENDING, timers.c.due_at <= now)
    return (
        connection.scalar(sa.select(sa.func.count()).select_from(due.limit(limit).subquery())) or 0
    )


def due_by_country(connection: sa.Connection, now: datetime) -> dict[str, int]:
    """Count the timers that are due at an instant, country by country."""
    timers = schema.timers
    country = schema.hide_from_index(timers.c.country)
    query = (
        sa.select(country, sa.func.count())
        .where(schema.PENDING, timers.c.due_at <= now)
        .group_by(country)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def due_by_timer(connection: sa.Connection, now: datetime) -> list[tuple[str, str, str, int]]:
    """Count the timers that are due at an instant, by country, lifecycle and name."""
    timers, paths = schema.timers, schema.paths
    by = (timers.c.country, paths.c.lifecycle, timers.c.name)
    query = (
        sa.select(*by, sa.func.count())
        .join(paths, paths.c.id == timers.c.path_id)
        .where(schema.PENDING, timers.c.due_at <= now)
        .group_by(*by)
        .order_by(*by)
    )
    return [(row[0], row[1], row[2], row[3]) for row in connection.execute(query)]


def count_due_by_cycle(connection: sa.Connection, until: datetime) -> list[Count]:
    """Count timers due until an instant, by country and cycle date.

    ``due`` is counted from timer rows: those that are open by an index, those that have ended as
    each of them was written. ``moved`` and ``refused`` are counted from the journal rows of those
    that have ended, as :mod:`.flows` counts them; ``parked`` from timers set aside. What is open
    and not parked is unexplained.
    """
    from lazsa_flow.engine.ledger import Count

    flows = schema.flows
    ended = (
        sa.select(
            flows.c.country,
            flows.c.cycle_on,
            flows.c.moves.label("due"),
            sa.case((flows.c.trigger.is_not(None), flows.c.moves), else_=0).label("moved"),
            sa.case((flows.c.trigger.is_(None), flows.c.moves), else_=0).label("refused"),
            sa.literal_column("0").label("parked"),
        )
        .where(flows.c.cycle_on.is_not(None), flows.c.effective_at <= until)
        .subquery()
    )
    rows = sa.union_all(sa.select(ended), _open(until, parked=False), _open(until, parked=True))
    each = rows.subquery()
    country, on, *figures = each.c
    query = sa.select(country, on, *map(sa.func.sum, figures)).group_by(country, on)
    return [Count(*row) for row in connection.execute(query)]


def _open(until: datetime, *, parked: bool) -> sa.Select[Any]:
    """Select the timers that are due and have not ended, each as a row of the books."""
    timers = schema.timers
    zero: sa.ColumnElement[int] = sa.literal_column("0")
    one: sa.ColumnElement[int] = sa.literal_column("1")
    status = schema.PARKED if parked else schema.PENDING
    return sa.select(
        timers.c.country, timers.c.book_on, one, zero, zero, one if parked else zero
    ).where(status, timers.c.decides, timers.c.due_at <= until)


def without_outcome() -> sa.ColumnElement[bool]:
    """Return the condition on timers that ended without a journal row of their path and instant."""
    timers, journal = schema.timers, schema.journal
    recorded = sa.exists().where(
        journal.c.path_id == timers.c.path_id,
        journal.c.seq == timers.c.seq,
        journal.c.effective_at == timers.c.due_at,
    )
    return timers.c.decides & timers.c.status.in_(OUTCOMES) & ~recorded


def count_lost(connection: sa.Connection, until: datetime) -> dict[tuple[str, date], int]:
    """Count the timers due until an instant that ended without a journal row.

    The books are counted from the journal and from open timers, so they cannot show these. All
    timers are read, so this is for the alarm and for the closing of books.

    Returns:
        How many, by country and cycle date.
    """
    timers = schema.timers
    by = (timers.c.country, timers.c.book_on)
    query = sa.select(*by, sa.func.count()).where(without_outcome(), timers.c.due_at <= until)
    return {(row[0], row[1]): row[2] for row in connection.execute(query.group_by(*by))}


def first_book(connection: sa.Connection) -> date | None:
    """Return the earliest cycle date that any timer belongs to: one look-up for each country."""
    timers, later = schema.timers, schema.timers.alias("later")
    first = sa.select(sa.func.min(timers.c.country).label("country"))
    countries = first.cte("countries", recursive=True)
    following = sa.select(sa.func.min(later.c.country)).where(later.c.country > countries.c.country)
    countries = countries.union_all(
        sa.select(following.scalar_subquery()).where(countries.c.country.is_not(None))
    )
    own = sa.select(sa.func.min(timers.c.book_on)).where(timers.c.country == countries.c.country)
    earliest = sa.func.min(own.correlate(countries).scalar_subquery())
    query = sa.select(sa.type_coerce(earliest, Day())).select_from(countries)
    found: date | None = connection.scalar(query)
    return found


def latest_record(connection: sa.Connection) -> datetime | None:
    """Return when the journal was last written to, by the clock of that moment.

    Rows are appended and never deleted, so the last ones stand at the end of the table: only that
    is read, however long the journal is.
    """
    table = schema.journal
    newest = sa.select(sa.type_coerce(sa.func.max(table.c.recorded_at), Instant()))
    if connection.dialect.name == "sqlite":
        row: sa.ColumnElement[int] = sa.literal_column(f"{table.name}.rowid")
        last = sa.select(sa.func.max(row)).select_from(table).correlate(None).scalar_subquery()
        return connection.scalar(newest.where(row == last))
    found = connection.scalar(newest.where(sa.literal_column(_LAST_BLOCKS)))
    return found or connection.scalar(newest)  # they may all be of what was rolled back


def take_lead(connection: sa.Connection) -> bool:
    """Take the lead on PostgreSQL, if nobody has it, for as long as the transaction is open.

    It saves work and nothing depends on it.
    """
    return bool(connection.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(_LEADER))))


def end_stalled(connection: sa.Connection, seconds: float) -> int:
    """End sessions of ours that stand still in statement or transaction; return how many.

    PostgreSQL's own limits end a transaction that idles and a statement that takes too long, but
    not one whose rest the client does not send: a worker that is stopped within a COPY would hold
    its rows for as long as it is. Nor was a transaction always ended whose client was stopped on
    its way out of a pipeline. A host's own transactions may idle for as long as the host likes.
    """
    if connection.dialect.name != "postgresql":
        return 0
    return connection.scalar(_END_STALLED, {"seconds": seconds, "ours": APPLICATION}) or 0
