"""``lazsa-flow trainer``: prospects and their invitation."""

from __future__ import annotations

import typer

from lazsa_flow.award.cli.opening import open_programme
from lazsa_flow.award.cli.options import Seller, ShownSkill, ShownSkills
from lazsa_flow.cli.common import print_move, print_result, read_actor
from lazsa_flow.cli.options import DEFAULT_DATABASE, As, ConfigDir, Database, Json, Key

trainer = typer.Typer(help="LazStar trainers.", no_args_is_help=True)


@trainer.command("invite")
def invite(
    seller: Seller,
    who: As,
    shown: ShownSkills = None,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Invite a seller to become a LazStar trainer, recording what they have shown.

    Example: lazsa-flow trainer invite seller-1 --as employee:e-7 --shown teaching --shown speaking
    """
    with open_programme(database, config) as programme:
        moved = programme.invite_trainer(seller, shown=shown or [], actor=read_actor(who), key=key)
    print_move(moved, as_json=as_json, none="")


@trainer.command("shown")
def record_shown(
    seller: Seller,
    what: ShownSkill,
    who: As,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Record that you have seen a prospect teach or speak.

    Example: lazsa-flow trainer shown seller-1 teaching --as employee:e-7
    """
    with open_programme(database, config) as programme:
        programme.record_shown(seller, what, actor=read_actor(who), key=key)
    print_result(f"{seller}: {what} was seen", {"seller": seller, "shown": what}, as_json=as_json)
