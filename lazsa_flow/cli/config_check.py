"""``lazsa-flow config check``: configuration that nothing uses."""

from __future__ import annotations

import typer

from lazsa_flow.cli.common import console, open_service, print_json
from lazsa_flow.cli.documents import to_json
from lazsa_flow.cli.options import DEFAULT_DATABASE, ConfigDir, Database, Json

config = typer.Typer(help="The deployment's configuration.", no_args_is_help=True)


@config.command("check")
def check(
    database: Database = DEFAULT_DATABASE, config_: ConfigDir = None, as_json: Json = False
) -> None:
    """List files and keys that nothing reads, and policies and countries that are not released.

    Example: lazsa-flow config check --config /etc/lazsa
    """
    with open_service(database, config_) as service:
        found = service.config_warnings()
    if as_json:
        print_json(to_json(found))
        return
    for each in found:
        console().print(str(each), soft_wrap=True)
    if not found:
        console().print("All of the configuration is used.")
