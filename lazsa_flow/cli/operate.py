"""``lazsa-flow migrate``, ``sweep`` and ``run``: what operators type."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from lazsa_flow.cli.common import (
    DEFAULT_DATABASE,
    ConfigDir,
    Database,
    Json,
    Now,
    console,
    log_to_stderr,
    open_programme,
    print_json,
    read_now,
)


class Logs(StrEnum):
    """How events are written."""

    console = "console"
    json = "json"


def migrate(database: Database = DEFAULT_DATABASE, config: ConfigDir = None) -> None:
    """Bring the database's schema to this release, and store the first policy texts.

    Example: lazsa-flow migrate --database sqlite:///lazsa.db
    """
    from lazsa_flow.config import Config
    from lazsa_flow.programme import Programme

    Programme.migrate(database, config=Config.load(config))
    console().print("The schema is this release's.")


def sweep(
    now: Now = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Fire every timer that is due, here and now.

    Example: lazsa-flow sweep --now 2026-10-01T00:00:00+08:00
    """
    from dataclasses import asdict

    at = read_now(now)
    with open_programme(database, config) as programme:
        swept = programme.sweep(now=at)
    counts = asdict(swept)
    if as_json:
        print_json(counts)
    else:
        console().print(", ".join(f"{count} {what}" for what, count in counts.items()) + ".")


def run(
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    logs: Annotated[Logs, typer.Option(help="How events are written to stderr.")] = Logs.console,
) -> None:
    """Keep ticker and worker going on the real clock, in this process, until SIGTERM.

    Example: lazsa-flow run --database sqlite:///lazsa.db
    """
    from lazsa_flow.runner.local import serve

    log_to_stderr(as_json=logs is Logs.json, level="info")
    with open_programme(database, config) as programme:
        serve(programme)
