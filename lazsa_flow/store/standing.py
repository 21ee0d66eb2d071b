"""How does the work stand? What operators watch, each by one look-up in an index.

And who leads among several tickers, where the database can tell.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from lazsa_flow.store import schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

STANDSTILL_S: Final = 30.0
"""For so long a session of ours may wait for the rest of a statement."""
_END_STALLED: Final = sa.text(
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
    " AND state = 'active' AND wait_event = 'ClientRead' AND query LIKE '%lazsa\\_%'"
    " AND query_start < clock_timestamp() - make_interval(secs => :seconds)"
)
_LEADER: Final = 0x74696B6572  # "tiker": apart from the lock on migrations


@dataclass(frozen=True, slots=True)
class Standing:
    """What is to be done, and what cannot be.

    Attributes:
        due: Timers that are due.
        failing: Paths that failed and wait for their next attempt.
        parked: Paths that are parked.
        outbox: Notices that wait to be sent.
        outbox_since: When the oldest of them was written.
    """

    due: int
    failing: int
    parked: int
    outbox: int
    outbox_since: datetime | None


def standing(connection: sa.Connection, now: datetime) -> Standing:
    """Tell how the work stands at an instant."""
    failures, outbox = schema.failures, schema.outbox
    waits = failures.c.retry_at.is_not(None)
    failing, parked = connection.execute(
        sa.select(sa.func.count().filter(waits), sa.func.count().filter(~waits)).select_from(
            failures
        )
    ).one()
    notices, since = connection.execute(
        sa.select(
            sa.func.count(), sa.type_coerce(sa.func.min(outbox.c.created_at), schema.Instant())
        )
    ).one()
    return Standing(count_due(connection, now), failing, parked, notices, since)


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
    query = (
        sa.select(timers.c.country, sa.func.count())
        .where(schema.PENDING, timers.c.due_at <= now)
        .group_by(timers.c.country)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def latest_record(connection: sa.Connection) -> datetime | None:
    """Return when the journal was last written to, by the clock of that moment."""
    return connection.scalar(
        sa.select(sa.type_coerce(sa.func.max(schema.journal.c.recorded_at), schema.Instant()))
    )


@contextmanager
def leading(connection: sa.Connection) -> Iterator[bool]:
    """Tell whether this one leads, for as long as the transaction is open.

    It saves work and nothing hangs on it: where the database has no such lock, everyone leads.
    """
    if connection.dialect.name != "postgresql":
        yield True
        return
    yield bool(connection.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(_LEADER))))


def end_stalled(connection: sa.Connection, seconds: float) -> int:
    """End the sessions of ours that stand still within a statement; return how many there were.

    PostgreSQL's own limits end a transaction that idles and a statement that takes too long, but
    not one whose rest the client does not send: a worker that is stopped within a COPY would hold
    its rows for as long as it is.
    """
    if connection.dialect.name != "postgresql":
        return 0
    return connection.scalar(_END_STALLED, {"seconds": seconds}) or 0
