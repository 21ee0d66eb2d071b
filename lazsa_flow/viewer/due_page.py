"""The list of timers that are due, or will be by the end of a date."""

from __future__ import annotations

from datetime import datetime, time, timedelta, timezone
from typing import TYPE_CHECKING, Final

from lazsa_flow.errors import InputError
from lazsa_flow.lifecycle.calendar import instant_text, parse_date, parse_instant
from lazsa_flow.lifecycle.path_ref import parse_ref
from lazsa_flow.service.part import runtime_of
from lazsa_flow.store.due_list import DueFilter, DuePlace
from lazsa_flow.viewer.cells import Command, LateBy, Link, Mark, ZonedTime
from lazsa_flow.viewer.list_page import (
    COUNTED_AT_MOST,
    Choice,
    Column,
    Filter,
    ListPage,
    ListRows,
    Row,
    Section,
)
from lazsa_flow.viewer.searching import LABEL, find_path_ids
from lazsa_flow.viewer.titles import PartTitles, list_choices

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from lazsa_flow.lifecycle.model import TimerRow
    from lazsa_flow.lifecycle.pauses import Pause
    from lazsa_flow.lifecycle.table import Lifecycle
    from lazsa_flow.store.due_list import DueGroup
    from lazsa_flow.viewer.cells import Cell
    from lazsa_flow.viewer.list_page import ListQuery, PageContext

LATE: Final = timedelta(minutes=2)
"""How long a due timer may wait before it is called late; the ticker is faster."""
_LAST_ZONE: Final = timezone(timedelta(hours=-12))
"""The zone in which a date ends last."""
_FIRST_ZONE: Final = timedelta(hours=14)
"""How far the zone is ahead in which a date begins first."""
_GROUPS: Final = 60
"""So many groups are listed at most."""


def list_filters(context: PageContext) -> list[Filter]:
    """Return the filters: until when, of which country and timer, and on which date."""
    rulebook = runtime_of(context.service).rulebook
    tables = rulebook.lifecycles.values()
    return [
        Filter("until", "By the end of", kind="date"),
        Filter("on", "Due on", kind="date"),
        Filter("timer", "Timer", choices=list_choices(tables, "timer", _timer_names)),
        Filter("country", "Country", choices=[Choice(c) for c in sorted(rulebook.countries)]),
        Filter("late", "Late", choices=[Choice("yes", "late alone")]),
    ]


def _timer_names(table: Lifecycle) -> list[str]:
    return [timer.name for timer in table.timers]


def find_due(context: PageContext, query: ListQuery) -> ListRows:
    """Find the timers of a query, earliest first."""
    runtime, pauses = runtime_of(context.service), context.service.pauses()
    wanted = _read_filter(context, query)
    after = None if query.after is None else _read_place(query.after)
    with runtime.store.due_list() as listing:
        found = listing.find_timers(wanted, after=after, limit=query.limit + 1)
        titles = PartTitles(context)
        rows = [_write_row(context, titles, *each, pauses) for each in found[: query.limit]]
        more = len(found) > query.limit
        if query.rows_only:
            return ListRows(rows, more)
        count = listing.count_timers(wanted, COUNTED_AT_MOST)
        groups = listing.group_timers(wanted, COUNTED_AT_MOST) if count else []
    next_due = None if rows else context.service.next_due()
    empty, link = _explain_empty(context, query, next_due)
    late = sum(context.now - each[0].due_at > LATE for each in found[: query.limit])
    return ListRows(
        rows,
        more,
        count=count,
        summary=f"{late} on this page {'is' if late == 1 else 'are'} late." if late else "",
        empty=empty,
        empty_link=link,
        sections=_write_groups(context, groups),
        commands=_write_commands(query),
    )


def _read_filter(context: PageContext, query: ListQuery) -> DueFilter:
    on = _read_day(query, "on")
    until_on = _read_day(query, "until")
    day = on if until_on is None else until_on
    until = context.now if day is None else end_of_date(day)
    if query.get("late"):
        until = min(until, context.now - LATE)
    return DueFilter(
        until=until,
        until_on=until_on,
        on=on,
        country=query.get("country"),
        timer=query.get("timer"),
        path_ids=find_path_ids(context, query.search),
    )


def _read_day(query: ListQuery, key: str) -> date | None:
    value = query.get(key)
    return None if value is None else parse_date(value, where="due", field=key)


