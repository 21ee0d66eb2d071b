"""The store: opens transactions, and reads what spans many paths."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Generic

import sqlalchemy as sa
from typing_extensions import TypeVar

from lazsa_flow import store
from lazsa_flow.errors import ClosedError, SchemaError, UnavailableError
from lazsa_flow.lifecycle.values import EMPTY
from lazsa_flow.logs import log
from lazsa_flow.store import evidence_tables, schema_revision
from lazsa_flow.store.brakes import Brakes
from lazsa_flow.store.connect import READ_ONLY, close, connect, file_of, sqlite_file
from lazsa_flow.store.fast.driver import driver_connection
from lazsa_flow.store.listing import Listing
from lazsa_flow.store.lock_wait import lock_timeout_s
from lazsa_flow.store.own_connections import OwnConnections
from lazsa_flow.store.postgresql import limits_of
from lazsa_flow.store.read_only import is_writable
from lazsa_flow.store.retry import build_refusal, is_damaged, reading, reporting_damage, retrying
from lazsa_flow.store.sqlite_lock import takes_writes
from lazsa_flow.store.store_queries import StoreQuestions
from lazsa_flow.store.subject_paths import read_subject
from lazsa_flow.store.transaction import SqlTransaction
from lazsa_flow.store.transaction_stamp import read_stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from lazsa_flow.lifecycle.evidence import Source
    from lazsa_flow.lifecycle.path_ref import PathRef
    from lazsa_flow.store.backup import Backup
    from lazsa_flow.store.outbox import SqlOutbox
    from lazsa_flow.store.scratch.copying import Due
    from lazsa_flow.store.subject_paths import SubjectPaths
    from lazsa_flow.store.transaction_stamp import Stamp


@contextmanager
def _opening() -> Iterator[None]:
    """Raise our own error if a database cannot be opened."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        if is_damaged(error):
            raise build_refusal(error) from None
        raise SchemaError(f"the database cannot be used: {error.orig}") from None


_Result = TypeVar("_Result")
_Transaction = TypeVar("_Transaction", bound=SqlTransaction, default=Any)
_Listing = TypeVar("_Listing", bound=Listing, default=Any)


