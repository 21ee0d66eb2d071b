"""Nights in a claim: what of a cycle date may be taken now, and what became of what was taken.

This is the one place where a night is held: due timers are claimed here before they fire, in the
same transaction that moves them. A date that must be approved first, and a night that is stopped or
has used up its pace, are passed by as timers under a pause are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa

from lazsa_flow.engine import night_run
from lazsa_flow.engine.night_run import NightOutcome, is_foreseen
from lazsa_flow.engine.rulebook import clock_actor
from lazsa_flow.engine.sealed_outcomes import digest_of_text, read_outcomes
from lazsa_flow.errors import DamagedError
from lazsa_flow.lifecycle.pauses import NightHold, Pause
from lazsa_flow.lifecycle.values import FrozenDict
from lazsa_flow.logs import log
from lazsa_flow.store import night_runs, pauses, schema

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from lazsa_flow.engine.night_run import CycleStart, NightRun
    from lazsa_flow.engine.sealed_outcomes import SealedOutcome
    from lazsa_flow.engine.values import Claim
    from lazsa_flow.lifecycle.calendar import Calendar

Midnight = tuple[str, "datetime"]
"""A country and the instant at which a cycle date begins there."""


class NightLimits(NamedTuple):
    """What one claim may take of nights.

    Attributes:
        limits: How many paths may be taken of what falls due in a country at an instant.
        runs: The nights that are under way.
        held: The cycle dates that are due and wait for approval and start.
    """

    limits: Mapping[Midnight, int]
    runs: Sequence[NightRun]
    held: Sequence[CycleStart]

    @property
    def closed(self) -> tuple[Midnight, ...]:
        """What is passed by."""
        return tuple(sorted(each for each, limit in self.limits.items() if limit == 0))

    def holds(self) -> list[NightHold]:
        """Return what is not taken at will: once overdue timers have fired, it still waits."""
        return [NightHold(*each, self._describe(*each)) for each in self.limits]

    def reason_of(self, country: str, due_at: datetime) -> str | None:
        """Say why nothing is taken of what falls due in a country at an instant, if nothing is."""
        if self.limits.get((country, due_at), 1):
            return None
        return self._describe(country, due_at)

    def _describe(self, country: str, due_at: datetime) -> str:
        for each in self.held:
            if (each.country, each.at) == (country, due_at):
                return f"cycle {each.on} waits for approval and start"
        names = [
            f"night {run.name} is {run.phase}"
            for run in self.runs
            if country in run.countries and run.countries[country].starts_at == due_at
        ]
        return " and ".join(names)

    def next_looks(self, now: datetime) -> list[datetime]:
        """Return from when on more of each night may be taken, where its pace holds it now."""
        found = (run.next_at for run in self.runs if run.phase != night_run.STOPPED)
        return [at for at in found if at is not None and at > now]

    def run_of(self, claim: Claim | None) -> NightRun | None:
        """Return the night that a claim is of; ``None`` where it is of none."""
        if claim is None:
            return None
        for run in self.runs:
            own = run.countries.get(claim.country)
            if own is not None and own.starts_at == claim.due_at:
                return run
        return None


def read_limits(
    connection: sa.Connection,
    under_way: Collection[int],
    pauses: Collection[Pause],
    calendars: Mapping[str, Calendar],
    now: datetime,
    *,
    write: bool,
) -> NightLimits:
    """Return what a claim may take of cycle dates.

    The row of each night under way is kept until the transaction ends, so that the next claim
    sees what this one has moved. A night of which nothing is pending any more is done.

    Args:
        connection: In the transaction of the claim.
        under_way: The numbers of the nights that are under way.
        pauses: The pauses in force; a country under one holds no other up.
        calendars: Those of the countries of which no date starts by itself.
        now: The present instant.
        write: Whether the transaction writes.
    """
    held = _read_held(connection, calendars, now) if calendars else []
    limits = {(each.country, each.at): 0 for each in held}
    runs = []
    for run in _read_under_way(connection, under_way, lock=write):
        waiting = night_runs.countries_waiting(connection, run)
        if not waiting and run.phase != night_run.STOPPED:
            if write:
                _finish_night(connection, run, now)
            continue
        free = {each for each in waiting if not any(p.covers(each, run.on) for p in pauses)}
        for code, limit in night_run.find_limits(run, now, free).items():
            limits[code, run.countries[code].starts_at] = limit
        runs.append(night_run.at_phase(run, now, free))
    return NightLimits(limits, runs, held)


def read_nights(
    connection: sa.Connection,
    pauses: Collection[Pause],
    calendars: Mapping[str, Calendar],
    now: datetime,
) -> NightLimits:
    """Return what a claim might take of cycle dates now; see :func:`read_limits`."""
    under_way = list(connection.scalars(night_runs.UNDER_WAY))
    return read_limits(connection, under_way, pauses, calendars, now, write=False)


def _read_under_way(
    connection: sa.Connection, numbers: Collection[int], *, lock: bool
) -> list[NightRun]:
    if not numbers:
        return []
    ours = schema.night_runs.c.id.in_(list(numbers))
    found = night_runs.read_runs(connection, ours, lock=lock)
    return [run for run in found if run.ended_at is None]  # others may have ended it meanwhile


def _read_held(
    connection: sa.Connection, calendars: Mapping[str, Calendar], now: datetime
) -> list[CycleStart]:
    """Return the cycle dates that are due and were not started."""
    timers = schema.timers
    first = sa.select(timers.c.due_at).where(schema.PENDING).order_by(timers.c.due_at).limit(1)
    since = connection.scalar(first)
    if since is None or since > now:
        return []
    dates = list(night_run.list_starts(calendars, since, now))
    started = night_runs.read_started(connection, min(each.on for each in dates)) if dates else ()
    return [each for each in dates if (each.country, each.on) not in started]


def read_foreseen(
    connection: sa.Connection, run: NightRun, known: dict[str, Mapping[str, SealedOutcome]]
) -> Mapping[str, SealedOutcome]:
    """Return what the approved rehearsal of a night foretells of each path.

    Args:
        connection: In a transaction.
        run: The night.
        known: What was read before, by its digest; what is read now takes its place.

    Raises:
        DamagedError: It is not what was approved.
    """
    if run.sha256 not in known:
        table = schema.rehearsals
        text = connection.scalar(sa.select(table.c.outcomes).where(table.c.name == run.name))
        if text is None or digest_of_text(text) != run.sha256:
            raise DamagedError(f"the outcomes of rehearsal {run.name} are not those approved")
        known.clear()
        known[run.sha256] = read_outcomes(text)
    return known[run.sha256]


def _finish_night(connection: sa.Connection, run: NightRun, now: datetime) -> None:
    night_runs.change_run(connection, replace(run, phase=night_run.DONE, ended_at=now))
    log.info("night.done", night=run.name, moved=run.moved, differing=run.differing)


@dataclass(slots=True)
class ClaimedNight:
    """A night of which a transaction has claimed timers.

    Attributes:
        run: The night.
        claim: What was claimed.
        now: The present instant.
        foreseen: What the approved rehearsal foretells of each path.
    """

    run: NightRun
    claim: Claim
    now: datetime
    foreseen: Mapping[str, SealedOutcome]

    def record(
        self,
        connection: sa.Connection,
        outcomes: Iterable[NightOutcome],
        find_changed: Callable[[Collection[int]], Collection[int]],
    ) -> None:
        """Count what has moved, compare it, and stop the night where too much differs.

        Args:
            connection: In the transaction that has written the moves.
            outcomes: What became of each path.
            find_changed: Returns those of these paths whose evidence has changed.
        """
        by_path = {each.path_id: each for each in outcomes}
        at = self.claim.due_at
        for path_id in night_runs.paths_waiting(connection, list(by_path), at):
            del by_path[path_id]  # another timer of it decides at the same instant
        others = [
            each for each in by_path.values() if not is_foreseen(each, self.foreseen.get(each.path))
        ]
        changed = find_changed([each.path_id for each in others]) if others else ()
        found = [(each, self.foreseen.get(each.path), each.path_id in changed) for each in others]
        night_runs.add_findings(connection, self.run.id, found, self.now)
        apart = sum(is_changed for *_, is_changed in found)
        self.run = self._advance(len(by_path), len(found) - apart, apart)
        if night_run.is_exceeded(self.run) and self.run.phase != night_run.STOPPED:
            self._stop(connection, found)
        night_runs.change_run(connection, self.run)

    def _advance(self, moved: int, differing: int, changed: int) -> NightRun:
        run, code = self.run, self.claim.country
        progress = dict(run.countries)
        progress[code] = progress[code]._replace(moved=progress[code].moved + moved)
        return replace(
            run,
            countries=FrozenDict(progress),
            moved=run.moved + moved,
            compared=run.compared + moved - changed,
            differing=run.differing + differing,
            changed=run.changed + changed,
            next_at=night_run.earliest_next(run, self.now, len(self.claim.names)),
        )

    def _stop(
        self,
        connection: sa.Connection,
        found: Sequence[tuple[NightOutcome, SealedOutcome | None, bool]],
    ) -> None:
        run = self.run = replace(self.run, phase=night_run.STOPPED)
        share = night_run.describe_share(run.differs)
        reason = (
            f"night {run.name}: {run.differing} of {run.compared} outcomes differ from the "
            f"rehearsal, more than {share}"
        )
        pause = Pause(run.country, run.on, str(clock_actor("night")), self.now, reason)
        pauses.add(connection, pause)
        log.error(
            "night.stopped",
            night=run.name,
            cycle=run.on.isoformat(),
            compared=run.compared,
            differing=run.differing,
            paths=[own.path for own, _, is_changed in found if not is_changed],
        )
