"""The list of what comes next: what a coming date will bring, rehearsed when somebody asks.

The rehearsal only reads. Its result is kept while it is fresh, so that filters and later pages do
not run it again; a date on which more is due than a page may rehearse has the command instead.
"""

from __future__ import annotations

import shlex
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lazsa_flow.foresight.classes import list_classes
from lazsa_flow.foresight.rehearse import Foresight
from lazsa_flow.foresight.report.counts import count_pairs, write_margin
from lazsa_flow.lifecycle.calendar import parse_date
from lazsa_flow.service.assumptions import AS_RECORDED
from lazsa_flow.service.part import runtime_of
from lazsa_flow.store.due_list import DueFilter
from lazsa_flow.viewer.cells import Command, Link, ZonedTime
from lazsa_flow.viewer.due_page import end_of_date
from lazsa_flow.viewer.list_page import Choice, Column, Filter, ListPage, ListRows, Section
from lazsa_flow.viewer.whole_lists import contains, country_filter, list_whole, matches

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from typing import Any

    from lazsa_flow.foresight.rehearsal import Rehearsal
    from lazsa_flow.foresight.rehearsed_date import PathOutcome
    from lazsa_flow.foresight.report.counts import CrossTable
    from lazsa_flow.viewer.cells import Cell
    from lazsa_flow.viewer.list_page import ListQuery, PageContext

_DATES: Final = 4
"""So many coming cycle dates can be chosen."""
_UNDECIDED: Final = ("refused", "parked", "paused")
_SORTS: Final[Mapping[str, Callable[[PathOutcome], Any]]] = {
    "subject": lambda each: each.subject,
    "country": lambda each: each.country,
    "class": lambda each: each.class_,
    "outcome": lambda each: each.outcome,
    "guards": lambda each: len(each.guards),
}


@dataclass(frozen=True, slots=True)
class _Timed:
    """A rehearsal, and how long it took."""

    rehearsal: Rehearsal
    seconds: float


def list_filters(context: PageContext) -> list[Filter]:
    """Return the filters: which date, what is assumed, and which paths of the result."""
    runtime = runtime_of(context.service)
    known = runtime.application.assumptions
    classes = list_classes(known, runtime.application.never)
    tables = runtime.rulebook.lifecycles.values()
    tried = (step.trigger for each in tables for timer in each.timers for step in timer.steps)
    outcomes = (*dict.fromkeys(tried), *_UNDECIDED)
    return [
        _write_date_filter(context),
        *(
            Filter(
                each.name,
                f"Assumed: {each.name}",
                choices=[Choice(value) for value in each.values],
                unset="as recorded",
            )
            for each in known
        ),
        Filter("class", "Class", choices=list(map(Choice, classes))),
        country_filter(runtime.rulebook.countries),
        Filter("outcome", "Outcome", choices=list(map(Choice, outcomes))),
    ]


def _write_date_filter(context: PageContext) -> Filter:
    if not (dates := _list_dates(context)):
        return Filter("on", "Date", kind="date")
    first, *later = dates
    return Filter("on", "Date", choices=[Choice(str(each)) for each in later], unset=str(first))


def _list_dates(context: PageContext) -> list[date]:
    """Return the coming cycle dates of all countries; none where countries have none."""
    rulebook = runtime_of(context.service).rulebook
    found: set[date] = set()
    for code in rulebook.countries:
        calendar = rulebook.calendar(code)
        if not calendar.cycle_days:
            continue
        day = calendar.held_from(calendar.local_date(context.now))
        for _ in range(_DATES):
            found.add(day)
            day = calendar.next_held(day)
    return sorted(found)[:_DATES]


def find_foreseen(context: PageContext, query: ListQuery) -> ListRows:
    """Rehearse the date that is asked for, and find the paths of the query."""
    on = _read_date(context, query)
    known = runtime_of(context.service).application.assumptions
    assume = {each.name: query.get(each.name) or AS_RECORDED for each in known}
    commands = _write_commands(on, assume)
    if _is_too_much(context, on):
        summary = f"More than {context.rehearse_at_most:,} timers are due until {on}."
        empty = "That is more than a page rehearses: run the command below."
        return ListRows((), summary=summary, empty=empty, commands=commands)
    timed: _Timed = context.figures.get(
        ("rehearsal", on, *assume.items()), lambda: _rehearse_timed(context, on, assume)
    )
    outcomes = timed.rehearsal.outcomes
    chosen = [
        each
        for each in outcomes
        if matches(query, country=each.country, outcome=each.outcome, **{"class": each.class_})
        and contains(query, each.path, each.subject)
    ]
    return list_whole(
        chosen,
        query,
        lambda each: _write_cells(context, each),
        lambda each: each.path,
        _SORTS,
        summary=_summarise_rehearsal(timed),
        empty="No path is as the filters say." if outcomes else f"Nothing is due on {on}.",
        empty_link=None if outcomes else Link("What is due", context.addresses.of("due")),
        sections=() if query.rows_only else _write_sections(context, on, assume, outcomes),
        commands=commands,
    )


