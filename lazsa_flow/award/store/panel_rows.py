"""Seats on panels, and what a panel has recorded: each row is appended and never changed.

Reviewers are named by the ids that hold; see :mod:`lazsa_flow.store.merges`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from lazsa_flow.award.evidence import read_scores
from lazsa_flow.award.rules.panel import RecordedCard, Seat
from lazsa_flow.award.store import schema as award_tables
from lazsa_flow.lifecycle.ids import fold
from lazsa_flow.store import decode, schema, subject_countries
from lazsa_flow.store.engine_transaction import EngineTransaction
from lazsa_flow.store.fast.driver import fetch, rows_of
from lazsa_flow.store.fast.statements import insert_row, parameter, stored_value
from lazsa_flow.store.index_walk import select_rounds, walk_rounds
from lazsa_flow.store.merges import current_id_of
from lazsa_flow.store.rows import PATH_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from lazsa_flow.lifecycle.model import Path

_BATCH: Final = 1000
"""So many paths are asked about at a time."""
_LATEST_DECISION: Final = timedelta(days=366)
"""No decision is recorded so long after the instant of which it is."""
_DECISIONS: Final = ("cycle_date", "due_date", "renewal_decision")
"""The timers that are due on the cycle date of a path's round."""

_CARDS: Final = sa.select(
    current_id_of(award_tables.scorecards.c.reviewer).label("reviewer"),
    *(
        award_tables.scorecards.c[name]
        for name in ("cycle_on", "team", "scores", "reason", "set_aside_by")
    ),
    award_tables.scorecards.c.recorded_at,
    schema.texts.c.body,
).select_from(
    award_tables.scorecards.outerjoin(
        schema.texts, schema.texts.c.id == award_tables.scorecards.c.text_id
    )
)
_SEATS: Final = (
    sa.select(
        current_id_of(award_tables.seats.c.reviewer),
        *(award_tables.seats.c[name] for name in ("team", "actor", "as_of", "ended")),
    )
    .where(
        award_tables.seats.c.country == parameter("country", award_tables.seats.c.country),
        award_tables.seats.c.cycle_on == parameter("cycle_on", award_tables.seats.c.cycle_on),
    )
    .order_by(award_tables.seats.c.id)
)
"""Every assignment to a panel and every end of one."""


