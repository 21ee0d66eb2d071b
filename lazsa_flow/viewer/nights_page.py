"""The list of nights: saved rehearsals, who has approved them, and requests that wait."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from lazsa_flow.foresight.saved_nights import Nights
from lazsa_flow.service.approvals import PERSONS
from lazsa_flow.service.part import runtime_of
from lazsa_flow.viewer.cells import Command, Link, Mark, ZonedTime
from lazsa_flow.viewer.list_page import Choice, Column, Filter, ListPage, ListRows, Section
from lazsa_flow.viewer.night_page import TONES
from lazsa_flow.viewer.whole_lists import contains, country_filter, list_whole, matches

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from lazsa_flow.foresight.saved_rehearsal import SavedRehearsal
    from lazsa_flow.service.command_request import CommandRequest
    from lazsa_flow.viewer.cells import Cell
    from lazsa_flow.viewer.list_page import ListQuery, PageContext

_APPROVED: Final = "approved"
_NOT_APPROVED: Final = "not approved"
_STALE: Final = "stale"
_SORTS: Final[Mapping[str, Callable[[SavedRehearsal], Any]]] = {
    "name": lambda each: each.name,
    "on": lambda each: each.on,
    "saved": lambda each: each.saved_at,
}


def list_filters(context: PageContext) -> list[Filter]:
    """Return the filters: how far it is approved, and of which country."""
    states = [Choice(each) for each in (_APPROVED, _NOT_APPROVED, _STALE)]
    countries = runtime_of(context.service).rulebook.countries
    return [Filter("state", "State", choices=states), country_filter(countries)]


def find_nights(context: PageContext, query: ListQuery) -> ListRows:
    """Find the saved rehearsals of a query, the last saved first."""
    runtime = runtime_of(context.service)
    saved = list(reversed(Nights(runtime).nights()))
    with runtime.store.begin(write=False) as transaction:
        phases = {each.name: each.phase for each in transaction.night_runs()}
    found = [
        each
        for each in saved
        if matches(query, state=_read_state(each))
        and (each.country is None or matches(query, country=each.country))
        and contains(query, each.name)
    ]
    return list_whole(
        found,
        query,
        lambda each: _write_cells(context, each, phases.get(each.name)),
        lambda each: each.name,
        _SORTS,
        empty="No saved rehearsal is as the filters say." if saved else "No rehearsal was saved.",
        sections=() if query.rows_only else [_write_requests(context)],
        commands=[Command("lazsa-flow rehearse --on DATE --save NAME --as operator:YOU")],
    )


def _read_state(each: SavedRehearsal) -> str:
    if each.stale:
        return _STALE
    return _APPROVED if each.approved else _NOT_APPROVED


def _write_cells(context: PageContext, each: SavedRehearsal, phase: str | None) -> tuple[Cell, ...]:
    tones = {_APPROVED: Mark(_APPROVED, "good"), _STALE: Mark(_STALE, "warn")}
    state = _read_state(each)
    assumed = ", ".join(f"{name} {value}" for name, value in each.conditions.items())
    return (
        Link(each.name, context.addresses.of("nights", each.name)),
        Command(_write_command(each, phase)),
        *(each.on.isoformat(), each.country or "all", each.paths),
        *(tones.get(state, state), _write_missing(each), _write_phase(phase)),
        *(", ".join(given.actor for given in each.approvals), assumed),
        *(each.saved_by, ZonedTime(each.saved_at)),
    )


def _write_phase(phase: str | None) -> Cell:
    if phase is None:
        return "not started"
    return Mark(phase, TONES[phase]) if phase in TONES else phase


def _write_missing(each: SavedRehearsal) -> str:
    """Say what a saved rehearsal lacks before its night may start."""
    if each.stale:
        return "; ".join(each.stale)
    missing = PERSONS - len(each.approvals)
    return f"{missing} more {'approval' if missing == 1 else 'approvals'}" if missing > 0 else ""


def _write_command(each: SavedRehearsal, phase: str | None) -> str:
    """Write the command that comes next for a saved rehearsal."""
    if phase is not None:
        return shlex.join(("lazsa-flow", "night", "show", each.name))
    if each.stale:
        words = ("rehearse", "--on", str(each.on), "--save", f"{each.name}-again")
        return shlex.join(("lazsa-flow", *words, "--as", "operator:YOU"))
    if not each.approved:
        return shlex.join(("lazsa-flow", "night", "approve", each.name, "--as", "manager:YOU"))
    return shlex.join(("lazsa-flow", "night", "start", each.name, "--as", "operator:YOU"))


def _write_requests(context: PageContext) -> Section:
    """Write the requests that wait for the approval of another person."""
    columns = (
        *(Column("Number", numeric=True), Column("Command"), Column("Requested by")),
        *(Column("Requested"), Column("Missing", wide=True), Column("What to do")),
    )
    rows = [_write_request(each) for each in context.service.command_requests()]
    empty = "No command waits for an approval."
    return Section("Requests that wait for an approval", columns, rows, empty=empty)


def _write_request(each: CommandRequest) -> tuple[Cell, ...]:
    give = f"lazsa-flow approval give {each.number} --as ROLE:YOU"
    refuse = f"lazsa-flow approval refuse {each.number} --reason REASON --as ROLE:YOU"
    return (
        *(each.number, each.command, each.requested_by, ZonedTime(each.requested_at)),
        "; ".join(each.stale) or "the approval of another person",
        Command(refuse if each.stale else give),
    )


NIGHTS: Final = ListPage(
    route="/nights",
    title="Nights",
    noun="saved rehearsals",
    columns=(
        *(Column("Name", "name", sortable=True), Column("What to do", in_csv=False)),
        *(Column("Date", "on", sortable=True), Column("Country"), Column("Paths", numeric=True)),
        *(Column("State"), Column("Missing", wide=True), Column("Night")),
        *(Column("Approved by", wide=True), Column("Assumed", wide=True), Column("Saved by")),
        Column("Saved", "saved", sortable=True),
    ),
    find=find_nights,
    filters=list_filters,
    search="Name",
    menu="Nights",
)
