"""Rehearse: run the sweep of a date on a copy, with a clock that is set ahead.

Nothing here decides anything: the engine's sweep does, on a scratch database, instant by instant,
as workers would that are never late.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.clock import VirtualClock
from lazsa_flow.errors import InputError
from lazsa_flow.foresight.outcomes import read_outcomes
from lazsa_flow.foresight.rehearsal import Rehearsal
from lazsa_flow.foresight.scratch import open_scratch
from lazsa_flow.lifecycle.values import freeze
from lazsa_flow.service.listing import no_cycle_date
from lazsa_flow.service.part import Part, runtime_of
from lazsa_flow.service.service import FlowService
from lazsa_flow.store.scratch.copying import Due

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from lazsa_flow.service.context import Context
    from lazsa_flow.service.part import Standing


class Foresight(Part):
    """What a date will bring."""

    def rehearse(
        self, *, on: date, now: datetime | None = None, country: str | None = None
    ) -> Rehearsal:
        """Return what a date will bring, as the record stands; nothing is written.

        Args:
            on: The date: a cycle date, where the countries have any.
            now: Ask as if at this instant, aware; the present by default.
            country: Of this country; of all by default.

        Raises:
            InputError: The date is no cycle date, lies in the past, or is suspended.
            NotFoundError: There is no such country.
            UnavailableError: The database cannot be read, or there is no room for the copy.
        """
        runtime = self._runtime
        at = runtime.now(now, "now")
        countries = _countries_of(runtime.context, on, at, country)
        calendars = map(runtime.rulebook.calendar, countries)
        until = max(calendar.start(on).at for calendar in calendars)
        clock = VirtualClock(at)
        due = Due(until, () if country is None else (country,))
        with open_scratch(runtime, clock, due) as scratch:
            service = FlowService(scratch.runtime)
            _sweep_until(service, clock, until)
            outcomes = read_outcomes(scratch.runtime, on, countries)
            journal = tuple(map(freeze, service.journal()))
        return Rehearsal(on, at, outcomes, journal, scratch.paths)


def rehearse(
    service: Standing, *, on: date, now: datetime | None = None, country: str | None = None
) -> Rehearsal:
    """Return what a date will bring to a service; see :meth:`Foresight.rehearse`."""
    return Foresight(runtime_of(service)).rehearse(on=on, now=now, country=country)


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
