"""``lazsa-flow timers``: stored timers, corrected."""

from __future__ import annotations

import typer

from lazsa_flow.cli.common import open_service, print_result, read_actor
from lazsa_flow.cli.options import DEFAULT_DATABASE, As, ConfigDir, Database, DryRun, Json, Key, Yes

timers = typer.Typer(help="Stored timers.", no_args_is_help=True)


@timers.command("replan")
def replan(
    who: As,
    dry_run: DryRun = False,
    yes: Yes = False,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Set timers to the instants that dates and zones give now, and set those that are missing.

    For what doctor names under "instants" (new time-zone data) and "timers" (lost rows).

    Example: lazsa-flow timers replan --as operator:o-1 --dry-run
    """
    from lazsa_flow.cli.forecast import confirm_replanning, timer_document

    actor = read_actor(who)
    with open_service(database, config) as service:
        planned = confirm_replanning(
            service,
            "timers replan",
            lambda own: own.replan_timers(actor=actor, key=key),
            dry_run=dry_run,
            yes=yes,
            as_json=as_json,
        )
    if planned is None:
        return
    print_result(
        f"{len(planned)} timers set.",
        {"timers": [timer_document(each) for each in planned]},
        as_json=as_json,
    )
