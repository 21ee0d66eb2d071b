"""``lazsa-flow cycle``: cycle dates of a country, suspended and held again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from lazsa_flow.award.cli.opening import open_programme
from lazsa_flow.cli.common import print_result, read_actor
from lazsa_flow.cli.options import (
    DEFAULT_DATABASE,
    As,
    ConfigDir,
    CountryCode,
    CycleDate,
    Database,
    DryRun,
    Json,
    Key,
    Yes,
)

if TYPE_CHECKING:
    from datetime import date

    from lazsa_flow.service.replan import Planned

cycle = typer.Typer(help="Cycle dates of a country.", no_args_is_help=True)


@cycle.command("suspend")
def suspend(
    country: CountryCode,
    cycle_date: CycleDate,
    who: As,
    dry_run: DryRun = False,
    yes: Yes = False,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Suspend a cycle to come: nominees carry over, renewals run to the next one held.

    Everybody whose date changes is notified.

    Example: lazsa-flow cycle suspend PH 2027-04-01 --as manager:m-1
    """
    from lazsa_flow.cli.forecast import confirm_replanning

    day, actor = _parse_cycle(cycle_date), read_actor(who)
    with open_programme(database, config) as programme:
        planned = confirm_replanning(
            programme,
            "cycle suspend",
            lambda own: own.suspend_cycle(country, day, actor=actor, key=key),
            dry_run=dry_run,
            yes=yes,
            as_json=as_json,
        )
    _print_moved(f"{country} does not hold {day}", country, day, planned, as_json=as_json)


@cycle.command("lift")
def lift(
    country: CountryCode,
    cycle_date: CycleDate,
    who: As,
    dry_run: DryRun = False,
    yes: Yes = False,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Hold a suspended cycle after all, until its window closes: its timers go back.

    Everybody whose date changes is notified.

    Example: lazsa-flow cycle lift PH 2027-04-01 --as manager:m-1
    """
    from lazsa_flow.cli.forecast import confirm_replanning

    day, actor = _parse_cycle(cycle_date), read_actor(who)
    with open_programme(database, config) as programme:
        planned = confirm_replanning(
            programme,
            "cycle lift",
            lambda own: own.lift_suspension(country, day, actor=actor, key=key),
            dry_run=dry_run,
            yes=yes,
            as_json=as_json,
        )
    _print_moved(f"{country} holds {day}", country, day, planned, as_json=as_json)


def _parse_cycle(text: str) -> date:
    from lazsa_flow.lifecycle.calendar import parse_date

    return parse_date(text, where="argument", field="CYCLE")


def _print_moved(
    what: str, country: str, day: date, planned: list[Planned] | None, *, as_json: bool
) -> None:
    """Print how many timers were moved, unless it was a dry run."""
    if planned is None:
        return
    from lazsa_flow.cli.forecast import timer_document

    print_result(
        f"{what}; {len(planned)} timers moved.",
        {
            "country": country,
            "cycle_on": day.isoformat(),
            "timers": [timer_document(each) for each in planned],
        },
        as_json=as_json,
    )
