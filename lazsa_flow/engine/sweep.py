"""The sweep: everything that is due fires, chunk by chunk.

In chunks. One transaction claims the timers that fell due first (one instant, one country, each
path once), loads the evidence for all of them as it was recorded before that instant, decides each
path, and writes every change together. A timer takes effect at its due instant, however late the
sweep comes; what it schedules may itself be due, and is swept in its turn, so within a path the
order holds, and an instant is finished before a later one begins. What it records is stamped by the
clock, chunk by chunk, and nothing fires before the clock has come to its instant.

A path whose decision raises stops no other: it is tried five times with growing pauses, all its
timers waiting meanwhile, and then parked with the error's name. Where a chunk fails as a whole,
since a row of it cannot be read or written, its halves are taken, and so on; the path that fails by
itself is treated so.
"""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from lazsa_flow.engine.batch.chunk import ChunkDecision, decide_chunk
from lazsa_flow.engine.chunk_size import CHUNK
from lazsa_flow.engine.failures import fail_path
from lazsa_flow.engine.gc_pause import gc_paused
from lazsa_flow.engine.loading import load_one
from lazsa_flow.engine.recorded_instant import check_past
from lazsa_flow.engine.rulebook import RulesChangedError
from lazsa_flow.engine.sweep_result import ChunkResult, SweepResult
from lazsa_flow.errors import (
    ClockError,
    ContendedError,
    DamagedError,
    MachineMismatchError,
    SchemaError,
    StaleVersionError,
    UnavailableError,
    error_name,
)
from lazsa_flow.logs import bound_fields, log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from lazsa_flow.clock import Clock
    from lazsa_flow.engine.ports import Store, Transaction
    from lazsa_flow.engine.rulebook import Rulebook
    from lazsa_flow.engine.values import Claim

NOBODYS_FAULT: Final = (
    *(ClockError, ContendedError, DamagedError, SchemaError, StaleVersionError, UnavailableError),
    MachineMismatchError,
)
"""Errors that set no path aside: the next look takes the work up again, or none of it is safe."""


def sweep(
    store: Store,
    rulebook: Rulebook,
    clock: Clock,
    *,
    until: datetime | None = None,
    chunk: int = CHUNK,
    path_id: int | None = None,
    done: Callable[[ChunkResult], bool] = lambda chunk: False,
    reread: Callable[[], Rulebook] | None = None,
) -> SweepResult:
    """Fire every timer that is due.

    Args:
        store: Where the state is.
        rulebook: Whose rules hold.
        clock: Decides when a timer is due, and dates each record.
        until: Fire only what fell due at or before this instant.
        chunk: How many timers a transaction takes at most.
        path_id: Sweep this path alone.
        done: Asked after each chunk, with what it did; ``True`` ends the sweep early.
        reread: Returns the rules of now; asked where they have changed since they were read, so
            that each chunk is decided by those in force.

    Raises:
        InputError: The instant is still to come.
        RulesChangedError: The rules have changed, and cannot be read again.
    """
    if until is not None:
        check_past(until, clock)
    total, work = SweepResult(), _Work(store, rulebook, clock, until, path_id)
    while True:
        before = total
        try:
            for did in _commit(work, chunk):
                if did.swept.total:
                    total += did.swept
                    log_chunk(did)
                    if done(did):
                        return total
        except RulesChangedError:
            if reread is None:
                raise
            work = work._replace(rulebook=reread())
            continue
        if total == before:
            return total


class _Work(NamedTuple):
    """What one sweep is about."""

    store: Store
    rulebook: Rulebook
    clock: Clock
    until: datetime | None
    path_id: int | None


def log_chunk(did: ChunkResult) -> None:
    """Log what a chunk did."""
    due_at = did.due_at.isoformat() if did.due_at else None
    log.info("sweep.chunk", due_at=due_at, country=did.country, **asdict(did.swept))


