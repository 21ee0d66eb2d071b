"""A store in memory, for tests of the engine that do no input or output.

It keeps the promises of :mod:`lazsa_flow.engine.ports` in the plainest way: lists that are scanned,
and a copy of them that is put back where a transaction fails.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from lazsa_flow.award.evidence import EVIDENCE, STORED_FACTS
from lazsa_flow.award.store.evidence_columns import stored_facts
from lazsa_flow.engine.rulebook import RulesChangedError
from lazsa_flow.engine.values import Claim
from lazsa_flow.errors import ConflictError, StaleVersionError
from lazsa_flow.lifecycle.model import Snapshot
from lazsa_flow.lifecycle.path_data import PathData
from lazsa_flow.lifecycle.values import FrozenDict
from tests.write_out import write_out

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
    from datetime import datetime

    from lazsa_flow.award.rules.facts import Facts, Nomination
    from lazsa_flow.award.rules.panel import Scorecard
    from lazsa_flow.engine.evidence_row import EvidenceRow
    from lazsa_flow.engine.journal import JournalRow
    from lazsa_flow.engine.values import BatchChange, Change, Notice
    from lazsa_flow.lifecycle.evidence import Row, Selection, Source
    from lazsa_flow.lifecycle.model import Failure, Path, Statement, TimerRow


@dataclass
class MemoryStore:
    """State in lists. What people record stands beside the instant it was recorded at."""

    paths: dict[int, Path] = field(default_factory=dict)
    timers: list[TimerRow] = field(default_factory=list)
    journal: list[JournalRow] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    records: list[tuple[str, Statement]] = field(default_factory=list)
    slots: dict[tuple[str, str], int] = field(default_factory=dict)
    claims: dict[tuple[str, str], int] = field(default_factory=dict)
    facts: list[tuple[datetime, Facts]] = field(default_factory=list)
    cards: list[tuple[datetime, int, date, Scorecard]] = field(default_factory=list)
    nominations: list[tuple[datetime, int, Nomination]] = field(default_factory=list)
    failures: dict[int, Failure] = field(default_factory=dict)
    data: list[tuple[int, PathData]] = field(default_factory=list)
    sources: tuple[Source, ...] = EVIDENCE
    host_rows: dict[str, list[tuple[datetime, dict[str, Any]]]] = field(default_factory=dict)
    transactions: int = 0
    rules_version: Hashable = 1

    @contextmanager
    def begin(self, *, write: bool = True) -> Iterator[MemoryTransaction]:
        """Open a transaction; what it did is taken back where it fails."""
        self.transactions += 1
        state = vars(self).items()
        kept = {name: each.copy() for name, each in state if isinstance(each, dict | list)}
        try:
            yield MemoryTransaction(self)
        except BaseException:
            vars(self).update(kept)
            raise

    def transact(self, run: Callable[[MemoryTransaction], Any]) -> Any:
        """Run a function in a transaction."""
        with self.begin() as transaction:
            return run(transaction)

    def next_due(self) -> datetime | None:
        """Return the instant at which the next pending timer is to be looked at."""

        def look(timer: TimerRow) -> datetime:
            failure = self.failures.get(timer.path_id)
            return max(timer.due_at, (failure and failure.retry_at) or timer.due_at)

        return min((look(t) for t in self.timers if t.status == "pending"), default=None)

    def waits(self, path_id: int, now: datetime) -> bool:
        """Tell whether a path waits for its next attempt."""
        failure = self.failures.get(path_id)
        return failure is not None and failure.retry_at is not None and failure.retry_at > now

    def table(self, name: str) -> Iterator[tuple[datetime, dict[str, Any]]]:
        """Yield the rows of an evidence source's table, each with when it was recorded."""
        if name == "lazsa_scorecards":
            for n, (at, path_id, cycle_on, card) in enumerate(self.cards):
                scores = ",".join(map(str, card.scores))
                own = {"reviewer": card.reviewer, "team": card.team, "scores": scores}
                yield at, {"id": n, "path_id": path_id, "cycle_on": cycle_on, **own}
        if name == "lazsa_facts":
            for n, (at, known) in enumerate(self.facts):
                row = dict(zip(STORED_FACTS, stored_facts(known), strict=True))
                yield at, {"id": n, "recorded_at": at, **row}
        if name == "lazsa_nominations":
            for n, (at, path_id, each) in enumerate(self.nominations):
                own = {name: getattr(each, name) for name in ("source", "nominator", "complete")}
                row = {"id": each.id, "path_id": path_id, "nomination_id": None, **own}
                yield at, {**row, "event": "made"}
                if each.withdrawn:
                    gone = {"id": 1000 + n, "nomination_id": each.id, "event": "withdrawn"}
                    yield at, {**row, **gone}
        yield from self.host_rows.get(name, ())

    def select_all(self, path: Path, before: datetime | None, on: date) -> dict[str, list[Row]]:
        """Select the rows of every evidence source of one path, by the source's name."""
        return {each.name: self._select(each.rows, path, before, on) for each in self.sources}

    def _select(self, rows: Selection, path: Path, before: datetime | None, on: date) -> list[Row]:
        """Select a source's rows of one path, as the SQL store's queries do."""
        owner = path.id if rows.by == "path" else path.subject
        found = [
            (at, row)
            for at, row in self.table(rows.table)
            if row[rows.owner] == owner
            and (rows.round is None or row[rows.round] == path.cycle_on)
            and (before is None or at < before)
        ]
        names: tuple[str, ...] = ("id", *rows.columns)
        if rows.latest is not None:
            dated, judged_on = rows.latest, (path.cycle_on or on).isoformat()
            held = [each for each in found if each[1][dated] <= judged_on]
            found = sorted(held, key=lambda each: (each[1][dated], each[0], each[1]["id"]))[-1:]
            names = (dated, *rows.columns)
        found.sort(key=lambda each: each[1]["id"])
        return [(path.id, *(row[name] for name in names)) for _, row in found]

    def status(self, path_id: int, name: str) -> list[str]:
        """Return what became of a path's timers of a name, by instant."""
        found = [t for t in self.timers if (t.path_id, t.name) == (path_id, name)]
        return [timer.status for timer in sorted(found, key=lambda timer: timer.due_at)]


