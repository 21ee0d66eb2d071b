"""The list of paths of any lifecycle, newest first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lazsa_flow.lifecycle.calendar import parse_date
from lazsa_flow.lifecycle.path_ref import parse_ref
from lazsa_flow.service.listing import Filters, find_paths
from lazsa_flow.service.part import runtime_of
from lazsa_flow.viewer.cells import Command, Titled, ZonedTime
from lazsa_flow.viewer.figures import count_states
from lazsa_flow.viewer.list_page import Choice, Column, Filter, ListPage, ListRows, Row
from lazsa_flow.viewer.searching import LABEL, find_path_ids
from lazsa_flow.viewer.titles import PartTitles, list_choices

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lazsa_flow.lifecycle.table import Lifecycle
    from lazsa_flow.service.list_rows import Listed
    from lazsa_flow.viewer.list_page import ListQuery, PageContext

_CHOSEN: Final = ("lifecycle", "state", "country")


def list_filters(context: PageContext) -> list[Filter]:
    """Return the filters, with what the lifecycles have."""
    rulebook = runtime_of(context.service).rulebook
    tables = rulebook.lifecycles.values()
    edges = [edge for table in tables for edge in (table.opening, *table.edges)]
    return [
        Filter("lifecycle", "Lifecycle", choices=_list_choices(rulebook.lifecycles, keep=True)),
        Filter("country", "Country", choices=_list_choices(rulebook.countries)),
        Filter("state", "State", choices=list_choices(tables, "state", _state_names)),
        Filter("cycle", "Cycle date", kind="date"),
        Filter(
            "reason", "Reason", choices=_list_choices(r for edge in edges for r in edge.reasons)
        ),
        Filter("unmet", "Unmet guard", choices=list_choices(tables, "guard", _guard_names)),
    ]


def _state_names(table: Lifecycle) -> list[str]:
    return [state.name for state in table.states]


def _guard_names(table: Lifecycle) -> list[str]:
    return list(table.guards)


def _list_choices(values: Iterable[str | None], *, keep: bool = False) -> list[Choice]:
    found = [each for each in dict.fromkeys(values) if each]
    return [Choice(each) for each in (found if keep else sorted(found))]


def find_listed(context: PageContext, query: ListQuery) -> ListRows:
    """Find the paths of a query, newest first."""
    cycle = query.get("cycle")
    ids = find_path_ids(context, query.search)
    filters = Filters(
        lifecycle=query.get("lifecycle"),
        state=query.get("state"),
        country=query.get("country"),
        cycle=None if cycle is None else parse_date(cycle, where="paths", field="cycle"),
        reason=query.get("reason"),
        unmet=query.get("unmet"),
        path_ids=None if ids is None else tuple(ids),
    )
    own = runtime_of(context.service).context
    found = find_paths(own, filters, after=query.after, limit=query.limit)
    titles = PartTitles(context)
    rows = [_write_row(context, titles, each) for each in found.rows]
    if query.rows_only:
        return ListRows(rows, found.after is not None)
    options = "".join(
        f" --{key} {value}" for key, value in query.filters.items() if key != "lifecycle"
    )
    return ListRows(
        rows,
        found.after is not None,
        count=_count_paths(context, query),
        empty=found.why_empty or "There are no paths.",
        commands=[Command(f"lazsa-flow list{options}"), Command("lazsa-flow explain PATH")],
    )


def _count_paths(context: PageContext, query: ListQuery) -> int | None:
    """Count the paths of a query, where the figures that all pages share say it."""
    if query.search or not set(query.filters) <= set(_CHOSEN):
        return None
    lifecycle, state, country = (query.get(key) for key in _CHOSEN)
    return sum(
        count
        for name in runtime_of(context.service).rulebook.lifecycles
        if lifecycle in (None, name)
        for (own_country, own_state), count in count_states(context, name).items()
        if country in (None, own_country) and state in (None, own_state)
    )


def _write_row(context: PageContext, titles: PartTitles, each: Listed) -> Row:
    assert each.path is not None
    country = runtime_of(context.service).rulebook.countries.get(each.country)
    zone = country.zone if country is not None else "UTC"
    return Row(
        (
            context.addresses.path(each.path),
            each.subject,
            each.country,
            _write_state(titles, each),
            None if each.since is None else ZonedTime(each.since, zone),
            each.cycle_on,
            titles.write(each.lifecycle, "trigger", each.trigger),
            each.reason,
            titles.write_all(each.lifecycle, "guard", each.unmet),
        ),
        each.path,
        order=-parse_ref(each.path).number,
    )


def _write_state(titles: PartTitles, each: Listed) -> Titled | None:
    state = titles.write(each.lifecycle, "state", each.state)
    return state and (replace(state, tone="bad", note="parked") if each.parked else state)


PATHS: Final = ListPage(
    route="/paths",
    title="Paths",
    noun="paths",
    columns=(
        *(Column("Path"), Column("Subject"), Column("Country"), Column("State"), Column("Since")),
        *(
            Column("Cycle date"),
            Column("Last move"),
            Column("Reason"),
            Column("Unmet guards", wide=True),
        ),
    ),
    find=find_listed,
    filters=list_filters,
    search=LABEL,
    menu="Paths",
)