def _read_date(context: PageContext, query: ListQuery) -> date:
    """Return the date that is asked for; by default the next cycle date, or the next due one."""
    if (text := query.get("on")) is not None:
        return parse_date(text, where="rehearsal", field="on")
    if dates := _list_dates(context):
        return dates[0]
    return (context.service.next_due() or context.now).date()


def _is_too_much(context: PageContext, on: date) -> bool:
    """Return whether more timers are due until a date than a page rehearses."""
    wanted = DueFilter(until=end_of_date(on), until_on=on)
    with runtime_of(context.service).store.due_list() as listing:
        found = listing.count_timers(wanted, context.rehearse_at_most + 1)
    return found > context.rehearse_at_most


def _rehearse_timed(context: PageContext, on: date, assume: Mapping[str, str]) -> _Timed:
    began = time.monotonic()
    foresight = Foresight(runtime_of(context.service))
    rehearsal = foresight.rehearse(on=on, now=context.now, assume=assume)
    return _Timed(rehearsal, time.monotonic() - began)


def _summarise_rehearsal(timed: _Timed) -> str:
    rehearsal = timed.rehearsal
    assumed = "; ".join(rehearsal.assumed) or "nothing, everything is as recorded"
    asked = ZonedTime(rehearsal.now).to_text()
    return (
        f"Foreseen for {rehearsal.on}, not recorded. Assumed: {assumed}. "
        f"Rehearsed in {timed.seconds:.1f} s as of {asked}."
    )


def _write_cells(context: PageContext, each: PathOutcome) -> tuple[Cell, ...]:
    instead = "; ".join(f"{given}: {outcome}" for given, outcome in each.instead.items())
    return (
        *(context.addresses.path(each.path), each.subject, each.country, each.class_),
        *(each.before, each.outcome, ", ".join(each.guards), write_margin(each), instead),
    )


def _write_sections(
    context: PageContext, on: date, assume: Mapping[str, str], outcomes: Sequence[PathOutcome]
) -> list[Section]:
    if not outcomes:
        return []
    by_class = count_pairs(outcomes, lambda each: each.class_, lambda each: each.outcome)
    by_country = count_pairs(outcomes, lambda each: each.country, lambda each: each.outcome)
    asked = {
        "on": str(on),
        **{name: value for name, value in assume.items() if value != AS_RECORDED},
    }
    if on == next(iter(_list_dates(context)), None):
        del asked["on"]

    def write(title: str, key: str, counted: CrossTable, values: set[str]) -> Section:
        columns = (
            Column(key.capitalize()),
            *(Column(each, numeric=True) for each in counted.heads),
        )
        rows: list[tuple[Cell, ...]] = []
        for name, figures in counted.rows:
            to = context.addresses.of("rehearsal", **{**asked, key: name})
            rows.append((Link(name, to) if name in values else name, *figures))
        return Section(title, columns, rows)

    return [
        write("How sure it is", "class", by_class, {each.class_ for each in outcomes}),
        write("Outcomes by country", "country", by_country, {each.country for each in outcomes}),
    ]


def _write_commands(on: date, assume: Mapping[str, str]) -> list[Command]:
    options = [
        word
        for name, value in assume.items()
        if value != AS_RECORDED
        for word in (f"--{name}", value)
    ]
    line = shlex.join(("lazsa-flow", "rehearse", "--on", str(on), *options))
    return [Command(f"{line} --report report.html")]


REHEARSAL: Final = ListPage(
    route="/rehearsal",
    title="What comes next",
    noun="paths",
    columns=(
        Column("Path"),
        Column("Subject", "subject", sortable=True),
        Column("Country", "country", sortable=True),
        Column("Class", "class", sortable=True),
        Column("Before"),
        Column("Outcome", "outcome", sortable=True),
        Column("Guards", "guards", sortable=True, wide=True),
        Column("Margin", wide=True),
        Column("Instead", wide=True),
    ),
    find=find_foreseen,
    filters=list_filters,
    search="Path or subject",
    menu="What comes next",
)
