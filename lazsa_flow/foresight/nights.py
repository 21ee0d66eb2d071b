"""Nights: the date that is rehearsed, checked, with the countries that hold it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lazsa_flow.errors import InputError
from lazsa_flow.foresight.overdue import find_overdue
from lazsa_flow.service.listing import no_cycle_date

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from lazsa_flow.lifecycle.calendar import Calendar
    from lazsa_flow.service.context import Context


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


def read_night(
    context: Context, on: date, now: datetime, country: str | None, command: str
) -> Night:
    """Return what is rehearsed.

    Args:
        context: Of the source.
        on: The date.
        now: The instant at which it is asked.
        country: Of this country; of all by default.
        command: What was asked for, such as ``rehearse``, for the errors.

    Raises:
        InputError: The date is no cycle date, lies in the past, or is suspended.
        NotFoundError: There is no such country.
    """
    countries = _countries_of(context, on, now, country, command)
    starts = [context.rulebook.calendar(code).start(on).at for code in countries]
    return Night(on, now, min(starts), max(starts), countries)


def _countries_of(
    context: Context, on: date, now: datetime, country: str | None, command: str
) -> Sequence[str]:
    """Return the countries that hold a date.

    Raises:
        InputError: None does, or the date is past.
    """
    codes = [context.country(country).code] if country else sorted(context.rulebook.countries)
    if why := _no_cycle_date_of(context, country, on):
        raise InputError.of(command, "on", str(on), f"a cycle date: {why}")
    calendars = {code: context.rulebook.calendar(code) for code in codes}
    held = list_holding(calendars, on)
    if not held:
        expected = f"a date that is held: it is suspended in {', '.join(codes)}"
        raise InputError.of(command, "on", str(on), expected)
    if all(on < calendars[code].local_date(now) for code in held):
        expected = _describe_dates_to_come(context, held, now)
        raise InputError.of(command, "on", str(on), expected)
    return held


def _describe_dates_to_come(context: Context, held: Sequence[str], now: datetime) -> str:
    """Say from which date on one is to come, and what is overdue before it."""
    calendars = [context.rulebook.calendar(code) for code in held]
    following = [each.held_from(each.local_date(now)) for each in calendars if each.cycle_days]
    such_as = f", such as {min(following)}" if following else ""
    today = min(each.local_date(now) for each in calendars)
    overdue = find_overdue(context.store, now, held)
    first = f"; {overdue}: run lazsa-flow sweep first" if overdue else ""
    return f"a date to come{such_as}: it is {today} then{first}"


def list_holding(calendars: Mapping[str, Calendar], on: date) -> list[str]:
    """Return those of these countries that hold a date."""
    return [
        code
        for code, calendar in calendars.items()
        if (not calendar.cycle_days or calendar.is_cycle(on)) and on not in calendar.suspended
    ]


def _no_cycle_date_of(context: Context, country: str | None, on: date) -> str | None:
    """Say that a date is no cycle date, where the countries asked of have cycle dates."""
    codes = [country] if country else sorted(context.rulebook.countries)
    if any(not context.rulebook.calendar(code).cycle_days for code in codes):
        return None
    return no_cycle_date(context, country, on)
