"""What do the parts of the facade stand on?"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, TypeVar

from structlog.contextvars import bound_contextvars

from lazsa_flow.engine.rulebook import RulesChangedError
from lazsa_flow.engine.watchdog import GuardWatch, watch_guards
from lazsa_flow.service.configuration import find_warnings, read_rulebook
from lazsa_flow.service.context import Context
from lazsa_flow.service.dry_run import dry_run_of
from lazsa_flow.store import dry_run as undoing

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from lazsa_flow.config import Config, ConfigWarning
    from lazsa_flow.engine.ports import Clock
    from lazsa_flow.engine.rulebook import Rulebook
    from lazsa_flow.lifecycle.merged_ids import MergedIds
    from lazsa_flow.lifecycle.model import Actor
    from lazsa_flow.service.dry_run import DryRun
    from lazsa_flow.store.dry_run import DryRunStore
    from lazsa_flow.store.store import SqlStore
    from lazsa_flow.store.transaction_stamp import RulesVersion

_Result = TypeVar("_Result")
_RESOLVED: ContextVar[MergedIds | None] = ContextVar("resolved", default=None)
"""By which merges the actor of the call that is under way was resolved; ``None``: it has none."""


class IdsMergedError(Exception):
    """Ids were merged or parted since the actor of a call was resolved: it begins again."""


class Facade:
    """Store, configuration and clock, and the rules as they stand in the database.

    Rules that another process has changed (a policy released, a cycle suspended) are taken up with
    the next call. A machine whose clock is far from the database server's fires nothing.
    """

    def __init__(
        self,
        store: SqlStore,
        config: Config,
        clock: Clock,
        *,
        secret: bytes | None = None,
        via: str = "library",
    ) -> None:
        self.store = store
        self.config = config
        self.clock = clock
        self._secret = secret
        self.via = via
        self.guard_watch: GuardWatch = watch_guards(config.deployment.guards.slow_s)
        self._version()
        self._context = self._read_rules()

    def _version(self) -> RulesVersion:
        stamp = self.store.stamp()
        self.store.brakes.check_schema(stamp)
        self.store.brakes.check_clock(stamp)
        return stamp.version

    def _read_rules(self) -> Context:
        rules = rulebook(self.store, self.config)
        return Context(self.store, rules, self.clock, self._secret, self.via)

    @property
    def context(self) -> Context:
        """What every command needs, by the rules of this moment.

        Raises:
            ClockError: The machine's clock is far from the database's; nothing may be fired by it.
            SchemaError: The schema is another revision's.
        """
        if self._version() != self._context.version:
            self._context = self._read_rules()
        return self._context

    def _on_path(self, run: Callable[[Context], _Result]) -> _Result:
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

    def _command(self, run: Callable[[Context], _Result]) -> _Result:
        """Run a command by the rules of this moment, and again where they change meanwhile."""
        while True:
            context = self.context
            _check_resolved(context)
            try:
                return run(context)
            except RulesChangedError:
                continue

    def dry_run(self, command: Callable[[Self], _Result]) -> DryRun[_Result]:
        """Tell what a command would do, changing nothing.

        The command runs as it is, in a transaction that is rolled back: nothing is written, no
        idempotency key is remembered, no path number is used up. It holds the locks of the command
        until it ends.

        Args:
            command: Gets this programme on that transaction, and gives it commands, such as
                ``lambda programme: programme.erase("seller-1", actor=host)``.

        Returns:
            What it returned, with every path that would change and every text that would go.
            Whatever it raises is raised.
        """

        def run(store: DryRunStore) -> DryRun[_Result]:
            own = type(self)(store, self.config, self.clock, secret=self._secret, via=self.via)
            return dry_run_of(command(own), store.written)

        with bound_contextvars(dry_run=True):
            return undoing.dry_run(self.store, run)

    def config_warnings(self) -> tuple[ConfigWarning, ...]:
        """Return what in the configuration is not used: not released, or read by nothing."""
        return find_warnings(self.config, self.store.policies(), self.store.countries())

    @property
    def rulebook(self) -> Rulebook:
        """The tables, countries and policies, as of the last call."""
        return self._context.rulebook


def resolving(facade: Facade, call: Callable[[Callable[[Actor], Actor]], _Result]) -> _Result:
    """Call what takes actors, each under the id that holds for them.

    It is called again where ids are merged or parted before it takes effect.

    Args:
        facade: Whose rules know which ids are one seller's.
        call: Gets what returns an actor under the id that holds.
    """
    while True:
        merged = facade.rulebook.merged
        before = _RESOLVED.set(merged)
        try:
            return call(merged.resolve)
        except IdsMergedError:
            continue
        finally:
            _RESOLVED.reset(before)


def _check_resolved(context: Context) -> None:
    """Let a call pass whose actor was resolved by the merges that these rules know.

    Raises:
        IdsMergedError: They know others.
    """
    if _RESOLVED.get() not in (None, context.rulebook.merged):
        raise IdsMergedError


def rulebook(store: SqlStore, config: Config) -> Rulebook:
    """Put the policies, countries and suspensions of the database and our tables together.

    Files decide nothing here, but on a database in which no country is stored yet.

    Raises:
        ConfigError: A stored text was changed, or does not fit its lifecycle.
    """
    return read_rulebook(store, config.lifecycles, config.countries)
