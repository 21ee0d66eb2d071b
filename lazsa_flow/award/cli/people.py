"""``nominate``, ``score``, ``recuse`` and ``reconnect``: commands of nominators and reviewers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from lazsa_flow.award.cli.opening import open_programme
from lazsa_flow.award.cli.options import (
    Comment,
    ReconnectStep,
    RecusalReason,
    Scores,
    Seller,
    Statement,
    Team,
)
from lazsa_flow.cli.common import (
    console,
    print_json,
    print_move,
    print_result,
    read_actor,
)
from lazsa_flow.cli.options import (
    DEFAULT_DATABASE,
    As,
    ConfigDir,
    Database,
    DryRun,
    Json,
    Key,
    PathRef,
    RoleCountry,
)

if TYPE_CHECKING:
    from lazsa_flow.award.commands.scoring import CardReceipt


reconnect = typer.Typer(help="Former ambassadors' steps into Reconnect.", no_args_is_help=True)


def nominate(
    seller: Seller,
    who: As,
    statement: Statement = "",
    country: RoleCountry = None,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Nominate a seller, or support a nomination that stands.

    Example: lazsa-flow nominate seller-1 --as employee:e-7 --statement "Helps others."
    """
    actor = read_actor(who, country)
    with open_programme(database, config) as programme:
        done = programme.nominate(seller, actor=actor, statement=statement, key=key)
    if as_json:
        print_json(
            {
                "path": done.path,
                "nomination": done.nomination,
                "supporting": done.supporting,
                "cycle_on": done.cycle_on,
            }
        )
    else:
        how = "supported" if done.supporting else "nominated"
        console().print(f"{done.path}: {how} for {done.cycle_on}")


def score(
    path: PathRef,
    who: As,
    comment: Comment,
    scores: Scores,
    team: Team = None,
    country: RoleCountry = None,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Score a path in its open round: eleven items, 0 to 5, and a comment.

    Example: lazsa-flow score award-17 --as reviewer:r-1 --country PH --team academy
    --comment "Steady." business_operation=4 operation_drivers=4 …
    """
    from lazsa_flow.errors import InputError

    read: dict[str, int] = {}
    for each in scores:
        item, _, figure = each.partition("=")
        if len(figure) != 1 or figure not in "012345":
            raise InputError.of("scores", item, figure, "ITEM=SCORE with a score from 0 to 5")
        read[item] = int(figure)
    actor = read_actor(who, country, team)
    with open_programme(database, config) as programme:
        receipt = programme.score(path, actor=actor, scores=read, comment=comment, key=key)
    _print_receipt(receipt, "scored", {"scores": read}, as_json=as_json)


def _print_receipt(receipt: CardReceipt, did: str, data: Any, *, as_json: bool) -> None:
    """Print what was taken of a card, and where its team is another than the seat's."""
    lines = [f"{receipt.path}: {did} for the team {receipt.team}"]
    if receipt.difference:
        lines.append(receipt.difference)
    fields = {
        "path": receipt.path,
        "reviewer": receipt.reviewer,
        "team": receipt.team,
        "given_team": receipt.given_team,
        "difference": receipt.difference or None,
    }
    print_result("\n".join(lines), {**fields, **data}, as_json=as_json)


def recuse(
    path: PathRef,
    who: As,
    reason: RecusalReason,
    team: Team = None,
    country: RoleCountry = None,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Stand back from a path's open round; an earlier card of yours no longer counts.

    Example: lazsa-flow recuse award-17 --as reviewer:r-1 --country PH --team academy
    --reason same_family
    """
    actor = read_actor(who, country, team)
    with open_programme(database, config) as programme:
        receipt = programme.recuse(path, actor=actor, reason=reason, key=key)
    _print_receipt(receipt, "recused", {"reason": reason}, as_json=as_json)


@reconnect.command()
def step(
    seller: Seller,
    name: ReconnectStep,
    who: As,
    country: RoleCountry = None,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Record one of the steps into Reconnect; the last, by the local team, adds the member.

    Example: lazsa-flow reconnect step seller-1 join_group --as team:t-1 --country PH
    """
    actor = read_actor(who, country)
    with open_programme(database, config) as programme:
        move = programme.reconnect_step(seller, name, actor=actor, key=key)
    print_move(move, as_json=as_json, none=f"{seller}: {name} is recorded")


@reconnect.command("taken-out")
def record_taken_out(
    seller: Seller,
    who: As,
    country: RoleCountry = None,
    dry_run: DryRun = False,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Record that a former member was taken out of the group; once a membership.

    Example: lazsa-flow reconnect taken-out seller-1 --as team:t-1 --country PH
    """
    actor = read_actor(who, country)
    with open_programme(database, config) as programme:
        path = programme.record_taken_out(seller, actor=actor, key=key, dry_run=dry_run)
    data = {"seller": seller, "path": path, **({"dry_run": True} if dry_run else {})}
    would = "would be recorded" if dry_run else "is recorded"
    print_result(f"{seller}: {would} as taken out of the group ({path})", data, as_json=as_json)