class PanelSide(EngineTransaction):
    """One transaction on a SQL database, as far as it concerns panels."""

    def add_seat(self, country: str, cycle_on: date, seat: Seat, recorded_at: datetime) -> None:
        """Append that a reviewer sits on a panel for a team, or no longer does."""
        row = {
            "country": country,
            "cycle_on": cycle_on,
            "reviewer": seat.reviewer,
            "team": seat.team,
            "actor": seat.actor,
            "as_of": seat.as_of,
            "ended": seat.ended,
            "recorded_at": recorded_at,
        }
        insert_row(self._connection, award_tables.seats, row)

    def seat_history(self, country: str, cycle_on: date) -> list[Seat]:
        """Return every assignment to a panel and every end of one, oldest first."""
        values = {"country": country, "cycle_on": stored_value(cycle_on)}
        return [
            Seat(reviewer, team, actor, decode.day(as_of), bool(ended))
            for reviewer, team, actor, as_of, ended in fetch(self._connection, _SEATS, values)
        ]

    def seats_of(self, country: str, cycle_on: date) -> dict[str, str]:
        """Return the reviewers who sit on a panel, each with their team."""
        seated: dict[str, str] = {}
        for seat in self.seat_history(country, cycle_on):
            if seat.ended:
                seated.pop(seat.reviewer, None)
            else:
                seated[seat.reviewer] = seat.team
        return seated

    def notices_known(self, keys: Collection[str]) -> set[str]:
        """Return those of these keys of notices that wait in the outbox or were delivered."""
        found: set[str] = set()
        named = list(keys)
        for table in (schema.outbox, schema.deliveries):
            for start in range(0, len(named), _BATCH):
                part = table.c.key.in_(named[start : start + _BATCH])
                found.update(self._connection.scalars(sa.select(table.c.key).where(part)))
        return found

    def rounds_judged(self, path_id: int) -> set[tuple[str, date]]:
        """Return country and cycle date of every panel that a path may have been before.

        A round is one of the country in which the seller was then; where they have moved, each of
        their countries is paired with each date, which may name a panel too many and none too few.
        """
        paths, timers = schema.paths, schema.timers
        own = sa.select(paths.c.subject, paths.c.country, paths.c.cycle_on)
        path = self._connection.execute(own.where(paths.c.id == path_id)).one()
        past = sa.select(timers.c.country, timers.c.due_on).where(
            timers.c.path_id == path_id, timers.c.name.in_(_DECISIONS)
        )
        rows = list(self._connection.execute(past))
        dates = {row.due_on for row in rows if path.cycle_on and row.due_on <= path.cycle_on}
        moves = subject_countries.read_history(self._connection, self.names_of(path.subject))
        countries = {path.country, *(row.country for row in rows), *(m["country"] for m in moves)}
        dates |= {path.cycle_on} - {None}
        return {(country, on) for country in countries for on in dates}

    def candidates_of(
        self,
        country: str,
        cycle_on: date,
        states: Collection[str],
        *,
        after: int = 0,
        limit: int | None = None,
    ) -> dict[int, str]:
        """Return the sellers whom a panel judges, by the number of their path.

        Args:
            country: Of this country's panel.
            cycle_on: In the round of this cycle date.
            states: In these states.
            after: Only paths with a larger number.
            limit: At most so many, those with the smallest numbers.
        """
        table = schema.paths
        query = sa.select(table.c.id, table.c.subject)
        own = table.c.lifecycle == "award"
        if limit is None:
            query = query.where(
                own,
                table.c.country == country,
                table.c.cycle_on == cycle_on,
                table.c.state.in_(list(states)),
                table.c.id > after,
            )
        else:
            page = walk_rounds(
                self._connection.dialect.name,
                select_rounds([country], list(states), cycle_on=cycle_on),
                sa.select(table.c.id).where(own),
                after=after,
                limit=limit,
                newest_first=False,
                dated=True,
            ).subquery()
            query = query.join(page, page.c.id == table.c.id)
        found = self._connection.execute(query.order_by(table.c.id))
        return {row.id: row.subject for row in found}

    def paths_ended_since(
        self, countries: Collection[str], states: Collection[str], since: datetime
    ) -> list[Path]:
        """Return the award paths of countries in some states that were written since an instant.

        They are looked for among those that came into their state a year before it or later.
        """
        table = schema.paths
        query = sa.select(*PATH_COLUMNS).where(
            table.c.lifecycle == "award",
            table.c.country.in_(sorted(countries)),
            table.c.state.in_(list(states)),
            table.c.entered_at >= since - _LATEST_DECISION,
            table.c.recorded_at >= since,
        )
        return [decode.path(row) for row in rows_of(self._connection, query)]

    def appealed_since(self, since: datetime) -> set[str]:
        """Return the references of the paths on whose appeal a voice was given since an instant."""
        table = schema.records
        query = sa.select(table.c.name).where(
            table.c.kind == "appeal",
            table.c.name != sa.literal_column("''"),  # as the index says
            table.c.recorded_at >= since,
        )
        return set(self._connection.scalars(query))

    def panel_cards(self, path_id: int, cycle_on: date | None = None) -> list[RecordedCard]:
        """Return what was recorded in a path's rounds, or in one of them, oldest first."""
        table = award_tables.scorecards
        query = _CARDS.where(table.c.path_id == path_id).order_by(table.c.id)
        if cycle_on is not None:
            query = query.where(table.c.cycle_on == cycle_on)
        return [_decode_card(row) for row in self._connection.execute(query)]

    def panel_cards_of_all(self, path_ids: Collection[int]) -> dict[int, list[RecordedCard]]:
        """Return what was recorded in the rounds of these paths, oldest first, by path."""
        table, numbers = award_tables.scorecards, sorted(path_ids)
        found: dict[int, list[RecordedCard]] = {}
        for start in range(0, len(numbers), _BATCH):
            part = table.c.path_id.in_(numbers[start : start + _BATCH])
            query = _CARDS.add_columns(table.c.path_id).where(part).order_by(table.c.id)
            for row in self._connection.execute(query):
                found.setdefault(row.path_id, []).append(_decode_card(row))
        return found

    def stood_back(
        self, path_ids: Collection[int], cycle_on: date
    ) -> dict[int, list[RecordedCard]]:
        """Return who does not count in a round, by path: they recused, or their card is set aside.

        Of each reviewer it is the latest that was recorded.
        """
        table, named = award_tables.scorecards, list(path_ids)
        latest: dict[tuple[int, str], RecordedCard] = {}
        for start in range(0, len(named), _BATCH):
            query = (
                _CARDS.add_columns(table.c.path_id)
                .where(table.c.path_id.in_(named[start : start + _BATCH]))
                .where(table.c.cycle_on == cycle_on)
                .order_by(table.c.id)
            )
            for row in self._connection.execute(query):
                latest[row.path_id, fold(row.reviewer)] = _decode_card(row)
        found: dict[int, list[RecordedCard]] = {}
        for (path_id, _), card in latest.items():
            if not card.scores:
                found.setdefault(path_id, []).append(card)
        return found


def _decode_card(row: Any) -> RecordedCard:
    return RecordedCard(
        row.cycle_on,
        row.reviewer,
        row.team,
        read_scores(row.scores),
        row.body or "",
        row.reason,
        row.set_aside_by,
        row.recorded_at,
    )
