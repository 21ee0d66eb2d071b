"""Perks on the command line: the consent to the Hall of Fame."""

from __future__ import annotations

from typing import Annotated

import typer

from lazsa_flow.cli.common import (
    DEFAULT_DATABASE,
    As,
    ConfigDir,
    Database,
    Json,
    Key,
    open_programme,
    print_result,
    read_actor,
)
from lazsa_flow.cli.people import Seller


def consent(
    seller: Seller,
    who: As,
    give: Annotated[bool, typer.Option("--give", help="Give the consent.")] = False,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Withdraw it.")] = False,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Give or withdraw a seller's consent to be named in the Hall of Fame.

    Example: lazsa-flow consent seller-1 --give --as seller:seller-1
    """
    from lazsa_flow.errors import InputError

    if give == withdraw:
        got = "both" if give else "neither"
        raise InputError.of("consent", "--give", got, "either --give or --withdraw")
    with open_programme(database, config) as programme:
        programme.consent(seller, given=give, actor=read_actor(who), key=key)
    done = "given" if give else "withdrawn"
    data = {"seller": seller, "consent": "hall_of_fame", "given": give}
    print_result(f"{seller}: consent to the Hall of Fame {done}", data, as_json=as_json)
