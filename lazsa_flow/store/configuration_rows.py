"""What is in force: policies, countries, suspensions, tables and pauses, read and changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from lazsa_flow.store import path_numbers, pauses, released, schema, tables
from lazsa_flow.store.closed_books import BookSide

if TYPE_CHECKING:
    from datetime import date, datetime

    from lazsa_flow.lifecycle.pauses import Pause
    from lazsa_flow.lifecycle.policy import PolicyText
    from lazsa_flow.lifecycle.table import Lifecycle
    from lazsa_flow.store.released import CountryVersion, PolicyVersion


class RulesSide(BookSide):
    """One transaction on a SQL database, as far as it concerns what is in force."""

    def policy_versions(self) -> list[PolicyVersion]:
        """Return every version of every policy, by lifecycle and from when they are in force."""
        return released.policy_versions(self._connection)

    def country_versions(self) -> list[CountryVersion]:
        """Return every version of every country, by code and number."""
        return released.country_versions(self._connection)

    def suspensions(self) -> list[tuple[str, date]]:
        """Return every suspended cycle: country and cycle date."""
        return released.suspensions(self._connection)

    def lock_rules(self) -> None:
        """Wait until nobody writes by the rules of now, and let nobody until this ends.

        It comes before all else in a transaction that changes rules, so that no two of them wait
        for each other.
        """
        released.lock(self._lent)

    def add_policy(
        self, text: PolicyText, *, in_force_from: datetime, at: datetime, by: str
    ) -> None:
        """Store a version of a policy, which must be none that is stored."""
        released.add_policy(self._connection, text, in_force_from=in_force_from, at=at, by=by)

    def add_country(self, version: CountryVersion) -> None:
        """Store the next version of a country."""
        released.add_country(self._connection, version)

    def has_paths(self, lifecycle: str) -> bool:
        """Return whether any path of a lifecycle was ever opened."""
        table = schema.paths
        query = sa.select(table.c.id).where(table.c.lifecycle == lifecycle).limit(1)
        return self._connection.scalar(query) is not None

    def timed_paths(self, country: str) -> list[int]:
        """Return the paths in a country that are open or have a pending timer, oldest first."""
        timers, paths, slots = schema.timers, schema.paths, schema.slots
        opened = sa.select(slots.c.path_id)
        waiting = sa.select(timers.c.path_id).where(schema.PENDING, timers.c.country == country)
        query = sa.select(paths.c.id).where(
            paths.c.country == country, paths.c.id.in_(sa.union(opened, waiting))
        )
        return list(self._connection.scalars(query.order_by(paths.c.id)))

    def read_bucket(self) -> int:
        """Return the bucket in which paths are numbered."""
        return path_numbers.read_bucket(self._connection)

    def put_bucket(self, bucket: int, at: datetime) -> None:
        """Number the paths that open from now on in this bucket.

        Args:
            bucket: The bucket.
            at: The present instant.

        Raises:
            InputError: There is no such bucket.
        """
        path_numbers.put_bucket(self._connection, bucket, at)

    def has_table(self, lifecycle: Lifecycle) -> bool:
        """Return whether the database is run by just this table of a lifecycle."""
        return tables.is_put(self._connection, lifecycle)

    def put_table(self, lifecycle: Lifecycle, at: datetime) -> tuple[str, ...]:
        """Let the database be run by a lifecycle's table; return what differs from the one before.

        Args:
            lifecycle: The table.
            at: The present instant.
        """
        return tables.put_table(self._connection, lifecycle, at)

    # -- pauses

    def pauses(self) -> tuple[Pause, ...]:
        """Return the pauses in force, as this transaction asked for them first."""
        return self.stamp().pauses

    def add_pause(self, pause: Pause) -> None:
        """Record a pause."""
        pauses.add(self._connection, pause)

    def lift_pause(
        self, country: str | None, cycle: date | None, *, actor: str, reason: str, at: datetime
    ) -> int:
        """Lift the pause in force of just this scope; return how many there were."""
        return pauses.lift(self._connection, country, cycle, actor=actor, reason=reason, at=at)

    def suspend(self, country: str, cycle_on: date, actor: str, at: datetime) -> None:
        """Record that a country does not hold a cycle."""
        row = {"country": country, "cycle_on": cycle_on, "actor": actor, "recorded_at": at}
        self._connection.execute(sa.insert(schema.suspensions), row)

    def lift_suspension(self, country: str, cycle_on: date, actor: str, at: datetime) -> bool:
        """Record that a country holds a cycle after all; tell whether it was suspended."""
        table, lifted = schema.suspensions, schema.lifted_suspensions
        this = (table.c.country == country) & (table.c.cycle_on == cycle_on)
        row = self._connection.execute(sa.select(table).where(this)).mappings().one_or_none()
        if row is None:
            return False
        self._connection.execute(sa.delete(table).where(this))
        self._connection.execute(sa.insert(lifted), {**row, "lifted_by": actor, "lifted_at": at})
        return True
