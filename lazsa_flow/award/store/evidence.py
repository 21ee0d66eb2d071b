"""The award's evidence within one transaction: facts, nominations and scorecards."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from lazsa_flow.award.evidence import NOMINATIONS, STORED_FACTS, read_scorecard
from lazsa_flow.award.store import schema as award_tables
from lazsa_flow.award.store.evidence_columns import (
    NOMINATION_COLUMNS,
    SCORECARD_COLUMNS,
    stored_facts,
)
from lazsa_flow.lifecycle.calendar import instant_text
from lazsa_flow.store import decode, row_numbers, schema, subject_countries
from lazsa_flow.store.fast.driver import fetch, ids_table, ids_value, rows_of
from lazsa_flow.store.transaction import SqlTransaction

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import date, datetime

    from lazsa_flow.award.evidence import StoredFacts
    from lazsa_flow.award.rules.facts import Facts, Nomination
    from lazsa_flow.award.rules.panel import Scorecard
    from lazsa_flow.lifecycle.model import Actor, Path


@lru_cache
def _nominations_of(dialect: str) -> sa.Select[Any]:
    """Select the nominations of the paths ``ids``."""
    asked, table = ids_table(dialect), award_tables.nominations
    joined = asked.join(table, table.c.path_id == asked.c.id)
    return sa.select(*NOMINATION_COLUMNS).select_from(joined).order_by(table.c.id)


class NumberedText(NamedTuple):
    """The statement of a nomination, under a number that was taken for it."""

    number: int
    path: Path
    author: str
    body: str
    keep_until: date | None


class NumberedNomination(NamedTuple):
    """A nomination that was made, under a number that was taken for it."""

    number: int
    path: Path
    nominator: Actor
    complete: bool
    text_id: int | None
    as_of: date


@lru_cache
def _select_nominators(dialect: str, at_most: int | None) -> sa.Select[Any]:
    """Select who has nominated the subjects ``ids``, in any round."""
    asked = ids_table(dialect, sa.Text, at_most=at_most)
    nominations, paths = award_tables.nominations, schema.paths
    return (
        sa.select(paths.c.subject, nominations.c.nominator)
        .select_from(asked.join(paths, paths.c.subject == asked.c.id))
        .join(nominations, nominations.c.path_id == paths.c.id)
    )


class EvidenceSide(SqlTransaction):
    """One transaction on a SQL database, as far as it concerns the award's evidence."""

    # -- facts

    def add_facts(self, facts: Collection[Facts], recorded_at: datetime) -> int:
        """Append facts; return how many. The first ones of a seller say where the seller is."""
        rows = [stored_facts(each) for each in facts]
        self.add_stored_facts(rows, recorded_at, self.countries_of({row[0] for row in rows}))
        return len(rows)

    def add_stored_facts(
        self,
        rows: Collection[StoredFacts],
        recorded_at: datetime,
        countries: Mapping[str, str],
    ) -> None:
        """Append facts that are as they are stored.

        Args:
            rows: The facts.
            recorded_at: The present instant.
            countries: Where those of the sellers are who have a country on record.
        """
        if not rows:
            return
        at, batch = instant_text(recorded_at), self.batch_id
        self._bulk.insert(award_tables.facts, [(*row, at, batch) for row in rows])
        named = (row[:3] for row in rows if row[0] not in countries)
        subject_countries.add_first(self._bulk, named, at, batch)

    def stored_facts_on(self, days: Mapping[str, str]) -> dict[str, StoredFacts]:
        """Return the facts recorded last of each seller on their day, as they are stored.

        Args:
            days: Of each seller the day, as YYYY-MM-DD.
        """
        dialect = self._connection.dialect.name
        by_day: dict[str, list[str]] = {}
        for seller, day in days.items():
            by_day.setdefault(day, []).append(seller)
        found: dict[str, StoredFacts] = {}
        for day, sellers in by_day.items():
            values = {"ids": ids_value(dialect, sellers), "day": day}
            rows = fetch(self._connection, _recorded_on_day(dialect), values)
            found.update((row[0], row) for row in rows)
        return found

    # -- nominations

    def add_nomination(
        self,
        path_id: int,
        *,
        event: str,
        source: str,
        nominator: str,
        complete: bool,
        as_of: date,
        recorded_at: datetime,
        nomination_id: int | None = None,
        text_id: int | None = None,
    ) -> int:
        """Append that a nomination was made, completed or withdrawn; return the row's id."""
        row = {
            "path_id": path_id,
            "event": event,
            "nomination_id": nomination_id,
            "source": source,
            "nominator": nominator,
            "complete": complete,
            "text_id": text_id,
            "as_of": as_of,
            "recorded_at": recorded_at,
            "batch_id": self.batch_id,
        }
        return self._insert(award_tables.nominations, row)

    def nominations_of(self, path_id: int) -> list[Nomination]:
        """Return a path's nominations as they stand."""
        return self.nominations_of_all([path_id]).get(path_id, [])

    def nominations_of_all(self, path_ids: Collection[int]) -> dict[int, list[Nomination]]:
        """Return the nominations of these paths as they stand, by path."""
        dialect = self._lent.dialect.name
        values = {"ids": ids_value(dialect, path_ids)}
        rows: dict[int, list[tuple[Any, ...]]] = {}
        for row in fetch(self._connection, _nominations_of(dialect), values):
            rows.setdefault(row[0], []).append(row)
        found = {id_: list(decode.evidence(NOMINATIONS, each, id_)) for id_, each in rows.items()}
        held = self.current_ids_of({each.nominator for made in found.values() for each in made})
        return {
            path_id: [_under_current_id(each, held) for each in made]
            for path_id, made in found.items()
        }

    def nominators_of(self, subject: str) -> set[str]:
        """Return everyone who has ever nominated a subject, in any round, by the ids that hold."""
        return self.nominators_of_all([subject]).get(subject, set())

    def nominators_of_all(self, subjects: Collection[str]) -> dict[str, set[str]]:
        """Return everyone who has ever nominated these subjects, in any round, by subject."""
        held = self.current_ids_of(subjects)
        made: dict[str, set[str]] = {}
        named = sorted({held.get(each, each) for each in subjects})
        for subject, nominator in self._fetch_by_ids(_select_nominators, named):
            made.setdefault(subject, set()).add(nominator)
        persons = self.current_ids_of({each for several in made.values() for each in several})
        found = {each: made.get(held.get(each, each), ()) for each in subjects}
        return {
            subject: {persons.get(each, each) for each in several}
            for subject, several in found.items()
            if several
        }

    def take_nomination_numbers(
        self, *, paths: int, texts: int, nominations: int
    ) -> tuple[Iterator[int], Iterator[int], Iterator[int]]:
        """Return the numbers for so many paths, texts and nominations that are written next."""
        needed = {schema.paths: paths, schema.texts: texts, award_tables.nominations: nominations}
        taken = row_numbers.take_numbers(self._connection, needed)
        nothing: Iterator[int] = iter(())
        found = [taken.get(table, nothing) for table in needed]
        return found[0], found[1], found[2]

    def write_nominations(
        self, texts: Iterable[NumberedText], made: Iterable[NumberedNomination], at: datetime
    ) -> None:
        """Append nominations that were made, with their texts, under numbers taken before."""
        recorded, batch = instant_text(at), self.batch_id
        text_rows = [
            (
                *(number, path.subject, author, "nomination", body, path.id),
                *(keep and keep.isoformat(), recorded, batch),
            )
            for number, path, author, body, keep in texts
        ]
        rows = [
            (
                *(number, path.id, "made", None, actor.role, actor.id, complete, text_id),
                *(as_of.isoformat(), recorded, batch),
            )
            for number, path, actor, complete, text_id, as_of in made
        ]
        if text_rows:
            self._bulk.insert(schema.texts, text_rows, numbered=True)
        self._bulk.insert(award_tables.nominations, rows, numbered=True)

    # -- scorecards

    def add_scorecard(
        self,
        path_id: int,
        cycle_on: date,
        card: Scorecard,
        *,
        as_of: date,
        recorded_at: datetime,
        reason: str | None = None,
        text_id: int | None = None,
        set_aside_by: str | None = None,
    ) -> int:
        """Append a scorecard, a recusal with its reason, or that a card is set aside."""
        row = {
            "path_id": path_id,
            "cycle_on": cycle_on,
            "reviewer": card.reviewer,
            "team": card.team,
            "scores": ",".join(map(str, card.scores)),
            "reason": reason,
            "text_id": text_id,
            "as_of": as_of,
            "recorded_at": recorded_at,
            "set_aside_by": set_aside_by,
            "batch_id": self.batch_id,
        }
        return self._insert(award_tables.scorecards, row)

    def rounds_of(self, path_id: int) -> dict[date, list[Scorecard]]:
        """Return all scorecards and recusals of a path, by round, oldest first."""
        table = award_tables.scorecards
        query = sa.select(table.c.cycle_on, *SCORECARD_COLUMNS).where(table.c.path_id == path_id)
        rounds: dict[date, list[Scorecard]] = {}
        for cycle_on, *row in rows_of(self._connection, query.order_by(table.c.id)):
            rounds.setdefault(decode.day(cycle_on), []).append(read_scorecard(tuple(row)))
        return rounds


@lru_cache
def _recorded_on_day(dialect: str) -> sa.Select[Any]:
    """Select the facts of each of ``ids`` on a ``day``, the last recorded ones last."""
    asked, table = ids_table(dialect, sa.Text), award_tables.facts
    same_day = table.c.as_of == sa.bindparam("day", type_=sa.Text())
    columns = [table.c[name] for name in STORED_FACTS]
    if dialect == "postgresql":  # it would read the whole table to join it
        own = sa.select(*columns).where(table.c.seller == asked.c.id, same_day)
        own = own.correlate(asked).order_by(table.c.recorded_at.desc(), table.c.id.desc())
        last = own.limit(1).lateral()
        return sa.select(*last.c).select_from(asked.join(last, sa.true()))
    return (
        sa.select(*columns)
        .select_from(asked.join(table, (table.c.seller == asked.c.id) & same_day))
        .order_by(table.c.recorded_at, table.c.id)
    )


def _under_current_id(nomination: Nomination, held: Mapping[str, str]) -> Nomination:
    """Return a nomination with its nominator under the id that holds."""
    nominator = nomination.nominator
    return replace(nomination, nominator=held[nominator]) if nominator in held else nomination
