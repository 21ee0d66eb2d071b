"""What is asked of the state across many paths: what is due, what waits, the books, the rules."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Generic

import sqlalchemy as sa
from typing_extensions import TypeVar

from lazsa_flow import store
from lazsa_flow.lifecycle.merged_ids import MergedIds
from lazsa_flow.lifecycle.path_ref import write_ref
from lazsa_flow.lifecycle.values import EMPTY
from lazsa_flow.store import (
    closed_books,
    decode,
    due_timers,
    failures,
    merges,
    night_claims,
    pauses,
    released,
    schema,
)
from lazsa_flow.store.audit import Audit, audited_paths, journal_rows, read_stored_journal
from lazsa_flow.store.fast.driver import rows_of
from lazsa_flow.store.fast.row_writer import row_writer
from lazsa_flow.store.foresight_queries import ForesightQuestions
from lazsa_flow.store.listing import Listing
from lazsa_flow.store.transaction_stamp import read_stamp

if TYPE_CHECKING:
    from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from lazsa_flow.engine.ledger import Count
    from lazsa_flow.lifecycle.calendar import Calendar
    from lazsa_flow.lifecycle.evidence import Source
    from lazsa_flow.lifecycle.model import TimerRow
    from lazsa_flow.lifecycle.pauses import Pause
    from lazsa_flow.store.audit import AuditedPath
    from lazsa_flow.store.bounded_counts import WaitingCounts
    from lazsa_flow.store.brakes import Brakes
    from lazsa_flow.store.delivery_list import Delivery, DeliveryFilter, DeliveryPlace
    from lazsa_flow.store.due_list import DueList
    from lazsa_flow.store.histories import RecordedSubject
    from lazsa_flow.store.monitoring import QueueStats
    from lazsa_flow.store.night_claims import NightLimits
    from lazsa_flow.store.outbox_list import OutboxList
    from lazsa_flow.store.parked_list import ParkedPath, ParkedPlace
    from lazsa_flow.store.released import CountryVersion, PolicyVersion
    from lazsa_flow.store.statistics import PathStatistics


_Listing = TypeVar("_Listing", bound=Listing, default=Any)
_BATCH: Final = 1000
"""So many paths are asked about at a time."""


class StoreQuestions(ForesightQuestions, Generic[_Listing]):
    """The questions; each reads in a transaction of its own.

    Attributes:
        brakes: What stops this process.
        sources: The evidence sources that decisions read.
        listing_class: The class of lists; an application's may know more of them.
        tables_copied_whole: Tables of an application's own that a scratch database has, too; see
            :mod:`lazsa_flow.store.scratch.parts`.
    """

    brakes: Brakes
    sources: tuple[Source, ...]
    listing_class: type[Any] = Listing
    tables_copied_whole: tuple[sa.Table, ...] = ()

    def next_due(self) -> datetime | None:
        """Return the instant at which the next pending timer is to be looked at.

        That is when the earliest of them is due; for a path that failed, when it is tried again.
        Those that this process may not fire are left out.

        Raises:
            SchemaError: The schema is another revision's.
            ClockError: The clock is far from the server's, or behind what is recorded.
        """
        with self._read() as connection:
            stamp = read_stamp(connection)
            self.brakes.check(stamp)
            self.brakes.tell_pauses(stamp.pauses)
            now, calendars = self.brakes.now(), self.brakes.held_calendars(stamp)
            nights = night_claims.read_nights(connection, stamp.pauses, calendars, now)
            foreign = self.brakes.foreign(stamp)
            passing = due_timers.Passing.of(stamp.pauses, foreign, nights.closed)
            if passing.everything:
                return None
            selects = failures.next_looks(passing)
            looks: list[datetime | None] = [connection.scalar(select) for select in selects]
            looks += nights.next_looks(now)
        return min((at for at in looks if at is not None), default=None)

    def nights(self, now: datetime, calendars: Mapping[str, Calendar] | None = None) -> NightLimits:
        """Return the nights that are under way, and the dates that wait for approval and start.

        Args:
            now: The present instant.
            calendars: Those of the countries; by default of those that this process knows.
        """
        known = self.brakes.calendars if calendars is None else calendars
        with self._read() as connection:
            stamp = read_stamp(connection)
            held = known if stamp.needs_start else EMPTY
            return night_claims.read_nights(connection, stamp.pauses, held, now)

    def queue_stats(self, now: datetime) -> QueueStats:
        """Return how the work stands at an instant."""
        with self._read() as connection:
            return store.monitoring.queue_stats(connection, now)

    def count_waiting(self, now: datetime, limit: int) -> WaitingCounts:
        """Count what failed and what waits to be sent, no further than a limit."""
        with self._read() as connection:
            return store.bounded_counts.count_waiting(connection, now, limit)

    def count_due(self, now: datetime, limit: int) -> int:
        """Count the timers that are due at an instant, no further than a limit."""
        with self._read() as connection:
            return store.monitoring.count_due(connection, now, limit)

    def due_by_country(self, now: datetime) -> dict[str, int]:
        """Count the timers that are due at an instant, country by country."""
        with self._read() as connection:
            return store.monitoring.due_by_country(connection, now)

    def count_due_by_timer(self, now: datetime) -> list[tuple[str, str, str, int]]:
        """Count the timers that are due at an instant, by country, lifecycle and name."""
        with self._read() as connection:
            return store.monitoring.due_by_timer(connection, now)

    def describe(self) -> str:
        """Return the server's or library's name and version."""
        with self._read() as connection:
            version = connection.dialect.server_version_info or ()
            name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.dialect.name]
            return f"{name} {'.'.join(map(str, version))}"

    def latest_record(self) -> datetime | None:
        """Return when the journal was last written to, by the clock of that moment."""
        with self._read() as connection:
            return store.monitoring.latest_record(connection)

    def due(self, until: datetime, limit: int | None = None) -> list[tuple[TimerRow, str, str]]:
        """Return pending timers due at or before an instant, earliest first, at most so many.

        Returns:
            Each with its path's reference and subject.
        """
        table, paths = schema.timers, schema.paths
        query = (
            sa.select(table, paths.c.lifecycle, paths.c.subject)
            .join(paths, paths.c.id == table.c.path_id)
            .where(table.c.status == "pending", table.c.due_at <= until)
            .order_by(table.c.due_at, table.c.country, table.c.path_id)
            .limit(limit)
        )
        with self._read() as connection:
            # of what pends, the planner takes far more to be due than is
            row_writer(connection).pin_plans()
            found = []
            for *row, lifecycle, subject in rows_of(connection, query):
                timer = decode.timer(tuple(row))
                found.append((timer, write_ref(lifecycle, timer.path_id), subject))
            return found

    @contextmanager
    def due_list(self) -> Iterator[DueList]:
        """List pending timers, as of one moment."""
        with self._read(snapshot=True) as connection:
            # of what pends, the planner takes far more to be due than is
            row_writer(connection).pin_plans()
            yield store.due_list.DueList(connection)

    @contextmanager
    def outbox_list(self) -> Iterator[OutboxList]:
        """List the notices that wait, as of one moment."""
        with self._read(snapshot=True) as connection:
            row_writer(connection).pin_plans()
            yield store.outbox_list.OutboxList(connection)

    def find_deliveries(
        self, wanted: DeliveryFilter, *, after: DeliveryPlace | None, limit: int, stretch: int
    ) -> tuple[list[Delivery], DeliveryPlace | None]:
        """Return deliveries, newest first, and where the stretch ended that was looked at."""
        with self._read(snapshot=True) as connection:
            row_writer(connection).pin_plans()
            return store.delivery_list.find_deliveries(
                connection, wanted, after=after, limit=limit, stretch=stretch
            )

    def closed_books(self) -> set[tuple[str, date]]:
        """Return country and cycle date of the books that are closed."""
        with self._read() as connection:
            return closed_books.read(connection)

    def find_parked(
        self,
        *,
        country: str | None = None,
        path_ids: Sequence[int] | None = None,
        after: ParkedPlace | None = None,
        limit: int | None = None,
    ) -> list[ParkedPath]:
        """Return parked paths after a place, at most so many, the oldest failure first."""
        with self._read() as connection:
            return store.parked_list.find_parked(
                connection, country=country, path_ids=path_ids, after=after, limit=limit
            )

    def count_parked(
        self, *, country: str | None, path_ids: Sequence[int] | None, limit: int
    ) -> int:
        """Count parked paths, no further than a limit."""
        with self._read() as connection:
            return store.parked_list.count_parked(
                connection, country=country, path_ids=path_ids, limit=limit
            )

    def find_ids_by_subject(self, beginning: str, limit: int) -> list[int]:
        """Return the numbers of the paths of subjects whose id begins with a text."""
        with self._read() as connection:
            return store.parked_list.find_ids_by_subject(connection, beginning, limit)

    def journal(self, path_id: int | None = None) -> Iterator[dict[str, Any]]:
        """Yield the journal's rows by path and ``seq``, of one path or of all."""
        with self._read() as connection:
            yield from journal_rows(connection, None if path_id is None else [path_id])

    def stored_journal(self) -> list[tuple[Any, ...]]:
        """Return every journal row as it is stored, with its path's lifecycle after it."""
        with self._read() as connection:
            return read_stored_journal(connection)

    def journals(self, path_ids: Collection[int]) -> dict[str, list[dict[str, Any]]]:
        """Return the journal's rows of these paths by ``seq``, by the path's reference."""
        found: dict[str, list[dict[str, Any]]] = {}
        numbers = sorted(path_ids)
        with self._read() as connection:
            for start in range(0, len(numbers), _BATCH):
                for row in journal_rows(connection, numbers[start : start + _BATCH]):
                    found.setdefault(row["path"], []).append(row)
        return found

    def audit(self) -> Generator[AuditedPath, None, None]:
        """Yield every path with its journal rows, in step, as of one moment."""
        with self._read(snapshot=True) as connection:
            yield from audited_paths(connection)

    @contextmanager
    def auditing(self) -> Iterator[Audit]:
        """Read every path with its journal, and the counted flows, as of one moment."""
        with self._read(snapshot=True) as connection:
            yield Audit(connection)

    def histories(self, lifecycle: str) -> Generator[RecordedSubject, None, None]:
        """Yield every subject with paths of a lifecycle, and their journals, as of one moment."""
        with self._read(snapshot=True) as connection:
            yield from store.histories.read_histories(connection, lifecycle)

    @contextmanager
    def read_statistics(self, lifecycle: str) -> Iterator[PathStatistics]:
        """Count and list the paths of a lifecycle, as of one moment."""
        with self._read(snapshot=True) as connection:
            yield store.statistics.PathStatistics(connection, lifecycle, self.sources)

    @contextmanager
    def listing(self) -> Iterator[_Listing]:
        """List paths and subjects, as of one moment."""
        with self._read(snapshot=True) as connection:
            yield self.listing_class(connection, self.sources)

    def states(self) -> dict[tuple[str, str], int]:
        """Count the paths by lifecycle and state."""
        table = schema.paths
        columns = (table.c.lifecycle, table.c.state)
        query = sa.select(*columns, sa.func.count()).group_by(*columns).order_by(*columns)
        with self._read() as connection:
            return {(row[0], row[1]): row[2] for row in connection.execute(query)}

    def counts(self, until: datetime) -> list[Count]:
        """Count timers due until an instant, by country and cycle date."""
        with self._read() as connection:
            return store.monitoring.count_due_by_cycle(connection, until)

    def count_lost(self, until: datetime) -> dict[tuple[str, date], int]:
        """Count the timers that ended without a journal row, by country and cycle date."""
        with self._read() as connection:
            return store.monitoring.count_lost(connection, until)

    def policies(self) -> list[PolicyVersion]:
        """Return every version of every policy, by lifecycle and from when they are in force."""
        with self._read() as connection:
            return released.policy_versions(connection)

    def countries(self) -> list[CountryVersion]:
        """Return every version of every country, by code and number."""
        with self._read() as connection:
            return released.country_versions(connection)

    def suspensions(self) -> list[tuple[str, date]]:
        """Return every suspended cycle: country and cycle date."""
        with self._read() as connection:
            return released.suspensions(connection)

    def pauses(self, *, lifted: bool = False) -> list[Pause]:
        """Return the pauses in force, or with those that were lifted, oldest first."""
        with self._read() as connection:
            return pauses.read(connection, lifted=lifted)

    def merged_ids(self) -> MergedIds:
        """Return which ids are one subject's."""
        with self._read() as connection:
            return MergedIds(merges.read_aliases(connection))

    def first_book(self) -> date | None:
        """Return the earliest cycle date that any timer belongs to."""
        with self._read() as connection:
            return store.monitoring.first_book(connection)
