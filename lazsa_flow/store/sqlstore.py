"""The store: opens transactions, and reads what spans many paths."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa

from lazsa_flow.errors import ClosedError, SchemaError, UnavailableError
from lazsa_flow.logs import log
from lazsa_flow.store import (
    claiming,
    decoding,
    deleted,
    failing,
    migrate,
    pauses,
    released,
    schema,
    standing,
)
from lazsa_flow.store.audit import audited_paths, journal_rows
from lazsa_flow.store.backup import back_up
from lazsa_flow.store.brakes import Brakes
from lazsa_flow.store.bulk import bulk
from lazsa_flow.store.census import Census
from lazsa_flow.store.connect import READ_ONLY, close, connect, file_of, sqlite_file
from lazsa_flow.store.driver import fetch, raw, rows_of
from lazsa_flow.store.integrity import find_damage, find_dangling_rows
from lazsa_flow.store.lock_wait import lock_timeout_s
from lazsa_flow.store.outbox import SqlOutbox
from lazsa_flow.store.postgresql import limits_of
from lazsa_flow.store.read_only import is_writable
from lazsa_flow.store.retry import is_damaged, reading, refusal, reporting_damage, retrying
from lazsa_flow.store.sqlite_lock import takes_writes
from lazsa_flow.store.stamp import stamp_of, stamp_query
from lazsa_flow.store.transaction import SqlTransaction

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from datetime import date, datetime
    from pathlib import Path

    from lazsa_flow.domain.model import Failure, TimerRow
    from lazsa_flow.domain.pauses import Pause
    from lazsa_flow.engine.ledger import Count
    from lazsa_flow.store.audit import AuditedPath
    from lazsa_flow.store.backup import Backup
    from lazsa_flow.store.released import CountryVersion, PolicyVersion
    from lazsa_flow.store.stamp import Stamp
    from lazsa_flow.store.standing import Standing


@contextmanager
def _opening() -> Iterator[None]:
    """Tell in our own words that a database cannot be opened."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        if is_damaged(error):
            raise refusal(error) from None
        raise SchemaError(f"the database cannot be used: {error.orig}") from None


_Result = TypeVar("_Result")


