"""Inspection of the award's rows: sellers whose trainer path and latest facts disagree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from lazsa_flow.store import schema
from lazsa_flow.store.inspection.inspector import Inspection
from lazsa_flow.store.inspection.rows import MOST

if TYPE_CHECKING:
    from collections.abc import Sequence


class AwardInspection(Inspection):
    """Inspection of one database, the award's own questions included."""

    def trainers_apart(self) -> tuple[int, Sequence[str]]:
        """Count the sellers of whom trainer path and latest facts say different things."""
        return _trainers_apart(self._connection)


def _trainers_apart(connection: sa.Connection) -> tuple[int, Sequence[str]]:
    """Count the sellers who are trainers by one source alone, and name some of them."""
    facts, records = schema.facts, schema.records
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
