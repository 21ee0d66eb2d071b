"""Engine transactions: what the engine loads, writes and sets aside within one.

Whatever a transaction writes, it has passed the brakes before: the stamp is asked along with the
first query of a sweep or of a command, and before the first statement of anything else. What a
single move writes may be held until the commit, or until something else is read; so every other
statement asks for the connection again.
"""

from __future__ import annotations

import logging
from itertools import chain
from typing import TYPE_CHECKING

from lazsa_flow.engine.rulebook import RulesChangedError
from lazsa_flow.logs import LOGGER
from lazsa_flow.store import (
    apply_changes,
    decode,
    evidence_queries,
    failures,
    merges,
    path_numbers,
    released,
)
from lazsa_flow.store import prefetch as prefetching
from lazsa_flow.store.brakes import Brakes, build_differing_table
from lazsa_flow.store.fast.driver import fetch_all
from lazsa_flow.store.fast.row_writer import row_writer
from lazsa_flow.store.fast.writer import MovedError, RowWriter
from lazsa_flow.store.transaction_stamp import Stamp, stamp_of, stamp_query

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
    from datetime import date, datetime

    import sqlalchemy as sa

    from lazsa_flow.engine.journal import JournalRow
    from lazsa_flow.engine.values import BatchChange, Change
    from lazsa_flow.errors import ConflictError, StaleVersionError
    from lazsa_flow.lifecycle.evidence import Source
    from lazsa_flow.lifecycle.model import Failure, Path, Snapshot
    from lazsa_flow.store.evidence_rows import SqlEvidenceRow
    from lazsa_flow.store.prefetch import Prefetch


