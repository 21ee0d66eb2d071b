"""The page of a night: how far it has got, what was not foretold, and how to hold it."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.engine.night_run import DONE, STOPPED, describe_share
from lazsa_flow.foresight.night_status import PAUSED
from lazsa_flow.foresight.saved_nights import Nights
from lazsa_flow.foresight.started_nights import StartedNights
from lazsa_flow.service.part import runtime_of
from lazsa_flow.viewer.cells import Command, Mark, Share, ZonedTime
from lazsa_flow.viewer.list_page import Choice, Column, Filter, ListPage, ListRows, Section
from lazsa_flow.viewer.whole_lists import contains, country_filter, list_whole, matches

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lazsa_flow.foresight.night_status import NightFinding, NightStatus
    from lazsa_flow.viewer.cells import Cell, Tone
    from lazsa_flow.viewer.list_page import ListQuery, PageContext

TONES: Final[Mapping[str, Tone]] = {STOPPED: "bad", PAUSED: "warn", DONE: "good"}
"""How a phase is to be taken; the others are as they should be."""
_CHANGED: Final = "recorded since"
_SORTS: Final[Mapping[str, Callable[[NightFinding], Any]]] = {
    "country": lambda each: each.country,
    "outcome": lambda each: each.outcome,
    "guards": lambda each: each.guards,
}


def list_filters(context: PageContext) -> list[Filter]:
    """Return the filters: whose evidence was recorded since, and of which country."""
    changed = Filter(
        "evidence", "Evidence", choices=[Choice(_CHANGED)], unset="as it was rehearsed"
    )
    return [changed, country_filter(runtime_of(context.service).rulebook.countries)]


def find_differing(context: PageContext, query: ListQuery) -> ListRows:
    """Find the paths of a night whose outcome was not foretold."""
    name, runtime = context.parameters["name"], runtime_of(context.service)
    nights = StartedNights(runtime).started_nights(name)
    if not nights:
        Nights(runtime).night(name)
        commands = [_write_command("show", name), _write_command("start", name, "operator:YOU")]
        return ListRows((), empty="This night was not started.", commands=commands)
    night = nights[-1]
    changed = query.get("evidence") is not None
    found = [
        each
        for each in (night.changed if changed else night.differing)
        if matches(query, country=each.country) and contains(query, each.path)
    ]
    return list_whole(
        found,
        query,
        lambda each: _write_cells(context, each),
        lambda each: each.path,
        _SORTS,
        summary=_summarise_night(night),
        empty="Every outcome is as it was foretold, or of paths with evidence recorded since.",
        sections=() if query.rows_only else _write_sections(context, night),
        commands=_list_commands(night),
    )


def _write_cells(context: PageContext, each: NightFinding) -> tuple[Cell, ...]:
    return (
        *(context.addresses.path(each.path), each.country),
        *(each.foreseen or "nothing", each.outcome, each.state, ", ".join(each.guards)),
    )


def _summarise_night(night: NightStatus) -> str:
    run = night.run
    share = f"{100 * run.differing / run.compared:.2f} %" if run.compared else "none"
    return (
        f"Night of {run.on}: {night.phase}. {run.compared:,} outcomes were compared: "
        f"{run.differing:,} differ ({share}, at most {describe_share(run.differs)} may), "
        f"{run.changed:,} have evidence recorded since."
    )


def _write_sections(context: PageContext, night: NightStatus) -> list[Section]:
    """Write the state of a night, and how far it has got in each country."""
    run, runtime = night.run, runtime_of(context.service)
    zones = runtime.rulebook.countries
    with runtime.store.begin(write=False) as transaction:
        waiting = {
            code: transaction.count_night(code, each.starts_at)
            for code, each in run.countries.items()
        }
    due = run.moved + sum(waiting.values())
    tone = TONES.get(night.phase)
    state: list[tuple[Cell, ...]] = [
        (
            Mark(night.phase, tone) if tone else night.phase,
            Share(run.moved, due),
            f"{run.rate:,}/s" if run.rate else "no limit",
            "; ".join(each.scope for each in night.pauses),
            run.actor,
            ZonedTime(run.recorded_at),
        )
    ]
    columns = (
        *(Column("Phase"), Column("Moved of due"), Column("Rate"), Column("Paused")),
        *(Column("Started by"), Column("Started")),
    )
    countries: list[tuple[Cell, ...]] = [
        (
            code,
            Share(each.moved, each.moved + waiting[code]),
            sum(finding.country == code for finding in night.differing),
            sum(finding.country == code for finding in night.changed),
            min(run.canary, each.moved),
            ZonedTime(each.starts_at, zones[code].zone if code in zones else "UTC"),
        )
        for code, each in run.countries.items()
    ]
    heads = (
        *(Column("Country"), Column("Moved of due"), Column("Differing", numeric=True)),
        *(Column("Recorded since", numeric=True), Column("Of the canary", numeric=True)),
        Column("Begins"),
    )
    return [Section("State", columns, state), Section("Countries", heads, countries)]


def _list_commands(night: NightStatus) -> list[Command]:
    """Return what can be done about a night in its phase."""
    name, phase = night.run.name, night.phase
    commands = [_write_command("show", name)]
    if phase == STOPPED:
        return [*commands, _write_command("resume", name, "manager:YOU", "--reason", "REASON")]
    if phase == PAUSED:
        return [*commands, _write_command("resume", name, "operator:YOU")]
    if phase == DONE:
        return commands
    return [
        *commands,
        _write_command("pause", name, "operator:YOU", "--reason", "REASON"),
        _write_command("pace", name, "operator:YOU", "--rate", "200/s"),
    ]


def _write_command(verb: str, name: str, actor: str = "", *options: str) -> Command:
    words = ("lazsa-flow", "night", verb, name, *options, *(("--as", actor) if actor else ()))
    return Command(shlex.join(words))


NIGHT: Final = ListPage(
    route="/nights/{name}",
    title=lambda context: f"Night {context.parameters['name']}",
    noun="differing outcomes",
    columns=(
        *(Column("Path"), Column("Country", "country", sortable=True), Column("Foretold")),
        *(Column("Outcome", "outcome", sortable=True), Column("State")),
        Column("Guards", "guards", sortable=True, wide=True),
    ),
    find=find_differing,
    filters=list_filters,
    search="Path",
)
