"""Options of the commands that look ahead."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

RehearsedDate = Annotated[
    str, typer.Option("--on", metavar="DATE", help="Cycle date, such as 2026-10-01.")
]
RehearsedJournal = Annotated[
    Path | None,
    typer.Option(
        "--journal",
        metavar="FILE",
        help="Write the rows that the journal would get; - prints them.",
    ),
]
RehearsedReport = Annotated[
    Path | None,
    typer.Option(
        "--report",
        metavar="FILE",
        help="Write a report: a page for .html, one row a path for .csv, or .json.",
    ),
]
