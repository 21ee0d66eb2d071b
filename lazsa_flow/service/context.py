"""Command context: what every command needs, and how it runs once only.

A command runs in one write transaction, after overdue timers have fired. With an idempotency key
its result is stored in that transaction: the same key again returns the first result, the same key
with another request is an error.
"""

from __future__ import annotations

import hashlib
import hmac
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from lazsa_flow.engine.journal import findings_of
from lazsa_flow.engine.loading import load_one
from lazsa_flow.engine.recorded_instant import not_before
from lazsa_flow.engine.rulebook import RulesChangedError
from lazsa_flow.errors import LazsaError, NotFoundError, no_path
from lazsa_flow.lifecycle.path_data import GivenData
from lazsa_flow.lifecycle.path_ref import parse_ref
from lazsa_flow.lifecycle.values import FrozenDict
from lazsa_flow.notices.desk import Desk
from lazsa_flow.service.assumptions import Assuming
from lazsa_flow.service.configuration import read_rulebook
from lazsa_flow.service.overdue import OverdueError, check_overdue, check_pauses, still_overdue
from lazsa_flow.service.permissions import OPERATING_COMMANDS, check_permits
from lazsa_flow.service.run_once import request_digest, run_once
from lazsa_flow.store.listing import FactsAge
from lazsa_flow.store.store import SqlStore

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
    from datetime import date, datetime

    from lazsa_flow.clock import Clock
    from lazsa_flow.engine.rulebook import Rulebook
    from lazsa_flow.lifecycle.guards import Verdict
    from lazsa_flow.lifecycle.model import Actor, Path, Snapshot, Statement
    from lazsa_flow.lifecycle.policy import Country
    from lazsa_flow.lifecycle.table import Permit
    from lazsa_flow.service.gauges import Gauge
    from lazsa_flow.store.transaction import SqlTransaction

_Transaction = TypeVar("_Transaction", bound="SqlTransaction")
_CHUNK: Final = 1000
"""So many paths are read at a time."""


class NoticeContexts(Desk, Protocol):
    """Knows what notices are about, by the rules of a context that is set again after a release."""

    context: Context


class Application(Assuming):
    """What an application adds to the library; this base class adds nothing.

    Attributes:
        permits: Who may give which administrative command.
        opened_by: By lifecycle, the command of the application that opens its paths, where
            ``open_path`` is not enough.
        main_lifecycle: The lifecycle that is meant where none is named.
        store_class: The store, with the application's own rows.
        states_with_reviews: The states in which the round of a path can be open for cards.
    """

    permits: Mapping[str, tuple[Permit, ...]] = OPERATING_COMMANDS
    opened_by: Mapping[str, str] = FrozenDict()
    main_lifecycle: str | None = None
    store_class: type[SqlStore[Any, Any]] = SqlStore
    states_with_reviews: tuple[str, ...] = ()

    def title_of(self, context: Context, path: Path, at: datetime) -> str | None:
        """Return the title of a path's subject at an instant; by default none."""
        del context, path, at
        return None

    def notice_contexts(self, context: Context) -> NoticeContexts | None:
        """Return what knows what notices are about; ``None`` for what every path has."""
        del context
        return None

    def opening_round(
        self,
        context: Context,
        transaction: SqlTransaction,
        lifecycle: str,
        subject: str,
        country: str,
        now: datetime,
    ) -> tuple[date | None, tuple[Statement, ...]]:
        """Return what a path that were opened now would start with, besides what is recorded.

        Returns:
            Its cycle date, and statements about the subject that are recorded elsewhere.
        """
        del context, transaction, lifecycle, subject, country, now
        return None, ()

    def gauges(self, context: Context) -> Iterable[Gauge]:
        """Return figures of its own for the workers' metrics; by default none."""
        del context
        return ()

    def facts_age(self, context: Context, rounds: Iterable[tuple[str, date]]) -> FactsAge:
        """Return from which date on facts count in each of these rounds, and today."""
        del rounds
        today = context.clock.now().date()
        return FactsAge(today, today, {})


