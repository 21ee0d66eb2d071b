"""``lazsa-flow appeal``: decisions on appeals, and the appeals that are open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import typer

from lazsa_flow.award.cli.opening import open_programme
from lazsa_flow.award.cli.options import AllCountries, Grant, Reject, StaffAs, Unfiled
from lazsa_flow.cli.common import print_json, print_move, read_actor
from lazsa_flow.cli.default_group import group_with_default
from lazsa_flow.cli.documents import to_json
from lazsa_flow.cli.options import (
    DEFAULT_DATABASE,
    After,
    As,
    ConfigDir,
    Csv,
    Database,
    Json,
    Key,
    Limit,
    PathRef,
    RoleCountry,
)
from lazsa_flow.cli.tables import Column, print_csv, print_more, print_table

if TYPE_CHECKING:
    from lazsa_flow.award.commands.appeals import Appeal
    from lazsa_flow.award.programme import Programme

COLUMNS: Final = (
    Column("Path", is_id=True),
    Column("Seller", is_id=True),
    Column("Country", drop=2),
    Column("Reason", drop=3),
    Column("Until"),
    Column("Days left", right=True),
    Column("Grant", right=True),
    Column("Reject", right=True),
    Column("By", drop=1),
)
appeal = typer.Typer(
    help="Appeals: decide on one, and list those that are open.",
    no_args_is_help=True,
    cls=group_with_default("decide"),
)


@appeal.command("decide")
def decide(
    path: PathRef,
    who: As,
    grant: Grant = False,
    reject: Reject = False,
    country: RoleCountry = None,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Give your voice on an appeal; the second person's grant reinstates, the second's no closes.

    `lazsa-flow appeal PATH` is the same command.

    Example: lazsa-flow appeal decide award-17 --as manager:m-1 --grant
    """
    from lazsa_flow.errors import InputError

    if grant == reject:
        got = "both" if grant else "neither"
        raise InputError.of("appeal", "--grant", got, "either --grant or --reject")
    actor = read_actor(who, country)
    with open_programme(database, config) as programme:
        move = programme.appeal(path, actor=actor, grant=grant, key=key)
        none = "" if move is not None or as_json else _describe_standing(programme, path)
    print_move(move, as_json=as_json, none=none)


def _describe_standing(programme: Programme, path: str) -> str:
    """Say how an appeal stands after a voice that did not reinstate."""
    for each in programme.appeals(programme.find(path).country):
        if each.path == path:
            return (
                f"{path}: your voice is recorded; of {each.persons} persons {each.grants} grant it "
                f"and {each.rejections} reject it. It can be granted until {each.until}, "
                f"{each.days_left} days from now."
            )
    return f"{path}: your voice is recorded; the appeal is rejected and closed."


@appeal.command("list")
def list_(
    country: AllCountries = None,
    who: StaffAs = None,
    role_country: RoleCountry = None,
    unfiled: Unfiled = False,
    after: After = None,
    limit: Limit = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_csv: Csv = False,
    as_json: Json = False,
) -> None:
    """List the open appeals, those with the fewest days left first.

    Example: lazsa-flow appeal list PH --as manager:m-1
    """
    with open_programme(database, config) as programme:
        actor = None if who is None else read_actor(who, role_country)
        found = programme.appeals(
            country, actor=actor, unfiled=unfiled, after=after, limit=limit and limit + 1
        )
    more = limit is not None and len(found) > limit
    found = found[:limit]
    if as_json:
        print_json(to_json(found))
        return
    rows = [_list_cells(each) for each in found]
    if as_csv:
        print_csv(COLUMNS, rows)
    else:
        empty = f"No appeal is open{'' if country is None else f' in {country}'}."
        print_table(COLUMNS, rows, empty=empty if after is None else "There are no more.")
        print_more(found[-1].path if more else None)


def _list_cells(each: Appeal) -> tuple[object, ...]:
    return (
        each.path,
        each.seller,
        each.country,
        each.reason,
        each.until,
        each.days_left,
        each.grants,
        each.rejections,
        _name_voices(each),
    )


def _name_voices(appeal: Appeal) -> str:
    return ", ".join(f"{voice.person} ({voice.decision})" for voice in appeal.voices)
