"""Assumed evidence: what a rehearsal takes as given, written into its scratch database alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from lazsa_flow.award.store import schema as award_tables
from lazsa_flow.store.column_types import Day, Instant
from lazsa_flow.store.transaction import SqlTransaction

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from lazsa_flow.award.rules.panel import Scorecard


class AssumedSide(SqlTransaction):
    """One transaction on a scratch database, as far as it concerns what is assumed."""

    def hold_facts(self, on: date, at: datetime) -> None:
        """Record the latest facts of every seller again, dated on a later date.

        Args:
            on: The date.
            at: The present instant.
        """
        table, later = award_tables.facts, award_tables.facts.alias("later")
        day = sa.literal(on, Day())
        is_later = sa.tuple_(later.c.as_of, later.c.recorded_at, later.c.id) > sa.tuple_(
            table.c.as_of, table.c.recorded_at, table.c.id
        )
        superseded = sa.exists().where(
            later.c.seller == table.c.seller, later.c.as_of <= day, is_later
        )
        changed: dict[str, Any] = {
            "as_of": day,
            "recorded_at": sa.literal(at, Instant()),
            "batch_id": sa.null(),  # the import is not copied
        }
        names = [column.name for column in table.c if column.name != "id"]
        latest = (
            sa.select(*[changed.get(name, table.c[name]) for name in names])
            .where(table.c.as_of < day, ~superseded)
            .order_by(table.c.as_of, table.c.recorded_at, table.c.id)
        )
        self._connection.execute(sa.insert(table).from_select(names, latest))

    def add_cards(
        self, cards: Iterable[tuple[int, Scorecard]], cycle_on: date, at: datetime
    ) -> None:
        """Append scorecards and recusals of a round.

        Args:
            cards: Each with the number of its path.
            cycle_on: The round.
            at: The present instant.
        """
        rows = [
            {
                "path_id": path_id,
                "cycle_on": cycle_on,
                "reviewer": card.reviewer,
                "team": card.team,
                "scores": ",".join(map(str, card.scores)),
                "reason": None if card.scores else "assumed",
                "text_id": None,
                "as_of": at.date(),
                "recorded_at": at,
                "set_aside_by": None,
                "batch_id": None,
            }
            for path_id, card in cards
        ]
        if rows:
            self._connection.execute(sa.insert(award_tables.scorecards), rows)
