"""``lazsa-flow country``: the countries in force, and their releases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from lazsa_flow.cli.common import console, open_service, print_json, print_result, read_actor
from lazsa_flow.cli.configured import print_configured, since
from lazsa_flow.cli.options import (
    DEFAULT_DATABASE,
    AllVersions,
    As,
    ConfigDir,
    Configured,
    CountryCode,
    CountryFile,
    CountryVersionNumber,
    Database,
    DryRun,
    Json,
    Key,
    RoleCountry,
    Yes,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from lazsa_flow.store.released import CountryVersion

country = typer.Typer(help="Countries and their versions.", no_args_is_help=True)


@country.command("list")
def list_countries(
    history: AllVersions = False,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """List the countries in force: zone, cycle dates, version, and who released it.

    Example: lazsa-flow country list
    """
    with open_service(database, config) as service:
        found = service.country_list(history=history)
        suspended = service.suspensions()
    if as_json:
        print_json([_country_document(each, suspended) for each in found])
        return
    from lazsa_flow.cli.tables import new_table

    table = new_table("Country", "Name", "Zone", "Cycle dates", "Version", "Released", "By")
    for each in found:
        shown = each.text.country
        table.add_row(
            shown.code,
            shown.name,
            shown.zone,
            ", ".join(shown.cycle_dates),
            str(each.number),
            since(each.released_at),
            each.released_by,
        )
    screen = console()
    screen.print(table)
    for code, days in sorted(suspended.items()):
        screen.print(f"{code} does not hold {', '.join(map(str, days))}.")


@country.command("show")
def show_country(
    code: CountryCode,
    number: CountryVersionNumber = None,
    configured: Configured = False,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Print the text of a country as the database has it.

    With --configured, as the package or the deployment's directory has it, released or not.

    Example: lazsa-flow country show TH
    """
    if configured:
        print_configured(config, "country", code)
        return
    with open_service(database, config) as service:
        found = service.country_show(code, number)
        suspended = service.suspensions()
    if as_json:
        print_json({**_country_document(found, suspended), "text": found.text.text})
        return
    typer.echo(found.text.text, nl=False)
    if days := suspended.get(code):
        typer.echo(f"# not held, by command or by this text: {', '.join(map(str, days))}")


@country.command("release")
def release_country(
    file: CountryFile,
    who: As,
    role_country: RoleCountry = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Release a country's configuration: in force at once; pending timers are planned again.

    Example: lazsa-flow country release config/countries/th.toml --as manager:m-1
    """
    from lazsa_flow.cli.forecast import confirm_replanning, timer_document
    from lazsa_flow.config.files import read_file
    from lazsa_flow.errors import printable
    from lazsa_flow.lifecycle.policy import CountryText

    where = printable(str(file))
    text = CountryText.read(read_file(file, where=where), where=where)
    actor = read_actor(who, role_country)
    with open_service(database, config) as service:
        planned = confirm_replanning(
            service,
            "country release",
            lambda own: own.release_country(text.text, actor=actor, key=key),
            dry_run=dry_run,
            yes=yes,
            as_json=as_json,
        )
        if planned is None:
            return
        number = service.country_show(text.code).number
    data = {
        "country": text.code,
        "version": number,
        "timers": [timer_document(each) for each in planned],
    }
    said = f"{text.code} version {number} is released; {len(planned)} timers moved."
    print_result(said, data, as_json=as_json)


def _country_document(
    found: CountryVersion, suspended: Mapping[str, Sequence[date]]
) -> dict[str, Any]:
    from lazsa_flow.lifecycle.calendar import instant_text

    shown = found.text.country
    return {
        "code": shown.code,
        "version": found.number,
        "name": shown.name,
        "title": shown.title,
        "zone": shown.zone,
        "cycle_dates": list(shown.cycle_dates),
        "suspended": [day.isoformat() for day in suspended.get(shown.code, ())],
        "sha256": found.text.sha256,
        "in_force_from": instant_text(found.in_force_from),
        "released_at": instant_text(found.released_at),
        "released_by": found.released_by,
    }
