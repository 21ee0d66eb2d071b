"""``lazsa-flow policy`` of the award: policies are compared under what a rehearsal may assume."""

from __future__ import annotations

import typer

from lazsa_flow.award.cli.opening import open_programme
from lazsa_flow.award.cli.options import HeldFacts, PanelDecides
from lazsa_flow.cli import policies as general
from lazsa_flow.cli.common import read_instant
from lazsa_flow.cli.foresight_options import (
    AsIfInForce,
    FirstPolicy,
    RehearsedDate,
    SecondPolicy,
)
from lazsa_flow.cli.options import (
    DEFAULT_DATABASE,
    ConfigDir,
    CountryFilter,
    Csv,
    Database,
    Json,
    Now,
)
from lazsa_flow.cli.rehearse import read_date, read_only

policy = typer.Typer(help="Policy versions.", no_args_is_help=True)
policy.registered_commands += [
    each for each in general.policy.registered_commands if each.name != "compare"
]


@policy.command("compare")
def compare_policies(
    a: FirstPolicy,
    b: SecondPolicy,
    on: RehearsedDate,
    as_if_in_force: AsIfInForce = False,
    facts: HeldFacts = "as-recorded",
    panel: PanelDecides = "as-recorded",
    now: Now = None,
    country: CountryFilter = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    """Show whose outcome on a date differs between two policies; the database is only read.

    The date is run under each on a copy of what falls due. A released version governs its own
    cycles, and a file those that open after its release: if the date is none of them, that is said.
    To compare the criteria alone, add --facts held --panel approves.

    Example: lazsa-flow policy compare 2020-1 2027-1.toml --on 2026-10-01 --as-if-in-force
    """
    from lazsa_flow.cli.comparing import show_comparison

    with open_programme(read_only(database), config) as programme:
        found = programme.compare_policies(
            *(a, b),
            on=read_date(on),
            as_if_in_force=as_if_in_force,
            now=read_instant(now, "now"),
            country=country,
            facts=facts,
            panel=panel,
        )
    show_comparison(found, as_json=as_json, as_csv=as_csv)