class SqlStore:
    """State in a SQL database.

    Thread-safe: each transaction has a connection of its own.

    Args:
        url: The database's URL.
        probe: Called by name at each point at which a process could die; does nothing by default.
        brakes: What stops this process from writing; by default nothing but another schema.
    """

    _closed = False

    def __init__(
        self,
        url: str,
        *,
        probe: Callable[[str], None] = lambda point: None,
        brakes: Brakes | None = None,
    ) -> None:
        self._engine = connect(url)
        self._leader = connect(url)
        self._reading = self._engine.execution_options(**{READ_ONLY: True})
        self._probe = probe
        self.brakes = brakes or Brakes()
        self._outbox = SqlOutbox(connect(url, durable=False), probe)

    @property
    def lock_timeout_s(self) -> float:
        """How long a call waits for locks of others, its repetitions included."""
        return lock_timeout_s(self._engine)

    def close(self) -> None:
        """Close every connection; whoever asks for another is refused with a ClosedError."""
        self._closed = True
        self._outbox.close()
        close(self._leader)
        close(self._engine)

    def migrate(self) -> None:
        """Bring the schema to this release.

        Raises:
            SchemaError: The database cannot be opened.
        """
        with _opening():
            migrate.upgrade(self._engine)

    def check_schema(self) -> None:
        """Make sure the schema is this release's.

        Raises:
            SchemaError: It is not, or the database cannot be opened; the message says what to do.
        """
        with _opening():
            migrate.check(self._engine)

    @contextmanager
    def begin(self, *, write: bool = True) -> Iterator[SqlTransaction]:
        """Open a transaction; it commits at the end of the block, or rolls back on an error."""
        engine = self._engine if write else self._reading
        # what was to be written is told by who runs it again
        telling = reporting_damage() if write else reading()
        with telling, engine.connect() as connection, connection.begin() as own:
            transaction = SqlTransaction(connection, self._probe, write=write, brakes=self.brakes)
            yield transaction
            self._probe("commit.before")
            transaction.send(own.commit)
        self._probe("commit.after")
        for row in transaction.moves:
            log.debug("path.moved", path=row.path, seq=row.seq, state=row.dest, actor=row.actor)

    def transact(
        self,
        run: Callable[[SqlTransaction], _Result],
        *,
        again: bool = True,
        lost: bool = True,
    ) -> _Result:
        """Run a function in a transaction, and again where the database gave up on it.

        Args:
            run: What to do; what it returns is returned.
            again: Whether it may be run again after a deadlock or a conflict with others.
            lost: Whether it may be run again after the connection was lost, when the commit may
                have happened: so for what has an idempotency key, and for timers.

        Raises:
            ContendedError: The database gave up every time.
            UnavailableError: It cannot be reached, or was lost where that may not be tried again.
        """

        def attempt() -> _Result:
            with self.begin() as transaction:
                return run(transaction)

        return retrying(attempt, again=again, lost=lost, lock_timeout_s=self.lock_timeout_s)

    @contextmanager
    def undone(self) -> Iterator[sa.Connection]:
        """Lend a connection in a write transaction that is rolled back at the end of the block."""
        with self._engine.connect() as connection:
            begun = connection.begin()
            try:
                yield connection
            finally:
                begun.rollback()

    def outbox(self) -> SqlOutbox:
        """Return what waits to be told."""
        return self._outbox

    @contextmanager
    def _read(self, *, snapshot: bool = False) -> Iterator[sa.Connection]:
        """Lend a connection for reading, and tell in our own words why it could not be read.

        Args:
            snapshot: Whether all that is read must be of one moment.
        """
        with reading(), self._lend(snapshot=snapshot) as connection:
            yield connection

    @contextmanager
    def _lend(self, *, snapshot: bool = False, once: bool = False) -> Iterator[sa.Connection]:
        """Lend a connection for reading.

        Args:
            snapshot: Whether all that is read must be of one moment.
            once: Whether one statement is all, so that a server need not be told of a transaction.
        """
        engine = self._reading
        if once and engine.dialect.name == "postgresql":
            engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        if snapshot and engine.dialect.name == "postgresql":  # SQLite's reads always are one
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        with engine.connect() as connection, connection.begin():
            yield connection

    def next_due(self) -> datetime | None:
        """Return the instant at which the next pending timer is to be looked at.

        That is when the earliest of them is due; for a path that failed, when it is tried again.
        Those that this process may not fire are left out.

        Raises:
            SchemaError: The schema is another revision's.
            ClockError: The clock is far from the server's, or behind what is recorded.
        """
        with self._read() as connection:
            stamp = _stamp(connection)
            self.brakes.check(stamp)
            self.brakes.tell_pauses(stamp.pauses)
            passing = claiming.Passing.of(stamp.pauses, self.brakes.foreign(stamp))
            if passing.everything:
                return None
            selects = failing.next_looks(passing)
            looks: list[datetime | None] = [connection.scalar(select) for select in selects]
        return min((at for at in looks if at is not None), default=None)

    def standing(self, now: datetime) -> Standing:
        """Tell how the work stands at an instant."""
        with self._read() as connection:
            return standing.standing(connection, now)

    def count_due(self, now: datetime, limit: int) -> int:
        """Count the timers that are due at an instant, no further than a limit."""
        with self._read() as connection:
            return standing.count_due(connection, now, limit)

    def due_by_country(self, now: datetime) -> dict[str, int]:
        """Count the timers that are due at an instant, country by country."""
        with self._read() as connection:
            return standing.due_by_country(connection, now)

    def count_due_by_timer(self, now: datetime) -> list[tuple[str, str, str, int]]:
        """Count the timers that are due at an instant, by country, lifecycle and name."""
        with self._read() as connection:
            return standing.due_by_timer(connection, now)

    def describe(self) -> str:
        """Tell the server's or library's name and version."""
        with self._read() as connection:
            version = connection.dialect.server_version_info or ()
            name = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.dialect.name]
            return f"{name} {'.'.join(map(str, version))}"

    def backup(self, file: Path, *, overwrite: bool) -> Backup:
        """Back an SQLite database up; see :func:`lazsa_flow.store.backup.back_up`."""
        if self._closed:  # the copy is made on a connection of its own
            raise ClosedError
        return back_up(sqlite_file(self._engine.url, "backup"), file, overwrite=overwrite)

    def check_writable(self) -> None:
        """Make sure that a move could be written; nothing is, and nobody is waited for.

        Raises:
            UnavailableError: The database only reads: its file, folder, session or server.
        """
        file = file_of(self._engine.url)
        with reading(), self._engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                writes = connection.scalar(sa.text("SHOW transaction_read_only")) == "off"
            else:
                with raw(connection) as driver:
                    writes = (file is None or is_writable(file)) and takes_writes(driver)
        if not writes:
            raise UnavailableError("the database cannot write: it, or where it is, is read-only")

    def limits(self) -> dict[str, str]:
        """Return what limits a transaction of ours on PostgreSQL, as the server shows it.

        None may be ``0``: a worker that stands still would hold others up for as long as it does.
        SQLite has none.
        """
        with self._read() as connection:
            return limits_of(connection) if connection.dialect.name == "postgresql" else {}

    def find_damage(self) -> list[str]:
        """Return what SQLite finds wrong with its file; PostgreSQL looks after its own."""
        with self._read() as connection, raw(connection) as driver:
            if connection.dialect.name != "sqlite":
                return []
            return [*find_damage(driver), *find_dangling_rows(driver)]

    def latest_record(self) -> datetime | None:
        """Return when the journal was last written to, by the clock of that moment."""
        with self._read() as connection:
            return standing.latest_record(connection)

    @contextmanager
    def leading(self) -> Iterator[bool]:
        """Tell whether this process leads among the tickers, for as long as the block runs.

        Who leads ends the sessions that stand still, so that others can have their rows. It leads
        on a connection apart from the pool's, on which the block asks what is due.
        """
        if self._engine.dialect.name != "postgresql":
            yield True
            return
        with reading(), self._leader.connect() as connection, connection.begin():
            leads = standing.lead(connection)
            if leads and (ended := standing.end_stalled(connection, standing.STANDSTILL_S)):
                log.warning("sessions.ended", sessions=ended)
            yield leads

    def parked(self) -> list[tuple[str, Failure]]:
        """Return the parked paths' references and how each failed, the oldest failure first."""
        with self._read() as connection:
            return failing.parked(connection)

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
            bulk(connection).pin()  # of what pends, the planner takes far more to be due than is
            found = []
            for *row, lifecycle, subject in rows_of(connection, query):
                timer = decoding.timer(tuple(row))
                found.append((timer, f"{lifecycle}-{timer.path_id}", subject))
            return found

    def journal(self, path_id: int | None = None) -> Iterator[dict[str, Any]]:
        """Yield the journal's rows by path and ``seq``, of one path or of all."""
        with self._read() as connection:
            yield from journal_rows(connection, path_id)

    def audit(self) -> Generator[AuditedPath, None, None]:
        """Yield every path with its journal rows, in step, as of one moment."""
        with self._read(snapshot=True) as connection:
            yield from audited_paths(connection)

    @contextmanager
    def census(self, lifecycle: str) -> Iterator[Census]:
        """Count and list the paths of a lifecycle, as of one moment."""
        with self._read(snapshot=True) as connection:
            yield Census(connection, lifecycle)

    def states(self) -> dict[str, int]:
        """Count the paths in each state."""
        table = schema.paths
        query = sa.select(table.c.state, sa.func.count()).group_by(table.c.state)
        with self._read() as connection:
            return {row[0]: row[1] for row in connection.execute(query.order_by("state"))}

    def count_sellers(self) -> int:
        """Count the sellers whose facts are known."""
        query = sa.select(sa.func.count(sa.distinct(schema.facts.c.seller)))
        with self._read() as connection:
            return connection.scalar(query) or 0

    def counts(self, until: datetime) -> list[Count]:
        """Count timers due until an instant, by country and cycle date."""
        with self._read() as connection:
            return standing.counts(connection, until)

    def clear_log(self) -> None:
        """Let deleted texts go from SQLite's log, too; see :mod:`lazsa_flow.store.deleted`."""
        deleted.clear_log(self._engine)

    def deleted_texts_remain(self) -> str:
        """Say where texts that were deleted can still be read."""
        if self._closed:  # it looks at the file alone
            raise ClosedError
        return deleted.texts_remain(self._engine)

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

    def stamp(self) -> Stamp:
        """Return what the database says of itself: rules, pauses, schema, time.

        Each call asks this first: a connection that was lost meanwhile is replaced.
        """

        def attempt() -> Stamp:
            with self._lend(once=True) as connection:
                return _stamp(connection)

        return self._repeat(attempt)

    def pauses(self, *, lifted: bool = False) -> list[Pause]:
        """Return the pauses in force, or with those that were lifted, oldest first."""
        with self._read() as connection:
            return pauses.read(connection, lifted=lifted)

    def _repeat(self, attempt: Callable[[], _Result]) -> _Result:
        """Read, and again where the connection was lost."""
        return retrying(attempt, again=True, lost=True, lock_timeout_s=self.lock_timeout_s)

    def first_book(self) -> date | None:
        """Return the earliest cycle date that any timer belongs to."""
        with self._read() as connection:
            first: date | None = connection.scalar(sa.select(sa.func.min(schema.timers.c.book_on)))
            return first


def _stamp(connection: sa.Connection) -> Stamp:
    [row] = fetch(connection, stamp_query(connection.dialect.name), {})
    return stamp_of(row)
