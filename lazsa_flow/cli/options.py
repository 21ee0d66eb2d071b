"""Options and arguments of the general commands: each is declared once, and here alone.

A command module names the type; the default stands in the command's signature. An application
declares its own in a module of its own.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from lazsa_flow.cli.database_options import DATABASE_VARIABLE, read_databases, read_one_database

DEFAULT_DATABASE: Final = "sqlite:///lazsa.db"
DEFAULT_DATABASES: Final = [DEFAULT_DATABASE]
LOOPBACK: Final = "127.0.0.1"


class Format(StrEnum):
    """The renderers of a lifecycle."""

    mermaid = "mermaid"
    dot = "dot"
    svg = "svg"
    png = "png"
    html = "html"
    xstate = "xstate"


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"lazsa-flow {version('lazsa-flow')}")
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option(
        "--version", callback=_print_version, is_eager=True, help="Show the version, and exit."
    ),
]

# where a command works

Database = Annotated[
    str,
    typer.Option(
        "--database",
        envvar=DATABASE_VARIABLE,
        metavar="URL",
        help="Database URL.",
        callback=read_one_database,
    ),
]
Databases = Annotated[
    list[str],
    typer.Option(
        "--database",
        envvar=DATABASE_VARIABLE,
        metavar="[NAME=]URL",
        help="Database URL; repeat it for several, each a whole programme.",
        callback=read_databases,
    ),
]
GraphDatabase = Annotated[
    str | None,
    typer.Option(
        "--database",
        envvar=DATABASE_VARIABLE,
        metavar="URL",
        help="Add the figures of this database.",
        callback=read_one_database,
    ),
]
CountriesDatabase = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        help="Take the countries in force in this database instead of the configuration's.",
        callback=read_one_database,
    ),
]
Bucket = Annotated[
    int | None,
    typer.Option(
        "--bucket",
        metavar="N",
        min=0,
        help="Number new paths in this bucket; each of several databases has its own.",
    ),
]
ConfigDir = Annotated[
    Path | None,
    typer.Option(
        "--config",
        envvar="LAZSA_CONFIG",
        metavar="DIR",
        help="Directory with the deployment's own countries and policies.",
    ),
]
DeploymentDir = Annotated[
    Path, typer.Argument(metavar="DIR", help="Directory to write to; created if it is missing.")
]

# who asks, and how a command is run

As = Annotated[str, typer.Option("--as", metavar="ROLE:ID", help="Who acts, such as operator:o-1.")]
RoleCountry = Annotated[
    str | None, typer.Option("--country", help="Country in which the role is held.")
]
Key = Annotated[
    str | None,
    typer.Option(
        "--key",
        help="Idempotency key. Repeating a command with the same key returns the first result.",
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would happen, and change nothing.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")]
SeenVersion = Annotated[
    int | None,
    typer.Option(
        "--version", help="Version of the path that you saw; refused if it has moved since."
    ),
]

# what is printed

Json = Annotated[bool, typer.Option("--json", help="Print data as JSON on standard output.")]
Csv = Annotated[
    bool, typer.Option("--csv", help="Print CSV for a spreadsheet; no cell is a formula.")
]
OutFile = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--out",
        metavar="FILE",
        help="Write the result here: into this file; - is standard output.",
    ),
]
PageLimit = Annotated[int, typer.Option("--limit", min=1, max=1000, help="Maximum number of rows.")]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="Maximum number of rows.")]
After = Annotated[str | None, typer.Option("--after", help="Last row of the previous page.")]
Count = Annotated[bool, typer.Option("--count", help="Count timers by country and name instead.")]
AllVersions = Annotated[bool, typer.Option("--all", help="Include every version ever released.")]
AllPauses = Annotated[bool, typer.Option("--all", help="Include pauses that were lifted.")]
Html = Annotated[bool, typer.Option("--html", help="Print the HTML page instead of the text.")]
Dark = Annotated[bool, typer.Option("--dark", help="Dark theme (svg, png).")]
RenderFormat = Annotated[Format, typer.Option("--format", help="Output format.")]

# which paths, timers and notices

PathRef = Annotated[str, typer.Argument(metavar="PATH", help="Path, such as invoice-17.")]
PathRefs = Annotated[
    list[str] | None, typer.Argument(metavar="[PATH]…", help="Paths, such as invoice-17.")
]
SubjectOrPath = Annotated[
    str, typer.Argument(metavar="SUBJECT_OR_PATH", help="Id of a subject, or path, as invoice-17.")
]
IsSubject = Annotated[
    bool,
    typer.Option("--subject", help="Take the name as a subject's id, even if it is a path too."),
]
SubjectId = Annotated[str, typer.Argument(metavar="SUBJECT", help="Id of the path's subject.")]
StoryOf = Annotated[
    str | None,
    typer.Option("--path", metavar="SUBJECT_OR_PATH", help="Draw the story of this path."),
]
Trigger = Annotated[str, typer.Argument(metavar="TRIGGER", help="Trigger to fire.")]
OnlyTrigger = Annotated[
    str | None, typer.Argument(metavar="[TRIGGER]", help="Show only transitions of this trigger.")
]
ReasonCode = Annotated[
    str | None, typer.Option("--reason", help="Reason code, if the trigger takes one.")
]
LifecycleName = Annotated[str, typer.Argument(metavar="LIFECYCLE", help="Name of a lifecycle.")]
LifecycleFilter = Annotated[
    str | None, typer.Option("--lifecycle", help="Only paths of this lifecycle.")
]
LifecycleOfSubject = Annotated[
    str | None,
    typer.Option(
        "--lifecycle", help="Explain the subject's latest path of this lifecycle, or a new one."
    ),
]
StateFilter = Annotated[str | None, typer.Option("--state", help="Only paths in this state.")]
CountryFilter = Annotated[
    str | None, typer.Option("--country", metavar="COUNTRY", help="Only this country.")
]
CycleFilter = Annotated[
    str | None, typer.Option("--cycle", metavar="DATE", help="Only the round of this cycle date.")
]
TimerFilter = Annotated[str | None, typer.Option("--timer", help="Only timers of this name.")]
KindFilter = Annotated[str | None, typer.Option("--kind", help="Only notices of this kind.")]
ParkedFilter = Annotated[bool, typer.Option("--parked", help="Only parked notices.")]
AllParkedPaths = Annotated[bool, typer.Option("--all", help="Resume every parked path.")]
AllParkedNotices = Annotated[bool, typer.Option("--all", help="Retry every parked notice.")]
NoticeKeys = Annotated[
    list[str] | None, typer.Argument(metavar="[KEY]...", help="Keys of parked notices.")
]
NoticeKind = Annotated[str, typer.Argument(metavar="KIND", help="Kind of notice.")]
NoticeLocale = Annotated[
    str | None, typer.Option("--locale", help="Locale of the wording, such as id.")
]
NoticeCountry = Annotated[
    str | None, typer.Option("--country", help="Country whose names and contacts are shown.")
]
GivenData = Annotated[
    str | None,
    typer.Option(
        "--data",
        metavar="JSON",
        help="Data for the trigger, as a JSON object; personal data is safer in a file.",
    ),
]
DataFile = Annotated[
    Path | None,
    typer.Option("--data-file", metavar="FILE", help="The same from a file; - is standard input."),
]
ShownReason = Annotated[
    str, typer.Option("--reason", help="Reason shown to everybody; no personal data.")
]
ResumeReason = Annotated[str, typer.Option("--reason", help="Reason for lifting the pause.")]

# what one person requests and another approves

Request = Annotated[
    bool,
    typer.Option("--request", help="Only request it; another person carries it out by approving."),
]
RequestNumber = Annotated[int, typer.Argument(metavar="NUMBER", help="Number of a request.")]
RequestedName = Annotated[
    str, typer.Argument(metavar="COMMAND", help="Name of the library's method, such as resume.")
]
CommandArguments = Annotated[
    str, typer.Option("--with", metavar="JSON", help="Arguments by name, as a JSON object.")
]
AllRequests = Annotated[bool, typer.Option("--all", help="List those that have ended, too.")]

# which country and when

CountryCode = Annotated[str, typer.Argument(metavar="COUNTRY", help="Country code.")]
CycleDate = Annotated[str, typer.Argument(metavar="CYCLE", help="Cycle date.")]
RoundDate = Annotated[
    str | None, typer.Option("--cycle", metavar="DATE", help="Cycle date of the path's round.")
]
AtInstant = Annotated[
    str, typer.Argument(metavar="INSTANT", help="Instant, as 2026-10-01T00:00+08:00.")
]
At = Annotated[
    str | None,
    typer.Option("--at", metavar="INSTANT", help="At this instant, as 2026-10-01T00:00+08:00."),
]
Now = Annotated[
    str | None,
    typer.Option("--now", metavar="INSTANT", help="As of this instant, as 2026-10-01T00:00+08:00."),
]
DueBy = Annotated[
    str | None,
    typer.Option(
        "--now",
        metavar="INSTANT",
        help="As of this instant, as 2026-10-01T00:00+08:00; a past one: timers due by it.",
    ),
]
Until = Annotated[
    str | None,
    typer.Option("--until", metavar="DATE", help="Also timers due by the end of this date."),
]
Since = Annotated[
    str | None,
    typer.Option("--since", metavar="DATE|INSTANT", help="Only paths in their state since then."),
]

# configuration and backups

PolicyName = Annotated[
    str,
    typer.Argument(
        metavar="LIFECYCLE[/VERSION]", help="Lifecycle; by default its version in force."
    ),
]
PolicyLifecycle = Annotated[
    str | None, typer.Argument(metavar="[LIFECYCLE]", help="Only policies of this lifecycle.")
]
PolicyFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="TOML, named after its version: 2027-1.toml.")
]
FromStart = Annotated[
    bool,
    typer.Option("--from-start", help="In force from the start, while there is no path yet."),
]
CountryFile = Annotated[Path, typer.Argument(metavar="FILE", help="TOML, such as th.toml.")]
CountryVersionNumber = Annotated[
    int | None, typer.Option("--version", metavar="N", help="Earlier version.")
]
Configured = Annotated[
    bool, typer.Option("--configured", help="Print the text of the file, not of the database.")
]
BackupFile = Annotated[Path, typer.Argument(metavar="FILE", help="Backup file.")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")]
