"""Outcomes of a country's round: which timers stand in its books, and what they have led to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import sqlalchemy as sa

from lazsa_flow.store import schema

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

DECISIONS: Final = ("cycle_date", "due_date", "renewal_decision")
"""The timers that are due on the cycle date of an award path's round."""
AFTERWARDS: Final = ("grace_end",)
"""The timers that decide on a round after its cycle date."""


class Decided(NamedTuple):
    """How many timers of a round have one name and outcome.

    Attributes:
        pending: Whether they have not fired; else trigger, reason and where they led.
    """

    timer: str
    pending: bool
    trigger: str | None
    reason: str | None
    times: int


def count_outcomes(connection: sa.Connection, country: str, cycle_on: date) -> list[Decided]:
    """Count what the timers in the books of a cycle date have led to.

    What has ended is read from the counted flows, what is open from timer rows.
    """
    names = [*DECISIONS, *AFTERWARDS]
    flows, timers = schema.flows, schema.timers
    kind = (flows.c.timer, flows.c.trigger, flows.c.reason)
    moves = sa.func.sum(flows.c.moves)
    ended = (
        sa.select(*kind, moves)
        .where(
            flows.c.country == country,
            flows.c.cycle_on == cycle_on,
            flows.c.lifecycle == "award",
            flows.c.timer.in_(names),
        )
        .group_by(*kind)
        .having(moves != 0)
    )
    waiting = (
        sa.select(timers.c.name, sa.func.count())
        .select_from(timers.join(schema.paths))
        .where(*select_in_books(country, cycle_on, names), sa.or_(schema.PENDING, schema.PARKED))
        .group_by(timers.c.name)
    )
    found = connection.execute
    return [
        *(Decided(timer, False, *rest) for timer, *rest in found(ended)),
        *(Decided(timer, True, None, None, times) for timer, times in found(waiting)),
    ]


def select_in_books(
    country: str, cycle_on: date, names: Collection[str]
) -> list[sa.ColumnElement[bool]]:
    """Return the conditions for timers of award paths in the books of a cycle date."""
    timers = schema.timers
    return [
        timers.c.country == country,
        timers.c.book_on == cycle_on,
        timers.c.name.in_(list(names)),
        timers.c.status != "cancelled",
        schema.paths.c.lifecycle == "award",
    ]
