"""Conduct bars as the tables have them: ends of good standing, of sellers and of erased persons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import sqlalchemy as sa

from lazsa_flow.award.store.schema import conduct_bars
from lazsa_flow.store import schema
from lazsa_flow.store.merges import current_id_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

_UNNAMED: Final[sa.ColumnElement[str]] = sa.literal_column("''")
"""Said as the index of statements without a name says it."""


class EndedStanding(NamedTuple):
    """What ended a seller's standing.

    Attributes:
        seller: Their id; ``None`` of somebody who was erased.
        kind: Under which kind it is recorded.
        since: Local to their country.
    """

    seller: str | None
    kind: str
    value: str
    reason: str | None
    since: date
    actor: str


def read_ended_standings(connection: sa.Connection, kinds: Sequence[str]) -> list[EndedStanding]:
    """Return what has ended a standing and still holds, the latest first.

    Args:
        connection: Where.
        kinds: The kinds of statements that end one.
    """
    latest: dict[tuple[str, str], EndedStanding] = {}
    for kind in kinds:
        table = schema.records
        columns = (table.c.kind, table.c.value, table.c.reason, table.c.as_of, table.c.actor)
        query = sa.select(current_id_of(table.c.subject), *columns).where(
            table.c.kind == kind, table.c.name == _UNNAMED
        )
        for row in connection.execute(query.order_by(table.c.id)):
            latest[row[0], kind] = EndedStanding._make(row)
    bars = conduct_bars
    erased = sa.select(
        sa.null(), bars.c.kind, bars.c.value, bars.c.reason, bars.c.as_of, bars.c.actor
    )
    found = [*latest.values(), *map(EndedStanding._make, connection.execute(erased))]
    return sorted((each for each in found if each.value == "ended"), key=_by_date, reverse=True)


def _by_date(each: EndedStanding) -> tuple[date, str]:
    return each.since, each.seller or ""
