"""``lazsa-flow approval``: commands that one person requests and another approves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import typer

from lazsa_flow.cli.common import console, open_service, print_json, print_result, read_actor
from lazsa_flow.cli.options import (
    DEFAULT_DATABASE,
    AllRequests,
    As,
    CommandArguments,
    ConfigDir,
    Database,
    Json,
    Key,
    RequestedName,
    RequestNumber,
    ShownReason,
)
from lazsa_flow.cli.tables import Column, print_table

if TYPE_CHECKING:
    from lazsa_flow.service.command_request import CommandRequest

approval = typer.Typer(
    help="Commands that one person requests and another approves.", no_args_is_help=True
)


@approval.command("list")
def list_requests(
    ended: AllRequests = False,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """List the requests that wait for an approval: what, who asked, and when.

    Example: lazsa-flow approval list
    """
    with open_service(database, config) as service:
        found = service.command_requests(ended=ended)
    if as_json:
        print_json([each.document() for each in found])
        return
    columns = (
        *(Column("No.", right=True), Column("Command"), Column("Arguments", drop=1)),
        *(Column("Requested by", is_id=True), Column("At", drop=2), Column("State")),
    )
    rows = [
        (
            str(each.number),
            each.command,
            ", ".join(f"{name} {_shorten_value(value)}" for name, value in each.arguments.items()),
            each.requested_by,
            f"{each.requested_at:%Y-%m-%d %H:%M} UTC",
            describe_state(each),
        )
        for each in found
    ]
    print_table(columns, rows, empty="No request waits for an approval.")


@approval.command("show")
def show_request(
    number: RequestNumber,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Show a request: the command with all its arguments, who asked, and what became of it.

    Example: lazsa-flow approval show 3
    """
    with open_service(database, config) as service:
        found = service.command_request(number)
    if as_json:
        print_json(found.document())
        return
    lines = [
        f"Request {found.number}: {found.command}",
        *(f"{name}: {value}" for name, value in found.arguments.items()),
        f"Requested by {found.requested_by} at {found.requested_at:%Y-%m-%d %H:%M} UTC.",
        f"State: {describe_state(found)}",
    ]
    for line in lines:
        console().print(line, soft_wrap=True)


@approval.command("request")
def request(
    command: RequestedName,
    who: As,
    arguments: CommandArguments = "{}",
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Request any command that another person may approve, with its arguments as JSON.

    The command is tried and undone: what would be refused now is no request.

    Example: lazsa-flow approval request resume --with '{"country": "PH"}' --as operator:o-1
    """
    with open_service(database, config) as service:
        found = service.request_command(
            command, _read_arguments(arguments), actor=read_actor(who), key=key
        )
    print_request(found, as_json=as_json)


@approval.command("give")
def give_approval(
    number: RequestNumber,
    who: As,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Approve what another person requested; the command is carried out at once.

    It is refused once the rules have changed since the request: request it again then.

    Example: lazsa-flow approval give 3 --as operator:o-2
    """
    with open_service(database, config) as service:
        found = service.approve_request(number, actor=read_actor(who), key=key)
    print_request(found, as_json=as_json)


@approval.command("refuse")
def refuse_request(
    number: RequestNumber,
    who: As,
    reason: ShownReason,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Refuse what another person requested; it can be approved no more.

    Example: lazsa-flow approval refuse 3 --reason "not before Monday" --as operator:o-2
    """
    with open_service(database, config) as service:
        found = service.refuse_request(number, actor=read_actor(who), reason=reason, key=key)
    print_request(found, as_json=as_json)


@approval.command("withdraw")
def withdraw_request(
    number: RequestNumber,
    who: As,
    reason: ShownReason,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Withdraw your own request; it can be approved no more.

    Example: lazsa-flow approval withdraw 3 --reason "wrong country" --as operator:o-1
    """
    with open_service(database, config) as service:
        found = service.withdraw_request(number, actor=read_actor(who), reason=reason, key=key)
    print_request(found, as_json=as_json)


def print_request(found: CommandRequest, *, as_json: bool) -> None:
    """Print a request and what became of it, with the command by which another person approves."""
    text = f"Request {found.number}, {found.command}: {describe_state(found)}"
    if found.waiting:
        text += (
            f"\nAnother person approves it: lazsa-flow approval give {found.number} --as ROLE:ID"
        )
    print_result(text, found.document(), as_json=as_json)


def describe_state(found: CommandRequest) -> str:
    """Say in a few words what became of a request."""
    if found.stale:
        return f"{'; '.join(found.stale)}; request it again"
    if found.waiting:
        return "waits for an approval"
    reason = f": {found.reason}" if found.reason else ""
    return f"{found.outcome.replace('_', ' ')}, by {found.ended_by}{reason}"


def _shorten_value(value: Any) -> str:
    text = str(value).partition("\n")[0]
    return f"{text[:30]}…" if len(text) > 30 or text != str(value) else text


def _read_arguments(text: str) -> dict[str, Any]:
    """Read the arguments of a command.

    Raises:
        InputError: They are no JSON object.
    """
    from lazsa_flow.errors import InputError

    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise InputError.of(
            "approval request", "--with", text, "a JSON object of arguments by name"
        )
    return found
