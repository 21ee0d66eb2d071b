"""What compliance, managers and operators type."""

from __future__ import annotations

from typing import Annotated

import typer

from lazsa_flow.cli.common import (
    DEFAULT_DATABASE,
    As,
    ConfigDir,
    Country,
    Database,
    Json,
    Key,
    open_programme,
    print_move,
    print_result,
    read_actor,
)
from lazsa_flow.cli.people import Seller

case = typer.Typer(help="Compliance cases: they postpone award or renewal.", no_args_is_help=True)

CaseId = Annotated[str, typer.Argument(metavar="CASE", help="The case's id.")]


@case.command("open")
def open_case(
    seller: Seller,
    case_id: CaseId,
    who: As,
    country: Country = None,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Open a case on a seller.

    Example: lazsa-flow case open seller-1 c-4711 --as compliance:c-1
    """
    with open_programme(database, config) as programme:
        programme.open_case(seller, case_id, actor=read_actor(who, country), key=key)
    data = {"seller": seller, "case": case_id, "value": "open"}
    print_result(f"{case_id}: open", data, as_json=as_json)


@case.command("close")
def close_case(
    seller: Seller,
    case_id: CaseId,
    who: As,
    country: Country = None,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Close a case on a seller.

    Example: lazsa-flow case close seller-1 c-4711 --as compliance:c-1
    """
    with open_programme(database, config) as programme:
        programme.close_case(seller, case_id, actor=read_actor(who, country), key=key)
    data = {"seller": seller, "case": case_id, "value": "closed"}
    print_result(f"{case_id}: closed", data, as_json=as_json)


def readmit(
    seller: Seller,
    who: As,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Let files be imported again for somebody who was erased and has come back.

    Example: lazsa-flow readmit seller-1 --as host:shop
    """
    with open_programme(database, config) as programme:
        programme.readmit(seller, actor=read_actor(who), key=key)
    print_result(
        f"{seller}: files that are imported from now on hold for them again.",
        {"readmitted": seller},
        as_json=as_json,
    )


def invite(
    seller: Seller,
    who: As,
    shown: Annotated[list[str] | None, typer.Option(help="teaching, speaking; repeat it.")] = None,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Invite a seller to become a LazStar trainer, recording what they have shown.

    Example: lazsa-flow invite seller-1 --as employee:e-7 --shown teaching --shown speaking
    """
    with open_programme(database, config) as programme:
        moved = programme.invite_trainer(seller, shown=shown or [], actor=read_actor(who), key=key)
    print_move(moved, as_json=as_json, none="")
