"""``lazsa-flow entry``: applications for a store, checked or submitted from a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from lazsa_flow.award.cli.opening import open_programme
from lazsa_flow.award.cli.options import ApplicantAs, ApplicationFile
from lazsa_flow.cli.common import console, find_runtime, print_json, read_actor
from lazsa_flow.cli.explain import verdict_line
from lazsa_flow.cli.options import DEFAULT_DATABASE, ConfigDir, Database, Json, Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazsa_flow.award.commands.store_entry import Application
    from lazsa_flow.award.programme import Programme

entry = typer.Typer(help="Applications for a store.", no_args_is_help=True)


@entry.command()
def check(
    file: ApplicationFile,
    who: ApplicantAs = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Check the records of an application before it is submitted; nothing is written.

    Example: LAZSA_SECRET=… lazsa-flow entry check turnover.csv --as seller:seller-1
    """
    actor = read_actor(who or "host:host")
    with open_programme(database, config) as programme:
        found = [
            programme.check_entry(each.applicant, **_fields(each), actor=actor)
            for each in _read_applications(programme, file)
        ]
    if as_json:
        print_json([each.to_json() for each in found])
        return
    screen = console()
    for each in found:
        screen.print(f"{each.applicant}: {each.received}", soft_wrap=True)
        for verdict in each.verdicts:
            screen.print(f"  {verdict_line(verdict)}", soft_wrap=True)
        stands = ", ".join(verdict.name for verdict in each.unmet)
        screen.print(f"  Not met: {stands}." if stands else "  Nothing stands against it.")
    if not found:
        screen.print("The file has no records.")


@entry.command()
def submit(
    file: ApplicationFile,
    who: ApplicantAs = None,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Submit the one application of a file, and print what was received.

    Example: LAZSA_SECRET=… lazsa-flow entry submit turnover.csv --as seller:seller-1
    """
    from lazsa_flow.errors import InputError
    from lazsa_flow.service.move_json import move_to_json

    actor = read_actor(who or "host:host")
    with open_programme(database, config) as programme:
        applications = list(_read_applications(programme, file))
        if len(applications) != 1:
            found, expected = f"{len(applications)} applications", "one; for more: import turnover"
            raise InputError.of("argument", "FILE", found, expected)
        one = applications[0]
        receipt = programme.apply_entry(one.applicant, **_fields(one), actor=actor, key=key)
    if as_json:
        print_json({**move_to_json(receipt), "received": receipt.received.to_json()})
        return
    console().print(f"{receipt.path}: received {receipt.received}", soft_wrap=True)


def _read_applications(programme: Programme, file: Path) -> Iterator[Application]:
    from lazsa_flow.award.commands.store_entry_checks import application_of
    from lazsa_flow.award.imports.turnover import read_turnover

    for rows in list(read_turnover(file, find_runtime(programme).rulebook.countries)):
        yield application_of(rows)


def _fields(application: Application) -> dict[str, Any]:
    return {
        "country": application.country,
        "category": application.category,
        "records": application.records,
        "provenance": application.provenance,
        "consent": application.consent,
    }
