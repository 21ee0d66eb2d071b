"""Pauses in the database: set, lifted, and read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from lazsa_flow.lifecycle.pauses import Pause
from lazsa_flow.store import schema

if TYPE_CHECKING:
    from datetime import date, datetime

_TABLE: Final = schema.pauses


def read(connection: sa.Connection, *, lifted: bool = False) -> list[Pause]:
    """Return the pauses in force, oldest first.

    Args:
        connection: In a transaction.
        lifted: Whether those that were lifted are returned, too.
    """
    query = sa.select(_TABLE).order_by(_TABLE.c.id)
    if not lifted:
        query = query.where(_TABLE.c.lifted_at.is_(None))
    return [
        Pause(
            row.country,
            row.cycle_on,
            row.actor,
            row.recorded_at,
            row.reason,
            row.lifted_at,
            row.lifted_by,
            row.lifted_reason,
        )
        for row in connection.execute(query)
    ]


def add(connection: sa.Connection, pause: Pause) -> None:
    """Record a pause."""
    row = {
        "country": pause.country,
        "cycle_on": pause.cycle,
        "reason": pause.reason,
        "actor": pause.actor,
        "recorded_at": pause.since,
    }
    connection.execute(sa.insert(_TABLE), row)


def lift(
    connection: sa.Connection,
    country: str | None,
    cycle: date | None,
    *,
    actor: str,
    reason: str,
    at: datetime,
) -> int:
    """Lift the pause in force of just this scope; return how many there were."""
    same = _TABLE.c.country.is_not_distinct_from(country)
    same &= _TABLE.c.cycle_on.is_not_distinct_from(cycle)
    lifted = {"lifted_by": actor, "lifted_reason": reason, "lifted_at": at}
    update = sa.update(_TABLE).where(same, _TABLE.c.lifted_at.is_(None)).values(lifted)
    return connection.execute(update).rowcount
