"""``lazsa-flow perks``: one-off perks that are due, and giving them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from lazsa_flow.award.cli.opening import open_programme
from lazsa_flow.award.cli.options import GivenPerks, Perk, Seller
from lazsa_flow.cli.common import console, print_json, print_result, read_actor
from lazsa_flow.cli.options import (
    DEFAULT_DATABASE,
    As,
    ConfigDir,
    CountryCode,
    Database,
    DryRun,
    Json,
    Key,
    RoleCountry,
)

if TYPE_CHECKING:
    from lazsa_flow.award.commands.perk_giving import OneOffPerk

perks = typer.Typer(
    help="One-off perks: those that are due, and giving them.", no_args_is_help=True
)


@perks.command()
def due(
    country: CountryCode,
    given: GivenPerks = False,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """List the one-off perks that a country's team has still to give.

    Example: lazsa-flow perks due PH
    """
    from lazsa_flow.cli.tables import new_table

    with open_programme(database, config) as programme:
        found = programme.perks_due(country, given=given)
    if as_json:
        print_json([_perk_document(each) for each in found])
        return
    screen = console()
    if not found:
        screen.print(f"No one-off perk is due in {country}.")
        return
    table = new_table("Seller", "Perk", "Due since", "Given by", "On")
    for each in found:
        on = f"{each.given_at:%Y-%m-%d}" if each.given_at else ""
        table.add_row(each.seller, each.perk, str(each.since), each.given_by or "", on)
    screen.print(table)


@perks.command()
def give(
    seller: Seller,
    perk: Perk,
    who: As,
    country: RoleCountry = None,
    dry_run: DryRun = False,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Record that a one-off perk was given to a seller; each once a tenure.

    Example: lazsa-flow perks give seller-1 award_kit --as team:t-1 --country PH
    """
    actor = read_actor(who, country)
    with open_programme(database, config) as programme:
        done = programme.give_perk(seller, perk, actor=actor, key=key, dry_run=dry_run)
    data = {**_perk_document(done), **({"dry_run": True} if dry_run else {})}
    would = "would be given" if dry_run else "given"
    print_result(f"{done.seller}: {perk} {would} ({done.path})", data, as_json=as_json)


def _perk_document(each: OneOffPerk) -> dict[str, Any]:
    from lazsa_flow.lifecycle.calendar import instant_text

    return {
        "seller": each.seller,
        "path": each.path,
        "country": each.country,
        "title": each.title,
        "perk": each.perk,
        "since": each.since.isoformat(),
        "given_by": each.given_by,
        "given_at": each.given_at and instant_text(each.given_at),
    }
