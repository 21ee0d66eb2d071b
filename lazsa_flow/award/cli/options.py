"""Options and arguments of the award's commands: each is declared once, and here alone.

Those that a general command takes too stand in :mod:`lazsa_flow.cli.options`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

_EXAMPLE: Final = '''title = "The mega campaign of November"
text = """
The campaign begins on 11 November.

- Sign up by 1 November.
"""
link = "https://example.com/campaign"
'''


def _print_example(asked: bool) -> None:
    if asked:
        typer.echo(_EXAMPLE, nl=False)
        raise typer.Exit


# sellers and paths

Seller = Annotated[str, typer.Argument(metavar="SELLER", help="Seller's id.")]
SellerOrPath = Annotated[
    str, typer.Argument(metavar="SELLER_OR_PATH", help="Seller's id, or path, as award-17.")
]
OldSeller = Annotated[str, typer.Argument(metavar="OLD", help="Seller's id until now.")]
NewSeller = Annotated[str, typer.Argument(metavar="NEW", help="Seller's id from now on.")]
NewCountry = Annotated[str, typer.Argument(metavar="COUNTRY", help="Code of the new country.")]
ListSellers = Annotated[
    bool, typer.Option("--sellers", help="List sellers instead, including those without a path.")
]
WithoutPath = Annotated[bool, typer.Option("--without-path", help="Only sellers who have no path.")]
FactsFilter = Annotated[
    list[str] | None,
    typer.Option("--facts", help="missing, stale, incomplete or current; can be repeated."),
]
UnmetFilter = Annotated[
    str | None, typer.Option("--unmet", metavar="GUARD", help="Only paths with this guard unmet.")
]
ReasonFilter = Annotated[
    str | None, typer.Option("--reason", help="Only paths whose last move has this reason code.")
]
MissingReviewer = Annotated[
    str | None,
    typer.Option(
        "--missing-reviewer",
        metavar="REVIEWER",
        help="Only paths that still need this reviewer's card.",
    ),
]
AllCountries = Annotated[
    str | None,
    typer.Argument(metavar="[COUNTRY]", help="Country code; all countries by default."),
]
CycleOrNext = Annotated[
    str | None,
    typer.Option("--cycle", metavar="DATE", help="Cycle date; by default the next one."),
]
Regional = Annotated[
    bool, typer.Option("--regional", help="The programme's regional mailbox instead.")
]
GiveConsent = Annotated[bool, typer.Option("--give", help="Give consent.")]
WithdrawConsent = Annotated[bool, typer.Option("--withdraw", help="Withdraw consent.")]

# nominations and panels

Statement = Annotated[
    str,
    typer.Option("--statement", help="Reason for the nomination. Required before review can open."),
]
MissingStatement = Annotated[
    str, typer.Option("--statement", help="Reason for the nomination, which was missing.")
]
Team = Annotated[
    str | None,
    typer.Option("--team", help="Reviewer's team; compared with the seat's, which counts."),
]
Scores = Annotated[
    list[str], typer.Argument(metavar="ITEM=SCORE…", help="All eleven items, each 0 to 5.")
]
Comment = Annotated[str, typer.Option("--comment", help="Comment; required with every card.")]
RecusalReason = Annotated[str, typer.Option("--reason", help="Reason code, such as same_family.")]
SetAsideReason = Annotated[str, typer.Option("--reason", help="Reason code, such as conflict.")]
Reviewer = Annotated[str, typer.Argument(metavar="REVIEWER", help="Reviewer's id.")]
Seats = Annotated[
    list[str], typer.Argument(metavar="REVIEWER=TEAM…", help="Reviewers, each with their team.")
]
Incomplete = Annotated[bool, typer.Option("--incomplete", help="Only candidates without a quorum.")]
CandidateClass = Annotated[
    str | None,
    typer.Option(
        "--class",
        metavar="any|CLASS",
        help="Rehearse the date, and show each candidate's class, or those of one class.",
    ),
]
Flags = Annotated[
    bool, typer.Option("--flags", help="Print each flag as a sentence below the table.")
]
Remind = Annotated[
    bool, typer.Option("--remind", help="Remind those whose cards are missing; needs --as.")
]
RemindAs = Annotated[
    str | None, typer.Option("--as", metavar="ROLE:ID", help="Who reminds, such as team:t-1.")
]
Grant = Annotated[bool, typer.Option("--grant", help="Grant the appeal.")]
Reject = Annotated[bool, typer.Option("--reject", help="Reject the appeal.")]
Unfiled = Annotated[
    bool, typer.Option("--unfiled", help="Also decisions that can still be appealed.")
]
StaffAs = Annotated[
    str | None,
    typer.Option("--as", metavar="ROLE:ID", help="Staff, who also see who decided what."),
]

# other commands

CaseId = Annotated[str, typer.Argument(metavar="CASE", help="Case id.")]
ClosedCases = Annotated[bool, typer.Option("--all", help="Include closed cases.")]
CaseSearch = Annotated[
    str | None,
    typer.Option("--search", metavar="TEXT", help="Only cases or sellers whose id contains this."),
]
ReconnectStep = Annotated[
    str, typer.Argument(metavar="STEP", help="get_app, register or join_group.")
]
ShownSkills = Annotated[
    list[str] | None, typer.Option("--shown", help="teaching or speaking; can be repeated.")
]
ShownSkill = Annotated[str, typer.Argument(metavar="WHAT", help="teaching or speaking.")]
Perk = Annotated[str, typer.Argument(metavar="PERK", help="Perk, such as award_kit.")]
GivenPerks = Annotated[bool, typer.Option("--given", help="Include perks that were given.")]
EveryLine = Annotated[bool, typer.Option("--all", help="Print every line of every section.")]
AnnouncementFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="Title, text and link, as TOML.")
]
AnnouncementNumber = Annotated[
    int, typer.Argument(metavar="NUMBER", help="Number of the announcement.")
]
Audience = Annotated[str, typer.Option("--audience", help="ambassadors, members or both.")]
AnnouncementKind = Annotated[
    str, typer.Option("--kind", help="product_update, event, campaign or case_studies.")
]
AudienceCountry = Annotated[
    str | None,
    typer.Option("--country", help="Announce to this country only; required for a team."),
]
AnnouncementExample = Annotated[
    bool,
    typer.Option(
        "--example", callback=_print_example, is_eager=True, help="Print a valid file, and exit."
    ),
]
ApplicationFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="Records, as for import turnover --example.")
]
ApplicantAs = Annotated[
    str | None,
    typer.Option("--as", metavar="ROLE:ID", help="The host (by default), or the applicant."),
]
ImportFile = Annotated[
    Path | None, typer.Argument(metavar="FILE", help="CSV with a header, in UTF-8.")
]
ImportAs = Annotated[
    str, typer.Option("--as", metavar="ROLE:ID", help="Who imports, such as host:shop.")
]
Partial = Annotated[
    bool, typer.Option("--partial", help="Import the valid rows although others are refused.")
]
Rejects = Annotated[
    Path | None,
    typer.Option(
        "--rejects",
        metavar="FILE",
        help="Write the refused rows to a file, each with its line and what is wrong.",
    ),
]
ImportExample = Annotated[bool, typer.Option("--example", help="Print a valid file, and exit.")]
ImportLimit = Annotated[int, typer.Option("--limit", min=1, help="Maximum number of imports.")]
FactsFile = Annotated[Path, typer.Argument(metavar="FILE", help="Facts file.")]
ScreenedOn = Annotated[
    str,
    typer.Option(
        "--on", metavar="DATE", help="Cycle date, such as 2026-10-01, to check the criteria on."
    ),
]
DemoFacts = Annotated[
    Path | None,
    typer.Option("--sellers", metavar="FILE", help="Facts file; by default 600 made-up sellers."),
]
DemoYears = Annotated[
    int, typer.Option("--years", min=1, max=50, help="Number of years (two cycles each).")
]
DemoSeed = Annotated[int, typer.Option("--seed", help="Random seed.")]
DemoOut = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--out",
        metavar="DIR",
        help="Write the result here: into this folder, empty; by default a new temporary one.",
    ),
]
ResumeDemo = Annotated[bool, typer.Option("--resume", help="Continue the demo in DIR.")]
WriteNotices = Annotated[bool, typer.Option("--notices", help="Also write a file for each notice.")]

# what a rehearsal assumes

HeldFacts = Annotated[
    str,
    typer.Option(
        "--facts",
        metavar="as-recorded|held",
        help="held: take each seller's latest figures as still true on the date.",
    ),
]
PanelDecides = Annotated[
    str,
    typer.Option(
        "--panel",
        metavar="as-recorded|approves|refuses",
        help="approves, refuses: take every round without a quorum as decided so.",
    ),
]
