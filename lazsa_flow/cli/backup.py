"""``lazsa-flow backup`` and ``restore``: an SQLite database into one file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lazsa_flow.cli.application import current_application
from lazsa_flow.cli.common import console, print_json
from lazsa_flow.cli.confirm import Forecast, confirm
from lazsa_flow.cli.options import (
    DEFAULT_DATABASE,
    BackupFile,
    Database,
    DryRun,
    Json,
    Overwrite,
    Yes,
)

if TYPE_CHECKING:
    from lazsa_flow.store.restore import Restored


def backup(
    file: BackupFile,
    overwrite: Overwrite = False,
    database: Database = DEFAULT_DATABASE,
    as_json: Json = False,
) -> None:
    """Copy an SQLite database into one file while it is in use, and check the copy.

    Example: lazsa-flow backup backups/lazsa-2026-10-01.db
    """
    from contextlib import closing

    from lazsa_flow.cli.progress import working_bar
    from lazsa_flow.store.store import SqlStore

    with (
        working_bar("backup"),
        closing(SqlStore(database)) as store,
    ):  # of any schema: one backs up before migrating
        done = store.backup(file, overwrite=overwrite)
    if as_json:
        print_json({"file": str(done.file), "bytes": done.size, "schema": done.revision})
    else:
        size = f"{done.size / 1_000_000:.1f} MB"
        console().print(f"{done.file}: {size}, schema {done.revision}, checked.", soft_wrap=True)


def restore(
    file: BackupFile,
    database: Database = DEFAULT_DATABASE,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Put a backup in place of an SQLite database that no process has open.

    Example: lazsa-flow restore backups/lazsa-2026-10-01.db --database sqlite:///lazsa.db
    """
    from lazsa_flow.cli.progress import working_bar
    from lazsa_flow.store.connect import sqlite_file
    from lazsa_flow.store.restore import check_backup, check_unheld

    target = sqlite_file(database, "restore")
    with working_bar("check the backup"):
        check_backup(file, target)
    check_unheld(target)
    asked = dry_run or target.exists()
    if asked and not confirm(
        "restore",
        lambda: _forecast_restore(file, target),
        dry_run=dry_run,
        yes=yes,
        as_json=as_json,
    ):
        return
    with working_bar("restore"):
        done = current_application().load().restore(database, file)
    if as_json:
        aside = done.set_aside and str(done.set_aside)
        print_json({"database": str(target), "schema": done.revision, "set_aside": aside})
    else:
        for line in _describe_restored(done, file):
            console().print(line, soft_wrap=True)


def _forecast_restore(file: Path, target: Path) -> Forecast:
    from lazsa_flow.store.restore import describe_contents

    found = describe_contents(file, unchanging=True)
    there = describe_contents(target) if target.exists() else "not there yet"
    return Forecast(
        [
            f"{target}: {there}.",
            f"It is replaced by {file}: {found}.",
            "What was recorded since the backup is lost.",
        ],
        {"database": str(target), "holds": there, "backup": str(file), "backup_holds": found},
    )


def _describe_restored(done: Restored, file: Path) -> list[str]:
    lines = [f"{done.database} is as {file} was, and was checked."]
    if done.set_aside is not None:
        lines.append(
            f"The old database could not be opened and is kept as {done.set_aside}; it holds "
            "personal data: delete it when it is no longer needed."
        )
    if not done.current:
        lines.append(f"Its schema is {done.revision}: run lazsa-flow migrate.")
    lines.append("Next: lazsa-flow verify, lazsa-flow doctor; see docs/operations/backup.md.")
    return lines
