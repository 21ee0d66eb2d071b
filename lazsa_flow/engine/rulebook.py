"""The rulebook: the table, calendar and policy that govern a path.

A cycle opens at local midnight of the cycle date before it; the policy version in force at that
instant governs its rounds and timers. Source: programme.md, "Versions and data".
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from lazsa_flow.engine.evidence_read import sources_by_trigger
from lazsa_flow.engine.machine import TableMachine
from lazsa_flow.engine.plan import Plan
from lazsa_flow.errors import NotFoundError
from lazsa_flow.lifecycle.evidence import merge_sources
from lazsa_flow.lifecycle.guards import kinds_read
from lazsa_flow.lifecycle.merged_ids import NO_MERGES
from lazsa_flow.lifecycle.model import Actor, GuardContext
from lazsa_flow.lifecycle.values import FrozenDict

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from lazsa_flow.engine.evidence_read import SourcesByTrigger
    from lazsa_flow.lifecycle.calendar import Calendar
    from lazsa_flow.lifecycle.evidence import Source
    from lazsa_flow.lifecycle.merged_ids import MergedIds
    from lazsa_flow.lifecycle.model import Path, Snapshot
    from lazsa_flow.lifecycle.policy import Country, Policy
    from lazsa_flow.lifecycle.table import Lifecycle


class RulesChangedError(Exception):
    """The rules have changed since they were read; the command starts again."""


class Release(NamedTuple):
    """A policy version and the instant from which it is in force."""

    policy: Policy
    in_force_from: datetime


class Rulebook:
    """Every lifecycle, country and policy release of one programme.

    Args:
        lifecycles: The tables.
        countries: The countries.
        releases: Policy releases of every lifecycle, in any order.
        version: What the database stood at when they were read; ``None`` where that is not asked.
        merged: Which ids are one subject's.

    Attributes:
        kinds: The kinds of records that guards say they read.
        sources: Every lifecycle's evidence sources, in the order of their names.
    """

    def __init__(
        self,
        lifecycles: Iterable[Lifecycle],
        countries: Iterable[Country],
        releases: Iterable[Release],
        version: Hashable = None,
        merged: MergedIds = NO_MERGES,
    ) -> None:
        self.version = version
        self.merged = merged
        self._all = (tuple(lifecycles), tuple(countries), tuple(releases))
        self.lifecycles: Mapping[str, Lifecycle] = FrozenDict({t.name: t for t in self._all[0]})
        self.countries: Mapping[str, Country] = FrozenDict({c.code: c for c in self._all[1]})
        self._machines: dict[str, TableMachine] = {}
        self._plans: dict[str, Plan] = {}
        self.sources: tuple[Source, ...] = merge_sources(
            (table.name, table.evidence) for table in self._all[0]
        )
        guards = [guard for table in self._all[0] for guard in table.guards.values()]
        self.kinds: frozenset[str] = kinds_read(
            name for guard in guards for name in guard.reads or ()
        )
        self._sources_read: dict[str, SourcesByTrigger] = {}
        self._governing: dict[tuple[str, str, date], Policy] = {}
        self._calendars = {code: country.calendar for code, country in self.countries.items()}
        self._releases: dict[str, list[Release]] = {}
        for release in sorted(self._all[2], key=lambda release: release.in_force_from):
            self._releases.setdefault(release.policy.lifecycle, []).append(release)

    def suspending(self, country: str, cycle_on: date) -> Rulebook:
        """Return the same rules with one more cycle suspended."""
        lifecycles, countries, releases = self._all
        return Rulebook(
            lifecycles,
            [
                each.model_copy(update={"suspended": (*each.suspended, cycle_on)})
                if each.code == country
                else each
                for each in countries
            ],
            releases,
            merged=self.merged,
        )

    def releasing(self, release: Release) -> Rulebook:
        """Return the same rules with one more policy release."""
        lifecycles, countries, releases = self._all
        return Rulebook(lifecycles, countries, [*releases, release], merged=self.merged)

    def lifecycle(self, name: str) -> Lifecycle:
        """Return a table by name.

        Raises:
            NotFoundError: There is no such lifecycle.
        """
        try:
            return self.lifecycles[name]
        except KeyError:
            raise NotFoundError("lifecycle", name, among=self.lifecycles) from None

    def machine(self, name: str) -> TableMachine:
        """Return a lifecycle's table as the Machine that decides its single fires.

        It is built when it is first asked for: most questions decide nothing.
        """
        if name not in self._machines:
            self._machines.setdefault(name, TableMachine(self.lifecycles[name]))
        return self._machines[name]

    def plan(self, name: str) -> Plan:
        """Return a lifecycle's decisions, compiled."""
        if name not in self._plans:
            self._plans.setdefault(name, Plan(self.lifecycles[name], self.machine(name)))
        return self._plans[name]

    def sources_read(self, lifecycle: str, trigger: str, reason: str | None) -> frozenset[str]:
        """Return the names of the evidence sources that a fire may read; none where no edge is."""
        if lifecycle not in self._sources_read:
            self._sources_read[lifecycle] = sources_by_trigger(self.lifecycle(lifecycle))
        return self._sources_read[lifecycle].get((trigger, reason), frozenset())

    def calendar(self, country: str) -> Calendar:
        """Return a country's calendar.

        Raises:
            NotFoundError: There is no such country.
        """
        try:
            return self._calendars[country]
        except KeyError:
            raise NotFoundError("country", country, among=self.countries) from None

    def policy_at(self, lifecycle: str, at: datetime) -> Policy:
        """Return the version in force at an instant; before the first release, the first.

        Raises:
            NotFoundError: No policy of this lifecycle was released.
        """
        releases = self._releases.get(lifecycle)
        if not releases:
            expected = (
                f"a released policy: lifecycle {lifecycle} brings none in default_policies, and"
                f" policies/{lifecycle}/ of the configuration has none"
            )
            raise NotFoundError("policy", lifecycle, expected=expected)
        in_force = [release for release in releases if release.in_force_from <= at]
        return (in_force[-1] if in_force else releases[0]).policy

    def releases_of(self, lifecycle: str) -> Sequence[Release]:
        """Return the releases of a lifecycle's policy, as they come in force."""
        return tuple(self._releases.get(lifecycle, ()))

    def policy_version(self, lifecycle: str, version: str) -> Policy:
        """Return one version of a policy.

        Raises:
            NotFoundError: It was never released.
        """
        for release in self._releases.get(lifecycle, ()):
            if release.policy.version == version:
                return release.policy
        raise NotFoundError("policy", f"{lifecycle}/{version}")

    def policy_of_cycle(self, lifecycle: str, country: str, cycle_on: date) -> Policy:
        """Return the version that governs a cycle: the one in force when it opened."""
        key = (lifecycle, country, cycle_on)
        if key not in self._governing:
            calendar = self.calendar(country)
            opened_at = calendar.start(calendar.previous(cycle_on)).at
            self._governing[key] = self.policy_at(lifecycle, opened_at)
        return self._governing[key]

    def policy_of(self, path: Path) -> Policy:
        """Return the version that governs a path's present round."""
        if path.cycle_on is None:
            return self.policy_at(path.lifecycle, path.opened_at)
        return self.policy_of_cycle(path.lifecycle, path.country, path.cycle_on)

    def guard_context(
        self,
        seen: Snapshot,
        *,
        at: datetime,
        recorded_at: datetime,
        actor: Actor,
        reason: str | None = None,
    ) -> GuardContext:
        """Put evidence, rules and instant together for the guards."""
        calendar = self.calendar(seen.path.country)
        return GuardContext(
            snapshot=seen,
            at=at,
            on=calendar.local_date(at),
            recorded_at=recorded_at,
            policy=self.policy_of(seen.path),
            calendar=calendar,
            actor=actor,
            reason=reason,
        )


@lru_cache(maxsize=1024)
def clock_actor(timer: str) -> Actor:
    """Return the clock as an actor, by the timer that speaks."""
    return Actor("system", timer)