class MemorySight:
    """Evidence as a :class:`lazsa_flow.engine.evidence_row.EvidenceRow`."""

    def __init__(self, seen: Snapshot, rows: dict[str, list[Row]]) -> None:
        path = seen.path
        self._seen, self.rows = seen, rows
        self.path_id, self.subject, self.seq, self.head = path.id, path.subject, path.seq, path.head
        self.lifecycle, self.state = path.lifecycle, path.state
        recorded = [each.recorded_at for each in (path, *seen.others) if each.recorded_at]
        self.recorded_at = max(recorded, default=None)
        shared = replace(path, id=0, subject="", head="", recorded_at=None)
        if path.cycle_on is not None:
            shared = replace(shared, opened_at=path.entered_at)
        timers = [replace(timer, path_id=0) for timer in seen.timers]
        handed_over = [(each.seq, each.trigger, each.fields) for each in seen.data]
        self.group_key = write_out((shared, timers, sorted(seen.dates.items()), handed_over))
        same = [other for other in seen.others if other.lifecycle == path.lifecycle]
        self.groupable = not same and not path.data.get("claims")

    def record_key(self, kinds: frozenset[str]) -> Hashable:
        """Return what records of these kinds say."""
        return tuple(
            (record.kind, record.name, record.value, record.reason, record.as_of)
            for record in self._seen.records
            if record.kind in kinds
        )

    def snapshot(self) -> Snapshot:
        """Return all of it."""
        return self._seen


