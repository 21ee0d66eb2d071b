"""Inspection of the award's rows: sellers whose latest facts say other than their records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from lazsa_flow.award.store import schema as award_tables
from lazsa_flow.store import schema
from lazsa_flow.store.inspection.inspector import Inspection
from lazsa_flow.store.inspection.rows import MOST

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A seller whose latest facts name another country than the one on record.

    Attributes:
        recorded: The country on record.
        named: The country that the facts name.
        as_of: Their date.
    """

    seller: str
    recorded: str
    named: str
    as_of: date

    def __str__(self) -> str:
        return f"{self.seller} ({self.recorded}, facts of {self.as_of}: {self.named})"


class AwardInspection(Inspection):
    """Inspection of one database, the award's own questions included."""

    def facts_elsewhere(self) -> tuple[int, list[Elsewhere]]:
        """Count the sellers whose latest facts name another country than the one on record."""
        return _facts_elsewhere(self._connection)

    def trainers_apart(self) -> tuple[int, Sequence[str]]:
        """Count the sellers of whom trainer path and latest facts say different things."""
        return _trainers_apart(self._connection)


def _facts_elsewhere(connection: sa.Connection) -> tuple[int, list[Elsewhere]]:
    """Count such sellers, and name some of them."""
    facts, homes = award_tables.facts, schema.subject_countries
    later, moved = facts.alias("later"), homes.alias("moved")
    is_later = sa.tuple_(later.c.as_of, later.c.recorded_at, later.c.id) > sa.tuple_(
        facts.c.as_of, facts.c.recorded_at, facts.c.id
    )
    about = facts.c.seller
    superseded = _any_row(later, later.c.seller == about, is_later)
    has_moved = _any_row(moved, moved.c.subject == homes.c.subject, moved.c.id > homes.c.id)
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


def _any_row(table: Any, *conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.select(sa.literal(1)).select_from(table).where(*conditions).exists()


def _trainers_apart(connection: sa.Connection) -> tuple[int, Sequence[str]]:
    """Count the sellers who are trainers by one source alone, and name some of them."""
    facts, records = award_tables.facts, schema.records
    later, newer = facts.alias("later"), records.alias("newer")
    is_later = sa.tuple_(later.c.as_of, later.c.recorded_at, later.c.id) > sa.tuple_(
        facts.c.as_of, facts.c.recorded_at, facts.c.id
    )
    superseded = sa.exists().where(later.c.seller == facts.c.seller, is_later)
    overridden = sa.exists().where(
        newer.c.subject == records.c.subject,
        newer.c.kind == records.c.kind,
        newer.c.id > records.c.id,
    )
    is_trainer = sa.case((records.c.value == "began", sa.true()), else_=sa.false())
    found = (
        sa.select(facts.c.seller)
        .select_from(records.join(facts, facts.c.seller == records.c.subject))
        .where(records.c.kind == "lazstar", ~overridden, ~superseded)
        .where(is_trainer != sa.func.coalesce(facts.c.is_lazstar, sa.false()))
    )
    count = connection.scalar(sa.select(sa.func.count()).select_from(found.subquery()))
    return count or 0, list(connection.scalars(found.order_by(facts.c.seller).limit(MOST)))
