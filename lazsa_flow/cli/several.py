"""Several databases on one command line: opening them, and telling which did not answer."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import typer

from lazsa_flow.cli.application import current_application
from lazsa_flow.cli.common import build_opener, console

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from lazsa_flow.cli.application import Service
    from lazsa_flow.service.several import DatabaseAnswer, SeveralDatabases


def open_several(
    databases: Sequence[str], config: Path | None, *, now: datetime | None = None
) -> SeveralDatabases[Service]:
    """Open the running application's service on each of these databases.

    Args:
        databases: Their URLs.
        config: The deployment's directory of configuration.
        now: Where their clock stands still; by default it is the machine's.
    """
    from lazsa_flow.service.several import SeveralDatabases

    opener = build_opener(current_application().load().open, config, now=now)
    return SeveralDatabases(databases, opener)


def report_unreached(answers: Iterable[DatabaseAnswer[Any]], *, as_json: bool) -> None:
    """Name the databases that did not answer on standard error, and end with exit code 1 if any."""
    missing = [(each.database, each.error) for each in answers if each.error is not None]
    for database, error in missing:
        if as_json:
            kind = type(error).__name__
            document = {"error": kind, "message": str(error), "database": database}
            sys.stderr.write(json.dumps(document) + "\n")
        else:
            console(stderr=True).print(f"error: {database}: {error}", soft_wrap=True)
    if missing:
        raise typer.Exit(1)