def _commit(work: _Work, chunk: int) -> Iterator[ChunkResult]:
    """Sweep a chunk; where that fails as a whole, its halves, down to the one that fails alone."""
    try:
        did = _commit_chunk(work, chunk)
    except (*NOBODYS_FAULT, RulesChangedError):
        raise
    except Exception as error:  # a row that cannot be read or written sets its own path aside
        if chunk > 1:
            for half in (chunk // 2, chunk - chunk // 2):
                yield from _commit(work, half)
            return
        name = error_name(error)
        did = work.store.transact(lambda transaction: _fail_first(transaction, work, name))
    yield did


def _commit_chunk(work: _Work, chunk: int) -> ChunkResult:
    """Sweep a chunk in a transaction, the search for garbage held off once that has begun.

    Before, it may have to wait for others, and a host's process is not to do so without one.
    """
    with ExitStack() as values:

        def run(transaction: Transaction) -> ChunkResult:
            values.enter_context(gc_paused())
            try:
                return sweep_chunk(
                    transaction,
                    work.rulebook,
                    work.clock.now(),
                    until=work.until,
                    chunk=chunk,
                    path_id=work.path_id,
                )
            except BaseException:
                values.close()
                raise

        return work.store.transact(run)


def _fail_first(transaction: Transaction, work: _Work, error: str) -> ChunkResult:
    now = work.clock.now()
    claim = transaction.claim(now, 1, work.path_id, until=work.until)
    if claim is None:
        return ChunkResult(SweepResult())
    failed = (fail_path(transaction, claim, each, now, error) for each in claim.names)
    return _chunk(claim, Counter(failed))


def _chunk(claim: Claim, counts: Counter[str]) -> ChunkResult:
    swept = SweepResult(
        moved=counts["fired"],
        refused=counts["refused"],
        parked=counts["parked"],
        reminded=counts["reminded"],
        failed=counts["failed"],
    )
    return ChunkResult(swept, claim.due_at, claim.country)


def sweep_chunk(
    transaction: Transaction,
    rulebook: Rulebook,
    now: datetime,
    *,
    until: datetime | None = None,
    chunk: int = CHUNK,
    path_id: int | None = None,
) -> ChunkResult:
    """Claim, decide and write one chunk within a transaction.

    What was claimed may have been settled by another writer for whose paths this one had to wait:
    what the evidence, read with the paths locked, no longer knows as pending is passed by.
    """
    decided = decide_next(transaction, rulebook, now, chunk, path_id, until=until)
    return ChunkResult(SweepResult()) if decided is None else write(transaction, decided, now)


def decide_next(
    transaction: Transaction,
    rulebook: Rulebook,
    now: datetime,
    chunk: int,
    path_id: int | None = None,
    *,
    until: datetime | None = None,
) -> ChunkDecision | None:
    """Claim one chunk and decide it; nothing is written. ``None`` where nothing is due."""
    while claim := transaction.claim(now, chunk, path_id, until=until):
        if rulebook.version is not None:
            transaction.check_rules(rulebook.version)
        due_on = rulebook.calendar(claim.country).local_date(claim.due_at)
        rows = transaction.evidence_rows(claim.names, before=claim.due_at, on=due_on)
        with bound_fields(country=claim.country, cycle=str(claim.book_on)):
            load = partial(load_one, transaction, on=due_on, before=claim.due_at)
            decided = decide_chunk(rulebook, claim, rows, now, load)
        if decided is not None:
            return decided
    return None


def write(transaction: Transaction, decided: ChunkDecision, now: datetime) -> ChunkResult:
    """Write what was decided on one chunk."""
    counts = Counter(change.fired.status for change in decided.changes if change.fired)
    for batch_changes in decided.batch_changes:
        counts[batch_changes.status] += len(batch_changes.each)
    for path_id, error in decided.failed:
        counts[fail_path(transaction, decided.claim, path_id, now, error)] += 1
    transaction.write_chunk(decided.changes, decided.batch_changes)
    return _chunk(decided.claim, counts)