class MemoryTransaction:
    """One transaction on a :class:`MemoryStore`."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def check_rules(self, version: Hashable) -> None:
        """Let what decides by rules of this version pass."""
        if version != self._store.rules_version:
            raise RulesChangedError

    def claim(
        self,
        now: datetime,
        limit: int,
        path_id: int | None = None,
        *,
        until: datetime | None = None,
    ) -> Claim | None:
        """Take the pending timers that fell due first: one instant, one country, a path once."""
        due = sorted(
            (
                timer
                for timer in self._store.timers
                if timer.status == "pending"
                and timer.due_at <= (now if until is None else min(now, until))
                and path_id in (None, timer.path_id)
                and not self._store.waits(timer.path_id, now)
            ),
            key=lambda timer: (timer.due_at, timer.country, timer.path_id, timer.name),
        )
        names: dict[int, str] = {}
        for timer in due:
            same = (timer.due_at, timer.country) == (due[0].due_at, due[0].country)
            if same:
                names.setdefault(timer.path_id, timer.name)
        if not names:
            return None
        first = due[0]
        taken = dict(list(names.items())[:limit])
        return Claim(first.due_at, first.country, first.book_on, taken)

    def evidence_rows(
        self, path_ids: Collection[int], *, before: datetime | None, on: date
    ) -> Sequence[EvidenceRow]:
        """Read what decisions on these paths may read."""
        found: list[Any] = [
            MemorySight(seen, self._store.select_all(seen.path, before, on))
            for seen in self.load_chunk(path_ids, before=before, on=on)
        ]
        return found

    def load_chunk(
        self, path_ids: Collection[int], *, before: datetime | None, on: date
    ) -> Sequence[Snapshot]:
        """Load what decisions on these paths may read."""
        paths = self._store.paths
        return [self._load(paths[id_], before, on) for id_ in path_ids if id_ in paths]

    def load_opening(
        self, path: Path, *, on: date, sources: Collection[str] | None = None
    ) -> Snapshot:
        """Load what is recorded about the subject of a path that is about to open."""
        return self._load(path, None, on, sources)

    def _load(
        self,
        path: Path,
        before: datetime | None,
        on: date,
        sources: Collection[str] | None = None,
    ) -> Snapshot:
        store = self._store

        def seen(at: datetime) -> bool:
            return before is None or at < before

        rows = store.select_all(path, before, on)
        if sources is not None:
            rows = {name: found if name in sources else [] for name, found in rows.items()}
        values = {each.name: each.fold(rows[each.name]) for each in store.sources}
        dated = {each.name: rows[each.name] for each in store.sources if each.rows.latest}
        return Snapshot(
            path=path,
            values=FrozenDict(values),
            dates=FrozenDict(
                {name: date.fromisoformat(found[0][1]) for name, found in dated.items() if found}
            ),
            records=tuple(
                record
                for subject, record in store.records
                if subject == path.subject and seen(record.recorded_at)
            ),
            others=tuple(
                other
                for other in store.paths.values()
                if other.subject == path.subject and other.id != path.id
            ),
            timers=tuple(
                timer
                for timer in store.timers
                if timer.path_id == path.id and timer.status == "pending"
            ),
            taken=frozenset(
                key
                for (_, key), holder in store.claims.items()
                if key in path.data.get("claims", ()) and holder != path.id
            ),
            data=tuple(
                row for path_id, row in store.data if path_id == path.id and seen(row.recorded_at)
            ),
        )

    def write_chunk(
        self, changes: Sequence[Change], batch_changes: Sequence[BatchChange] = ()
    ) -> None:
        """Write changes; places that are freed can be taken in the same chunk."""
        every = list(_flatten(changes))
        for change in (change for each in batch_changes for change in each.changes()):
            after = change.after
            if change.before is not None:
                own = self._store.paths[after.id]
                recorded_at = after.recorded_at if change.moves else own.recorded_at
                after = replace(after, opened_at=own.opened_at, recorded_at=recorded_at)
            every.append(change._replace(after=after))
        for change in every:
            if change.slot == "free":
                del self._store.slots[change.after.lifecycle, change.after.subject]
        for change in every:
            self._write(change)

    def _write(self, change: Change) -> None:
        store, after = self._store, change.after
        stands = store.paths.get(after.id)
        if (stands and stands.seq) != (change.before.seq if change.before else None):
            raise StaleVersionError(
                path=after.ref,
                trigger="write",
                state=after.state,
                expected=change.before.seq if change.before else None,
                found=stands.seq if stands else None,
            )
        store.paths[after.id] = after
        self._take(change)
        if change.row is not None:
            store.journal.append(change.row)
            if change.data is not None:
                row = PathData(
                    change.row.seq,
                    change.row.trigger or "",
                    change.data.fields,
                    change.recorded_at,
                    change.data.digest,
                )
                store.data.append((after.id, row))
        if change.fired is not None:
            self._set(change.fired)
            store.failures.pop(after.id, None)
        for timer in change.cancelled:
            self._set(replace(timer, status="cancelled"))
        for timer in change.scheduled:
            self._set(timer)
        store.records.extend((after.subject, record) for record in change.records)
        store.notices.extend(change.notices)

    def _take(self, change: Change) -> None:
        store, after = self._store, change.after
        place = (after.lifecycle, after.subject)
        if change.slot == "take":
            if place in store.slots:
                raise ConflictError(after.subject, "has an open path")
            store.slots[place] = after.id
        for claim in change.claims:
            if claim in store.claims:
                raise ConflictError(after.subject, "another path holds what it would claim")
            store.claims[claim] = after.id

    def _set(self, timer: TimerRow) -> None:
        same = [other for other in self._store.timers if _key(other) == _key(timer)]
        if timer.status == "pending" and any(other.status != "cancelled" for other in same):
            return  # a timer that had its outcome keeps it
        kept = [other for other in self._store.timers if other not in same]
        self._store.timers = [*kept, timer]

    def failure_of(self, path_id: int) -> Failure | None:
        """Return how the latest attempt on a path failed, if it did."""
        return self._store.failures.get(path_id)

    def set_aside(self, failure: Failure) -> None:
        """Set a path aside with all its pending timers: until its next attempt, or parked."""
        store, path_id = self._store, failure.path_id
        store.failures[path_id] = failure
        if failure.retry_at is not None:
            return
        if path_id in store.paths:
            store.paths[path_id] = replace(store.paths[path_id], parked=True)
        store.timers = [
            replace(other, status="parked")
            if other.path_id == path_id and other.status == "pending"
            else other
            for other in store.timers
        ]

    def next_path_id(self) -> int:
        """Return the number for a path that opens."""
        return max(self._store.paths, default=0) + 1

    # -- what is recorded besides, as the SQL store's transactions take it

    def add_facts(self, told: Collection[Facts], recorded_at: datetime) -> int:
        """Record facts; return how many."""
        self._store.facts.extend((recorded_at, each) for each in told)
        return len(told)

    def add_scorecard(
        self, path_id: int, cycle_on: date, card: Scorecard, *, as_of: date, recorded_at: datetime
    ) -> None:
        """Record a scorecard."""
        del as_of  # no decision reads it
        self._store.cards.append((recorded_at, path_id, cycle_on, card))

    def add_nomination(
        self, path_id: int, *, as_of: date, recorded_at: datetime, **columns: Any
    ) -> int:
        """Record a nomination, or what became of one; return its number."""
        del as_of  # no decision reads it
        rows = self._store.host_rows.setdefault("lazsa_nominations", [])
        row = {"id": len(rows) + 1, "path_id": path_id, "nomination_id": None, **columns}
        self._store.host_rows["lazsa_nominations"] = [*rows, (recorded_at, row)]
        return len(rows) + 1

    def add_record(self, subject: str, record: Statement) -> None:
        """Record a statement about a subject."""
        self._store.records.append((subject, record))


def _flatten(changes: Sequence[Change]) -> Iterator[Change]:
    for change in changes:
        yield change
        yield from _flatten(change.linked)


def _key(timer: TimerRow) -> tuple[int, str, datetime]:
    return timer.path_id, timer.name, timer.due_at
