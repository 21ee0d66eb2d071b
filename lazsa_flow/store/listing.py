"""Lists of paths: filtered, sorted and paged by the database, along an index.

Paths are listed newest first, by the number that a reference ends in. The next page begins after
the last row of the one before, so that it costs as much as the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import sqlalchemy as sa

from lazsa_flow.store import evidence_queries, schema
from lazsa_flow.store.column_types import Instant
from lazsa_flow.store.index_walk import LARGEST, select_rounds, walk_rounds

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from lazsa_flow.lifecycle.evidence import Source
    from lazsa_flow.lifecycle.model import Snapshot
    from lazsa_flow.store.evidence_rows import SqlEvidenceRow

MISSING: Final = "missing"
STALE: Final = "stale"
INCOMPLETE: Final = "incomplete"
CURRENT: Final = "current"
FACTS: Final = (MISSING, STALE, INCOMPLETE, CURRENT)
"""How facts are on the date judged: none, too old, without a figure that is asked for, fit."""


class PathFilter(NamedTuple):
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
        path_ids: With one of these numbers.
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
    path_ids: Sequence[int] | None = None


class FactsAge(NamedTuple):
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
        # details are read for the paths of one page alone
        query = self._paths(age, page.subquery()).order_by(table.c.id.desc())
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

    def evidence(
        self, path_ids: Collection[int], *, on: date, sources: Collection[str] | None = None
    ) -> list[Snapshot]:
        """Load what guards may read of these paths.

        Args:
            path_ids: The numbers of the paths.
            on: The date that is judged where they are in no round.
            sources: The names of the evidence sources that are read; all by default.
        """
        read = (each for each in self._sources if sources is None or each.name in sources)
        return [row.snapshot() for row in self.evidence_rows(path_ids, read, on=on)]

    def evidence_rows(
        self, path_ids: Collection[int], sources: Iterable[Source], *, on: date
    ) -> list[SqlEvidenceRow]:
        """Load what some sources say of these paths, as it is stored.

        Args:
            path_ids: The numbers of the paths.
            sources: The evidence sources.
            on: As for :meth:`evidence`.
        """
        return evidence_queries.read_rows(
            self._connection, path_ids, before=None, on=on, lock=False, sources=tuple(sources)
        )

    def count(self, wanted: PathFilter, age: FactsAge) -> int:
        """Count the paths of a filter."""
        found = self._numbers(wanted, age).where(*_place(wanted))
        counted = sa.select(sa.func.count()).select_from(found.subquery())
        return self._connection.scalar(counted) or 0

    def _numbers(self, wanted: PathFilter, age: FactsAge) -> sa.Select[Any]:
        """Select the numbers of the paths of a filter, but for the round that it names."""
        query = sa.select(schema.paths.c.id)
        if wanted.facts:
            found = self._paths(age).where(self._facts_are(wanted.facts, age))
            query = found.with_only_columns(schema.paths.c.id, maintain_column_froms=True)
        elif wanted.reason is not None:
            query = query.join(schema.journal, _LAST)
        return query.where(*self._wanted(wanted))

    def _paths(self, age: FactsAge, page: Any = None) -> sa.Select[Any]:
        """Select what a list tells of paths, of all or of those of a page."""
        table, journal = schema.paths, schema.journal
        source: Any = table if page is None else table.join(page, page.c.id == table.c.id)
        query = sa.select(table.c.subject, table.c.country, *PATH_COLUMNS, table.c.parked)
        query = query.add_columns(journal.c.trigger, journal.c.reason, journal.c.verdicts)
        return self._add_facts(query, source.join(journal, _LAST), age)

    def _add_facts(self, query: sa.Select[Any], source: Any, age: FactsAge) -> sa.Select[Any]:
        """Add ``facts`` and ``facts_as_of`` of each path's subject to what a list tells.

        Only an application knows facts; without one there are none.
        """
        del age
        none = sa.null().label("facts_as_of")
        return query.select_from(source).add_columns(sa.literal(MISSING).label("facts"), none)

    def _facts_are(self, wanted: Sequence[str], age: FactsAge) -> sa.ColumnElement[bool]:
        """Say that the facts of a path's subject are one of :data:`FACTS`."""
        del age
        return sa.true() if MISSING in wanted else sa.false()

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
        if wanted.path_ids is not None:
            conditions.append(table.c.id.in_(list(wanted.path_ids)))
        if wanted.reviewer is not None:
            conditions += self._unreviewed(wanted.reviewer, wanted.reviewed)
        return conditions


PATH_COLUMNS: Final = tuple(
    schema.paths.c[name] for name in ("id", "lifecycle", "state", "cycle_on", "entered_at")
)


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


_LAST: Final = (schema.journal.c.path_id == schema.paths.c.id) & (
    schema.journal.c.seq == schema.paths.c.seq
)