class EngineTransaction:
    """One transaction on a SQL database, as far as the engine needs it.

    Args:
        connection: A connection on which the transaction has begun.
        write: Whether it will write; then what decisions read is locked, where that is needed.
        probe: Called by name at each point at which a process could die.
        own: Whether the whole transaction is ours, and not a part of a host's.
        brakes: What stops it from writing; by default nothing but another schema.
        sources: The evidence sources that decisions read.
    """

    def __init__(
        self,
        connection: sa.Connection,
        probe: Callable[[str], None],
        *,
        write: bool = True,
        own: bool = True,
        brakes: Brakes | None = None,
        sources: tuple[Source, ...] = (),
    ) -> None:
        self._lent = connection
        self.sources = sources
        self._rows = row_writer(connection)
        self._brakes = brakes or Brakes()
        self._stamp: Stamp | None = None
        self._foreign: frozenset[str] = frozenset()
        self._changes: list[Change] = []
        self._batch_changes: list[BatchChange] = []
        self._own = own
        self._write = write
        self._probe = probe
        self._retried: frozenset[int] = frozenset()
        self.moves: list[JournalRow] = []
        """What moved, to be reported once it is committed; kept where a listener is registered."""

    @property
    def _connection(self) -> sa.Connection:
        """The connection for another statement, before which all is written that is held."""
        if self._stamp is None and self._write:
            self.stamp()
        self.flush()
        return self._lent

    @property
    def _bulk(self) -> RowWriter:
        """What writes many rows, once the brakes have let this transaction pass."""
        if self._stamp is None and self._write:
            self.stamp()
        return self._rows

    def stamp(self) -> Stamp:
        """Return what the database says of itself, as this transaction asked it first.

        Raises:
            SchemaError: The schema is another revision's.
            ClockError: The process's clock is wrong; nothing may be written by it.
        """
        if self._stamp is None:
            self._ask()
        assert self._stamp is not None
        return self._stamp

    def _ask(self, *queries: sa.ClauseElement) -> list[list[decode.Row]]:
        """Ask for the stamp and pass the brakes, with further queries in the same round trip."""
        asked = [stamp_query(self._lent.dialect.name), *queries]
        holding = released.sharing(self._lent) if self._write else []
        [row], *found = fetch_all(self._lent, [*holding, *asked], {})[len(holding) :]
        self._pass(stamp_of(row))
        return found

    def _pass(self, stamp: Stamp) -> None:
        if self._write:
            self._brakes.check(stamp)
        else:
            self._brakes.check_schema(stamp)
            self._brakes.check_clock(stamp)
        self._foreign = self._brakes.foreign(stamp)
        self._stamp = stamp

    def flush(self, commit: Callable[[], None] | None = None) -> None:
        """Write what is held until now, and commit in the same round trip.

        Raises:
            StaleVersionError: A path no longer has the version that was read.
            ConflictError: A path would take a place that is taken.
        """
        try:
            self._rows.flush(commit)
        except MovedError:
            raise self._stale() from None
        self._changes.clear()
        self._batch_changes.clear()

    def _stale(self) -> StaleVersionError | ConflictError:
        found = apply_changes.find_stale(self._lent, self._changes, self._batch_changes)
        self.discard()
        return found

    def discard(self) -> None:
        """Forget what is held: what it belongs to is undone."""
        self._rows.discard()
        self._changes.clear()
        self._batch_changes.clear()

    # -- what the engine asks for; see lazsa_flow.engine.ports.Transaction

    def check_rules(self, version: Hashable) -> None:
        """Let what decides by rules of this version pass.

        Raises:
            RulesChangedError: The rules in force are others.
        """
        if self.stamp().version != version:
            raise RulesChangedError

    def evidence_rows(
        self, path_ids: Collection[int], *, before: datetime | None, on: date
    ) -> Sequence[SqlEvidenceRow]:
        """Read what decisions on these paths may read."""
        return evidence_queries.read_rows(
            self._connection,
            path_ids,
            before=before,
            on=on,
            lock=self._write,
            sources=self.sources,
            merged=self._has_merges,
        )

    def load_chunk(
        self, path_ids: Collection[int], *, before: datetime | None, on: date
    ) -> Sequence[Snapshot]:
        """Load what decisions on these paths may read."""
        return [row.snapshot() for row in self.evidence_rows(path_ids, before=before, on=on)]

    def load_opening(
        self, path: Path, *, on: date, sources: Collection[str] | None = None
    ) -> Snapshot:
        """Load what is recorded about the subject of a path that is about to open."""
        names = self.names_of(path.subject)
        return evidence_queries.of_opening(
            self._connection, path, names=names, on=on, sources=self.sources, read=sources
        )

    @property
    def _has_merges(self) -> bool:
        """Whether ids may have been merged; ``True`` where the database was not asked."""
        return self._stamp is None or self._stamp.version.merges > 0

    def names_of(self, person: str) -> list[str]:
        """Return every id of a person, the one that holds first."""
        return self.names_of_all([person]).get(person, [person])

    def names_of_all(self, persons: Collection[str]) -> Mapping[str, list[str]]:
        """Return every id of those of these persons who have several; see :mod:`.merges`."""
        return merges.names_of(self._connection, persons) if self._has_merges else {}

    def current_ids_of(self, names: Collection[str]) -> Mapping[str, str]:
        """Return the id that holds for each of these names that is an alias."""
        return merges.current_ids_of(self._connection, names) if self._has_merges else {}

    def write_chunk(
        self, changes: Sequence[Change], batch_changes: Sequence[BatchChange] = ()
    ) -> None:
        """Write changes whole."""
        rows = self._bulk
        if self._foreign:
            every = chain(changes, (change for change, _ in batch_changes))
            self._check_tables(change.after.lifecycle for change in every)
        self._changes += changes
        self._batch_changes += batch_changes
        try:
            apply_changes.write_chunk(self._lent, rows, changes, batch_changes, self._probe)
        except MovedError:
            raise self._stale() from None
        if LOGGER.isEnabledFor(logging.DEBUG):
            every = chain(changes, *(each.changes() for each in batch_changes))
            self.moves += (change.row for change in every if change.row and change.row.trigger)
        if self._retried:
            fired = {change.after.id for change in changes if change.fired}
            fired.update(own.path_id for each in batch_changes for own in each.each)
            if succeeded := fired & self._retried:
                failures.clear_failures(self._connection, succeeded)

    def prefetch(
        self,
        path_id: int,
        *,
        on: date,
        key: str | None = None,
        request: str = "",
        sources: Collection[str] | None = None,
    ) -> Prefetch | None:
        """Ask all that a command on one path asks first; lock the paths of its subject.

        Args:
            path_id: The path; ``None`` is returned where there is no such path.
            on: The date judged, if it is in no round.
            key: The command's idempotency key.
            request: A digest of the command.
            sources: The names of the evidence sources that are read; ``None``: all.

        Raises:
            KeyReusedError: The key was used for another command.
            SchemaError: The table of the path's lifecycle is not the database's.
        """
        self.flush()
        found = prefetching.prefetch_path(
            self._lent,
            path_id,
            on=on,
            lock=self._write,
            key=key,
            request=request,
            sources=self._sources_named(sources),
        )
        if found is not None:
            self._pass(found.stamp)
            if self._has_merges:  # seldom; then it is read under every id of the subject
                [seen] = self.load_chunk([path_id], before=None, on=on)
                found = found._replace(seen=seen)
            if self._write:
                self._check_tables([found.seen.path.lifecycle])
        return found

    def _sources_named(self, names: Collection[str] | None) -> tuple[Source, ...]:
        if names is None:
            return self.sources
        return tuple([source for source in self.sources if source.name in names])

    def _check_tables(self, lifecycles: Iterable[str]) -> None:
        """Let lifecycles pass whose table is the one that the database is run by.

        Raises:
            SchemaError: One's is not.
        """
        for lifecycle in lifecycles:
            if lifecycle in self._foreign:
                raise build_differing_table(lifecycle)

    def failure_of(self, path_id: int) -> Failure | None:
        """Return how the latest attempt on a path failed, if it did."""
        return failures.failure_of(self._connection, path_id)

    def set_aside(self, failure: Failure) -> None:
        """Set a path aside with all its pending timers: until its next attempt, or parked."""
        failures.set_aside(self._connection, failure)

    def next_path_id(self) -> int:
        """Return the number for a path that opens."""
        return path_numbers.take_number(self._connection)
