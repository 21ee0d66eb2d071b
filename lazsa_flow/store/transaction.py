"""What can be read and written within one transaction?

What the engine needs of it, and what commands need besides: facts, nominations, scorecards,
records, keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from lazsa_flow.engine.ports import Notice
from lazsa_flow.store import decoding, failing, keys, schema, seller_countries
from lazsa_flow.store.bulk import given
from lazsa_flow.store.codec import facts_row, notice_row, timer_row
from lazsa_flow.store.driver import rows_of
from lazsa_flow.store.personal_side import PersonalSide
from lazsa_flow.store.rules_side import RulesSide

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from lazsa_flow.domain.model import (
        Facts,
        Nomination,
        Path,
        Record,
        TimerRow,
    )
    from lazsa_flow.domain.panel import Scorecard

_BATCH: Final = 1000
"""So many subjects are asked about at a time."""


class SqlTransaction(PersonalSide, RulesSide):
    """One transaction on a SQL database: the engine's side, and the commands'."""

    # -- reading

    def paths_of(self, subject: str, lifecycle: str | None = None) -> list[Path]:
        """Return all paths of a subject, or those in one lifecycle, oldest first."""
        if not subject.isprintable():
            return []
        table = schema.paths
        query = sa.select(table).where(table.c.subject == subject).order_by(table.c.id)
        if lifecycle is not None:
            query = query.where(table.c.lifecycle == lifecycle)
        return [decoding.path(row) for row in rows_of(self._connection, query)]

    def paths_in(self, lifecycle: str, states: Collection[str]) -> list[Path]:
        """Return all paths of a lifecycle in some states, oldest first."""
        table = schema.paths
        query = (
            sa.select(table)
            .where(table.c.lifecycle == lifecycle, table.c.state.in_(list(states)))
            .order_by(table.c.id)
        )
        return [decoding.path(row) for row in rows_of(self._connection, query)]

    def open_in(self, lifecycle: str, country: str | None) -> list[Path]:
        """Return the open paths of a lifecycle, in a country or in all, oldest first."""
        table, slots = schema.paths, schema.slots
        query = (
            sa.select(table)
            .join(slots, slots.c.path_id == table.c.id)
            .where(slots.c.lifecycle == lifecycle)
            .order_by(table.c.id)
        )
        if country is not None:
            query = query.where(table.c.country == country)
        return [decoding.path(row) for row in rows_of(self._connection, query)]

    def subjects_recorded(self, kind: str, value: str) -> set[str]:
        """Return the subjects about whom a record of this kind and value stands."""
        table = schema.records
        query = sa.select(table.c.subject).where(table.c.kind == kind, table.c.value == value)
        return set(self._connection.scalars(query))

    def records_of(self, subject: str) -> list[Record]:
        """Return what is recorded about a subject, oldest first."""
        table = schema.records
        query = sa.select(table).where(table.c.subject == subject).order_by(table.c.id)
        return [decoding.record(row) for row in rows_of(self._connection, query)]

    def country_of(self, seller: str) -> str | None:
        """Return the country that is on record for a seller; ``None`` where none is."""
        return self.countries_of([seller]).get(seller)

    def home_of(self, person: str) -> str | None:
        """Return the country on record, or of one without facts that of the latest path."""
        country = self.country_of(person)
        if country is None and (paths := self.paths_of(person)):
            return paths[-1].country
        return country

    def countries_of(self, sellers: Collection[str]) -> dict[str, str]:
        """Return the country of each of these sellers who has one on record."""
        return seller_countries.countries_of(self._connection, sellers)

    def nominations_of(self, path_id: int) -> list[Nomination]:
        """Return a path's nominations as they stand."""
        table = schema.nominations
        query = sa.select(*decoding.NOMINATIONS).where(table.c.path_id == path_id)
        query = query.order_by(table.c.id)
        return list(decoding.nominations(rows_of(self._connection, query)))

    def nominations_of_all(self, path_ids: Collection[int]) -> dict[int, list[Nomination]]:
        """Return the nominations of these paths as they stand, by path."""
        table = schema.nominations
        query = sa.select(*decoding.NOMINATIONS).where(table.c.path_id.in_(list(path_ids)))
        rows: dict[int, list[tuple[Any, ...]]] = {}
        for row in self._connection.execute(query.order_by(table.c.id)):
            rows.setdefault(row.path_id, []).append(tuple(row))
        return {path_id: list(decoding.nominations(each)) for path_id, each in rows.items()}

    def open_paths(self, lifecycle: str, subjects: Collection[str]) -> dict[str, int]:
        """Return the number of each subject's open path in a lifecycle, of those who have one."""
        table = schema.slots
        query = sa.select(table.c.subject, table.c.path_id).where(
            table.c.lifecycle == lifecycle, table.c.subject.in_(list(subjects))
        )
        return {row.subject: row.path_id for row in self._connection.execute(query)}

    def nominators_of(self, subject: str) -> set[str]:
        """Return everyone who has ever nominated a subject, in any round."""
        nominations, paths = schema.nominations, schema.paths
        query = (
            sa.select(nominations.c.nominator)
            .join(paths, paths.c.id == nominations.c.path_id)
            .where(paths.c.subject == subject)
        )
        return set(self._connection.scalars(query))

    def nominators_of_all(self, subjects: Collection[str]) -> dict[str, set[str]]:
        """Return everyone who has ever nominated these subjects, in any round, by subject."""
        nominations, paths = schema.nominations, schema.paths
        found: dict[str, set[str]] = {}
        named = sorted(subjects)
        for start in range(0, len(named), _BATCH):
            batch = named[start : start + _BATCH]
            query = (
                sa.select(paths.c.subject, nominations.c.nominator)
                .join(paths, paths.c.id == nominations.c.path_id)
                .where(paths.c.subject.in_(batch))
            )
            for row in self._connection.execute(query):
                found.setdefault(row.subject, set()).add(row.nominator)
        return found

    def rounds_of(self, path_id: int) -> dict[date, list[Scorecard]]:
        """Return all scorecards and recusals of a path, by round, oldest first."""
        table = schema.scorecards
        query = sa.select(table.c.cycle_on, *decoding.SCORECARDS).where(table.c.path_id == path_id)
        rounds: dict[date, list[Scorecard]] = {}
        for cycle_on, *row in rows_of(self._connection, query.order_by(table.c.id)):
            rounds.setdefault(decoding.day(cycle_on), []).append(decoding.scorecard(tuple(row)))
        return rounds

    # -- writing

    def add_facts(self, facts: Collection[Facts], recorded_at: datetime) -> int:
        """Append facts; return how many. The first ones of a seller say where the seller is."""
        rows = [facts_row(each, recorded_at) for each in facts]
        if rows:
            self._connection.execute(sa.insert(schema.facts), rows)
            seller_countries.add_first(self._connection, facts, recorded_at)
        return len(rows)

    def add_country_of(
        self, seller: str, country: str, *, actor: str, as_of: date, recorded_at: datetime
    ) -> None:
        """Append that a seller has moved to a country."""
        seller_countries.add_row(
            self._connection,
            seller,
            country,
            source="move",
            actor=actor,
            as_of=as_of,
            recorded_at=recorded_at,
        )

    def add_text(
        self,
        *,
        subject: str,
        author: str,
        kind: str,
        body: str,
        at: datetime,
        path_id: int | None = None,
        keep_until: date | None = None,
    ) -> int:
        """Put free text into the erasable table; return its id."""
        row = {
            "subject": subject,
            "author": author,
            "kind": kind,
            "body": body,
            "path_id": path_id,
            "keep_until": keep_until,
            "recorded_at": at,
        }
        return self._insert(schema.texts, row)

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
        }
        return self._insert(schema.nominations, row)

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
        }
        return self._insert(schema.scorecards, row)

    def add_record(self, subject: str, record: Record) -> int:
        """Append a dated statement about a subject; return the row's id."""
        row = {
            "subject": subject,
            **{name: getattr(record, name) for name in given(schema.records)[1:]},
        }
        return self._insert(schema.records, row)

    def add_notice(self, path: Path, key: str, kind: str, to: str, at: datetime) -> None:
        """Put a notice that belongs to no move into the outbox."""
        row = notice_row(path, Notice(key, kind, to), at)
        self._bulk.insert(schema.outbox, [row])

    def set_timer(self, timer: TimerRow) -> None:
        """Set a timer, instead of any pending one of its path and name."""
        self.cancel_timer(timer.path_id, timer.name)
        self._bulk.set_timers([timer_row(timer)])

    def cancel_timer(self, path_id: int, name: str) -> None:
        """Cancel the pending timer of a path and name, if there is one."""
        table = schema.timers
        self._connection.execute(
            sa.update(table)
            .where(
                table.c.path_id == path_id,
                table.c.name == name,
                table.c.status == "pending",
            )
            .values(status="cancelled")
        )

    def unpark(self, path_id: int) -> int:
        """Let a parked path go on; return how many of its timers are pending again."""
        return failing.unpark(self._connection, path_id)

    # -- idempotency

    def recall(self, key: str, request: str) -> Any | None:
        """Return the result stored under an idempotency key, or ``None``.

        Args:
            key: The key.
            request: A digest of the command.

        Raises:
            KeyReusedError: The key was used for another command.
        """
        return keys.recall(self._connection, key, request)

    def remember(self, key: str, request: str, result: Any, at: datetime) -> None:
        """Store a command's result under its idempotency key."""
        keys.remember(self._bulk, key, request, result, at)

    def _insert(self, table: sa.Table, row: dict[str, Any]) -> int:
        key = self._connection.execute(sa.insert(table), row).inserted_primary_key
        assert key is not None
        return int(key[0])
