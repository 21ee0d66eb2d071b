"""Failures: which paths are set aside, since when and why.

A row for each path whose latest attempt failed. With an instant it waits for its next attempt;
without one it is parked, its timers too, until an operator lets it go. The row goes with the first
attempt that succeeds.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from lazsa_flow.lifecycle.model import Failure
from lazsa_flow.store import schema
from lazsa_flow.store.column_types import Instant
from lazsa_flow.store.dialect import upsert
from lazsa_flow.store.due_timers import NOTHING, Passing
from lazsa_flow.store.timer_counts import count_pending

if TYPE_CHECKING:
    from collections.abc import Collection

_TABLE = schema.failures


def failure_of(connection: sa.Connection, path_id: int) -> Failure | None:
    """Return how the latest attempt on a path failed, if it did."""
    query = sa.select(_TABLE).where(_TABLE.c.path_id == path_id)
    row = connection.execute(query).mappings().first()
    return None if row is None else Failure(**row)


WAITING: Final = sa.select(_TABLE.c.path_id, sa.type_coerce(_TABLE.c.retry_at, sa.Text())).where(
    _TABLE.c.retry_at.is_not(None)
)
"""Selects the paths that wait for their next attempt, and when each is tried again."""


@lru_cache
def next_looks(passing: Passing = NOTHING) -> tuple[sa.Select[Any], ...]:
    """Select the instant of the next look: at paths that did not fail, and at those that did."""
    timers = schema.timers
    failed = sa.select(_TABLE.c.path_id).where(_TABLE.c.retry_at.is_not(None))
    sound = (
        sa.select(timers.c.due_at)
        .where(schema.PENDING, timers.c.path_id.not_in(failed), *passing.conditions(timers))
        .order_by(timers.c.due_at)
        .limit(1)
    )
    # from the few that failed to their own timers: the other way round reads all that pend
    first = (
        sa.select(timers.c.due_at)
        .where(timers.c.path_id == _TABLE.c.path_id, timers.c.status == "pending")
        .where(*passing.conditions(timers))
        .order_by(timers.c.due_at)
        .limit(1)
        .scalar_subquery()
    )
    later = sa.case((first > _TABLE.c.retry_at, first), (first.is_not(None), _TABLE.c.retry_at))
    again = sa.select(sa.type_coerce(sa.func.min(later), Instant())).where(
        _TABLE.c.retry_at.is_not(None)
    )
    return sound, again


def set_aside(connection: sa.Connection, failure: Failure) -> None:
    """Record a failure; without an instant of its next attempt the path is parked."""
    row = {column.name: getattr(failure, column.name) for column in _TABLE.columns}
    insert = upsert(connection.dialect.name)(_TABLE).values(row)
    insert = insert.on_conflict_do_update(index_elements=[_TABLE.c.path_id], set_=row)
    connection.execute(insert)
    if failure.retry_at is None:
        _set_parked(connection, failure.path_id, parked=True)


def unpark(connection: sa.Connection, path_id: int) -> int:
    """Let a parked path go on; return how many of its timers are pending again."""
    clear_failures(connection, [path_id])
    return _set_parked(connection, path_id, parked=False)


def clear_failures(connection: sa.Connection, path_ids: Collection[int]) -> None:
    """Forget the failures of paths whose attempt has succeeded."""
    connection.execute(sa.delete(_TABLE).where(_TABLE.c.path_id.in_(list(path_ids))))


def _set_parked(connection: sa.Connection, path_id: int, *, parked: bool) -> int:
    paths, timers = schema.paths, schema.timers
    connection.execute(sa.update(paths).where(paths.c.id == path_id).values(parked=parked))
    before, after = ("pending", "parked") if parked else ("parked", "pending")
    own = sa.update(timers).where(timers.c.path_id == path_id, timers.c.status == before)
    if parked:
        count_pending(connection, path_id, ended=True)
        return connection.execute(own.values(status=after)).rowcount
    count_pending(connection, path_id, ended=True)  # one that was set while it was parked
    changed = connection.execute(own.values(status=after)).rowcount
    count_pending(connection, path_id)
    return changed
