"""``lazsa-flow seller``: a seller's country, and ids of one seller, joined and parted.

To join or part them shows what would be done, and asks first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from lazsa_flow.award.cli.opening import open_programme
from lazsa_flow.award.cli.options import NewCountry, NewSeller, OldSeller, Seller
from lazsa_flow.cli.common import print_result, read_actor
from lazsa_flow.cli.confirm import Forecast, confirm
from lazsa_flow.cli.options import DEFAULT_DATABASE, As, ConfigDir, Database, DryRun, Json, Key, Yes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lazsa_flow.award.commands.merging import MergedSellers
    from lazsa_flow.award.programme import Programme


seller = typer.Typer(help="Sellers as a whole.", no_args_is_help=True)


@seller.command("move")
def move(
    seller: Seller,
    country: NewCountry,
    who: As,
    dry_run: DryRun = False,
    yes: Yes = False,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Move a seller to another country: team, title, zone and future instants.

    Example: lazsa-flow seller move seller-1 PH --as host:shop
    """
    from lazsa_flow.cli.forecast import confirm_replanning, timer_document

    actor = read_actor(who)
    with open_programme(database, config) as programme:
        planned = confirm_replanning(
            programme,
            "seller move",
            lambda own: own.move_country(seller, country, actor=actor, key=key),
            dry_run=dry_run,
            yes=yes,
            as_json=as_json,
        )
    if planned is None:
        return
    print_result(
        f"{seller} is in {country}; {len(planned)} timers moved.",
        {
            "seller": seller,
            "country": country,
            "timers": [timer_document(each) for each in planned],
        },
        as_json=as_json,
    )


@seller.command("show")
def show(
    seller: Seller,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Show every id of a seller, and in which country they are and were.

    Example: lazsa-flow seller show seller-1
    """
    from lazsa_flow.cli.documents import to_json

    with open_programme(database, config) as programme:
        found = programme.seller_record(seller)
    others = ", ".join(found.names[1:])
    lines = [
        f"{found.seller} is in {found.country}.",
        *([f"  earlier ids: {others}"] if others else []),
        f"  paths: {', '.join(found.paths) or 'none'}",
        *(
            f"  {each.seller} in {each.country} since {each.as_of}: by {each.source}"
            f"{f' of {each.actor}' if each.actor else ''}"
            for each in found.countries
        ),
    ]
    print_result("\n".join(lines), to_json(found), as_json=as_json)


@seller.command("merge")
def merge(
    old: OldSeller,
    new: NewSeller,
    who: As,
    dry_run: DryRun = False,
    yes: Yes = False,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Join two ids of one seller: from now on either finds the paths and records of both.

    Example: lazsa-flow seller merge seller-1 seller-1001 --as host:shop
    """
    actor = read_actor(who)

    def run(programme: Programme, *, dry_run: bool) -> MergedSellers:
        return programme.merge_sellers(old, new, actor=actor, key=key, dry_run=dry_run)

    _run("seller merge", run, database, config, dry_run=dry_run, yes=yes, as_json=as_json)


@seller.command("unmerge")
def unmerge(
    old: OldSeller,
    new: NewSeller,
    who: As,
    dry_run: DryRun = False,
    yes: Yes = False,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Undo a merge of two ids, for as long as no path of the seller has moved on it.

    Example: lazsa-flow seller unmerge seller-1 seller-1001 --as host:shop
    """
    actor = read_actor(who)

    def run(programme: Programme, *, dry_run: bool) -> MergedSellers:
        return programme.unmerge_sellers(old, new, actor=actor, key=key, dry_run=dry_run)

    _run("seller unmerge", run, database, config, dry_run=dry_run, yes=yes, as_json=as_json)


def _run(
    command: str,
    run: Callable[..., MergedSellers],
    database: str,
    config: Path | None,
    *,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Show what a command would do, ask, do it, and print what it did."""
    with open_programme(database, config) as programme:

        def forecast() -> Forecast:
            found = run(programme, dry_run=True)
            return Forecast(_describe_merge(command, found, would=True), _merge_document(found))

        if not confirm(command, forecast, dry_run=dry_run, yes=yes, as_json=as_json):
            return
        done = run(programme, dry_run=False)
    print_result("\n".join(_describe_merge(command, done)), _merge_document(done), as_json=as_json)


def _describe_merge(command: str, done: MergedSellers, *, would: bool = False) -> list[str]:
    from lazsa_flow.cli.forecast import timer_text

    country = f", in {done.country}" if done.country else ""
    are, is_ = ("would be", "would be") if would else ("are", "is")
    if command == "seller merge":
        first = f"{done.old} and {done.new} {are} one seller: {done.seller}{country}."
    else:
        first = f"{done.old} {is_} a seller of its own again{country}; {done.new} {is_} another."
    timers = f"{len(done.timers)} timer{'s' * (len(done.timers) != 1)}"
    return [
        first,
        *(
            f"  {path} {'would stand' if would else 'stands'} under {done.seller}"
            for path in done.paths
        ),
        *([f"{timers} {'would move' if would else 'moved'}:"] if done.timers else []),
        *map(timer_text, done.timers),
    ]


def _merge_document(done: MergedSellers) -> dict[str, Any]:
    from lazsa_flow.cli.forecast import timer_document

    return {
        "old": done.old,
        "new": done.new,
        "seller": done.seller,
        "country": done.country,
        "paths": list(done.paths),
        "timers": [timer_document(each) for each in done.timers],
    }