class SqlStore(StoreQuestions[_Listing], Generic[_Transaction, _Listing]):
    """State in a SQL database.

    Thread-safe: each transaction has a connection of its own. An application whose commands read
    and write tables of their own opens a subclass, with its own class of transactions.

    Args:
        url: The database's URL.
        probe: Called by name at each point at which a process could die; does nothing by default.
        brakes: What stops this process from writing; by default nothing but another schema.
        sources: The evidence sources that decisions read; by default those of the class.
        lasting: Whether the database outlives the process; one for scratch does not.

    Attributes:
        transaction_class: The class of transactions.
    """

    transaction_class: type[Any] = SqlTransaction
    sources: tuple[Source, ...] = ()
    _closed = False

    def __init__(
        self,
        url: str,
        *,
        probe: Callable[[str], None] = lambda point: None,
        brakes: Brakes | None = None,
        sources: tuple[Source, ...] | None = None,
        lasting: bool = True,
    ) -> None:
        self._engine = connect(url, lasting=lasting)
        self._reading = self._engine.execution_options(**{READ_ONLY: True})
        self._asking = self._reading
        if self._engine.dialect.name == "postgresql":
            self._asking = self._reading.execution_options(isolation_level="AUTOCOMMIT")
        self._probe = probe
        self.brakes = brakes or Brakes()
        if sources is not None:
            self.sources = sources
        self._own = OwnConnections(url, probe, self.brakes)

    @property
    def lock_timeout_s(self) -> float:
        """How long a call waits for locks of others, its repetitions included."""
        return lock_timeout_s(self._engine)

    @property
    def place(self) -> str:
        """Where the database is: its URL without user, password and options."""
        url = self._engine.url
        return f"{url.get_backend_name()}://{url.host or ''}/{url.database or ''}"

    @property
    def takes_imports_in_parts(self) -> bool:
        """Whether a large import is taken in parts; see :mod:`lazsa_flow.store.open_imports`."""
        return file_of(self._engine.url) is not None

    def close(self) -> None:
        """Close every connection; a caller who asks for another is refused with a ClosedError."""
        self._closed = True
        self._own.close()
        close(self._engine)

    def migrate(self, lifecycles: Mapping[str, str] = EMPTY) -> None:
        """Bring the schema to this release.

        Args:
            lifecycles: Where the migrations are of lifecycles that bring tables, by their names.

        Raises:
            SchemaError: The database cannot be opened, or a lifecycle's migrations are not found.
        """
        with _opening():
            from lazsa_flow.store import migrate

            migrate.upgrade(self._engine, lifecycles=lifecycles)

    def check_schema(self, lifecycles: Mapping[str, str] = EMPTY) -> None:
        """Make sure the schema is this release's, and that of each lifecycle its package's.

        Args:
            lifecycles: As for :meth:`migrate`.

        Raises:
            SchemaError: It is not, or the database cannot be opened; the message says what to do.
        """
        with _opening():
            schema_revision.check_revision(self._engine)
            if problems := self.find_outdated_tables(lifecycles):
                raise SchemaError("; ".join(problems))

    def find_outdated_tables(self, lifecycles: Mapping[str, str]) -> list[str]:
        """Describe what lacks of the lifecycles' own tables and of what evidence sources read."""
        with self._reading.connect() as connection:
            problems = []
            if lifecycles:
                from lazsa_flow.store import lifecycle_migrations

                problems += lifecycle_migrations.describe_outdated(connection, lifecycles)
            for source in self.sources:
                if missing := evidence_tables.missing_columns(connection, source.rows):
                    problems.append(
                        f"evidence source {source.name}: the table {source.rows.table} lacks "
                        f"{', '.join(missing)}; run: lazsa-flow migrate"
                    )
        return problems

    @contextmanager
    def begin(self, *, write: bool = True) -> Iterator[_Transaction]:
        """Open a transaction; it commits at the end of the block, or rolls back on an error."""
        engine = self._engine if write else self._reading
        # the caller's retry says what was to be written
        telling = reporting_damage() if write else reading()
        with telling, engine.connect() as connection, connection.begin() as own:
            transaction = self.transaction_class(
                connection, self._probe, write=write, brakes=self.brakes, sources=self.sources
            )
            yield transaction
            self._probe("commit.before")
            transaction.flush(own.commit)
        self._probe("commit.after")
        for row in transaction.moves:
            log.debug("path.moved", path=row.path, seq=row.seq, state=row.dest, actor=row.actor)

    def transact(
        self,
        run: Callable[[_Transaction], _Result],
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
        """Return the outbox."""
        return self._own.outbox

    @contextmanager
    def _read(self, *, snapshot: bool = False) -> Iterator[sa.Connection]:
        """Lend a connection for reading, and raise our own error if it cannot be read.

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
            once: Whether one statement is all, so that a server need not begin a transaction.
        """
        engine = self._asking if once else self._reading
        if snapshot and engine.dialect.name == "postgresql":  # SQLite's reads always are one
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        with engine.connect() as connection, connection.begin():
            yield connection

    def backup(self, file: Path, *, overwrite: bool) -> Backup:
        """Back an SQLite database up; see :func:`lazsa_flow.store.backup.back_up`."""
        if self._closed:  # the copy is made on a connection of its own
            raise ClosedError
        return store.backup.back_up(
            sqlite_file(self._engine.url, "backup"), file, overwrite=overwrite
        )

    def copy_due(self, scratch: Path, due: Due) -> int:
        """Copy what falls due; see :func:`lazsa_flow.store.scratch.copying.copy_due`."""
        from lazsa_flow.store.scratch.copying import copy_due

        if self._closed:  # an SQLite file is read on a connection of its own
            raise ClosedError
        return copy_due(self._reading, scratch, due, self.sources, self.tables_copied_whole)

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
                with driver_connection(connection) as driver:
                    writes = (file is None or is_writable(file)) and takes_writes(driver)
        if not writes or self._engine.url.query.get("mode") == "ro":
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
        with self._read() as connection, driver_connection(connection) as driver:
            if connection.dialect.name != "sqlite":
                return []
            integrity = store.integrity
            return [*integrity.find_damage(driver), *integrity.find_dangling_rows(driver)]

    @contextmanager
    def leading(self) -> Iterator[bool]:
        """Return whether this process leads among the tickers, for as long as the block runs.

        Who leads ends the sessions that stand still, so that others can have their rows. It leads
        on a connection apart from the pool's, on which the block asks what is due.
        """
        if self._engine.dialect.name != "postgresql":
            yield True
            return
        with self._own.leading() as leads:
            yield leads

    def clear_log(self) -> None:
        """Let deleted texts go from SQLite's log, too; see :mod:`lazsa_flow.store.deleted_text`."""
        store.deleted_text.clear_log(self._engine)

    def deleted_texts_remain(self) -> str:
        """Say where texts that were deleted can still be read."""
        if self._closed:  # it looks at the file alone
            raise ClosedError
        return store.deleted_text.texts_remain(self._engine)

    def stamp(self) -> Stamp:
        """Return what the database says of itself: rules, pauses, schema, time.

        Each call asks this first: a connection that was lost meanwhile is replaced.
        """

        def attempt() -> Stamp:
            with self._lend(once=True) as connection:
                return read_stamp(connection)

        return self._repeat(attempt)

    def look_up(self, subject: str, ref: PathRef | None = None) -> SubjectPaths:
        """Return the paths of a subject, with the stamp, in one statement.

        Args:
            subject: Any of their ids.
            ref: The reference of a path that is looked for along with them.
        """

        def attempt() -> SubjectPaths:
            with self._lend(once=True) as connection:
                return read_subject(connection, subject, ref, self.sources)

        return self._repeat(attempt)

    def _repeat(self, attempt: Callable[[], _Result]) -> _Result:
        """Read, and again where the connection was lost."""
        return retrying(attempt, again=True, lost=True, lock_timeout_s=self.lock_timeout_s)
