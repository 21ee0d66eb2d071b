"""Night runs: the permission to start a cycle date, and how far its timers have got.

A night moves the canary of each country first, and compares the outcome of every path with what
the approved rehearsal foretells. It stops by itself when a larger share differs than is allowed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from lazsa_flow.lifecycle.path_ref import write_ref

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import date, datetime

    from lazsa_flow.engine.sealed_outcomes import SealedOutcome
    from lazsa_flow.engine.values import BatchChange, Change
    from lazsa_flow.lifecycle.calendar import Calendar
    from lazsa_flow.lifecycle.model import TimerRow

CANARY, RUNNING, STOPPED, DONE = "canary", "running", "stopped", "done"
PHASES: Final = (CANARY, RUNNING, STOPPED, DONE)
COUNTS: Final = (
    *("moved", "compared", "differing", "changed"),
    *("accepted_compared", "accepted_differing"),
)
"""What is counted of a night; see :class:`NightRun`."""
CHUNK: Final = 100
"""So many paths of a night move in a transaction at most."""
WHOLE: Final = 10_000
"""Shares are counted in hundredths of a percent."""


class CountryProgress(NamedTuple):
    """How far a night has got in one country.

    Attributes:
        starts_at: When the date begins there; what falls due at this instant belongs to the night.
        moved: How many paths have moved.

    Units:
        Instants are aware, in UTC.
    """

    starts_at: datetime
    moved: int = 0


@dataclass(frozen=True, slots=True)
class NightRun:
    """A night that was started.

    Attributes:
        id: Its number.
        name: The approved rehearsal's name.
        on: The date.
        country: The country that was rehearsed; ``None``: all.
        sha256: The digest of the rehearsal's outcomes.
        saved_at: When the rehearsal was saved; evidence recorded since then was not foreseen.
        countries: How far it has got in each country.
        phase: ``canary``, ``running``, ``stopped`` by itself, or ``done``.
        canary: How many paths of each country move first.
        rate: How many paths move in a second at most; ``None``: any number.
        differs: The largest share of outcomes that may differ, in hundredths of a percent.
        moved: How many paths have moved.
        compared: How many of them could be compared with the rehearsal.
        differing: How many of those have another outcome.
        changed: How many have another outcome and evidence recorded since the rehearsal.
        accepted_compared: How many had been compared when the night was resumed after a stop.
        accepted_differing: How many differed then.
        next_at: Before this instant nothing of it moves, by the rate.
        actor: Who started it, as ``role:id``.
        recorded_at: When.
        ended_at: When it was done, or another start of the date took its place.

    Units:
        Instants are aware, in UTC.
    """

    id: int
    name: str
    on: date
    country: str | None
    sha256: str
    saved_at: datetime
    countries: Mapping[str, CountryProgress]
    phase: str
    canary: int
    rate: int | None
    differs: int
    moved: int
    compared: int
    differing: int
    changed: int
    accepted_compared: int
    accepted_differing: int
    next_at: datetime | None
    actor: str
    recorded_at: datetime
    ended_at: datetime | None


def is_exceeded(run: NightRun) -> bool:
    """Return whether a larger share differs than may, since a night was started or resumed."""
    compared = run.compared - run.accepted_compared
    differing = run.differing - run.accepted_differing
    return differing * WHOLE > run.differs * compared


def count_canaries(run: NightRun, now: datetime, waiting: Collection[str]) -> Mapping[str, int]:
    """Return how many paths of its canary are still to move, by country.

    Args:
        run: The night.
        now: The present instant.
        waiting: The countries in which something of the night is pending.
    """
    return {
        code: run.canary - each.moved
        for code, each in run.countries.items()
        if code in waiting and each.starts_at <= now and each.moved < run.canary
    }


def find_limits(run: NightRun, now: datetime, waiting: Collection[str]) -> Mapping[str, int]:
    """Return how many paths of each country may move in one transaction now.

    Args:
        run: The night.
        now: The present instant.
        waiting: The countries in which something of the night is pending.
    """
    if run.phase == STOPPED or (run.next_at is not None and now < run.next_at):
        return dict.fromkeys(run.countries, 0)
    most = CHUNK if run.rate is None else min(CHUNK, run.rate)
    if canaries := count_canaries(run, now, waiting):
        return {code: min(most, canaries.get(code, 0)) for code in run.countries}
    return dict.fromkeys(run.countries, most)


def at_phase(run: NightRun, now: datetime, waiting: Collection[str]) -> NightRun:
    """Return a night in the phase that it is in now: canary or running, unless it was stopped."""
    if run.phase == STOPPED:
        return run
    return replace(run, phase=CANARY if count_canaries(run, now, waiting) else RUNNING)


def accept_differences(run: NightRun) -> NightRun:
    """Return a night as it goes on after a stop: what differs until now counts no more."""
    return replace(
        run,
        phase=RUNNING,
        accepted_compared=run.compared,
        accepted_differing=run.differing,
    )


def earliest_next(run: NightRun, now: datetime, taken: int) -> datetime | None:
    """Return before which instant nothing more may move once so many paths were taken."""
    if run.rate is None:
        return None
    since = now if run.next_at is None else max(now, run.next_at)
    return since + timedelta(seconds=taken / run.rate)


class NightOutcome(NamedTuple):
    """What became of one path.

    Attributes:
        path_id: The path's number.
        path: Its reference.
        outcome: The trigger that fired; ``refused`` or ``parked`` where none did.
        state: The state that it is in now.
        seq: The number of its journal row; ``None`` where it was parked.
    """

    path_id: int
    path: str
    outcome: str
    state: str
    seq: int | None


class CycleStart(NamedTuple):
    """When a cycle date begins in a country."""

    country: str
    on: date
    at: datetime


def list_starts(
    calendars: Mapping[str, Calendar], since: datetime, until: datetime
) -> Iterator[CycleStart]:
    """Yield when each cycle date begins that begins between two instants, both inclusive.

    Dates that a country does not hold are left out.

    Args:
        calendars: By country.
        since: The first instant.
        until: The last instant.
    """
    for code, calendar in calendars.items():
        if not calendar.cycle_days:
            continue
        on = calendar.latest(calendar.local_date(until))
        while (at := calendar.start(on).at) >= since:
            if on not in calendar.suspended:
                yield CycleStart(code, on, at)
            on = calendar.previous(on)


def read_night_outcomes(
    changes: Iterable[Change], batch_changes: Iterable[BatchChange], due_at: datetime
) -> Iterator[NightOutcome]:
    """Yield what the deciding timers of an instant did, path by path."""
    for change in changes:
        if _is_due(change.fired, due_at):
            yield _describe_outcome(change, change.after.id)
    for batch in batch_changes:
        if _is_due(batch.change.fired, due_at):
            for own in batch.each:
                yield _describe_outcome(batch.change, own.path_id)


def _is_due(timer: TimerRow | None, due_at: datetime) -> bool:
    return timer is not None and timer.decides and timer.due_at == due_at


def _describe_outcome(change: Change, path_id: int) -> NightOutcome:
    row, path = change.row, change.after
    outcome = (row.trigger if row else None) or "refused"
    ref = write_ref(path.lifecycle, path_id)
    return NightOutcome(path_id, ref, outcome, path.state, row.seq if row else None)


def is_foreseen(found: NightOutcome, foreseen: SealedOutcome | None) -> bool:
    """Return whether an outcome is the one that was foretold."""
    if foreseen is None or found.outcome != foreseen.outcome:
        return False
    return found.outcome == "parked" or found.state == foreseen.state


def describe_share(share: int) -> str:
    """Return a share in percent, such as ``1 %``."""
    return f"{share / 100:g} %"
