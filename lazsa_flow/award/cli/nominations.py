"""``lazsa-flow nomination``: a nominator completes or withdraws their own."""

from __future__ import annotations

import typer

from lazsa_flow.award.cli.opening import open_programme
from lazsa_flow.award.cli.options import MissingStatement
from lazsa_flow.cli.common import print_move, print_result, read_actor
from lazsa_flow.cli.options import DEFAULT_DATABASE, As, ConfigDir, Database, Json, Key, PathRef

nomination = typer.Typer(help="Your own nomination of a path.", no_args_is_help=True)


@nomination.command()
def complete(
    path: PathRef,
    who: As,
    statement: MissingStatement,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Complete your own nomination of a path.

    Example: lazsa-flow nomination complete award-17 --as employee:e-7 --statement "Helps others."
    """
    with open_programme(database, config) as programme:
        programme.complete_nomination(path, actor=read_actor(who), statement=statement, key=key)
    print_result(f"{path}: completed", {"path": path, "nomination": "completed"}, as_json=as_json)


@nomination.command()
def withdraw(
    path: PathRef,
    who: As,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Withdraw your own nomination of a path; with the last one, the path is withdrawn.

    Example: lazsa-flow nomination withdraw award-17 --as employee:e-7
    """
    with open_programme(database, config) as programme:
        move = programme.withdraw_nomination(path, actor=read_actor(who), key=key)
    print_move(move, as_json=as_json, none=f"{path}: your nomination is withdrawn")
