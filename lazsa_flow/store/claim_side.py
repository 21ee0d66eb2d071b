"""Claims of due timers within one transaction, and the nights that they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from lazsa_flow.engine.night_run import NightOutcome, read_night_outcomes
from lazsa_flow.lifecycle.path_ref import write_ref
from lazsa_flow.store import (
    decode,
    due_timers,
    failures,
    night_claims,
    night_runs,
    schema,
    timer_counts,
)
from lazsa_flow.store.changed_evidence import find_changed
from lazsa_flow.store.engine_transaction import EngineTransaction
from lazsa_flow.store.night_claims import ClaimedNight, NightLimits

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from lazsa_flow.engine.values import BatchChange, Change, Claim
    from lazsa_flow.lifecycle.model import Failure
    from lazsa_flow.lifecycle.pauses import NightHold, Pause


class ClaimSide(EngineTransaction):
    """One transaction on a SQL database, as far as it claims timers that are due."""

    _night: ClaimedNight | None = None

    def claim(
        self,
        now: datetime,
        limit: int,
        path_id: int | None = None,
        *,
        until: datetime | None = None,
    ) -> Claim | None:
        """Take the pending timers that fell due first: one instant, one country, a path once.

        On PostgreSQL the paths are locked, as commands lock them, and those that another worker has
        in hand are passed by; while the last ones of an instant are, nothing later is taken. What
        another has done before the lock was had shows in the evidence: the timer no longer pends.
        """
        self.flush()
        if path_id is None and self._own:
            self._rows.pin_plans()
        asked = (failures.WAITING, timer_counts.SPAN, night_runs.UNDER_WAY)
        rows, [(span,)], under_way = self._ask(*asked)
        if path_id is None and self._own and self._write and (span or 0) > timer_counts.MOST_ROWS:
            timer_counts.fold_counts(self._lent)
        waiting = {id_: decode.instant(at) for id_, at in rows}
        self._retried = frozenset(id_ for id_, at in waiting.items() if at <= now)
        pauses = self.stamp().pauses
        self._brakes.tell_pauses(pauses)
        nights = self._read_nights([id_ for (id_,) in under_way], now)
        claim = due_timers.claim(
            self._lent,
            now if until is None else min(until, now),
            limit,
            path_id,
            held=waiting.keys() - self._retried,
            passing=due_timers.Passing.of(pauses, self._foreign, nights.closed),
            limits=nights.limits,
        )
        run = nights.run_of(claim)
        self._night = None
        if run is not None and claim is not None:
            foreseen = night_claims.read_foreseen(self._lent, run, self._brakes.foreseen)
            self._night = ClaimedNight(run, claim, now, foreseen)
        return claim

    def _read_nights(self, under_way: Collection[int], now: datetime) -> NightLimits:
        """Return what a claim may take of cycle dates."""
        return night_claims.read_limits(
            self._lent,
            under_way,
            self.stamp().pauses,
            self._brakes.held_calendars(self.stamp()),
            now,
            write=self._write,
        )

    def holds(self, now: datetime) -> tuple[Pause | NightHold, ...]:
        """Return what keeps due timers from firing: the pauses in force, and nights that wait."""
        pauses = self.stamp().pauses
        calendars = self._brakes.held_calendars(self.stamp())
        nights = night_claims.read_nights(self._connection, pauses, calendars, now)
        return (*pauses, *nights.holds())

    def write_chunk(
        self, changes: Sequence[Change], batch_changes: Sequence[BatchChange] = ()
    ) -> None:
        """Write changes whole; of a night, count and compare them."""
        super().write_chunk(changes, batch_changes)
        if self._night is not None:
            due_at = self._night.claim.due_at
            self._record(self._night, read_night_outcomes(changes, batch_changes, due_at))

    def set_aside(self, failure: Failure) -> None:
        """Set a path aside; of a night, count those that are parked."""
        super().set_aside(failure)
        if self._night is not None and failure.retry_at is None:
            paths = schema.paths
            query = sa.select(paths.c.lifecycle, paths.c.state)
            own = query.where(paths.c.id == failure.path_id)
            for lifecycle, state in self._connection.execute(own):
                ref = write_ref(lifecycle, failure.path_id)
                parked = NightOutcome(failure.path_id, ref, "parked", state, None)
                self._record(self._night, [parked])

    def _record(self, night: ClaimedNight, outcomes: Iterable[NightOutcome]) -> None:
        connection = self._connection

        def find(path_ids: Collection[int]) -> Collection[int]:
            return find_changed(
                connection,
                path_ids,
                night.run.saved_at,
                sources=self.sources,
                names_of_all=self.names_of_all,
            )

        night.record(connection, outcomes, find)
