"""Start of a night: what its rehearsal, its date and its options must meet."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from lazsa_flow.engine import night_run
from lazsa_flow.engine.night_run import CountryProgress, NightRun
from lazsa_flow.errors import ConflictError, InputError
from lazsa_flow.foresight.night_status import read_status
from lazsa_flow.foresight.nights import list_holding
from lazsa_flow.foresight.rehearsal_records import load_rehearsal
from lazsa_flow.lifecycle.values import FrozenDict
from lazsa_flow.service.approvals import is_approved
from lazsa_flow.service.requests import request_fields
from lazsa_flow.service.sealed_rehearsals import find_approvals, list_reasons

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from lazsa_flow.foresight.night_status import NightStatus
    from lazsa_flow.lifecycle.model import Actor
    from lazsa_flow.service.context import Context
    from lazsa_flow.store.night_rows import RehearsalRow
    from lazsa_flow.store.transaction import SqlTransaction

START: Final = "start_night"
CANARY: Final = 20
"""So many paths of each country move first, unless another number is given."""


class NightStart(NamedTuple):
    """What is asked for.

    Attributes:
        name: The approved rehearsal's name.
        canary: How many paths of each country move first.
        rate: How many paths move in a second at most; ``None``: any number.
        differs_percent: The largest share of outcomes that may differ.
    """

    name: str
    canary: int | None
    rate: int | None
    differs_percent: float


def start_night(
    context: Context, asked: NightStart, *, actor: Actor, key: str | None
) -> NightStatus:
    """Start a night; see :meth:`lazsa_flow.foresight.started_nights.StartedNights.start_night`."""
    context.check_command(START, actor, country=actor.country)
    now = context.clock.now()

    def start(transaction: SqlTransaction) -> bool:
        start_run(context, transaction, asked, actor=actor, now=now)
        return True

    request = request_fields(START, actor, **asked._asdict())
    context.run_idempotent(key, request, now, start, changes_rules=True)
    return read_status(context, asked.name)


def start_run(
    context: Context, transaction: SqlTransaction, asked: NightStart, *, actor: Actor, now: datetime
) -> None:
    """Record that a night starts.

    Raises:
        NotFoundError: There is no saved rehearsal of this name.
        ConflictError: It may not start, or another night of its date has.
        InputError: The canary is larger than what is due.
        NotAllowedError: The actor may not start it.
    """
    row = load_rehearsal(transaction, asked.name)
    context.check_command(START, actor, country=row.country)
    _check_approved(context, transaction, row)
    countries = _list_countries(context, row, now)
    _end_stopped(transaction, row, countries, actor=actor, now=now)
    transaction.add_night_run(
        NightRun(
            id=0,
            name=row.name,
            on=row.cycle_on,
            country=row.country,
            sha256=row.sha256,
            saved_at=row.recorded_at,
            countries=FrozenDict(countries),
            phase=night_run.CANARY,
            canary=_choose_canary(transaction, row, countries, asked.canary),
            rate=asked.rate,
            differs=round(asked.differs_percent * 100),
            **dict.fromkeys(night_run.COUNTS, 0),
            next_at=None,
            actor=str(actor),
            recorded_at=now,
            ended_at=None,
        )
    )


def _check_approved(context: Context, transaction: SqlTransaction, row: RehearsalRow) -> None:
    """Let a rehearsal pass that two persons have approved and that holds still.

    Raises:
        ConflictError: It is not approved, or is stale.
    """
    if reasons := list_reasons(transaction, row):
        raise ConflictError(row.name, f"{'; '.join(reasons)}; save and approve a new rehearsal")
    given = find_approvals(transaction, row, context.rulebook.merged)
    if not is_approved(given):
        who = " and ".join(each.actor for each in given) or "nobody"
        raise ConflictError(row.name, f"approved by {who}; two persons must approve it first")


def _list_countries(
    context: Context, row: RehearsalRow, now: datetime
) -> Mapping[str, CountryProgress]:
    """Return when the date begins in each country that holds it.

    Raises:
        ConflictError: It has not begun anywhere, or no country holds it any more.
    """
    codes = [row.country] if row.country else sorted(context.rulebook.countries)
    calendars = {code: context.rulebook.calendar(code) for code in codes}
    starts = {
        code: calendars[code].start(row.cycle_on).at
        for code in list_holding(calendars, row.cycle_on)
    }
    if not starts:
        raise ConflictError(row.name, f"no country holds {row.cycle_on}")
    if (first := min(starts.values())) > now:
        what = f"{row.cycle_on} is not due yet: it begins at {first:%Y-%m-%d %H:%M} UTC"
        raise ConflictError(row.name, what, until=first)
    return {code: CountryProgress(at) for code, at in starts.items()}


def _end_stopped(
    transaction: SqlTransaction,
    row: RehearsalRow,
    countries: Mapping[str, CountryProgress],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """End the stopped nights of a date whose place another start takes, with their pauses.

    Raises:
        ConflictError: A night of the date is under way or done, or the stopped one is of countries
            that the new one is not of.
    """
    for run in transaction.night_runs(row.cycle_on):
        if not countries.keys() & run.countries.keys():
            continue
        if run.phase == night_run.DONE:
            raise ConflictError(row.name, f"the night of {run.on} is done: {run.name}")
        if run.ended_at is not None:
            continue
        if run.phase != night_run.STOPPED:
            raise ConflictError(row.name, f"the night of {run.on} is under way: {run.name}")
        if left := sorted(run.countries.keys() - countries.keys()):
            what = f"{run.name} was stopped, and is of {', '.join(left)}, too"
            raise ConflictError(row.name, f"{what}; start a rehearsal of all its countries")
        transaction.change_night_run(replace(run, ended_at=now))
        reason = f"night {row.name} starts in place of {run.name}"
        transaction.lift_pause(run.country, run.on, actor=str(actor), reason=reason, at=now)


def _choose_canary(
    transaction: SqlTransaction,
    row: RehearsalRow,
    countries: Mapping[str, CountryProgress],
    canary: int | None,
) -> int:
    """Return how many paths of each country move first.

    Raises:
        ConflictError: Nothing is due.
        InputError: The canary is larger than what is due in every country.
    """
    due = {code: transaction.count_night(code, each.starts_at) for code, each in countries.items()}
    most = max(due.values())
    if not most:
        raise ConflictError(row.name, f"nothing is due on {row.cycle_on}")
    if canary is not None and canary > most:
        counts = ", ".join(f"{code} {count:,}" for code, count in due.items())
        raise InputError.of(START, "canary", canary, f"at most {most:,}: due are {counts}")
    return CANARY if canary is None else canary
