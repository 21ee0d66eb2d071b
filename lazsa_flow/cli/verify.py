"""``lazsa-flow verify``: the check of the journal and of the states that follow from it."""

from __future__ import annotations

import typer

from lazsa_flow.cli.common import console, open_service, print_json
from lazsa_flow.cli.options import DEFAULT_DATABASE, ConfigDir, Database, Json


def verify(
    database: Database = DEFAULT_DATABASE, config: ConfigDir = None, as_json: Json = False
) -> None:
    """Replay every path's journal, compare it with the path's row, and report every fault.

    It proves that rows, chains of hashes and last states fit together, and nothing about whose
    path it is, its country and round, its periods, timers and evidence. The exit code is 1 where
    anything is at fault.

    Example: lazsa-flow verify --database sqlite:///lazsa.db
    """
    with open_service(database, config) as service:
        found = service.verify()
    if as_json:
        faults = [
            {"path": fault.path, "seq": fault.seq, "fault": fault.what} for fault in found.faults
        ]
        print_json({"paths": found.paths, "rows": found.rows, "faults": faults})
    else:
        screen = console()
        for fault in found.faults:
            screen.print(str(fault), soft_wrap=True)
        screen.print(f"{found.rows} rows of {found.paths} paths, {len(found.faults)} faults.")
    raise typer.Exit(int(bool(found.faults)))
