"""Outcomes of timers: what those did that decide something on a date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import sqlalchemy as sa

from lazsa_flow.store import schema

if TYPE_CHECKING:
    from datetime import date, datetime

_ENDED: Final = ("fired", "refused", "parked", "pending")
"""How a timer can stand whose date has come; one that was cancelled decided nothing."""


class TimerOutcome(NamedTuple):
    """What a timer did.

    Attributes:
        path_id: The number of its path.
        status: ``fired``, ``refused``, ``parked``, or ``pending`` where nothing was decided.
        trigger: The trigger that fired, if one did.
        before: The state that the path was in before.
        state: The state that the path is in now.
        verdicts: The verdicts of its journal row, as JSON; ``None`` without one.
        error: What the latest attempt on the path raised, where it failed.
    """

    path_id: int
    lifecycle: str
    subject: str
    country: str
    status: str
    trigger: str | None
    before: str
    state: str
    verdicts: str | None
    error: str | None


class OverdueTimers(NamedTuple):
    """How many deciding timers of a country and cycle date are overdue, and since which date."""

    country: str
    book_on: date
    timers: int
    since: date


def read_overdue_timers(
    connection: sa.Connection, now: datetime, before: date | None
) -> list[OverdueTimers]:
    """Return the deciding timers that are due at an instant, of local dates before another."""
    timers = schema.timers
    earlier = sa.true() if before is None else timers.c.due_on < before
    book = (
        schema.hide_from_index(timers.c.country),
        sa.type_coerce(schema.hide_from_index(timers.c.book_on), timers.c.book_on.type),
    )
    since = sa.type_coerce(sa.func.min(timers.c.due_on), timers.c.due_on.type)
    query = (
        sa.select(*book, sa.func.count(), since)
        .where(timers.c.decides, timers.c.due_at <= now, earlier, schema.PENDING)
        .group_by(*book)
    )
    return [OverdueTimers._make(row) for row in connection.execute(query)]


def read_due_paths(connection: sa.Connection, on: date) -> list[int]:
    """Return the numbers of the paths whose round, or a deciding timer, is of a local date."""
    timers, paths = schema.timers, schema.paths
    due = sa.select(timers.c.path_id).where(timers.c.decides, timers.c.due_on == on, schema.PENDING)
    query = sa.select(paths.c.id).where((paths.c.cycle_on == on) | paths.c.id.in_(due))
    return list(connection.scalars(query.order_by(paths.c.id)))


def read_timer_outcomes(connection: sa.Connection, on: date) -> list[TimerOutcome]:
    """Return what the deciding timers of a local date did: of each path the last one."""
    timers, paths, journal = schema.timers, schema.paths, schema.journal
    failures = schema.failures
    row = (journal.c.path_id == timers.c.path_id) & (journal.c.seq == timers.c.seq)
    query: sa.Select[Any] = (
        sa.select(
            *(timers.c.path_id, paths.c.lifecycle, paths.c.subject, timers.c.country),
            *(timers.c.status, journal.c.trigger),
            *(sa.func.coalesce(journal.c.source, paths.c.state), paths.c.state),
            *(journal.c.verdicts, failures.c.error),
        )
        .select_from(
            timers.join(paths)
            .outerjoin(journal, row)
            .outerjoin(failures, failures.c.path_id == timers.c.path_id)
        )
        .where(timers.c.decides, timers.c.due_on == on, timers.c.status.in_(_ENDED))
        .order_by(timers.c.path_id, timers.c.due_at, sa.func.coalesce(timers.c.seq, 0))
    )
    found = {each.path_id: each for each in map(TimerOutcome._make, connection.execute(query))}
    return list(found.values())
