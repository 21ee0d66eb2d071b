"""Lists of paths and subjects: filtered, sorted and paged by the database, along an index.

Paths are listed newest first, by the number that a reference ends in; subjects by their id. The
next page begins after the last row of the one before, so that it costs as much as the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from lazsa_flow.store import evidence_queries, schema
from lazsa_flow.store.column_types import Day, Instant
from lazsa_flow.store.index_walk import LARGEST, select_rounds, walk_rounds

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    from lazsa_flow.lifecycle.evidence import Source
    from lazsa_flow.lifecycle.model import Snapshot

MISSING: Final = "missing"
STALE: Final = "stale"
INCOMPLETE: Final = "incomplete"
CURRENT: Final = "current"
FACTS: Final = (MISSING, STALE, INCOMPLETE, CURRENT)
"""How facts are on the date judged: none, too old, without a figure that a bar asks for, fit."""
ASKED: Final = (
    *("joined_on", "ncp_points", "policy_compliant", "gmv_rate", "chat_response_rate"),
    *("monthly_cancellation_rates", "is_lazstar"),
)
"""The figures that the bars ask for."""


@dataclass(frozen=True, slots=True)
class PathFilter:
    """Which paths are listed.

    Attributes:
        countries: In these countries; in any where there are none.
        states: In these states; in any where there are none.
        cycle_on: In the round of this cycle date.
        reason: Whose last journal row has this reason.
        facts: Whose facts are one of :data:`FACTS`, if there are any.
        reviewer: Which this person is to review and has not, in one of ``reviewed``.
        reviewed: Country and cycle date of the rounds in which the person reviews.
        since: Which entered their state at or after this instant.
        cycle_until: In the round of this cycle date or an earlier one.
    """

    lifecycle: str | None = None
    countries: Sequence[str] = ()
    states: Sequence[str] = ()
    cycle_on: date | None = None
    reason: str | None = None
    facts: Sequence[str] = ()
    reviewer: str | None = None
    reviewed: Sequence[tuple[str, date]] = ()
    since: datetime | None = None
    cycle_until: date | None = None


@dataclass(frozen=True, slots=True)
class FactsAge:
    """From which date on facts are fresh enough, by country and cycle date.

    Attributes:
        today: The date judged of paths that are in no round.
        since: The oldest date of facts that count for them, and for rounds that are not named.
        by_round: The same for each round.
    """

    today: date
    since: date
    by_round: Mapping[tuple[str, date], date]


class Listing:
    """Lists over a database as it stands in one transaction.

    Args:
        connection: A connection on which the transaction has begun.
        sources: The evidence sources that decisions read.
    """

    def __init__(self, connection: sa.Connection, sources: tuple[Source, ...]) -> None:
        self._connection = connection
        self._sources = sources

    def list_rounds(self, wanted: PathFilter) -> list[tuple[str, date]]:
        """Return country and cycle date of every round that paths of a filter are in."""
        table = _rounds(wanted) if wanted.states and wanted.countries else schema.paths
        query = sa.select(table.c.country, table.c.cycle_on).distinct()
        query = query.where(table.c.cycle_on.is_not(None))
        if table is schema.paths:
            query = query.where(*_place(wanted))
        return [(row.country, row.cycle_on) for row in self._connection.execute(query)]

    def paths(
        self, wanted: PathFilter, age: FactsAge, *, after: int | None, limit: int
    ) -> list[dict[str, Any]]:
        """Return the paths of a filter, newest first, at most so many after a number."""
        table = schema.paths
        numbers = self._numbers(wanted, age)
        if wanted.countries and wanted.states:
            page = walk_rounds(
                self._connection.dialect.name,
                _rounds(wanted),
                numbers,
                after=after,
                limit=limit,
                dated=_names_rounds(wanted),
            )
        else:
            later = table.c.id < (LARGEST if after is None else after)
            page = numbers.where(*_place(wanted), later)
            page = page.order_by(table.c.id.desc()).limit(limit)
        # what is told of a path is read of a page's paths alone
        query = _paths(age, page.subquery()).order_by(table.c.id.desc())
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def rounds_reviewed(
        self, reviewer: str, rounds: Sequence[tuple[str, date]]
    ) -> list[tuple[str, date]]:
        """Return those of these rounds, country and cycle date, in which a person reviews.

        An application with reviewers says who they are; without one nobody reviews.
        """
        del reviewer, rounds
        return []

    def _unreviewed(
        self, reviewer: str, rounds: Sequence[tuple[str, date]]
    ) -> list[sa.ColumnElement[bool]]:
        """Say that a person reviews a path, may do so, and has not done so yet."""
        del reviewer, rounds
        return [sa.false()]

    def evidence(self, path_ids: Collection[int], *, on: date) -> list[Snapshot]:
        """Load what guards may read of these paths; ``on`` is judged where they are in no round."""
        found = evidence_queries.read_rows(
            self._connection, path_ids, before=None, on=on, lock=False, sources=self._sources
        )
        return [row.snapshot() for row in found]

    def count(self, wanted: PathFilter, age: FactsAge) -> int:
        """Count the paths of a filter."""
        found = self._numbers(wanted, age).where(*_place(wanted))
        counted = sa.select(sa.func.count()).select_from(found.subquery())
        return self._connection.scalar(counted) or 0

    def subjects(
        self,
        countries: Sequence[str],
        lifecycle: str,
        age: FactsAge,
        *,
        facts: Sequence[str],
        without_path: bool,
        after: str | None,
        limit: int,
    ) -> list[dict[str, Any]]:
        """Return subjects whose country is on record, with their latest path of a lifecycle."""
        known, paths = schema.subject_countries, schema.paths
        later = known.alias()
        other = paths.alias("other")
        newest = (
            sa.select(sa.func.max(other.c.id))
            .where(other.c.subject == known.c.subject, other.c.lifecycle == lifecycle)
            .correlate(known)
            .scalar_subquery()
        )
        moved = sa.select(later.c.id).where(
            later.c.subject == known.c.subject, later.c.id > known.c.id
        )
        aliases = schema.subject_aliases
        merged = sa.select(aliases.c.alias).where(aliases.c.alias == known.c.subject)
        latest = _latest_facts(known.c.subject, sa.literal(age.today, Day()), known)
        table = schema.facts
        status = _status(table.c.as_of < age.since)
        query = (
            sa.select(known.c.subject.label("subject"), known.c.country)
            .select_from(
                known.outerjoin(paths, paths.c.id == newest).outerjoin(table, table.c.id == latest)
            )
            .add_columns(*_PATH, *_FACTS, status.label("facts"))
            .where(known.c.country.in_(list(countries)), known.c.subject > (after or ""))
            .where(~moved.correlate(known).exists(), ~merged.correlate(known).exists())
            .order_by(known.c.subject)
            .limit(limit)
        )
        if facts:
            query = query.where(status.in_(list(facts)))
        if without_path:
            query = query.where(paths.c.id.is_(None))
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def _numbers(self, wanted: PathFilter, age: FactsAge) -> sa.Select[Any]:
        """Select the numbers of the paths of a filter, but for the round that it names."""
        query = sa.select(schema.paths.c.id)
        if wanted.facts:
            found = _facts_in(_paths(age), wanted, age)
            query = found.with_only_columns(schema.paths.c.id, maintain_column_froms=True)
        elif wanted.reason is not None:
            query = query.join(schema.journal, _LAST)
        return query.where(*self._wanted(wanted))

    def _wanted(self, wanted: PathFilter) -> list[sa.ColumnElement[bool]]:
        """Return what a filter asks, but for facts; a reason is that of the last journal row."""
        table = schema.paths
        conditions: list[sa.ColumnElement[bool]] = []
        if wanted.lifecycle is not None:
            conditions.append(table.c.lifecycle == wanted.lifecycle)
        if wanted.reason is not None:
            conditions.append(schema.journal.c.reason == wanted.reason)
        if wanted.since is not None:
            conditions.append(table.c.entered_at >= sa.literal(wanted.since, Instant()))
        if wanted.reviewer is not None:
            conditions += self._unreviewed(wanted.reviewer, wanted.reviewed)
        return conditions


_PATH: Final = tuple(
    schema.paths.c[name] for name in ("id", "lifecycle", "state", "cycle_on", "entered_at")
)
_FACTS: Final = (sa.type_coerce(schema.facts.c.as_of, Day()).label("facts_as_of"),)

_UNKNOWN: Final = tuple(schema.facts.c[name].is_(None).label(f"no_{name}") for name in ASKED)


def _place(wanted: PathFilter) -> list[sa.ColumnElement[bool]]:
    """Return what the index of lists answers: country, state and cycle date."""
    table = schema.paths
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.countries:
        conditions.append(table.c.country.in_(list(wanted.countries)))
    if wanted.states:
        conditions.append(table.c.state.in_(list(wanted.states)))
    if wanted.cycle_on is not None:
        conditions.append(table.c.cycle_on == wanted.cycle_on)
    if wanted.cycle_until is not None:
        conditions.append(table.c.cycle_on <= wanted.cycle_until)
    if wanted.lifecycle is not None:
        conditions.append(table.c.lifecycle == wanted.lifecycle)
    return conditions


def _names_rounds(wanted: PathFilter) -> bool:
    """Return whether a filter asks for paths with a cycle date alone."""
    return wanted.cycle_on is not None or wanted.cycle_until is not None


def _rounds(wanted: PathFilter) -> sa.CTE:
    """Select the parts of the index that a filter names; countries and states it does name."""
    return select_rounds(
        wanted.countries,
        wanted.states,
        cycle_on=wanted.cycle_on,
        cycle_until=wanted.cycle_until,
    )


def _paths(age: FactsAge, page: Any = None) -> sa.Select[Any]:
    """Select what a list tells of paths, of all or of those of a page."""
    table, facts = schema.paths, schema.facts
    judged_on = sa.func.coalesce(table.c.cycle_on, sa.literal(age.today, Day()))
    latest = _latest_facts(table.c.subject, judged_on, table)
    source: Any = table if page is None else table.join(page, page.c.id == table.c.id)
    journal = schema.journal
    return (
        sa.select(table.c.subject, table.c.country, *_PATH, table.c.parked)
        .add_columns(journal.c.trigger, journal.c.reason, journal.c.verdicts)
        .add_columns(*_FACTS, _status_of(age).label("facts"), *_UNKNOWN)
        .select_from(source.join(journal, _LAST).outerjoin(facts, facts.c.id == latest))
    )


def _facts_in(query: sa.Select[Any], wanted: PathFilter, age: FactsAge) -> sa.Select[Any]:
    return query.where(_status_of(age).in_(list(wanted.facts)))


def _status_of(age: FactsAge) -> Any:
    return _status(schema.facts.c.as_of < _since(age))


_LAST: Final = (schema.journal.c.path_id == schema.paths.c.id) & (
    schema.journal.c.seq == schema.paths.c.seq
)


def _latest_facts(subject: Any, judged_on: Any, outer: sa.Table) -> Any:
    """Select the number of a subject's latest facts that are dated no later than a date.

    Those of an id that was merged count where there are none of the id that holds.
    """
    dated, aliases = schema.facts.alias("dated"), schema.subject_aliases.alias("merged")
    latest = (
        sa.select(dated.c.id)
        .order_by(dated.c.as_of.desc(), dated.c.recorded_at.desc(), dated.c.id.desc())
        .where(dated.c.as_of <= judged_on)
        .limit(1)
        .correlate(outer)
    )
    own = latest.where(dated.c[schema.FACTS_SUBJECT] == subject)
    of_alias = latest.select_from(
        aliases.join(dated, dated.c[schema.FACTS_SUBJECT] == aliases.c.alias)
    )
    of_alias = of_alias.where(aliases.c.subject == subject)
    return sa.func.coalesce(own.scalar_subquery(), of_alias.scalar_subquery())


def _since(age: FactsAge) -> Any:
    """Return the oldest date of facts that count for a path."""
    table = schema.paths
    rounds = [
        ((table.c.country == country) & (table.c.cycle_on == cycle_on), sa.literal(since, Day()))
        for (country, cycle_on), since in age.by_round.items()
    ]
    otherwise = sa.literal(age.since, Day())
    return sa.case(*rounds, else_=otherwise) if rounds else otherwise


def _status(too_old: Any) -> Any:
    facts = schema.facts
    unknown = sa.or_(
        *(facts.c[name].is_(None) for name in ASKED),
        facts.c.is_lazstar & facts.c.activities.is_(None),
    )
    return sa.case(
        (facts.c.id.is_(None), MISSING),
        (too_old, STALE),
        (unknown, INCOMPLETE),
        else_=CURRENT,
    )
