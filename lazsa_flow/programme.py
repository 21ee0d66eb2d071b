"""What does a back-office service hold in its hands?

:class:`Programme`: the facade over store, engine and commands, and the composition root; nothing
else opens configuration. It is thread-safe; each call is a transaction of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from lazsa_flow.clock import SystemClock
from lazsa_flow.commands import importing, nominations, panel, records
from lazsa_flow.commands.context import Context, actor_fields, move_fields, move_of
from lazsa_flow.config import Config, check_policy
from lazsa_flow.domain.cycles import as_utc
from lazsa_flow.domain.guards import Finding
from lazsa_flow.engine import explain as explaining
from lazsa_flow.engine import sweep as sweeping
from lazsa_flow.engine.fire import fire
from lazsa_flow.engine.journal import verify
from lazsa_flow.engine.ledger import balance
from lazsa_flow.engine.rules import Release, Rulebook
from lazsa_flow.errors import ConfigError, JournalError, NotFoundError, Problem
from lazsa_flow.store.sqlstore import SqlStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path as FilePath

    from lazsa_flow.commands.nominations import Nominated
    from lazsa_flow.domain.guards import Verdict
    from lazsa_flow.domain.model import Actor, Evidence, Move, Path, TimerRow
    from lazsa_flow.engine.explain import Explanation
    from lazsa_flow.engine.ledger import Book
    from lazsa_flow.engine.ports import Clock

_ALWAYS = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Due:
    """A timer that is pending.

    Attributes:
        path: The path's reference.
        seller: Whose path.
        timer: Its row: name, instant, local date, zone.
        triggers: What it will try, in order, none for a reminder.
    """

    path: str
    seller: str
    timer: TimerRow
    triggers: tuple[str, ...]


class Programme:
    """The award programme on one database.

    Open it with :meth:`open`; close it, or use it as a context manager, to release connections.
    """

    def __init__(self, store: SqlStore, rulebook: Rulebook, clock: Clock) -> None:
        self.store = store
        self.rulebook = rulebook
        self.clock = clock
        self.context = Context(store, rulebook, clock)

    @classmethod
    def open(
        cls,
        url: str,
        *,
        config: Config | None = None,
        clock: Clock | None = None,
        probe: Callable[[str], None] = lambda point: None,
    ) -> Programme:
        """Open the programme on a database that :meth:`migrate` has prepared.

        Args:
            url: The database's URL, such as ``sqlite:///lazsa.db``.
            config: Countries, lifecycles and policies; those that ship by default.
            clock: The machine's clock by default.
            probe: Called by name at each point at which a process could die; for fault tests.

        Raises:
            InputError: The URL is none of ours.
            SchemaError: The schema is missing or of another release.
            ConfigError: A country or policy is wrong, or a stored policy was changed.
        """
        config = config or Config.load()
        store = SqlStore(url, probe=probe)
        try:
            store.check_schema()
            rulebook = _rulebook(store, config)
        except BaseException:
            store.close()
            raise
        return cls(store, rulebook, clock or SystemClock())

    @classmethod
    def migrate(cls, url: str, *, config: Config | None = None, clock: Clock | None = None) -> None:
        """Bring a database's schema to this release and store the first policy texts."""
        config = config or Config.load()
        store = SqlStore(url)
        try:
            store.migrate()
            for text in config.policies:
                now = (clock or SystemClock()).now()
                store.add_policy(text, in_force_from=_ALWAYS, at=now)
        finally:
            store.close()

    def close(self) -> None:
        """Close every connection."""
        self.store.close()

    def __enter__(self) -> Programme:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    # -- evidence

    def import_facts(self, file: FilePath | str, *, key: str | None = None) -> int:
        """Append the sellers' facts of a file; all of it or nothing.

        Returns:
            How many sellers.

        Raises:
            InputError: The file is wrong; every problem names file, line, field and value.
        """
        return importing.import_facts(self.context, file, key=key)

    def import_nominations(self, file: FilePath | str, *, key: str | None = None) -> int:
        """Make the nominations of a file; all of it or nothing. Raises as :meth:`import_facts`."""
        return importing.import_nominations(self.context, file, key=key)

    def import_scorecards(self, file: FilePath | str, *, key: str | None = None) -> int:
        """Record a file's scorecards; all of it or nothing. Raises as :meth:`import_facts`."""
        return importing.import_scorecards(self.context, file, key=key)

    def nominate(
        self, seller: str, *, actor: Actor, statement: str = "", key: str | None = None
    ) -> Nominated:
        """Nominate a seller, or support a candidacy that is open for nominations.

        Args:
            seller: The nominee.
            actor: An employee, a sitting ambassador, or the seller.
            statement: Why; without it the nomination is incomplete.
            key: The idempotency key.

        Raises:
            NotFoundError: No facts of the seller are known.
            NotAllowedError: The actor may not nominate this seller.
            RefusedError: The seller holds the award, or is barred; it names the date.
            ConflictError: Review of the open candidacy has begun, or the actor has nominated.
        """
        return nominations.nominate(self.context, seller, actor=actor, statement=statement, key=key)

    def complete_nomination(
        self, path: str, *, actor: Actor, statement: str, key: str | None = None
    ) -> None:
        """Complete the actor's own nomination; after the window's close, review opens at once."""
        nominations.complete(self.context, path, actor=actor, statement=statement, key=key)

    def withdraw_nomination(
        self, path: str, *, actor: Actor, key: str | None = None
    ) -> Move | None:
        """Withdraw the actor's own nomination; with the last one, the path is withdrawn."""
        found = nominations.withdraw(self.context, path, actor=actor, key=key)
        return move_of(found) if found else None

    def score(
        self,
        path: str,
        *,
        actor: Actor,
        scores: Mapping[str, int],
        comment: str,
        key: str | None = None,
    ) -> None:
        """Record a reviewer's scorecard in the path's open round.

        Args:
            path: The path's reference.
            actor: A reviewer of the country, with their team.
            scores: Eleven whole numbers, 0 to 5, by item.
            comment: Required.
            key: The idempotency key.

        Raises:
            InputError: A score or the comment is missing or wrong.
            NotAllowedError: No reviewer of the country, or a conflict of interest.
            ConflictError: No round is open.
        """
        panel.score(self.context, path, actor=actor, scores=scores, comment=comment, key=key)

    def recuse(
        self, path: str, *, actor: Actor, reason: str, note: str = "", key: str | None = None
    ) -> None:
        """Record that a reviewer stands back; an earlier card of theirs no longer counts."""
        panel.recuse(self.context, path, actor=actor, reason=reason, note=note, key=key)

    def open_case(self, seller: str, case: str, *, actor: Actor, key: str | None = None) -> None:
        """Open a compliance case: it postpones award or renewal, and holds joining Reconnect."""
        records.case(self.context, seller, case, "open", actor=actor, key=key)

    def close_case(self, seller: str, case: str, *, actor: Actor, key: str | None = None) -> None:
        """Close a compliance case."""
        records.case(self.context, seller, case, "closed", actor=actor, key=key)

    def reconnect_step(
        self, seller: str, step: str, *, actor: Actor, key: str | None = None
    ) -> Move | None:
        """Record one of Reconnect's steps; the last, by the local team, adds the member."""
        found = records.step(self.context, seller, step, actor=actor, key=key)
        return move_of(found) if found else None

    def appeal(
        self, path: str, *, actor: Actor, grant: bool = True, key: str | None = None
    ) -> Move | None:
        """Record a manager's word on an appeal; the second grant reinstates the path."""
        found = records.appeal(self.context, path, actor=actor, grant=grant, key=key)
        return move_of(found) if found else None

    # -- the engine

    def fire(
        self,
        path: str,
        trigger: str,
        *,
        actor: Actor,
        reason: str | None = None,
        version: int | None = None,
        key: str | None = None,
    ) -> Move:
        """Fire a trigger on a path, timers of the path that are overdue having fired first.

        Args:
            path: The path's reference.
            trigger: The trigger.
            actor: Who asks.
            reason: The reason code, where the edge asks for one.
            version: The path's version that the caller saw; another one is an error.
            key: The idempotency key.

        Raises:
            NotFoundError: There is no such path.
            StaleVersionError: The path has moved since that version.
            NoEdgeError: The state has no edge of this trigger and reason.
            NotAllowedError: The actor may not.
            ParkedError: The path is set aside.
            RefusedError: A guard does not hold; it carries every verdict.
            KeyReusedError: The key was used for another command.
        """
        lifecycle = self.rulebook.lifecycle(path.rpartition("-")[0])
        request = {
            "command": "fire",
            "trigger": trigger,
            "reason": reason,
            "version": version,
            **actor_fields(actor),
        }

        def run(transaction: Any, seen: Evidence, now: datetime) -> dict[str, Any]:
            move = fire(
                transaction,
                self.rulebook,
                seen,
                trigger,
                actor=actor,
                now=now,
                reason=reason,
                version=version,
            )
            return move_fields(move)

        settle = actor.role not in lifecycle.urgent
        return move_of(self.context.on_path(path, run, request=request, key=key, settle=settle))

    def sweep(
        self,
        *,
        now: datetime | None = None,
        chunk: int = sweeping.CHUNK,
        done: Callable[[sweeping.Swept], bool] = lambda swept: False,
    ) -> sweeping.Swept:
        """Fire every timer that is due.

        Args:
            now: The present instant, aware; the clock's by default.
            chunk: How many timers a transaction takes at most.
            done: Asked after each chunk; ``True`` ends the sweep early.
        """
        at = self.clock.now() if now is None else as_utc(now)
        return sweeping.sweep(self.store, self.rulebook, at, chunk=chunk, done=done)

    def next_due(self) -> datetime | None:
        """Return the instant of the earliest pending timer."""
        return self.store.next_due()

    # -- questions

    def find(self, name: str) -> Path:
        """Find a path by its reference, or a seller's latest path.

        Raises:
            NotFoundError: Neither is known.
        """
        with self.store.begin(write=False) as transaction:
            paths = transaction.paths_of(name)
            if paths:
                return paths[-1]
            try:
                return self.context.load(transaction, name, self.clock.now()).path
            except NotFoundError:
                raise NotFoundError("seller or path", name) from None

    def paths(self, seller: str) -> list[Path]:
        """Return every path of a seller, oldest first."""
        with self.store.begin(write=False) as transaction:
            return transaction.paths_of(seller)

    def explain(
        self, name: str, trigger: str | None = None, *, now: datetime | None = None
    ) -> Explanation:
        """Tell what leads on from a path's state, and what stands against each exit.

        Args:
            name: A path's reference, or a seller whose latest path is meant.
            trigger: Only exits of this trigger.
            now: The instant to explain at; the clock's by default.
        """
        at = self.clock.now() if now is None else as_utc(now)
        path = self.find(name)
        with self.store.begin(write=False) as transaction:
            seen = self.context.load(transaction, path.ref, at)
        return explaining.explain(self.rulebook, seen, at, trigger)

    def due(self, *, until: datetime | None = None) -> list[Due]:
        """Return what is pending until an instant (the present one by default), earliest first."""
        at = self.clock.now() if until is None else as_utc(until, field="until")
        found = []
        for timer, ref, seller in self.store.due(at):
            lifecycle = self.rulebook.lifecycle(ref.rpartition("-")[0])
            steps = lifecycle.timer(timer.name).steps
            found.append(Due(ref, seller, timer, tuple(dict.fromkeys(s.trigger for s in steps))))
        return found

    def history(self, path: str) -> list[dict[str, Any]]:
        """Return a path's journal rows, oldest first, as JSON values."""
        return list(self.store.journal(self.context.path_id(path)))

    def state_at(self, path: str, when: datetime) -> str | None:
        """Return the state that a path was in at an instant, by effect; ``None`` before it opened.

        Raises:
            InputError: The instant is naive.
        """
        at = as_utc(when, field="when")
        state = None
        for row in self.history(path):
            if datetime.fromisoformat(row["effective_at"]) <= at:
                state = row["dest"]
        return state

    def verdicts(self, path: Path, row: Mapping[str, Any]) -> list[Verdict]:
        """Dress the verdicts of a journal row as they were told then: guard and policy version."""
        lifecycle = self.rulebook.lifecycle(path.lifecycle)
        policy = self.rulebook.policy_version(path.lifecycle, row["policy"].partition("/")[2])
        return [
            lifecycle.guards[verdict["name"]].verdict(
                Finding(
                    verdict["held"],
                    verdict["measured"],
                    verdict["earliest"] and datetime.fromisoformat(verdict["earliest"]).date(),
                ),
                policy,
            )
            for verdict in row["verdicts"]
        ]

    def states(self) -> dict[str, int]:
        """Count the paths in each state of every lifecycle; states without paths are left out."""
        return self.store.states()

    def books(self, *, until: datetime | None = None) -> list[Book]:
        """Lay out the books: a row for each country and cycle date so far, zeros too."""
        at = self.clock.now() if until is None else as_utc(until, field="until")
        since = self.store.first_book()
        if since is None:
            return []
        calendars = {code: self.rulebook.calendar(code) for code in self.rulebook.countries}
        return balance(self.store.counts(at), calendars, since=since, until=at)

    def journal(self) -> Iterator[dict[str, Any]]:
        """Yield every journal row by path and ``seq``, as JSON values with their hashes."""
        return self.store.journal()

    def verify_journal(self) -> int:
        """Replay every path's journal and compare with its state; return how many rows.

        Raises:
            JournalError: A chain is broken, or a path is not where its journal leads.
        """
        heads = self.store.heads()
        total = 0
        rows: list[dict[str, Any]] = []
        for row in self.store.journal():
            if rows and rows[-1]["path"] != row["path"]:
                total += self._verify(rows, heads)
                rows = []
            rows.append(row)
        if rows:
            total += self._verify(rows, heads)
        if heads:
            raise JournalError(min(heads), 1, "the path has no journal")
        return total

    def _verify(self, rows: list[dict[str, Any]], heads: dict[str, tuple[str, int, str]]) -> int:
        ref = rows[0]["path"]
        found = verify(self.rulebook.lifecycle(ref.rpartition("-")[0]), rows)
        if heads.pop(ref) != found:
            raise JournalError(ref, found[1], f"the journal leads to {found[0]}, not the path")
        return len(rows)


def _rulebook(store: SqlStore, config: Config) -> Rulebook:
    """Put the stored policy releases and the configured tables and countries together."""
    lifecycles = {lifecycle.name: lifecycle for lifecycle in config.lifecycles}
    releases = []
    for text, sha256, in_force_from in store.policies():
        if text.sha256 != sha256:
            where = f"{text.lifecycle}/{text.version}"
            raise ConfigError([Problem(where, "sha256", text.sha256, sha256)])
        if text.lifecycle in lifecycles:
            releases.append(Release(check_policy(text, lifecycles), in_force_from))
    return Rulebook(config.lifecycles, config.countries, releases)