def end_of_date(day: date) -> datetime:
    """Return the instant at which a date has ended everywhere.

    Raises:
        InputError: It is no date of a calendar.
    """
    try:
        ended = datetime.combine(day + timedelta(days=1), time(), _LAST_ZONE)
        instant_text(ended)
    except OverflowError:
        raise InputError.of("due", "until", day, "a date that every calendar has") from None
    return ended


def _write_row(
    context: PageContext,
    titles: PartTitles,
    timer: TimerRow,
    ref: str,
    subject: str,
    pauses: Sequence[Pause],
) -> Row:
    lifecycle = parse_ref(ref).lifecycle
    table = runtime_of(context.service).rulebook.lifecycle(lifecycle)
    triggers = dict.fromkeys(each.trigger for each in table.timer(timer.name).steps)
    late = context.now - timer.due_at
    late_by: Cell = LateBy(late) if late > LATE else None
    if any(each.covers(timer.country, timer.book_on) for each in pauses):
        late_by = Mark("paused", "warn")
    place = DuePlace(timer.due_at, timer.country, timer.path_id, timer.name)
    return Row(
        (
            ZonedTime(timer.due_at, timer.zone),
            late_by,
            timer.country,
            context.addresses.path(ref),
            subject,
            titles.write(lifecycle, "timer", timer.name),
            titles.write_all(lifecycle, "trigger", triggers) if triggers else "a reminder",
        ),
        _write_place(place),
        order=place,
    )


def _write_place(place: DuePlace) -> str:
    return "~".join((instant_text(place.due_at), place.country, str(place.path_id), place.name))


def _read_place(text: str) -> DuePlace:
    parts = text.split("~", 3)
    if len(parts) != 4 or not (parts[2].isascii() and parts[2].isdigit()) or len(parts[2]) > 18:
        raise InputError.of("due", "after", text, "the place at which a page of this list ended")
    due_at = parse_instant(parts[0], where="due", field="after")
    return DuePlace(due_at, parts[1], int(parts[2]), parts[3])


def _write_groups(context: PageContext, groups: Sequence[DueGroup]) -> list[Section]:
    if len(groups) < 2:
        return []
    rows: list[tuple[Cell, ...]] = [
        (
            each.due_on,
            each.country,
            Link(
                each.timer,
                context.addresses.of(
                    "due", on=str(each.due_on), country=each.country, timer=each.timer
                ),
            ),
            each.times,
        )
        for each in groups[:_GROUPS]
    ]
    columns = (
        *(Column("Date"), Column("Country"), Column("Timer")),
        Column("Timers", numeric=True),
    )
    left = len(groups) - _GROUPS
    title = "How many by date, country and timer"
    if left > 0:
        title = f"{title}: the first {_GROUPS} of {len(groups)}"
    return [Section(title, columns, rows, folded=True)]


def _explain_empty(
    context: PageContext, query: ListQuery, next_due: datetime | None
) -> tuple[str, Link | None]:
    """Say why no timer is listed, and when the next one is due."""
    if query.after is not None:
        return "There are no more.", None
    asked = any(query.get(key) for key in ("country", "timer", "on", "late")) or query.search
    until = query.get("until")
    what = "No such timer" if asked else "Nothing"
    when = f"due by the end of {until}" if until else "due"
    if next_due is None:
        return f"{what} is {when}, and no timer is pending.", None
    day = (next_due + _FIRST_ZONE).date()
    next_date = f"{day:%d %B %Y}".lstrip("0")
    to = context.addresses.of("due", until=str(day))
    link = Link(f"Show what is due by the end of {next_date}", to)
    return f"{what} is {when}. Next date: {next_date}.", link


def _write_commands(query: ListQuery) -> list[Command]:
    options = "".join(
        f" --{key} {value}" for key in ("until", "country", "timer") if (value := query.get(key))
    )
    lines = (f"lazsa-flow due{options}", "lazsa-flow sweep", "lazsa-flow explain PATH")
    return list(map(Command, lines))


DUE: Final = ListPage(
    route="/due",
    title="Due",
    noun="timers",
    columns=(
        *(Column("When"), Column("Late by"), Column("Country"), Column("Path"), Column("Subject")),
        *(Column("Timer"), Column("Will try")),
    ),
    find=find_due,
    filters=list_filters,
    search=LABEL,
    menu="Due",
)
