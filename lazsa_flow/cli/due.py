"""``lazsa-flow due``: timers due now or by a date."""

from __future__ import annotations

from datetime import datetime, time, timedelta, timezone
from typing import TYPE_CHECKING, Final

from lazsa_flow.cli.common import console, find_runtime, local, open_service, print_json, read_day
from lazsa_flow.cli.options import (
    DEFAULT_DATABASE,
    ConfigDir,
    Count,
    CountryFilter,
    Csv,
    Database,
    Json,
    Limit,
    TimerFilter,
    Until,
)
from lazsa_flow.cli.pausing import show_pauses, show_waiting_dates
from lazsa_flow.cli.tables import Column, print_csv, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from lazsa_flow.cli.application import Service
    from lazsa_flow.lifecycle.model import TimerRow
    from lazsa_flow.lifecycle.pauses import Pause
    from lazsa_flow.service.questions import Due
    from lazsa_flow.store.night_claims import NightLimits

_LAST_ZONE: Final = timezone(timedelta(hours=-12))
"""The zone in which a date ends last."""
COLUMNS: Final = (
    Column("When"),
    Column("Country", drop=3),
    Column("Path", is_id=True),
    Column("Subject", is_id=True),
    Column("Timer", drop=1),
    Column("Will try", drop=2),
    Column("Paused", drop=4),
)
COUNT_COLUMNS: Final = (
    Column("Country"),
    Column("Lifecycle", drop=1),
    Column("Timer"),
    Column("Will try"),
    Column("Count", right=True),
)


def due(
    until: Until = None,
    country: CountryFilter = None,
    timer: TimerFilter = None,
    limit: Limit = None,
    count: Count = False,
    as_csv: Csv = False,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """List the timers due now, or by the end of a date in each country's time zone.

    Example: lazsa-flow due --until 2026-10-01 --country PH
    """
    day = read_day(until, "--until")
    with open_service(database, config) as service:
        if country is not None:
            find_runtime(service).context.country(country)
        pauses = service.pauses()
        nights = find_runtime(service).store.nights(service.clock.now())
        if not as_csv:
            show_pauses(pauses)
            show_waiting_dates(service)
        if count:
            _print_counts(service, day, country, timer, as_json=as_json, as_csv=as_csv)
            return
        pending = [
            each
            for each in service.due(until=_end_of(day))
            if (day is None or each.timer.due_on <= day)
            and country in (None, each.timer.country)
            and timer in (None, each.timer.name)
        ]
        empty = _why_empty(service, day, country)
    shown = pending[:limit]
    if as_json:
        print_json([_due_document(each, pauses, nights) for each in shown])
    elif as_csv:
        print_csv(COLUMNS, [_list_cells(each, pauses, nights) for each in shown])
    else:
        print_table(COLUMNS, [_list_cells(each, pauses, nights) for each in shown], empty=empty)
        if pending:
            console().print(f"{len(pending)} timers.")


def _end_of(day: date | None) -> datetime | None:
    """Return the instant at which a date has ended everywhere."""
    return None if day is None else datetime.combine(day + timedelta(days=1), time(), _LAST_ZONE)


def _why_empty(service: Service, day: date | None, country: str | None) -> str:
    """Say why no timer is listed, and when the next one is due."""
    until = "now" if day is None else f"by the end of {day}"
    where = f" in {country}" if country else ""
    coming = service.next_due()
    following = f"; the next of all is due at {local(coming, 'UTC')}" if coming else ""
    return f"No such timer is due {until}{where}{following}."


def _due_document(each: Due, pauses: Sequence[Pause], nights: NightLimits) -> dict[str, object]:
    return {
        "path": each.path,
        "subject": each.subject,
        "triggers": list(each.triggers),
        "paused": each.is_paused(pauses),
        "night": _night_of(each, nights),
        **timer_document(each.timer),
    }


def timer_document(timer: TimerRow) -> dict[str, object]:
    """Return a timer as JSON values."""
    return {
        "name": timer.name,
        "due_at": timer.due_at,
        "due_on": timer.due_on,
        "zone": timer.zone,
        "country": timer.country,
    }


def _list_cells(each: Due, pauses: Sequence[Pause], nights: NightLimits) -> tuple[str, ...]:
    return (
        local(each.timer.due_at, each.timer.zone),
        each.timer.country,
        each.path,
        each.subject,
        each.timer.name,
        ", ".join(each.triggers) or "(reminder)",
        "paused" if each.is_paused(pauses) else _night_of(each, nights) or "",
    )


def _night_of(each: Due, nights: NightLimits) -> str | None:
    """Say why a night does not take a timer now, if none does."""
    timer = each.timer
    return nights.reason_of(timer.country, timer.due_at) if timer.decides else None


def _print_counts(
    service: Service,
    day: date | None,
    country: str | None,
    timer: str | None,
    *,
    as_json: bool,
    as_csv: bool,
) -> None:
    found = [
        each
        for each in service.count_due(until=_end_of(day))
        if country in (None, each.country) and timer in (None, each.timer)
    ]
    rows = [
        (e.country, e.lifecycle, e.timer, ", ".join(e.triggers) or "(reminder)", e.count)
        for e in found
    ]
    if as_json:
        print_json(found)
    elif as_csv:
        print_csv(COUNT_COLUMNS, rows)
    else:
        print_table(COUNT_COLUMNS, rows, empty=_why_empty(service, day, country))
