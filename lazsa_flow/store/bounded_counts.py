"""Bounded counts: how much waits, counted no further than a limit, whatever there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from lazsa_flow.store import schema
from lazsa_flow.store.column_types import Instant

if TYPE_CHECKING:
    from datetime import datetime


class WaitingCounts(NamedTuple):
    """How much waits, each count no further than the limit that was asked for.

    Attributes:
        failing: Paths that failed and are tried again.
        parked: Paths that are set aside.
        notices: Notices in the outbox that are to be sent.
        notices_parked: Notices that are set aside.
        notices_due_since: Since when the notice waits that may be sent first; ``None`` where none
            may be sent yet.
        notices_next: When the first notice may be sent, if there is one.
    """

    failing: int
    parked: int
    notices: int
    notices_parked: int
    notices_due_since: datetime | None
    notices_next: datetime | None


def count_waiting(connection: sa.Connection, now: datetime, limit: int) -> WaitingCounts:
    """Count what waits at an instant, each no further than a limit."""
    failures, outbox = schema.failures, schema.outbox
    to_send = outbox.c.parked == sa.false()  # not "NOT parked", for which SQLite takes no index
    first = (
        sa.select(sa.type_coerce(outbox.c.next_at, Instant()))
        .where(to_send)
        .order_by(outbox.c.next_at)
        .limit(1)
    )
    following: datetime | None = connection.scalar(first)
    return WaitingCounts(
        failing=_count_up_to(connection, failures, failures.c.retry_at.is_not(None), limit),
        parked=_count_up_to(connection, failures, failures.c.retry_at.is_(None), limit),
        notices=_count_up_to(connection, outbox, to_send, limit),
        notices_parked=_count_up_to(connection, outbox, outbox.c.parked == sa.true(), limit),
        notices_due_since=following if following is not None and following <= now else None,
        notices_next=following,
    )


def _count_up_to(
    connection: sa.Connection, table: sa.Table, wanted: sa.ColumnElement[bool], limit: int
) -> int:
    first: Any = sa.select(sa.literal(1)).select_from(table).where(wanted).limit(limit)
    return connection.scalar(sa.select(sa.func.count()).select_from(first.subquery())) or 0
