"""Runtime of a service: store, configuration and clock, and the rules as the database has them.

The parts of a service (:mod:`.part`) share one of these, and so do the workers, the
viewer and the command line, by :func:`.part.runtime_of`. It is no part of the public interface.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, TypeVar

from lazsa_flow import service
from lazsa_flow.engine.rulebook import RulesChangedError
from lazsa_flow.engine.watchdog import GuardWatch, watch_guards
from lazsa_flow.errors import UnavailableError
from lazsa_flow.lifecycle.calendar import as_utc
from lazsa_flow.logs import bound_fields
from lazsa_flow.service.configuration import read_rulebook
from lazsa_flow.service.context import Context
from lazsa_flow.store.brakes import build_differing_table
from lazsa_flow.store.night_rows import NightRule

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from lazsa_flow.clock import Clock
    from lazsa_flow.config import Config
    from lazsa_flow.engine.rulebook import Rulebook
    from lazsa_flow.lifecycle.merged_ids import MergedIds
    from lazsa_flow.lifecycle.model import Actor
    from lazsa_flow.service.context import Application
    from lazsa_flow.service.dry_run import DryRun
    from lazsa_flow.store.dry_run import DryRunStore
    from lazsa_flow.store.store import SqlStore
    from lazsa_flow.store.transaction import SqlTransaction
    from lazsa_flow.store.transaction_stamp import Stamp

_Result = TypeVar("_Result")
_RESOLVED: ContextVar[MergedIds | None] = ContextVar("resolved", default=None)
"""By which merges the actor of the call that is under way was resolved; ``None``: it has none."""


class IdsMergedError(Exception):
    """Ids were merged or parted since the actor of a call was resolved: it begins again."""


class Runtime:
    """Store, configuration and clock, and the rules in force from the database.

    Rules that another process has changed (a policy released, a pause) are taken up with the next
    call. A machine whose clock is far from the database server's fires nothing.

    Args:
        store: Where state is.
        config: Lifecycles, countries and policies of this process.
        clock: The clock of the service.
        application: What the application adds.
        secret: The deployment's key for fingerprints, if it has one.
        via: Through what commands come: recorded with each import.
    """

    def __init__(
        self,
        store: SqlStore,
        config: Config,
        clock: Clock,
        application: Application,
        *,
        secret: bytes | None = None,
        via: str = "library",
    ) -> None:
        self.store = store
        self.config = config
        self.clock = clock
        self.guard_watch: GuardWatch = watch_guards(config.deployment.guards.slow_s)
        self.application = application
        self._secret = secret
        self._via = via
        self._check(store.stamp())
        self._context = self._read_rules()

    @property
    def secret(self) -> bytes | None:
        """The deployment's key for fingerprints, if it has one."""
        return self._secret

    def on_store(self, store: SqlStore) -> Runtime:
        """Return the same on another store, such as one that is bound to a host's connection."""
        return Runtime(
            store, self.config, self.clock, self.application, secret=self._secret, via=self._via
        )

    def record_night_rule(self) -> None:
        """Record whether nights need a start, where the configuration and the database differ.

        A configuration that does not say so changes nothing, and so does a process that only reads.
        """
        required = self.config.deployment.night.approval
        if required is None or required == self.store.stamp().needs_start:
            return
        try:
            self.store.check_writable()
        except UnavailableError:
            return
        rule = NightRule(required, self._via, self.clock.now())

        def record(transaction: SqlTransaction) -> None:
            transaction.lock_rules()  # so that no two processes record the same
            transaction.put_night_rule(rule)

        self.store.transact(record)

    def _check(self, stamp: Stamp) -> None:
        self.store.brakes.check_schema(stamp)
        self.store.brakes.check_clock(stamp)

    def _read_rules(self) -> Context:
        # files decide nothing here, but on a database in which no country is stored yet
        rules = read_rulebook(self.store, self.config.lifecycles, self.config.countries)
        self.store.brakes.calendars = {code: rules.calendar(code) for code in rules.countries}
        return Context(
            self.store,
            rules,
            self.clock,
            self._secret,
            self._via,
            application=self.application,
        )

    @property
    def context(self) -> Context:
        """What every command needs, by the rules of this moment.

        Raises:
            ClockError: The machine's clock is far from the database's; nothing may be fired by it.
            SchemaError: The schema is another revision's.
        """
        return self.context_at(self.store.stamp())

    def context_at(self, stamp: Stamp) -> Context:
        """Return what every command needs, by the rules that a stamp tells of.

        Raises as :attr:`context`.
        """
        self._check(stamp)
        if stamp.version != self._context.version:
            self._context = self._read_rules()
        return self._context

    @property
    def rulebook(self) -> Rulebook:
        """The tables, countries and policies, as of the last call."""
        return self._context.rulebook

    def check_tables(self) -> None:
        """Make sure that the database is run by this process's tables of its lifecycles.

        Raises:
            SchemaError: It is run by another table.
        """
        stamp = self.store.stamp()
        own = {table.name for table in self.config.lifecycles} & stamp.lifecycles.keys()
        for name in sorted(self.store.brakes.foreign(stamp) & own):
            raise build_differing_table(name)

    def now(self, at: datetime | None, field: str) -> datetime:
        """Return the instant that a caller gave, in UTC, or the present one.

        Raises:
            InputError: The instant is naive.
        """
        return self.clock.now() if at is None else as_utc(at, field=field)

    def run_on_path(self, run: Callable[[Context], _Result]) -> _Result:
        """Run a command on one path by the rules as they were last read.

        It asks itself whether they still hold, with all else that it asks of the path; where they
        do not, it runs again by the rules of this moment.
        """
        context = self._context
        while True:
            _check_resolved(context)
            try:
                return run(context)
            except RulesChangedError:
                context = self.context

    def run_command(self, run: Callable[[Context], _Result]) -> _Result:
        """Run a command by the present rules, and again if they change while it runs."""
        while True:
            context = self.context
            _check_resolved(context)
            try:
                return run(context)
            except RulesChangedError:
                continue

    def dry_run(self, command: Callable[[Runtime], _Result]) -> DryRun[_Result]:
        """Return what a command would do, changing nothing.

        Args:
            command: Gets this runtime on a transaction that is rolled back, and runs on it.
        """
        from lazsa_flow.store import dry_run as undoing

        def run(store: DryRunStore) -> DryRun[_Result]:
            return service.dry_run.dry_run_of(command(self.on_store(store)), store.written)

        with bound_fields(dry_run=True):
            return undoing.dry_run(self.store, run)


def resolve_actors(
    runtime: Runtime, call: Callable[[Callable[[Actor], Actor]], _Result]
) -> _Result:
    """Call what takes actors, each under the id that holds for them.

    It is called again where ids are merged or parted before it takes effect.

    Args:
        runtime: Whose rules know which ids are one subject's.
        call: Gets what returns an actor under the id that holds.
    """
    while True:
        merged = runtime.rulebook.merged
        before = _RESOLVED.set(merged)
        try:
            return call(merged.resolve)
        except IdsMergedError:
            runtime.context  # noqa: B018 - it takes up the merges that a dry run has read by itself
        finally:
            _RESOLVED.reset(before)


def _check_resolved(context: Context) -> None:
    """Let a call pass whose actor was resolved by the merges that these rules know.

    Raises:
        IdsMergedError: They know others.
    """
    if _RESOLVED.get() not in (None, context.rulebook.merged):
        raise IdsMergedError
