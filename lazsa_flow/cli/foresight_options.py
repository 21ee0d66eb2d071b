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
OptionalLifecycle = Annotated[
    str | None, typer.Argument(metavar="[LIFECYCLE]", help="Name of a lifecycle; all by default.")
]
OtherTable = Annotated[
    str | None,
    typer.Option(
        "--against",
        metavar="MODULE:NAME",
        help="Compare with another table, instead of proving.",
    ),
]
RulesOfProof = Annotated[
    str | None,
    typer.Option(
        "--rules", metavar="MODULE:NAME", help="Your ProofRules, instead of the application's."
    ),
]
LeftOutProperties = Annotated[
    list[str] | None,
    typer.Option("--without", metavar="PROPERTY", help="Leave a property out; repeatable."),
]
ProvedJournal = Annotated[
    bool,
    typer.Option("--journal", help="Prove the database's recorded history, not the tables."),
]
PicturesFolder = Annotated[
    Path | None,
    typer.Option("--pictures", metavar="FOLDER", help="Write an SVG of each failure into it."),
]
RehearsedPolicy = Annotated[
    str | None,
    typer.Option(
        "--policy",
        metavar="FILE|VERSION",
        help="Decide as if this policy governed the date; it is not released.",
    ),
]
ShownRehearsal = Annotated[
    str | None,
    typer.Option(
        "--rehearsal",
        metavar="NAME|FILE",
        help="Show what a rehearsal foretells next to the past: a saved one, or a report as JSON.",
    ),
]
NightName = Annotated[str, typer.Argument(metavar="NAME", help="Name of a saved rehearsal.")]
SaveName = Annotated[
    str | None,
    typer.Option("--save", metavar="NAME", help="Save it under this name, to be approved."),
]
SavedBy = Annotated[
    str | None,
    typer.Option("--as", metavar="ROLE:ID", help="Who saves it, such as operator:o-1."),
]
SaveKey = Annotated[
    str | None,
    typer.Option(
        "--key",
        help="Idempotency key of --save. Repeating it with the same key returns the first result.",
    ),
]
FirstPolicy = Annotated[
    str, typer.Argument(metavar="A", help="Released version, such as 2020-1, or a file.")
]
SecondPolicy = Annotated[str, typer.Argument(metavar="B", help="Another version, or a file.")]
AsIfInForce = Annotated[
    bool, typer.Option("--as-if-in-force", help="Let each policy govern the date.")
]
Canary = Annotated[
    int | None,
    typer.Option(
        "--canary", help="How many paths of each country move first; 20, or all, by default."
    ),
]
Rate = Annotated[
    str | None,
    typer.Option(
        "--rate", metavar="N/s", help="Most paths that move in a second; no limit by default."
    ),
]
Differs = Annotated[
    str | None,
    typer.Option(
        "--differs",
        metavar="N%",
        help="Largest share that may differ; by default [night] differs_percent in lazsa.toml.",
    ),
]
NightActor = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="ROLE:ID",
        help="Who acts; by default an operator named after your user on this machine.",
    ),
]
PaceOfNight = Annotated[
    str, typer.Option("--rate", metavar="N/s", help="Most paths that move in a second, or none.")
]
ReasonOfNight = Annotated[str, typer.Option("--reason", help="Why; no personal data.")]
