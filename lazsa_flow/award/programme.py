"""What does a back-office service hold in its hands?

:class:`Programme`: the facade over store, engine and commands, and the composition root; nothing
else opens configuration. It is thread-safe; each call is a transaction of its own, unless it is
bound to a connection of the host's.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from lazsa_flow.award.store.store import AwardStore
from lazsa_flow.clock import SystemClock
from lazsa_flow.config import Config
from lazsa_flow.engine import sweep as sweeping
from lazsa_flow.engine.fire import fire
from lazsa_flow.engine.tables import digest_of
from lazsa_flow.errors import ConfigError, Problem
from lazsa_flow.lifecycle.calendar import as_utc
from lazsa_flow.lifecycle.host_code import check_clock
from lazsa_flow.logs import log
from lazsa_flow.service.configuration import Migrated, build_rulebook, find_warnings, store_unknown
from lazsa_flow.service.entrance import checked
from lazsa_flow.service.move_json import move_from_json, move_to_json
from lazsa_flow.service.notices import Notices
from lazsa_flow.service.requests import actor_fields
from lazsa_flow.service.timers import add_reminders
from lazsa_flow.store.brakes import Brakes
from lazsa_flow.store.connect import sqlite_file
from lazsa_flow.store.host_transaction import BoundStore
from lazsa_flow.store.restore import restore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from lazsa_flow.config import ConfigWarning
    from lazsa_flow.engine.ports import Clock
    from lazsa_flow.lifecycle.model import Actor, Move, Snapshot
    from lazsa_flow.service.context import Context
    from lazsa_flow.store.backup import Backup
    from lazsa_flow.store.restore import Restored
    from lazsa_flow.viewer.extra_pages import ExtraPage


SECRET_BYTES: Final = 16
"""The least that ``LAZSA_SECRET`` must have."""


@checked
class Programme(Notices):
    """The award programme on one database.

    Open it with :meth:`open`; close it, or use it as a context manager, to release connections.
    """

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
    ) -> Programme:
        """Open the programme on a database that :meth:`migrate` has prepared.

        Args:
            url: The database's URL, such as ``sqlite:///lazsa.db``.
            config: Countries, lifecycles and policies; those that ship by default.
            clock: The machine's clock by default.
            secret: The deployment's key for fingerprints, whatever its length; by default from the
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
        store = AwardStore(url, probe=probe, brakes=Brakes(clock, tables))
        try:
            store.check_schema()
            opened = cls(store, config, clock, secret=secret or _secret(), via=via)
            _log_warnings(opened.config_warnings())
            return opened
        except BaseException:
            store.close()
            raise

    def bind(self, connection: Any) -> Programme:
        """Return this programme on a connection of the host's, within its transaction.

        What the host writes and what is done through the bound programme commit together or not
        at all. Each command runs in a savepoint, is never retried, and raises to the host.

        Args:
            connection: A ``sqlalchemy.Connection`` on which a transaction has begun.

        Raises:
            InputError: No transaction has begun on it; on SQLite, no real ``BEGIN`` was sent
                (see docs/embedding.md for the two listeners that send one).
        """
        store = BoundStore(connection, like=self.store)
        return Programme(store, self.config, self.clock, secret=self._secret, via=self.via)

    @classmethod
    def migrate(
        cls, url: str, *, config: Config | None = None, clock: Clock | None = None
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

        Returns:
            What was stored or has changed, and what of the configuration the database does not
            have.
        """
        config = config or Config.load()
        store = AwardStore(url)
        try:
            store.migrate()
            now = check_clock(clock or SystemClock()).now()
            with store.begin() as transaction:
                first = not transaction.policy_versions()
                stored = store_unknown(transaction, config, now)
                anew = [each for each in config.lifecycles if not transaction.has_table(each)]
                tables = {each.name: transaction.put_table(each, now) for each in config.lifecycles}
                versions = transaction.policy_versions(), transaction.country_versions()
                reminders = 0
                if anew and not first:
                    rulebook = build_rulebook(
                        config.lifecycles,
                        *versions,
                        transaction.suspensions(),
                        otherwise=config.countries,
                    )
                    reminders = add_reminders(transaction, rulebook, now)
            return Migrated(first, stored, find_warnings(config, *versions), tables, reminders)
        finally:
            store.close()

    @staticmethod
    def restore(url: str, file: Path | str) -> Restored:
        """Put a backup in place of an SQLite database that no process holds, this one included.

        Args:
            url: The database's URL; it need not be there.
            file: The backup.

        Raises:
            InputError: The URL is none of SQLite's, or the file is no finished backup.
            DamagedError: The backup is damaged; the database is as it was.
            SchemaError: The backup is none of ours, or of a release to come; or the database is
                another application's.
            HeldError: A process holds the database.
            UnavailableError: The database cannot be written, or there is no room.
        """
        return restore(Path(file), sqlite_file(url, "restore"))

    def backup(self, file: Path | str, *, overwrite: bool = False) -> Backup:
        """Copy the SQLite database into one file, while others work on it, and check the copy.

        Args:
            file: The backup.
            overwrite: Whether it may take the place of a file that is there.

        Raises:
            InputError: The database is not SQLite's, or the file cannot be written.
            DamagedError: The database is damaged; nothing is left of the copy.
            UnavailableError: The database cannot be read, or there is no room.
        """
        return self.store.backup(Path(file), overwrite=overwrite)

    def close(self) -> None:
        """Close every connection; every later call raises :class:`ClosedError`."""
        self.store.close()

    def __viewer_pages__(self) -> Sequence[ExtraPage]:
        """Return the pages that the viewer shows besides those of every service."""
        from lazsa_flow.award.viewer_pages import PAGES

        return PAGES

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    # -- the engine

    def fire(
        self,
        path: str,
        trigger: str,
        *,
        actor: Actor,
        reason: str | None = None,
        version: int | None = None,
        data: Mapping[str, Any] | None = None,
        key: str | None = None,
        dry_run: bool = False,
    ) -> Move:
        """Fire a trigger on a path, timers of the path that are overdue having fired first.

        Args:
            path: The path's reference.
            trigger: The trigger.
            actor: Who asks.
            reason: The reason code, where the edge asks for one.
            version: The path's version that the caller saw; another one is an error.
            data: What the edge's model takes, as JSON values and decimals; it is stored with the
                move, its personal fields where they can be erased.
            key: The idempotency key.
            dry_run: Return the move that it would make, or raise why it would not; write nothing.

        Raises:
            NotFoundError: There is no such path.
            InputError: The edge takes no data, or its model refuses some: it names every field.
            StaleVersionError: The path has moved since that version.
            NoEdgeError: The state has no edge of this trigger and reason.
            NotAllowedError: The actor may not.
            ParkedError: The path is set aside.
            RefusedError: A guard does not hold; it carries every verdict.
            KeyReusedError: The key was used for another command.
        """
        if dry_run:
            return self.dry_run(
                lambda programme: programme.fire(
                    path,
                    trigger,
                    actor=actor,
                    reason=reason,
                    version=version,
                    data=data,
                    key=key,
                )
            ).result
        request = {
            "command": "fire",
            "trigger": trigger,
            "reason": reason,
            "version": version,
            **({} if data is None else {"data": dict(data)}),
            **actor_fields(actor),
        }

        def by_rules(context: Context) -> Any:
            def run(transaction: Any, seen: Snapshot, now: datetime) -> dict[str, Any]:
                move = fire(
                    transaction,
                    context.rulebook,
                    seen,
                    trigger,
                    actor=actor,
                    now=now,
                    reason=reason,
                    version=version,
                    data=context.given_data(data),
                )
                return move_to_json(move)

            context.path_id(path)  # raises where it is no reference
            lifecycle = context.rulebook.lifecycle(path.rpartition("-")[0])
            fire_overdue = actor.role not in lifecycle.preempts_timers
            return context.run_on_path(
                path, run, request=request, key=key, fire_overdue=fire_overdue
            )

        return move_from_json(self._on_path(by_rules))

    def sweep(
        self,
        *,
        now: datetime | None = None,
        chunk: int = sweeping.CHUNK,
        done: Callable[[sweeping.ChunkResult], bool] = lambda chunk: False,
    ) -> sweeping.SweepResult:
        """Fire every timer that is due.

        Args:
            now: Fire only what fell due at or before this instant, aware, of the past; whatever
                the clock says is due by default. The clock tells when it is recorded.
            chunk: How many timers a transaction takes at most.
            done: Asked after each chunk; ``True`` ends the sweep early.

        Raises:
            InputError: The instant is still to come.
            ClockError: The clock is far from the database's, or behind what it has recorded.
        """
        until = None if now is None else as_utc(now)
        return sweeping.sweep(
            self.store,
            self.context.rulebook,
            self.clock,
            until=until,
            chunk=chunk,
            done=done,
            reread=lambda: self.context.rulebook,
        )

    def next_due(self) -> datetime | None:
        """Return the instant of the next look at a timer, those under a pause left out."""
        return self.store.next_due()


def _log_warnings(warnings: Iterable[ConfigWarning]) -> None:
    for each in warnings:
        if each.kind == "not_released":
            log.warning("config.unreleased", where=each.where, what=each.what)
        else:
            log.warning("config.unknown", where=each.where, what=each.what)


def _secret() -> bytes | None:
    """Return the deployment's secret out of the environment.

    Raises:
        ConfigError: It is too short to be one; it is not shown.
    """
    secret = os.fsencode(os.environ.get("LAZSA_SECRET", ""))
    if not secret:
        return None
    if len(secret) < SECRET_BYTES:
        expected = f"at least {SECRET_BYTES} random bytes, such as from: openssl rand -hex 32"
        got = f"{len(secret)} bytes"
        raise ConfigError([Problem("environment", "LAZSA_SECRET", got, expected)])
    return secret
