"""Saved rehearsals, approvals and started nights within one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa

from lazsa_flow.logs import log
from lazsa_flow.store import night_runs, schema
from lazsa_flow.store.closed_books import BookSide

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from lazsa_flow.engine.night_run import NightRun
    from lazsa_flow.store.night_runs import FindingRow


class RehearsalRow(NamedTuple):
    """A saved rehearsal, as it is stored.

    Attributes:
        name: Its name.
        cycle_on: The date that was rehearsed.
        asked_at: The instant at which it was asked.
        country: The country that it was asked of; ``None``: of all.
        conditions: What was assumed, as JSON.
        database_id: The identity of the database.
        rules: The digest of the rules in force.
        outcomes: The outcome of each path, as JSON; ``None`` where they were not read.
        sha256: The digest of the outcomes.
        actor: Who saved it, as ``role:id``.
        recorded_at: When.
        paths: How many paths it is of; ``None`` where that is not known.
    """

    name: str
    cycle_on: date
    asked_at: datetime
    country: str | None
    conditions: str
    database_id: str
    rules: str
    outcomes: str | None
    sha256: str
    actor: str
    recorded_at: datetime
    paths: int | None


class NightRule(NamedTuple):
    """Whether cycle dates wait for approval and start.

    Attributes:
        required: Whether they do.
        via: Through what the process worked whose configuration says so.
        recorded_at: When it was recorded.
    """

    required: bool
    via: str
    recorded_at: datetime


class NightSide(BookSide):
    """One transaction on a SQL database, as far as it concerns saved rehearsals."""

    def database_id(self) -> str | None:
        """Return what tells this database from every other one; ``None`` before one is made."""
        found: str | None = self._connection.scalar(
            sa.select(schema.identity.c.database_id).limit(1)
        )
        return found

    def need_database_id(self, make: Callable[[], str], at: datetime) -> str:
        """Return what tells this database from every other one, which the first to ask makes.

        The caller holds the lock of the rules, so that only one is made.

        Args:
            make: Makes a random text.
            at: The present instant.
        """
        if (found := self.database_id()) is not None:
            return found
        new = make()
        row = {"database_id": new, "recorded_at": at}
        self._connection.execute(sa.insert(schema.identity), row)
        return new

    def rehearsals(self) -> list[RehearsalRow]:
        """Return the saved rehearsals without their outcomes, which are long, oldest first."""
        table = schema.rehearsals
        fields = [name for name in RehearsalRow._fields if name != "outcomes"]
        query = sa.select(*(table.c[name] for name in fields))
        found = self._connection.execute(query.order_by(table.c.recorded_at, table.c.name))
        return [RehearsalRow(**row, outcomes=None) for row in found.mappings()]

    def rehearsal(self, name: str) -> RehearsalRow | None:
        """Return a saved rehearsal with its outcomes; ``None`` where there is none of the name."""
        table = schema.rehearsals
        query = sa.select(*(table.c[field] for field in RehearsalRow._fields))
        row = self._connection.execute(query.where(table.c.name == name)).one_or_none()
        return None if row is None else RehearsalRow(*row)

    def add_rehearsal(self, row: RehearsalRow) -> None:
        """Save a rehearsal."""
        self._connection.execute(sa.insert(schema.rehearsals), row._asdict())

    # -- whether nights must be started

    def night_rule(self) -> NightRule | None:
        """Return whether cycle dates wait for approval and start; ``None``: nobody has said."""
        table = schema.night_rules
        query = sa.select(*(table.c[name] for name in NightRule._fields))
        row = self._connection.execute(query.order_by(table.c.id.desc()).limit(1)).one_or_none()
        return None if row is None else NightRule(*row)

    def put_night_rule(self, rule: NightRule) -> None:
        """Record whether cycle dates wait for approval and start, unless it is so already."""
        if self.stamp().needs_start != rule.required:
            self._connection.execute(sa.insert(schema.night_rules), rule._asdict())
            log.warning("night.rule", required=rule.required, via=rule.via)

    # -- nights that were started

    def night_runs(self, on: date | None = None, name: str | None = None) -> list[NightRun]:
        """Return the nights that were started, oldest first.

        Args:
            on: Of this date.
            name: Of the rehearsal of this name.
        """
        table = schema.night_runs
        dated = [] if on is None else [table.c.cycle_on == on]
        named = [] if name is None else [table.c.name == name]
        return night_runs.read_runs(self._connection, *dated, *named, lock=self._write)

    def add_night_run(self, run: NightRun) -> None:
        """Record that a night starts."""
        night_runs.add_run(self._connection, run)

    def change_night_run(self, run: NightRun) -> None:
        """Write a night as it is now."""
        night_runs.change_run(self._connection, run)

    def is_night_waiting(self, country: str, at: datetime) -> bool:
        """Return whether a path waits on which something is decided at an instant."""
        return night_runs.is_waiting(self._connection, country, at)

    def count_night(self, country: str, at: datetime) -> int:
        """Count the paths of a country on which something is decided at an instant."""
        return night_runs.count_waiting(self._connection, country, at)

    def night_findings(self, run_id: int) -> list[FindingRow]:
        """Return the outcomes of a night that were not foretold."""
        return night_runs.read_findings(self._connection, run_id)
