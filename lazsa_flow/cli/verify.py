"""``lazsa-flow verify``: the check of the journal and of the states that follow from it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from lazsa_flow.cli.common import console, open_service, print_json
from lazsa_flow.cli.options import DEFAULT_DATABASE, ConfigDir, Database, Json

if TYPE_CHECKING:
    from lazsa_flow.service.verifying import Verification


def verify(
    database: Database = DEFAULT_DATABASE, config: ConfigDir = None, as_json: Json = False
) -> None:
    """Replay every path's journal, compare it with the path's row, and report every fault.

    It proves that rows, chains of hashes and last states fit together, and that moves are counted
    as the journal has them: by lifecycle, country, cycle and trigger. It proves nothing about whose
    path it is, its round, its periods, timers and evidence. The exit code is 1 where anything is at
    fault.

    Example: lazsa-flow verify --database sqlite:///lazsa.db
    """
    from lazsa_flow.cli.progress import working_bar

    with working_bar("verify"), open_service(database, config) as service:
        found = service.verify()
    if as_json:
        print_json(_verification_document(found))
    else:
        screen = console()
        for fault in (*found.faults, *found.flows):
            screen.print(str(fault), soft_wrap=True)
        counts = f", {len(found.flows)} counts that differ" if found.flows else ""
        screen.print(
            f"{found.rows} rows of {found.paths} paths, {len(found.faults)} faults{counts}."
        )
    raise typer.Exit(int(bool(found.faults or found.flows)))


def _verification_document(found: Verification) -> dict[str, Any]:
    """Return what was found as JSON values; ``flows`` only where counts differ."""
    faults = [{"path": fault.path, "seq": fault.seq, "fault": fault.what} for fault in found.faults]
    document: dict[str, Any] = {"paths": found.paths, "rows": found.rows, "faults": faults}
    if found.flows:
        document["flows"] = [asdict(each) for each in found.flows]
    return document
