"""Rounds, cases and steps of a country, each found along an index.

The candidates of a round are found by the timers in the books of its cycle date: a path's own cycle
date moves on with each award and renewal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from lazsa_flow.award.evidence import NOMINATIONS
from lazsa_flow.award.store import schema as award_tables
from lazsa_flow.award.store.bar_listing import read_ended_standings
from lazsa_flow.award.store.case_listing import count_cases, read_cases
from lazsa_flow.award.store.evidence_columns import NOMINATION_COLUMNS
from lazsa_flow.award.store.facts_listing import FactsListing
from lazsa_flow.award.store.round_outcomes import (
    AFTERWARDS,
    DECISIONS,
    count_outcomes,
    select_in_books,
)
from lazsa_flow.lifecycle.path_ref import write_ref
from lazsa_flow.store import decode, schema
from lazsa_flow.store.fast.driver import rows_of
from lazsa_flow.store.merges import current_id_of
from lazsa_flow.store.subject_countries import countries_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime

    from lazsa_flow.award.rules.facts import Nomination
    from lazsa_flow.award.store.bar_listing import EndedStanding
    from lazsa_flow.award.store.case_listing import CaseQuery, CaseRow
    from lazsa_flow.award.store.round_outcomes import Decided
    from lazsa_flow.lifecycle.model import TimerRow


class Candidate(NamedTuple):
    """A path of a round, as it stands today."""

    id: int
    seller: str
    country: str
    state: str
    cycle_on: date | None


class Card(NamedTuple):
    """The latest card of a reviewer on a path in a round; without scores, they stood back."""

    path_id: int
    reviewer: str
    scored: bool


class Statement(NamedTuple):
    """The latest of what is recorded about a seller under a kind and name."""

    seller: str
    name: str
    value: str
    since: date
    actor: str


class AwardListing(FactsListing):
    """Lists of paths and sellers, and of a country and round, as of one transaction."""

    def rounds_reviewed(
        self, reviewer: str, rounds: Sequence[tuple[str, date]]
    ) -> list[tuple[str, date]]:
        """Return those of these rounds, country and cycle date, on whose panel a reviewer sits."""
        table = award_tables.seats
        query = (
            sa.select(table.c.country, table.c.cycle_on, table.c.ended)
            .where(sa.tuple_(table.c.country, table.c.cycle_on).in_(rounds))
            .where(table.c.reviewer == reviewer)
            .order_by(table.c.id)
        )
        latest = {(row[0], row[1]): row[2] for row in self._connection.execute(query)}
        return [each for each in rounds if not latest.get(each, True)]

    def _unreviewed(
        self, reviewer: str, rounds: Sequence[tuple[str, date]]
    ) -> list[sa.ColumnElement[bool]]:
        """Say that a reviewer sits on a path's panel, may score it, and has not done so."""
        table, cards, nominations = schema.paths, award_tables.scorecards, award_tables.nominations
        own = schema.paths.alias("nominated")
        done = sa.select(cards.c.id).where(
            cards.c.path_id == table.c.id,
            cards.c.cycle_on == table.c.cycle_on,
            cards.c.reviewer == reviewer,
        )
        nominated = (
            sa.select(nominations.c.id)
            .join(own, own.c.id == nominations.c.path_id)
            .where(own.c.subject == table.c.subject, nominations.c.nominator == reviewer)
        )
        return [
            sa.or_(
                sa.false(),
                *((table.c.country == code) & (table.c.cycle_on == on) for code, on in rounds),
            ),
            table.c.subject != reviewer,
            ~done.correlate(table).exists(),
            ~nominated.correlate(table).exists(),
        ]

    def candidates(self, country: str, cycle_on: date) -> list[Candidate]:
        """Return the paths of a country's round, past or to come."""
        table = schema.paths
        found = _select_round(country, cycle_on).subquery()
        columns = (table.c.subject, table.c.country, table.c.state, table.c.cycle_on)
        query = sa.select(table.c.id, *columns).join(found, found.c.path_id == table.c.id)
        return [Candidate._make(row) for row in self._connection.execute(query.order_by("id"))]

    def cards(self, country: str, cycle_on: date) -> list[Card]:
        """Return each reviewer's latest card on each path of a round."""
        table = award_tables.scorecards
        found = _select_round(country, cycle_on).subquery()
        query = (
            sa.select(table.c.path_id, table.c.reviewer, table.c.scores)
            .join(found, found.c.path_id == table.c.path_id)
            .where(table.c.cycle_on == cycle_on)
            .order_by(table.c.id)
        )
        latest = {}
        for path_id, reviewer, scores in self._connection.execute(query):
            latest[path_id, reviewer] = Card(path_id, reviewer, bool(scores))
        return list(latest.values())

    def nominators(
        self, country: str, cycle_on: date, among: Collection[str]
    ) -> set[tuple[str, str]]:
        """Return which of these persons has ever nominated which candidate: seller and person."""
        nominations, own, table = award_tables.nominations, schema.paths.alias("own"), schema.paths
        found = _select_round(country, cycle_on).subquery()
        query = (
            sa.select(table.c.subject, nominations.c.nominator)
            .select_from(found)
            .join(table, table.c.id == found.c.path_id)
            .join(own, own.c.subject == table.c.subject)
            .join(nominations, nominations.c.path_id == own.c.id)
            .where(nominations.c.nominator.in_(list(among)))
        )
        return {(row[0], row[1]) for row in self._connection.execute(query)}

    def seats(self, country: str, cycle_on: date) -> dict[str, str]:
        """Return who sits on a panel, each with their team."""
        table = award_tables.seats
        seated: dict[str, str] = {}
        query = sa.select(table.c.reviewer, table.c.team, table.c.ended).where(
            table.c.country == country, table.c.cycle_on == cycle_on
        )
        for reviewer, team, ended in self._connection.execute(query.order_by(table.c.id)):
            seated.pop(reviewer, None)
            if not ended:
                seated[reviewer] = team
        return seated

    def decided(self, country: str, cycle_on: date) -> list[Decided]:
        """Count what the timers in the books of a cycle date have led to.

        What has ended is read from the counted flows, what is open from timer rows.
        """
        return count_outcomes(self._connection, country, cycle_on)

    def left(self, country: str, cycle_on: date, triggers: Collection[str]) -> dict[str, int]:
        """Count the candidates who left a round before its date, by the trigger."""
        timers, journal = schema.timers, schema.journal
        query = (
            sa.select(journal.c.trigger, sa.func.count(sa.distinct(journal.c.path_id)))
            .select_from(timers.join(schema.paths))
            .join(journal, journal.c.path_id == timers.c.path_id)
            .where(
                timers.c.country == country,
                timers.c.book_on == cycle_on,
                schema.paths.c.lifecycle == "award",
                timers.c.name == "cycle_date",
                timers.c.status == "cancelled",
                journal.c.trigger.in_(list(triggers)),
            )
            .group_by(journal.c.trigger)
        )
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def verdicts(self, country: str, cycle_on: date, triggers: Collection[str]) -> list[str]:
        """Return the recorded verdicts of a round's decisions that were one of these triggers."""
        timers, journal = schema.timers, schema.journal
        row = (journal.c.path_id == timers.c.path_id) & (journal.c.seq == timers.c.seq)
        query = (
            sa.select(journal.c.verdicts)
            .select_from(timers.join(schema.paths).join(journal, row))
            .where(*select_in_books(country, cycle_on, (*DECISIONS, *AFTERWARDS)))
            .where(journal.c.trigger.in_(list(triggers)))
        )
        return list(self._connection.scalars(query))

    def sources(self, country: str, cycle_on: date) -> dict[str, int]:
        """Count the nominations of a round's nominees by who made them."""
        table, timers = award_tables.nominations, schema.timers
        query = (
            sa.select(table.c.source, sa.func.count(sa.distinct(table.c.id)))
            .select_from(timers.join(table, table.c.path_id == timers.c.path_id))
            .where(
                timers.c.country == country,
                timers.c.book_on == cycle_on,
                timers.c.name == "cycle_date",
                table.c.event == "made",
            )
            .group_by(table.c.source)
        )
        return {row[0]: row[1] for row in self._connection.execute(query.order_by("source"))}

    def nominations(self, country: str) -> dict[int, tuple[Nomination, ...]]:
        """Return how the nominations stand of each path that is nominated in a country."""
        table, paths = award_tables.nominations, schema.paths
        query = (
            sa.select(*NOMINATION_COLUMNS)
            .join(paths, paths.c.id == table.c.path_id)
            .where(paths.c.country == country, paths.c.state == "nominated")
            .order_by(table.c.id)
        )
        rows: dict[int, list[tuple[Any, ...]]] = {}
        for row in rows_of(self._connection, query):
            rows.setdefault(row[0], []).append(row)
        return {id_: decode.evidence(NOMINATIONS, each, id_) for id_, each in rows.items()}

    def named_paths(self, path_ids: Collection[int]) -> list[Candidate]:
        """Return some paths, by their numbers."""
        table = schema.paths
        columns = (table.c.id, table.c.subject, table.c.country, table.c.state, table.c.cycle_on)
        query = sa.select(*columns).where(table.c.id.in_(list(path_ids))).order_by(table.c.id)
        return [Candidate._make(row) for row in self._connection.execute(query)]

    def late(self, country: str, now: datetime, limit: int) -> list[tuple[TimerRow, str, str]]:
        """Return timers of a country that are overdue, each with path and seller."""
        table, paths = schema.timers, schema.paths
        query = (
            sa.select(table, paths.c.lifecycle, paths.c.subject)
            .join(paths, paths.c.id == table.c.path_id)
            .where(schema.PENDING, table.c.due_at <= now, _is_in(table, country))
            .order_by(table.c.due_at, table.c.path_id)
            .limit(limit)
        )
        found = []
        for *row, lifecycle, seller in rows_of(self._connection, query):
            timer = decode.timer(tuple(row))
            found.append((timer, write_ref(lifecycle, timer.path_id), seller))
        return found

    def parked(self, country: str) -> list[str]:
        """Return the paths of a country that are parked."""
        table, paths = schema.failures, schema.paths
        query = (
            sa.select(paths.c.lifecycle, paths.c.id)
            .join(table, table.c.path_id == paths.c.id)
            .where(table.c.retry_at.is_(None), _is_in(paths, country))
            .order_by(table.c.path_id)
        )
        return [
            write_ref(lifecycle, number) for lifecycle, number in self._connection.execute(query)
        ]

    def statements(self, kind: str) -> list[Statement]:
        """Return what is said of sellers under each name of a kind, the longest standing first."""
        table = schema.records
        query = (
            sa.select(
                current_id_of(table.c.subject),
                table.c.name,
                table.c.value,
                table.c.as_of,
                table.c.actor,
            )
            .where(table.c.kind == kind, table.c.name != sa.literal_column("''"))
            .order_by(table.c.id)
        )
        latest: dict[tuple[str, str], Statement] = {}
        for row in self._connection.execute(query):
            statement = Statement._make(row)
            latest.pop(statement[:2], None)
            latest[statement[:2]] = statement
        return list(latest.values())

    def cases(self, query: CaseQuery) -> list[CaseRow]:
        """Return the compliance cases of a query."""
        return read_cases(self._connection, query)

    def count_cases(self, query: CaseQuery) -> dict[str, int]:
        """Return how many cases of a query there are by their value, on all pages."""
        return count_cases(self._connection, query)

    def ended_standings(self, kinds: Sequence[str]) -> list[EndedStanding]:
        """Return what has ended a seller's standing under these kinds, the latest first."""
        return read_ended_standings(self._connection, kinds)

    def countries_of(self, sellers: Collection[str]) -> dict[str, str]:
        """Return the country of each of these sellers who has one on record."""
        return countries_of(self._connection, sellers)

    def latest_paths(self, sellers: Collection[str], lifecycle: str) -> dict[str, Candidate]:
        """Return the latest path of each of these sellers in a lifecycle."""
        table = schema.paths
        columns = (table.c.id, table.c.subject, table.c.country, table.c.state, table.c.cycle_on)
        query = (
            sa.select(*columns)
            .where(table.c.subject.in_(list(sellers)), table.c.lifecycle == lifecycle)
            .order_by(table.c.id)
        )
        return {row.subject: Candidate._make(row) for row in self._connection.execute(query)}


def _is_in(table: sa.Table, country: str) -> sa.ColumnElement[bool]:
    """Say that a row is of a country, in a form that no index of countries is taken for.

    What is late or parked is little; what a country has is much.
    """
    return table.c.country.concat("") == country


def _select_round(country: str, cycle_on: date) -> sa.Select[Any]:
    """Select the numbers of the paths of a country's round."""
    timers = schema.timers
    return (
        sa.select(timers.c.path_id)
        .distinct()
        .select_from(timers.join(schema.paths))
        .where(*select_in_books(country, cycle_on, DECISIONS), timers.c.due_on == cycle_on)
    )
