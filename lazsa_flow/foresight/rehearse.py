"""Rehearse: run the sweep of a date on a copy, with a clock that is set ahead.

Nothing here decides anything: the engine's sweep does, on a scratch database, instant by instant,
as workers would that are never late.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lazsa_flow.clock import VirtualClock
from lazsa_flow.errors import InputError
from lazsa_flow.foresight.classes import classify, describe_given, list_givens, states_assumed
from lazsa_flow.foresight.goals import read_shortfalls
from lazsa_flow.foresight.outcomes import read_outcomes
from lazsa_flow.foresight.rehearsal import PathOutcome, Rehearsal
from lazsa_flow.foresight.scratch import copy_due
from lazsa_flow.lifecycle.calendar import TICK
from lazsa_flow.lifecycle.path_ref import write_ref
from lazsa_flow.lifecycle.values import EMPTY, FrozenDict, freeze
from lazsa_flow.service.assumptions import AS_RECORDED, read_assumptions
from lazsa_flow.service.listing import no_cycle_date
from lazsa_flow.service.part import Part, runtime_of
from lazsa_flow.service.service import FlowService
from lazsa_flow.store.scratch.copying import Due

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime

    from lazsa_flow.foresight.classes import Given
    from lazsa_flow.foresight.outcomes import RunOutcome
    from lazsa_flow.foresight.rehearsal import Shortfall
    from lazsa_flow.foresight.scratch import Scratch
    from lazsa_flow.service.assumptions import Assumption
    from lazsa_flow.service.context import Context
    from lazsa_flow.service.part import Standing
    from lazsa_flow.service.runtime import Runtime


class Foresight(Part):
    """What a date will bring."""

    def rehearse(
        self,
        *,
        on: date,
        now: datetime | None = None,
        country: str | None = None,
        assume: Mapping[str, str | None] = EMPTY,
    ) -> Rehearsal:
        """Return what a date will bring; nothing is written.

        Args:
            on: The date: a cycle date, where the countries have any.
            now: Ask as if at this instant, aware; the present by default.
            country: Of this country; of all by default.
            assume: What is taken as given, such as ``{"facts": "held"}``.

        Raises:
            InputError: The date is no cycle date, lies in the past, or is suspended; or there is
                no such assumption.
            NotFoundError: There is no such country.
            UnavailableError: The database cannot be read, or there is no room for the copy.
        """
        runtime = self._runtime
        known = runtime.application.assumptions
        asked = tuple(read_assumptions(known, assume).values())
        at = runtime.now(now, "now")
        countries = _countries_of(runtime.context, on, at, country)
        starts = [runtime.rulebook.calendar(code).start(on).at for code in countries]
        night = Night(on, at, min(starts), max(starts), countries)
        within = () if country is None else (country,)
        with copy_due(runtime, Due(night.until, within)) as scratch:
            found = _run_all(scratch, night, known, asked)
        return Rehearsal(
            on,
            at,
            FrozenDict(zip((each.name for each in known), asked, strict=True)),
            tuple(states_assumed(known, asked)),
            tuple(_describe_outcomes(runtime, known, asked, found)),
            found.journal,
            scratch.paths,
        )


def rehearse(
    service: Standing,
    *,
    on: date,
    now: datetime | None = None,
    country: str | None = None,
    assume: Mapping[str, str | None] = EMPTY,
) -> Rehearsal:
    """Return what a date will bring to a service; see :meth:`Foresight.rehearse`."""
    foresight = Foresight(runtime_of(service))
    return foresight.rehearse(on=on, now=now, country=country, assume=assume)


class Night(NamedTuple):
    """What is rehearsed.

    Attributes:
        on: The date.
        now: The instant at which it is asked.
        begins: The first instant at which the date begins anywhere.
        until: The last one.
        countries: The countries that hold the date.
    """

    on: date
    now: datetime
    begins: datetime
    until: datetime
    countries: Sequence[str]


class _Found(NamedTuple):
    """What the runs of a rehearsal found.

    Attributes:
        runs: The outcome of each path, by what was assumed.
        shortfalls: What stood between each path and its goal before anything was decided.
        journal: The rows that the run wrote which was asked for.
    """

    runs: Mapping[Given, Mapping[int, RunOutcome]]
    shortfalls: Mapping[int, tuple[Shortfall, ...]]
    journal: tuple[Mapping[str, Any], ...]


def _run_all(scratch: Scratch, night: Night, known: Sequence[Assumption], asked: Given) -> _Found:
    """Run everything before the date once, and the date once under each combination."""
    clock = VirtualClock(night.now)
    with scratch.advance(clock) as runtime:
        if clock.now() < night.begins:
            _sweep_until(FlowService(runtime), clock, night.begins - TICK)
        due = runtime.store.due_paths(night.on)
        shortfalls = read_shortfalls(runtime.context, due, night.on)
    runs: dict[Given, Mapping[int, RunOutcome]] = {}
    journal: tuple[Mapping[str, Any], ...] = ()
    for given in list_givens(known):
        own = VirtualClock(clock.now())
        with scratch.fork(own) as runtime:
            differing = {
                each.name: value
                for each, value in zip(known, given, strict=True)
                if value != AS_RECORDED
            }
            if differing:
                runtime.application.assume(runtime.context, differing, night.on, due)
            service = FlowService(runtime)
            _sweep_until(service, own, night.until)
            runs[given] = read_outcomes(runtime, night.on, night.countries)
            if given == asked:
                journal = tuple(map(freeze, service.journal()))
    return _Found(runs, shortfalls, journal)


def _describe_outcomes(
    runtime: Runtime, known: Sequence[Assumption], asked: Given, found: _Found
) -> Iterator[PathOutcome]:
    """Yield the outcome of each path, with its class and what it would be instead."""
    for path_id, own in found.runs[asked].items():
        runs = {given: run[path_id] for given, run in found.runs.items() if path_id in run}
        shortfalls = found.shortfalls.get(path_id, ())
        if any(each.until for each in shortfalls):
            name = runtime.application.never
        else:
            table = runtime.rulebook.lifecycles.get(own.lifecycle)
            name = classify(table, known, asked, runs)
        yield PathOutcome(
            path=write_ref(own.lifecycle, path_id),
            subject=own.subject,
            country=own.country,
            outcome=own.outcome,
            before=own.before,
            state=own.state,
            class_=name,
            guards=own.guards,
            instead=FrozenDict(
                (describe_given(known, given), each.outcome)
                for given, each in runs.items()
                if each.outcome != own.outcome
            ),
            shortfalls=shortfalls,
        )


def _sweep_until(service: FlowService, clock: VirtualClock, until: datetime) -> None:
    """Sweep instant by instant, the clock going on to each at which something is due."""
    while (at := service.next_due()) is not None and at <= until:
        clock.move_to(at)
        service.sweep()
    clock.move_to(until)
    service.sweep()


def _countries_of(context: Context, on: date, now: datetime, country: str | None) -> Sequence[str]:
    """Return the countries that hold a date.

    Raises:
        InputError: None does, or the date is past.
    """
    codes = [context.country(country).code] if country else sorted(context.rulebook.countries)
    if why := _no_cycle_date_of(context, country, on):
        raise InputError.of("rehearse", "on", str(on), f"a cycle date: {why}")
    calendars = {code: context.rulebook.calendar(code) for code in codes}
    held = [
        code
        for code, calendar in calendars.items()
        if (not calendar.cycle_days or calendar.is_cycle(on)) and on not in calendar.suspended
    ]
    if not held:
        expected = f"a date that is held: it is suspended in {', '.join(codes)}"
        raise InputError.of("rehearse", "on", str(on), expected)
    if all(on < calendars[code].local_date(now) for code in held):
        following = min(
            (
                calendars[code].held_from(calendars[code].local_date(now))
                for code in held
                if calendars[code].cycle_days
            ),
            default=None,
        )
        expected = "a date to come" + (f", such as {following}" if following else "")
        raise InputError.of("rehearse", "on", str(on), expected)
    return held


def _no_cycle_date_of(context: Context, country: str | None, on: date) -> str | None:
    """Say that a date is no cycle date, where the countries asked of have cycle dates."""
    codes = [country] if country else sorted(context.rulebook.countries)
    if any(not context.rulebook.calendar(code).cycle_days for code in codes):
        return None
    return no_cycle_date(context, country, on)
