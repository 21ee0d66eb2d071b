"""The page of policies: versions in force, coming and past, with suspended cycles and countries."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from lazsa_flow.service.part import runtime_of
from lazsa_flow.viewer.cells import Command, Mark, ZonedTime
from lazsa_flow.viewer.list_page import Choice, Column, Filter, ListPage, ListRows, Section
from lazsa_flow.viewer.whole_lists import list_whole, matches

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from lazsa_flow.store.released import PolicyVersion
    from lazsa_flow.viewer.cells import Cell
    from lazsa_flow.viewer.list_page import ListQuery, PageContext

_COMING: Final = "coming"
_IN_FORCE: Final = "in force"
_PAST: Final = "past"
_ALWAYS: Final = datetime(1, 1, 2, tzinfo=UTC)
"""A policy that ships is in force from the first of all instants."""
_SORTS: Final[Mapping[str, Callable[[PolicyVersion], Any]]] = {
    "lifecycle": lambda each: (each.text.lifecycle, each.in_force_from),
    "from": lambda each: each.in_force_from,
    "released": lambda each: each.released_at,
}


def list_filters(context: PageContext) -> list[Filter]:
    """Return the filters: of which lifecycle, and whether it is in force."""
    lifecycles = runtime_of(context.service).rulebook.lifecycles
    return [
        Filter("state", "State", choices=[Choice(each) for each in (_IN_FORCE, _COMING, _PAST)]),
        Filter("lifecycle", "Lifecycle", choices=[Choice(each) for each in lifecycles]),
    ]


def find_policies(context: PageContext, query: ListQuery) -> ListRows:
    """Find the policy versions of a query, by lifecycle and from when they are in force."""
    versions = context.service.policy_list()
    states = _read_states(versions, context.now)
    found = [
        each
        for each in versions
        if matches(query, lifecycle=each.text.lifecycle, state=states[_name(each)])
    ]
    return list_whole(
        found,
        query,
        lambda each: _write_cells(each, states[_name(each)]),
        _name,
        _SORTS,
        empty="No version is like that." if versions else "No policy is stored.",
        sections=[_write_suspensions(context), _write_countries(context)],
        commands=[Command("lazsa-flow policy list"), Command("lazsa-flow country list")],
    )


def _name(each: PolicyVersion) -> str:
    return f"{each.text.lifecycle}/{each.text.version}"


def _read_states(versions: list[PolicyVersion], now: datetime) -> dict[str, str]:
    """Return of each version whether it is in force now, will be, or was."""
    states, latest = {}, dict[str, str]()
    for each in versions:  # by lifecycle, and from when they are in force
        name, lifecycle = _name(each), each.text.lifecycle
        if each.in_force_from > now:
            states[name] = _COMING
            continue
        if lifecycle in latest:
            states[latest[lifecycle]] = _PAST
        states[name], latest[lifecycle] = _IN_FORCE, name
    return states


def _write_cells(each: PolicyVersion, state: str) -> tuple[Cell, ...]:
    tones = {_IN_FORCE: Mark(state, "good"), _COMING: Mark(state, "warn")}
    shipped = each.in_force_from < _ALWAYS
    return (
        each.text.lifecycle,
        each.text.version,
        tones.get(state, state),
        "always" if shipped else ZonedTime(each.in_force_from),
        ZonedTime(each.released_at),
        each.released_by or "shipped",
        Command(f"lazsa-flow policy show {_name(each)}"),
    )


def _write_suspensions(context: PageContext) -> Section:
    rows: list[tuple[Cell, ...]] = [
        (country, day, Command(f"lazsa-flow cycle lift {country} {day} --as manager:YOU"))
        for country, days in context.service.suspensions().items()
        for day in days
    ]
    columns = (Column("Country"), Column("Cycle date"), Column("What to do"))
    return Section("Suspended cycles", columns, rows, empty="No cycle is suspended.")


def _write_countries(context: PageContext) -> Section:
    rows: list[tuple[Cell, ...]] = []
    for each in context.service.country_list():
        country = each.text.country
        rows.append(
            (
                country.code,
                country.name,
                country.zone,
                country.locale,
                each.number,
                ZonedTime(each.in_force_from),
                Command(f"lazsa-flow country show {country.code}"),
            )
        )
    columns = (
        *(Column("Country"), Column("Name"), Column("Zone"), Column("Locale")),
        *(Column("Version", numeric=True), Column("In force from"), Column("What to do")),
    )
    return Section("Countries", columns, rows, empty="No country is stored.", folded=True)


POLICIES: Final = ListPage(
    route="/policies",
    title="Policies",
    noun="policy versions",
    columns=(
        Column("Lifecycle", "lifecycle", sortable=True),
        *(Column("Version"), Column("State")),
        *(
            Column("In force from", "from", sortable=True),
            Column("Released", "released", sortable=True),
        ),
        *(Column("By"), Column("What to do", in_csv=False)),
    ),
    find=find_policies,
    filters=list_filters,
    menu="Policies",
)
