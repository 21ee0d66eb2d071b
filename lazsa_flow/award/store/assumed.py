"""Assumed evidence: what a rehearsal takes as given, written into its scratch database alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from lazsa_flow.award.store import schema as award_tables
from lazsa_flow.lifecycle.calendar import instant_text
from lazsa_flow.store import schema
from lazsa_flow.store.column_types import Day, Instant
from lazsa_flow.store.fast.driver import ids_table, ids_value
from lazsa_flow.store.fast.row_writer import row_writer
from lazsa_flow.store.transaction import SqlTransaction

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date, datetime

    from lazsa_flow.award.rules.panel import Scorecard


class AssumedSide(SqlTransaction):
    """One transaction on a scratch database, as far as it concerns what is assumed."""

    def find_with_older_facts(self, path_ids: Collection[int], oldest: date, on: date) -> set[int]:
        """Return the paths of which guards may judge otherwise if the latest facts are held.

        Args:
            path_ids: The numbers of the paths.
            oldest: The first date of facts that are current on ``on``.
            on: The date on which they are held.

        Returns:
            The paths whose seller's latest facts are older, or that are in a later round.
        """
        facts, paths, aliases = award_tables.facts.c, schema.paths.c, schema.subject_aliases.c
        latest = sa.type_coerce(sa.func.max(facts.as_of), Day())
        dated = sa.select(facts.seller, latest).where(facts.as_of <= on).group_by(facts.seller)
        current = {seller for seller, as_of in self._connection.execute(dated) if as_of >= oldest}
        merged = self._connection.execute(sa.select(aliases.alias, aliases.subject))
        current |= {subject for alias, subject in merged if alias in current}
        dialect = self._connection.dialect.name
        chunk = ids_table(dialect)
        asked = sa.select(paths.id, paths.subject, paths.cycle_on).select_from(
            chunk.join(schema.paths, paths.id == chunk.c.id)
        )
        rows = self._connection.execute(asked, {"ids": ids_value(dialect, path_ids)})
        return {
            path_id
            for path_id, subject, cycle_on in rows
            if subject not in current or (cycle_on is not None and cycle_on > on)
        }

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
        round_on, as_of, recorded_at = cycle_on.isoformat(), at.date().isoformat(), instant_text(at)
        rows = [
            (
                *(path_id, round_on, card.reviewer, card.team, ",".join(map(str, card.scores))),
                *(None if card.scores else "assumed", None, as_of, recorded_at, None, None),
            )
            for path_id, card in cards
        ]
        row_writer(self._connection).insert(award_tables.scorecards, rows)