@dataclass(frozen=True, slots=True)
class Context:
    """Where state is, whose rules hold, and what time it is.

    Attributes:
        secret: The deployment's key for fingerprints, if it has one.
        via: Through what commands come: recorded with each import.
        new_salt: Makes a random text; see :class:`lazsa_flow.lifecycle.path_data.GivenData`.
        application: What the application adds.
    """

    store: SqlStore
    rulebook: Rulebook
    clock: Clock
    secret: bytes | None = field(default=None, repr=False)
    via: str = "library"
    new_salt: Callable[[], str] = field(default=token_hex, repr=False)
    application: Application = field(default_factory=Application)

    @property
    def version(self) -> Hashable:
        """The stamp of the rules when they were read."""
        return self.rulebook.version

    def country(self, code: str) -> Country:
        """Return a country by its code.

        Raises:
            NotFoundError: It is not configured.
        """
        try:
            return self.rulebook.countries[code]
        except KeyError:
            raise NotFoundError("country", code, among=self.rulebook.countries) from None

    def given_data(self, values: Mapping[str, Any] | None) -> GivenData | None:
        """Return what a caller hands over, with a new salt for the digest of its personal part."""
        return None if values is None else GivenData(values, self.new_salt())

    def check_command(
        self, command: str, actor: Actor, *, subject: str | None = None, country: str | None = None
    ) -> None:
        """Let an actor pass who may give an administrative command.

        Raises:
            NotAllowedError: No permit of the application covers it; the message names who may.
        """
        permits = self.application.permits
        check_permits(permits, command, actor, subject=subject, country=country)

    def fingerprint(self, subject: str) -> str:
        """Return the keyed hash under which something about a subject survives an erasure."""
        return hmac.new(self.secret or b"", subject.encode(), hashlib.sha256).hexdigest()

    def verdicts(self, lifecycle: str, row: Mapping[str, Any]) -> list[Verdict]:
        """Word the verdicts of a journal row as they were recorded: guard and policy version."""
        guards = self.rulebook.lifecycle(lifecycle).guards
        policy = self.rulebook.policy_version(lifecycle, row["policy"].partition("/")[2])
        findings = findings_of(row["verdicts"])
        return [guards[name].verdict(found, policy) for name, found in findings.items()]

    def path_id(self, ref: str) -> int:
        """Return the number in a path's reference.

        Raises:
            NotFoundError: It is no reference of a known lifecycle's path.
        """
        found = parse_ref(ref)
        if found.lifecycle not in self.rulebook.lifecycles:
            raise no_path(ref)
        return found.number

    @contextmanager
    def fire_overdue(self, path_ids: Iterable[int] | None = None) -> Iterator[None]:
        """Fire the overdue timers of these paths, or of all, but for those under a pause.

        What is refused within the block says how many have fired before it.

        Args:
            path_ids: The paths; ``None``: all there are.
        """
        fired = sum(map(self._fire_overdue_of, (None,) if path_ids is None else path_ids))
        try:
            yield
        except LazsaError as error:
            error.fired += fired
            raise

    def _fire_overdue_of(self, path_id: int | None) -> int:
        rules = self.rulebook

        def reread() -> Rulebook:
            return read_rulebook(self.store, rules.lifecycles.values(), rules.countries.values())

        from lazsa_flow.engine.sweep import sweep  # needed where something is overdue

        swept = sweep(self.store, rules, self.clock, path_id=path_id, reread=reread)
        return swept.moved + swept.refused

    def open_path_of(self, lifecycle: str, subject: str) -> list[int]:
        """Return the number of a subject's open path in a lifecycle, if there is one."""
        with self.store.begin(write=False) as transaction:
            return list(transaction.open_paths(lifecycle, [subject]).values())

    def check_settled(
        self, transaction: SqlTransaction, path_ids: Collection[int], now: datetime
    ) -> None:
        """Let a command pass that needs no timer to fire first which a pause stops.

        Args:
            transaction: The command's.
            path_ids: The paths that it is about.
            now: The instant of the command.

        Raises:
            PausedError: An overdue timer of one of them is under a pause, or of a night that waits.
        """
        remaining = iter(path_ids if (holds := transaction.holds(now)) else ())
        while batch := list(islice(remaining, _CHUNK)):
            for seen in transaction.load_chunk(batch, before=None, on=now.date()):
                check_pauses(seen, holds, now)

    def load(self, transaction: SqlTransaction, ref: str, now: datetime) -> Snapshot:
        """Load all that is recorded about a path.

        Raises:
            NotFoundError: There is no such path.
        """
        try:
            seen = load_one(transaction, self.path_id(ref), now.date())
        except NotFoundError:
            raise no_path(ref) from None
        if seen.path.ref != ref:
            raise no_path(ref)
        return seen

    def run_on_path(
        self,
        ref: str,
        run: Callable[[_Transaction, Snapshot, datetime], Any],
        *,
        request: Mapping[str, Any],
        key: str | None,
        fire_overdue: bool = True,
        sources: Collection[str] | None = None,
    ) -> Any:
        """Run a command on one path: the clock first, then the command, in a transaction.

        Args:
            ref: The path.
            run: The command: transaction, evidence and instant in, a JSON value out.
            request: What tells this command from another, as JSON values.
            key: The idempotency key.
            fire_overdue: Whether overdue timers fire first.
            sources: The names of the evidence sources that the command reads; ``None``: all.

        Raises:
            RulesChangedError: The rules are others than those of this context.
            PausedError: An overdue timer must fire first, and a pause stops it.
            ClockError: The clock is far behind what is recorded of the path.
        """
        id_, now = self.path_id(ref), self.clock.now()
        asked = request_digest(key, {**request, "path": ref})

        def run_idempotent(transaction: _Transaction) -> Any:
            look = transaction.prefetch(id_, on=now.date(), key=key, request=asked, sources=sources)
            if look is None or look.seen.path.ref != ref:
                raise no_path(ref)
            if look.stamp.version != self.version:
                raise RulesChangedError
            if look.result is not None:
                return look.result
            if fire_overdue:
                check_overdue(look, now)
            paths = look.seen.path, *look.seen.others
            at = not_before(now, (path.recorded_at for path in paths))
            result = run(transaction, look.seen, at)
            if key is not None:
                transaction.remember(key, asked, result, at)
            return result

        try:
            return self.store.transact(run_idempotent, lost=key is not None)
        except OverdueError:  # seldom: overdue timers have mostly fired at their instant
            with self.fire_overdue([id_]):
                return self._run_after_overdue(run_idempotent, lost=key is not None)

    def _run_after_overdue(self, run: Callable[[_Transaction], Any], *, lost: bool) -> Any:
        """Run a command whose path has had its overdue timers fired.

        Raises:
            PausedError: One of them is of a night that does not take it now.
            ParkedError: One of them is overdue all the same.
        """
        try:
            return self.store.transact(run, lost=lost)
        except OverdueError as error:
            path, timer = error.args
            nights = self.store.nights(self.clock.now())
            reason = nights.reason_of(timer.country, timer.due_at)
            raise still_overdue(path, timer, reason) from None

    def run_idempotent(
        self,
        key: str | None,
        request: Mapping[str, Any],
        now: datetime,
        run: Callable[[_Transaction], Any],
        *,
        again: bool = True,
        changes_rules: bool = False,
    ) -> Any:
        """Run a command in a transaction, unless its idempotency key has a result already.

        Args:
            key: The idempotency key; with it the command can be run again after a lost connection.
            request: What tells this command from another, as JSON values.
            now: The instant of the command.
            run: The command: a transaction in, a JSON value out.
            again: Whether it may be run again where the database gave up before committing.
            changes_rules: Whether it changes what others decide by, so that it waits for them.

        Raises:
            KeyReusedError: The key was used for another request.
            InputError: The key is empty or longer than 200 characters.
            RulesChangedError: The rules are others than those of this context.
        """

        def command(transaction: _Transaction) -> Any:
            if changes_rules:
                transaction.lock_rules()
            transaction.check_rules(self.version)
            return run_once(transaction, key, request, now, lambda: run(transaction))

        return self.store.transact(command, again=again, lost=again and key is not None)
