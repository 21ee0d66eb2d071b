"""Statistics of paths: how many are in each state, who they are, and how they came there.

What a picture asks: figures over all paths, and a few of them by name. Everything but the few is
counted in the database, so that what is read is as large as the answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from lazsa_flow.store import decode, evidence_queries, index_walk, schema
from lazsa_flow.store.encode import journal_fields
from lazsa_flow.store.fast.driver import rows_of
from lazsa_flow.store.index_walk import select_rounds, walk_rounds
from lazsa_flow.store.rows import JOURNAL_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    from lazsa_flow.lifecycle.evidence import Source
    from lazsa_flow.lifecycle.model import Snapshot, TimerRow


class Moves(NamedTuple):
    """How many paths of a country made one move within a period.

    Attributes:
        period: The number of the first bound that the moves took effect before; the number of
            bounds where they came after the last.
        source: The state before; ``None`` where the path opened.
    """

    country: str
    period: int
    source: str | None
    dest: str
    trigger: str
    reason: str | None
    times: int


class Pending(NamedTuple):
    """How many timers of a country and state pend under one name until one local date."""

    country: str
    state: str
    due_on: date
    name: str
    times: int


class PathSummary(NamedTuple):
    """A path, in short."""

    id: int
    subject: str
    country: str
    state: str
    entered_at: datetime
    parked: bool


class NoticeOfPath(NamedTuple):
    """A notice about a path: delivered at an instant by a channel, or waiting until one."""

    kind: str
    recipient: str
    at: datetime
    channel: str | None
    parked: bool


class PathStatistics:
    """Counts over a database as it stands in one transaction.

    Args:
        connection: A connection on which the transaction has begun.
        lifecycle: Of whose paths.
        sources: The evidence sources that decisions read.
    """

    def __init__(
        self, connection: sa.Connection, lifecycle: str, sources: tuple[Source, ...]
    ) -> None:
        self._connection = connection
        self._sources = sources
        self._lifecycle = lifecycle

    def count_states(self) -> dict[tuple[str, str], int]:
        """Count the paths by country and state."""
        table = schema.paths
        query = (
            sa.select(table.c.country, table.c.state, sa.func.count())
            .where(table.c.lifecycle == self._lifecycle)
            .group_by(table.c.country, table.c.state)
        )
        return {(row[0], row[1]): row[2] for row in self._connection.execute(query)}

    def count_moves(self, bounds: Mapping[str, Sequence[datetime]]) -> list[Moves]:
        """Count the moves of all time by country, period and edge, from the counted flows.

        Args:
            bounds: The instants between the periods, rising, of each country; a path counts for
                the country that it is in now.
        """
        flows = schema.flows
        rows = (
            sa.select(
                flows.c.country,
                _period(bounds),
                *(flows.c[name] for name in ("source", "dest", "trigger", "reason")),
                flows.c.moves,
            )
            .where(flows.c.lifecycle == self._lifecycle, flows.c.trigger.is_not(None))
            .subquery()
        )
        *kind, moves = rows.c
        times = sa.func.sum(moves)
        query = sa.select(*kind, times).group_by(*kind).having(times != 0)
        return [Moves._make(row) for row in self._connection.execute(query)]

    def count_pending_timers(self) -> list[Pending]:
        """Count the timers that pend and decide, by country, state, date and name.

        The sums of the counted timers are read, not the timers.
        """
        counts = schema.timer_counts
        columns = (counts.c.country, counts.c.state, counts.c.due_on, counts.c.name)
        times = sa.func.sum(counts.c.timers)
        query = (
            sa.select(*columns, times)
            .where(counts.c.lifecycle == self._lifecycle)
            .group_by(*columns)
            .having(times > 0)
            .order_by(counts.c.due_on, counts.c.country, counts.c.name, counts.c.state)
        )
        return [Pending._make(row) for row in self._connection.execute(query)]

    def latest_paths(self, limit: int) -> list[PathSummary]:
        """Return the paths that came last into each state of each country.

        Args:
            limit: At most so many of each state and country.
        """
        dialect = self._connection.dialect.name
        latest = index_walk.select_latest(dialect, self._lifecycle, limit).subquery()
        return self._read_cards(self._select_cards().join(latest, latest.c.id == schema.paths.c.id))

    def paths_by_number(self, path_ids: Collection[int]) -> list[PathSummary]:
        """Return some paths, by their numbers."""
        query = self._select_cards().where(
            schema.paths.c.lifecycle == self._lifecycle, schema.paths.c.id.in_(list(path_ids))
        )
        return self._read_cards(query)

    def numbers_in(
        self,
        countries: Sequence[str],
        states: Sequence[str],
        *,
        after: int | None,
        limit: int,
    ) -> list[int]:
        """Return the numbers of the paths in some states, newest first, at most so many.

        Args:
            countries: In these countries; one at least.
            states: In these states; one at least.
            after: Only those that come after this number.
            limit: At most so many.
        """
        numbers = sa.select(schema.paths.c.id).where(schema.paths.c.lifecycle == self._lifecycle)
        dialect, rounds = self._connection.dialect.name, select_rounds(countries, states)
        page = walk_rounds(dialect, rounds, numbers, after=after, limit=limit)
        return list(self._connection.scalars(page))

    def numbers_in_round(self, country: str, cycle_on: date, states: Collection[str]) -> list[int]:
        """Return the numbers of the paths of a country's round that are in some states."""
        table = schema.paths
        query = sa.select(table.c.id).where(
            table.c.lifecycle == self._lifecycle,
            table.c.country == country,
            table.c.cycle_on == cycle_on,
            table.c.state.in_(list(states)),
        )
        return list(self._connection.scalars(query.order_by(table.c.id)))

    def next_timers(self, path_ids: Collection[int]) -> dict[int, TimerRow]:
        """Return the earliest pending timer that decides of each of these paths, if it has one."""
        table = schema.timers
        query = (
            sa.select(table)
            .where(
                table.c.path_id.in_(list(path_ids)), table.c.status == "pending", table.c.decides
            )
            .order_by(table.c.due_at.desc(), table.c.name.desc())
        )
        return {row[0]: decode.timer(row) for row in rows_of(self._connection, query)}

    def journal_rows(self, path_ids: Collection[int]) -> dict[int, list[dict[str, Any]]]:
        """Return the journal rows of some paths, oldest first, as JSON values."""
        journal, paths = schema.journal, schema.paths
        query = (
            sa.select(*JOURNAL_COLUMNS, paths.c.lifecycle)
            .join(paths, paths.c.id == journal.c.path_id)
            .where(journal.c.path_id.in_(list(path_ids)))
            .order_by(journal.c.path_id, journal.c.seq)
        )
        found: dict[int, list[dict[str, Any]]] = {}
        for row in self._connection.execute(query).mappings():
            found.setdefault(row["path_id"], []).append(journal_fields(row))
        return found

    def notices_of(self, path_id: int, ref: str) -> list[NoticeOfPath]:
        """Return the notices about a path: those delivered, oldest first, then those that wait.

        Args:
            path_id: The path's number.
            ref: Its reference, with which the keys of its notices begin.
        """
        sent, waiting = schema.deliveries, schema.outbox
        channel, parked = sa.null().label("channel"), sa.false().label("parked")
        delivered = sa.select(
            sent.c.kind, sent.c.recipient, sent.c.recorded_at, sent.c.channel, parked
        )
        pending = sa.select(
            waiting.c.kind, waiting.c.recipient, waiting.c.next_at, channel, waiting.c.parked
        )
        if self._connection.dialect.name == "sqlite":  # along the primary key, in byte order
            delivered = delivered.where(sent.c.key.between(f"{ref}.", f"{ref}/"))
            pending = pending.where(waiting.c.key.between(f"{ref}.", f"{ref}/"))
        queries = (
            delivered.where(sent.c.path_id == path_id).order_by(sent.c.recorded_at, sent.c.key),
            pending.where(waiting.c.path_id == path_id).order_by(waiting.c.next_at, waiting.c.key),
        )
        return [
            NoticeOfPath._make(row) for each in queries for row in self._connection.execute(each)
        ]

    def evidence(self, path_ids: Collection[int], *, on: date) -> list[Snapshot]:
        """Load what guards may read of these paths.

        Args:
            path_ids: The paths' numbers.
            on: The date judged where a path is in no round.
        """
        found = evidence_queries.read_rows(
            self._connection, path_ids, before=None, on=on, lock=False, sources=self._sources
        )
        return [row.snapshot() for row in found]

    def _select_cards(self) -> sa.Select[Any]:
        table = schema.paths
        columns = (table.c.id, table.c.subject, table.c.country, table.c.state)
        return sa.select(*columns, table.c.entered_at, table.c.parked)

    def _read_cards(self, query: sa.Select[Any]) -> list[PathSummary]:
        table = schema.paths
        query = query.order_by(table.c.entered_at.desc(), table.c.id.desc())
        return [PathSummary._make(row) for row in self._connection.execute(query)]


def _period(bounds: Mapping[str, Sequence[datetime]]) -> sa.ColumnElement[int]:
    """Return in which of its country's periods counted moves took effect."""
    effective_at = schema.flows.c.effective_at
    numbers = [
        (
            schema.flows.c.country == country,
            sa.case(
                *((effective_at < at, sa.literal_column(str(n))) for n, at in enumerate(instants)),
                else_=sa.literal_column(str(len(instants))),
            ),
        )
        for country, instants in bounds.items()
        if instants
    ]
    zero: sa.ColumnElement[int] = sa.literal_column("0", sa.Integer())
    return (sa.case(*numbers, else_=zero) if numbers else zero).label("period")
