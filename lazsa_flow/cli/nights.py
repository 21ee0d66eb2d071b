"""``lazsa-flow night``: saved rehearsals, their approval by two persons, and their nights."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import typer

from lazsa_flow.cli.common import (
    console,
    find_runtime,
    open_service,
    print_json,
    print_result,
    read_actor,
)
from lazsa_flow.cli.foresight_options import NightName
from lazsa_flow.cli.night_pace import pause_night, resume_night, set_pace
from lazsa_flow.cli.night_start import print_started, start_night
from lazsa_flow.cli.options import DEFAULT_DATABASE, As, ConfigDir, Database, Json, Key
from lazsa_flow.cli.tables import Column, print_table

if TYPE_CHECKING:
    from lazsa_flow.foresight.saved_rehearsal import SavedRehearsal

night = typer.Typer(
    help="Saved rehearsals, who approves them, and the nights that follow.", no_args_is_help=True
)


@night.command("list")
def list_nights(
    database: Database = DEFAULT_DATABASE, config: ConfigDir = None, as_json: Json = False
) -> None:
    """List the saved rehearsals: date, who saved and approved them, and how their nights go.

    Example: lazsa-flow night list
    """
    from lazsa_flow.foresight.saved_nights import NightCommands
    from lazsa_flow.foresight.started_nights import StartCommands

    with open_service(database, config) as service:
        runtime = find_runtime(service)
        found = NightCommands(runtime).nights()
        phases = {each.run.name: each.phase for each in StartCommands(runtime).started_nights()}
    if as_json:
        print_json([each.document(outcomes=False) for each in found])
        return
    columns = (
        *(Column("Name", is_id=True), Column("Date"), Column("Country", drop=1)),
        *(Column("Paths", right=True), Column("Saved by", is_id=True, drop=2)),
        *(Column("Approval"), Column("Night")),
    )
    rows = []
    for each in found:
        paths = "unknown" if each.paths is None else f"{each.paths:,}"
        asked = (each.name, each.on, each.country or "all", paths)
        phase = phases.get(each.name, "not started")
        rows.append((*asked, each.saved_by, describe_approval(each), phase))
    print_table(columns, rows, empty="No rehearsal was saved.")


@night.command("show")
def show_night(
    name: NightName,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Show a saved rehearsal: what was asked and foretold, who approved it, how its night goes.

    With --json the outcome of each path is listed.

    Example: lazsa-flow night show october
    """
    from lazsa_flow.foresight.saved_nights import NightCommands
    from lazsa_flow.foresight.started_nights import StartCommands

    with open_service(database, config) as service:
        runtime = find_runtime(service)
        found = NightCommands(runtime).night(name)
        nights = StartCommands(runtime).started_nights(name)
    if as_json:
        started = nights[-1].document() if nights else None
        print_json({**found.document(), "started": started})
        return
    print_night(found)
    for each in nights[-1:]:
        console().print()
        print_started(each)


def print_night(found: SavedRehearsal) -> None:
    """Print a saved rehearsal: what was asked, its approvals, and how many outcomes there are."""
    screen = console()
    for line in _list_facts(found):
        screen.print(line, soft_wrap=True)
    screen.print()
    counts = Counter((each.country, each.outcome, each.class_) for each in found.outcomes.values())
    columns = (
        *(Column("Country"), Column("Outcome"), Column("Class")),
        Column("Paths", right=True),
    )
    rows = [(*each, f"{count:,}") for each, count in sorted(counts.items())]
    print_table(columns, rows, empty=f"Nothing is due on {found.on}.")


@night.command("approve")
def approve(
    name: NightName,
    who: As,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Approve a saved rehearsal; two different persons must.

    It is refused once the rules have changed since the rehearsal: save a new one then.

    Example: lazsa-flow night approve october --as manager:m-1
    """
    from lazsa_flow.foresight.saved_nights import NightCommands

    with open_service(database, config) as service:
        nights = NightCommands(find_runtime(service))
        found = nights.approve_night(name, actor=read_actor(who), key=key)
    text = f"{found.name}: {describe_approval(found)}"
    print_result(text, found.document(outcomes=False), as_json=as_json)


night.command("start")(start_night)
night.command("pace")(set_pace)
night.command("pause")(pause_night)
night.command("resume")(resume_night)


def describe_approval(found: SavedRehearsal) -> str:
    """Say in a few words how far a saved rehearsal is approved."""
    if found.stale:
        return "; ".join(found.stale)
    who = " and ".join(each.actor for each in found.approvals)
    if found.approved:
        return f"approved by {who}"
    return f"approved by {who}; one more person must" if who else "not approved"


def _list_facts(found: SavedRehearsal) -> list[str]:
    assumed = ", ".join(f"{name} {value}" for name, value in found.conditions.items())
    return [
        f"{found.name}: rehearsal of {found.on} for {found.country or 'all countries'}",
        f"Asked as of {found.now:%Y-%m-%d %H:%M} UTC; conditions: {assumed or 'as recorded'}.",
        f"Saved by {found.saved_by} at {found.saved_at:%Y-%m-%d %H:%M} UTC.",
        f"Digest of the outcomes: {found.sha256}",
        f"Approval: {describe_approval(found)}.",
    ]
