"""``lazsa-flow migrate``, ``sweep`` and ``parked``: what operators type."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from lazsa_flow.cli.common import (
    DEFAULT_DATABASE,
    ConfigDir,
    Database,
    Json,
    Now,
    console,
    open_programme,
    print_json,
    read_now,
)


def migrate(
    database: Database = DEFAULT_DATABASE, config: ConfigDir = None, as_json: Json = False
) -> None:
    """Bring the database's schema to this release, and store policies and countries new to it.

    What the database has stays as it is. Files that differ from it are named: `policy release` and
    `country release` bring them into force.

    Example: lazsa-flow migrate --database sqlite:///lazsa.db
    """
    from lazsa_flow.config import Config
    from lazsa_flow.programme import Programme

    migrated = Programme.migrate(database, config=Config.load(config))
    if as_json:
        warnings = [asdict(each) for each in migrated.warnings]
        print_json({"stored": list(migrated.stored), "warnings": warnings})
        return
    screen = console()
    screen.print("The schema is this release's.")
    if migrated.stored and not migrated.first:
        screen.print(f"Stored: {', '.join(migrated.stored)}.", soft_wrap=True)
    for each in migrated.warnings:
        screen.print(f"warning: {each}", soft_wrap=True)


def sweep(
    now: Now = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
    with_helper: Annotated[
        bool, typer.Option("--helper", help="Judge in a second process as well; SQLite only.")
    ] = False,
) -> None:
    """Fire every timer that is due, here and now; a terminal shows how far it is.

    Example: lazsa-flow sweep --now 2026-10-01T00:00:00+08:00
    """
    from lazsa_flow.cli.progress import bars
    from lazsa_flow.runner import helper

    at = read_now(now)
    with open_programme(database, config) as programme:
        instant = at or programme.clock.now()
        with bars(console(), programme.due_by_country(instant)) as told:
            if with_helper:
                swept = helper.sweep(database, instant, config=config, done=told)
            else:
                swept = programme.sweep(now=instant, done=told)
    counts = asdict(swept)
    if as_json:
        print_json(counts)
    else:
        console().print(", ".join(f"{count} {what}" for what, count in counts.items()) + ".")


def parked(
    database: Database = DEFAULT_DATABASE, config: ConfigDir = None, as_json: Json = False
) -> None:
    """List the paths that are parked, with the timer that failed and the error's name.

    Example: lazsa-flow parked --json
    """
    with open_programme(database, config) as programme:
        found = programme.parked()
    if as_json:
        print_json(
            [
                {
                    "path": ref,
                    "timer": failure.timer,
                    "due_at": failure.due_at.isoformat(),
                    "error": failure.error,
                    "attempts": failure.attempts,
                    "failed_at": failure.failed_at.isoformat(),
                }
                for ref, failure in found
            ]
        )
        return
    for ref, failure in found:
        at = f"{failure.failed_at:%Y-%m-%d %H:%M} UTC"
        what = f"{failure.timer} failed {failure.attempts} times"
        console().print(f"{ref}: {what}, the last at {at}: {failure.error}")
    console().print(f"{len(found)} paths are parked.")
