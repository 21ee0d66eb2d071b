"""Subjects: those whose latest facts name another country, and those with an open path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from lazsa_flow.store import schema
from lazsa_flow.store.inspection.rows import MOST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A subject whose latest facts name another country than the one on record.

    Attributes:
        recorded: The country on record.
        named: The country that the facts name.
        as_of: Their date.
    """

    subject: str
    recorded: str
    named: str
    as_of: date

    def __str__(self) -> str:
        return f"{self.subject} ({self.recorded}, facts of {self.as_of}: {self.named})"


def facts_elsewhere(connection: sa.Connection) -> tuple[int, list[Elsewhere]]:
    """Count such subjects, and name some of them."""
    facts, homes = schema.facts, schema.subject_countries
    later, moved = facts.alias("later"), homes.alias("moved")
    is_later = sa.tuple_(later.c.as_of, later.c.recorded_at, later.c.id) > sa.tuple_(
        facts.c.as_of, facts.c.recorded_at, facts.c.id
    )
    about = facts.c[schema.FACTS_SUBJECT]
    superseded = _there(later, later.c[schema.FACTS_SUBJECT] == about, is_later)
    has_moved = _there(moved, moved.c.subject == homes.c.subject, moved.c.id > homes.c.id)
    merged = sa.select(schema.subject_aliases.c.alias)  # they are where another id says
    differs = (homes.c.subject == about) & (homes.c.country != facts.c.country)
    found = sa.select(
        about,
        homes.c.country,
        facts.c.country.label("named"),
        facts.c.as_of,
    )
    found = found.select_from(facts.join(homes, differs)).where(
        ~has_moved, ~superseded, about.not_in(merged)
    )
    count = connection.scalar(sa.select(sa.func.count()).select_from(found.subquery()))
    some = connection.execute(found.order_by(about).limit(MOST))
    return count or 0, [Elsewhere(*row) for row in some]


def _there(table: Any, *conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.select(sa.literal(1)).select_from(table).where(*conditions).exists()


def open_places(connection: sa.Connection) -> Iterator[tuple[str, str]]:
    """Yield lifecycle and subject of every open path, in the order of their characters."""
    slots = schema.slots
    in_order = [sa.collate(column, _collation(connection)) for column in slots.primary_key.columns]
    found = sa.select(slots.c.lifecycle, slots.c.subject).order_by(*in_order)
    yield from map(tuple, connection.execute(found, execution_options={"yield_per": 1000}))


def _collation(connection: sa.Connection) -> str:
    """Return what orders texts by their characters on every machine."""
    return "C" if connection.dialect.name == "postgresql" else "BINARY"
