"""``lazsa-flow migrate`` and ``sweep``: the schema, and timers that are due."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import typer

from lazsa_flow.cli import common
from lazsa_flow.cli.application import current_application
from lazsa_flow.cli.common import console, open_service, print_json, read_now
from lazsa_flow.cli.confirm import confirm
from lazsa_flow.cli.options import (
    DEFAULT_DATABASE,
    Bucket,
    ConfigDir,
    Database,
    DryRun,
    DueBy,
    Json,
    Yes,
)


def migrate(
    bucket: Bucket = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Bring the schema to this release, and store what is new: policies, countries, tables.

    What the database has of policies and countries stays as it is. Files that differ from it are
    named: `policy release` and `country release` bring them into force. Differences between the
    lifecycles' tables of before and now are printed.

    Example: lazsa-flow migrate --database sqlite:///lazsa.db
    """
    from lazsa_flow.cli.progress import working_bar
    from lazsa_flow.config import Config

    clock = common.make_clock()
    service = current_application().load()
    found = Config.load(config)
    with working_bar("migrate"):
        migrated = service.migrate(database, config=found, clock=clock, bucket=bucket)
    changed = {name: list(lines) for name, lines in migrated.tables.items() if lines}
    if as_json:
        warnings = [asdict(each) for each in migrated.warnings]
        stored = list(migrated.stored)
        print_json(
            {
                "stored": stored,
                "tables": changed,
                "reminders": migrated.reminders,
                "bucket": migrated.bucket,
                "warnings": warnings,
            }
        )
        return
    screen = console()
    screen.print("The schema is this release's.")
    if migrated.stored and not migrated.first:
        screen.print(f"Stored: {', '.join(migrated.stored)}.", soft_wrap=True)
    for name, lines in changed.items():
        screen.print(f"The table of lifecycle {name} has changed:")
        for line in lines:
            screen.print(f"  {line}", soft_wrap=True)
    if migrated.reminders:
        screen.print(f"{migrated.reminders} reminders were set for open paths.")
    if bucket is not None:
        screen.print(f"Paths that open from now on are numbered in bucket {migrated.bucket}.")
    for each in migrated.warnings:
        screen.print(f"warning: {each}", soft_wrap=True)


def sweep(
    now: DueBy = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Fire all timers that are due, with a progress bar on a terminal; with --now it asks first.

    Timers under a pause wait. Nothing fires before its instant has come. The exit code is 1 if a
    decision failed or a path was parked.

    Example: lazsa-flow sweep
    """
    from lazsa_flow.cli.forecast import of_due
    from lazsa_flow.cli.pausing import show_pauses, show_waiting_dates
    from lazsa_flow.cli.progress import bars
    from lazsa_flow.engine.recorded_instant import check_past

    until = read_now(now)
    with open_service(database, config) as service:
        if until is not None:
            check_past(until, service.clock)
        instant = until or service.clock.now()
        if not confirm(
            "sweep --now",
            lambda: of_due(service.count_due(until=instant), service.pauses()),
            dry_run=dry_run,
            yes=yes or until is None,
            as_json=as_json,
        ):
            return
        with bars(console(stderr=True), service.due_by_country(instant)) as report:
            swept = service.sweep(now=until, done=report)
        pauses = service.pauses()
        show_waiting_dates(service)
    counts: dict[str, Any] = asdict(swept)
    if as_json:
        print_json(counts | ({"paused": [each.scope for each in pauses]} if pauses else {}))
    else:
        console().print(", ".join(f"{count} {what}" for what, count in counts.items()) + ".")
        show_pauses(pauses)
    raise typer.Exit(int(bool(swept.failed or swept.parked)))
