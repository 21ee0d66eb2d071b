"""The service: paths of any lifecycle on one database, for those who embed the library.

:class:`FlowService` is the facade over store, engine and commands, and the composition root:
nothing else opens configuration. It is thread-safe; each call is a transaction of its own, unless
it is bound to a connection of the host's.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeVar

from lazsa_flow.clock import SystemClock
from lazsa_flow.config import Config
from lazsa_flow.engine.chunk_size import CHUNK
from lazsa_flow.engine.tables import digest_of
from lazsa_flow.lifecycle.calendar import as_utc
from lazsa_flow.lifecycle.evidence import merge_sources
from lazsa_flow.lifecycle.host_code import check_clock
from lazsa_flow.lifecycle.table import table_migrations
from lazsa_flow.service.backups import Backups
from lazsa_flow.service.command_requests import Requests
from lazsa_flow.service.context import Application
from lazsa_flow.service.deployment import log_warnings, migrate_database, read_secret
from lazsa_flow.service.entrance import checked
from lazsa_flow.service.erasure import Erasure
from lazsa_flow.service.lists import Lists
from lazsa_flow.service.lookups import Lookups
from lazsa_flow.service.moves import Moves
from lazsa_flow.service.notices import Notices
from lazsa_flow.service.operating import Operating
from lazsa_flow.service.part import exposed
from lazsa_flow.service.pictures import Pictures
from lazsa_flow.service.questions import Questions
from lazsa_flow.service.released import Releases
from lazsa_flow.service.runtime import Runtime
from lazsa_flow.store.brakes import Brakes
from lazsa_flow.store.connect import sqlite_file
from lazsa_flow.store.host_transaction import BoundStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import Self

    from lazsa_flow.clock import Clock
    from lazsa_flow.engine.sweep_result import ChunkResult, SweepResult
    from lazsa_flow.service.configuration import Migrated
    from lazsa_flow.service.dry_run import DryRun
    from lazsa_flow.store.restore import Restored

_Result = TypeVar("_Result")


@checked
class FlowService:
    """The paths of any lifecycles on one database.

    Open it with :meth:`open`; close it, or use it as a context manager, to release connections.
    A class of an application's own sets ``_application`` and exposes the application's commands.
    """

    _application: ClassVar[Application] = Application()

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def __repr__(self) -> str:
        """Write it in one line: on which database, without what is secret in its URL."""
        return f"<{type(self).__name__} on {self._runtime.store.place}>"

    @property
    def clock(self) -> Clock:
        """The clock of the service."""
        return self._runtime.clock

    @property
    def config(self) -> Config:
        """The lifecycles, countries and policies that this process was opened with."""
        return self._runtime.config

    @classmethod
    def open(
        cls,
        url: str,
        *,
        config: Config | None = None,
        clock: Clock | None = None,
        secret: bytes | None = None,
        via: str = "library",
        probe: Callable[[str], None] = lambda point: None,
    ) -> Self:
        """Open the service on a database that :meth:`migrate` has prepared.

        Args:
            url: The database's URL, such as ``sqlite:///lazsa.db``.
            config: Countries, lifecycles and policies; those that ship by default.
            clock: The machine's clock by default.
            secret: The deployment's key for fingerprints, of any length; by default from the
                environment's ``LAZSA_SECRET``, which must have 16 bytes or more.
            via: Through what commands come, such as the name of the host's service; it is recorded
                with each import.
            probe: Called by name at each point at which a process could die; for fault tests.

        Raises:
            InputError: The URL is none of ours.
            SchemaError: The schema is missing or of another release.
            ConfigError: A country or policy is wrong, or a stored policy was changed.
        """
        config = config or Config.load()
        clock = check_clock(clock or SystemClock())
        tables = {table.name: digest_of(table) for table in config.lifecycles}
        store = cls._application.store_class(
            url,
            probe=probe,
            brakes=Brakes(clock, tables),
            sources=merge_sources((table.name, table.evidence) for table in config.lifecycles),
        )
        try:
            store.check_schema(table_migrations(config.lifecycles))
            secret = secret or read_secret()
            runtime = Runtime(store, config, clock, cls._application, secret=secret, via=via)
            runtime.record_night_rule()
            opened = cls(runtime)
            log_warnings(opened.config_warnings())
            return opened
        except BaseException:
            store.close()
            raise

    def bind(self, connection: object) -> Self:
        """Return this service on a connection of the host's, within its transaction.

        What the host writes and what is done through the bound service commit together or not
        at all. Each command runs in a savepoint, is never retried, and raises to the host.

        Args:
            connection: A ``sqlalchemy.Connection`` on which a transaction has begun.

        Raises:
            InputError: No transaction has begun on it; on SQLite, no real ``BEGIN`` was sent
                (see docs/how-to/embedding.md for the two listeners that send one).
        """
        runtime = self._runtime
        return type(self)(runtime.on_store(BoundStore(connection, like=runtime.store)))

    @classmethod
    def migrate(
        cls,
        url: str,
        *,
        config: Config | None = None,
        clock: Clock | None = None,
        bucket: int | None = None,
    ) -> Migrated:
        """Bring a database's schema to this release, and store what it knows nothing of yet.

        Of each lifecycle that it does not know it stores the policies that ship, and of countries
        likewise; into a database without any country, those of the configuration. All else is
        changed by :meth:`release_policy` and :meth:`release_country` alone. The lifecycles' tables
        are stored as they are: from now on a process whose table differs fires nothing of that
        lifecycle. Where a table has changed, open paths get the reminders that are new in it, as
        far as these are still to come.

        Args:
            url: The database's URL.
            config: Countries, lifecycles and policies; those that ship by default.
            clock: The machine's clock by default.
            bucket: In which bucket paths that open from now on are numbered, one for each database
                of a deployment that has several; as it is by default.

        Returns:
            What was stored or has changed, and what of the configuration the database does not
            have.
        """
        return migrate_database(
            cls._application.store_class(url),
            config or Config.load(),
            clock or SystemClock(),
            bucket,
        )

    @staticmethod
    def restore(url: str, file: Path | str) -> Restored:
        """Put a backup in place of an SQLite database that no process holds, this one included.

        Args:
            url: The database's URL; it need not be there.
            file: The backup.

        Returns:
            The database's file, and whether its schema is this release's.

        Raises:
            InputError: The URL is none of SQLite's, or the file is no finished backup.
            DamagedError: The backup is damaged; the database is as it was.
            SchemaError: The backup is none of ours, or of a release to come; or the database is
                another application's.
            HeldError: A process holds the database.
            UnavailableError: The database cannot be written, or there is no room.
        """
        from lazsa_flow.store.restore import restore

        return restore(Path(file), sqlite_file(url, "restore"))

    def close(self) -> None:
        """Close every connection; later calls raise :class:`~lazsa_flow.errors.ClosedError`."""
        self._runtime.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def dry_run(self, command: Callable[[Self], _Result]) -> DryRun[_Result]:
        """Return what a command would do, changing nothing.

        The command runs unchanged in a transaction that is rolled back: nothing is written, no
        idempotency key is remembered, no path number is used up. It holds the locks of the command
        until it ends.

        Args:
            command: Gets this service on that transaction, and gives it commands, such as
                ``lambda service: service.fire("invoice-1", "send", actor=clerk)``.

        Returns:
            What it returned, with every path that would change and every text that would go.
            Whatever it raises is raised.
        """
        return self._runtime.dry_run(lambda runtime: command(type(self)(runtime)))

    def sweep(
        self,
        *,
        now: datetime | None = None,
        chunk: int = CHUNK,
        done: Callable[[ChunkResult], bool] = lambda chunk: False,
    ) -> SweepResult:
        """Fire every timer that is due.

        Args:
            now: Fire only what fell due at or before this instant, aware, of the past; whatever
                the clock says is due by default. The clock tells when it is recorded.
            chunk: How many timers a transaction takes at most.
            done: Asked after each chunk; ``True`` ends the sweep early.

        Returns:
            How many timers moved a path, were refused, parked, or reminded.

        Raises:
            InputError: The instant is still to come.
            ClockError: The clock is far from the database's, or behind what it has recorded.
        """
        from lazsa_flow.engine.sweep import sweep  # most processes never sweep

        until = None if now is None else as_utc(now)
        return sweep(
            self._runtime.store,
            self._runtime.context.rulebook,
            self._runtime.clock,
            until=until,
            chunk=chunk,
            done=done,
            reread=lambda: self._runtime.context.rulebook,
        )

    # -- backups
    backup = exposed(Backups.backup)

    # -- moves
    fire = exposed(Moves.fire)
    open_path = exposed(Moves.open_path)

    # -- look-ups
    find = exposed(Lookups.find)
    paths = exposed(Lookups.paths)
    explain = exposed(Lookups.explain)
    history = exposed(Lookups.history)
    state_at = exposed(Lookups.state_at)
    verdicts = exposed(Lookups.verdicts)
    find_all = exposed(Lists.find_all)

    # -- questions
    due = exposed(Questions.due)
    due_by_country = exposed(Questions.due_by_country)
    count_due = exposed(Questions.count_due)
    next_due = exposed(Questions.next_due)
    config_warnings = exposed(Questions.config_warnings)
    states = exposed(Questions.states)
    ledger = exposed(Questions.ledger)
    books = exposed(Questions.books)
    journal = exposed(Questions.journal)
    verify = exposed(Questions.verify)
    verify_journal = exposed(Questions.verify_journal)
    pauses = exposed(Questions.pauses)
    paused = exposed(Questions.paused)
    parked = exposed(Questions.parked)
    picture = exposed(Pictures.picture)
    portraits = exposed(Pictures.portraits)

    # -- what operators and managers do
    pause = exposed(Operating.pause)
    resume = exposed(Operating.resume)
    unpark = exposed(Operating.unpark)
    unpark_all = exposed(Operating.unpark_all)
    replan_timers = exposed(Operating.replan_timers)
    close_ledger = exposed(Operating.close_ledger)
    close_books = exposed(Operating.close_books)

    # -- what one person requests and another approves
    request_command = exposed(Requests.request_command)
    command_requests = exposed(Requests.command_requests)
    command_request = exposed(Requests.command_request)
    approve_request = exposed(Requests.approve_request)
    refuse_request = exposed(Requests.refuse_request)
    withdraw_request = exposed(Requests.withdraw_request)

    # -- personal data
    erase = exposed(Erasure.erase)
    deleted_texts_remain = exposed(Erasure.deleted_texts_remain)

    # -- notices
    open_relay = exposed(Notices.open_relay)
    relay = exposed(Notices.relay)
    outbox = exposed(Notices.outbox)
    deliveries = exposed(Notices.deliveries)
    retry_notices = exposed(Notices.retry_notices)
    preview_notice = exposed(Notices.preview_notice)

    # -- configuration in force
    policy_list = exposed(Releases.policy_list)
    policy_show = exposed(Releases.policy_show)
    release_policy = exposed(Releases.release_policy)
    preview_policy = exposed(Releases.preview_policy)
    country_list = exposed(Releases.country_list)
    country_show = exposed(Releases.country_show)
    release_country = exposed(Releases.release_country)
    suspensions = exposed(Releases.suspensions)
