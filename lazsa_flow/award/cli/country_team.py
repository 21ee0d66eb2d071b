"""``facts gaps``, ``reviewers`` and ``stats``: lists and figures for a country team."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import typer

from lazsa_flow.award.cli.opening import open_programme
from lazsa_flow.award.cli.options import CycleOrNext, Remind, RemindAs
from lazsa_flow.cli.common import print_json, print_result, read_actor, read_day
from lazsa_flow.cli.documents import to_json
from lazsa_flow.cli.options import (
    DEFAULT_DATABASE,
    ConfigDir,
    CountryCode,
    Csv,
    CycleDate,
    Database,
    DryRun,
    Json,
    Key,
    RoleCountry,
)
from lazsa_flow.cli.tables import Column, print_csv, print_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lazsa_flow.award.commands.facts_gaps import FactsGap
    from lazsa_flow.award.commands.reviewing import Reminded, ReviewerWork
    from lazsa_flow.award.commands.round_stats import RoundStats

facts = typer.Typer(help="Sellers' facts.", no_args_is_help=True)


GAP_COLUMNS: Final = (
    Column("Path", is_id=True),
    Column("Seller", is_id=True),
    Column("State", drop=3),
    Column("Cycle", drop=4),
    Column("Facts"),
    Column("Facts of", drop=2),
    Column("Needed since"),
    Column("Not known", drop=1),
)
REVIEWER_COLUMNS: Final = (
    Column("Reviewer", is_id=True),
    Column("Team"),
    Column("Done", right=True),
    Column("Stood back", right=True),
    Column("Missing", right=True),
    Column("Paths", drop=1),
)
_NAMED: Final = 5
"""So many paths are named in a cell."""


@facts.command("gaps")
def facts_gaps(
    country: CountryCode,
    cycle: CycleOrNext = None,
    as_csv: Csv = False,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """List the open paths whose facts are missing, or will be stale on the cycle date.

    Example: lazsa-flow facts gaps VN --cycle 2027-04-01
    """
    with open_programme(database, config) as programme:
        found = programme.facts_gaps(country, read_day(cycle, "--cycle"))
    _print_table(
        GAP_COLUMNS,
        found,
        [gap_cells(each) for each in found],
        empty=found.why_empty or "",
        as_json=as_json,
        as_csv=as_csv,
    )


def gap_cells(gap: FactsGap) -> tuple[Any, ...]:
    """Return the cells of a facts gap."""
    return (
        *(gap.path, gap.seller, gap.state, gap.cycle_on, gap.facts, gap.facts_as_of),
        *(gap.needed_since, ", ".join(gap.unknown)),
    )


def reviewers(
    country: CountryCode,
    cycle: CycleDate,
    remind: Remind = False,
    who: RemindAs = None,
    role_country: RoleCountry = None,
    dry_run: DryRun = False,
    key: Key = None,
    as_csv: Csv = False,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """List a panel's reviewers: cards done, and cards that are missing.

    With --remind, those whose cards are missing get a reminder; --dry-run names them only.

    Example: lazsa-flow reviewers PH 2027-04-01 --remind --as team:t-1 --country PH
    """
    day = read_day(cycle, "CYCLE")
    assert day is not None
    with open_programme(database, config) as programme:
        if remind:
            actor = read_actor(who or "", role_country)
            sent = programme.remind_reviewers(country, day, actor=actor, key=key, dry_run=dry_run)
            print_result(_describe_reminded(sent, dry_run=dry_run), to_json(sent), as_json=as_json)
            return
        found = programme.reviewers(country, day)
    named = 1000 if as_csv else _NAMED
    _print_table(
        REVIEWER_COLUMNS,
        found,
        [reviewer_cells(each, named) for each in found],
        empty=found.why_empty or "",
        as_json=as_json,
        as_csv=as_csv,
    )


def _describe_reminded(sent: Reminded, *, dry_run: bool) -> str:
    will = "would be" if dry_run else "are"
    if not sent.reviewers:
        return "No card is missing: nobody is reminded."
    names = ", ".join(sent.reviewers)
    return f"{len(sent.reviewers)} reviewers {will} reminded of {sent.paths} paths: {names}"


def reviewer_cells(work: ReviewerWork, named: int) -> tuple[Any, ...]:
    """Return the cells of a reviewer's work, with so many paths by name."""
    more = len(work.missing) - named
    paths = ", ".join(work.missing[:named]) + (f" and {more} more" if more > 0 else "")
    team = work.team or "(no seat)"
    return (work.reviewer, team, work.done, work.stood_back, len(work.missing), paths)


def _print_table(
    columns: Sequence[Column],
    values: Iterable[Any],
    rows: Sequence[Sequence[Any]],
    *,
    empty: str,
    as_json: bool,
    as_csv: bool,
) -> None:
    if as_json:
        print_json(to_json(tuple(values)))
    elif as_csv:
        print_csv(columns, rows)
    else:
        print_table(columns, rows, empty=empty)


def stats(
    country: CountryCode,
    cycle: CycleDate,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Count who was nominated for a cycle date, and what became of everybody.

    Example: lazsa-flow stats ID 2026-10-01
    """
    day = read_day(cycle, "CYCLE")
    assert day is not None
    with open_programme(database, config) as programme:
        found = programme.stats(country, day)
    if as_json:
        print_json(to_json(found))
        return
    print_table(
        [Column(""), Column("", right=True), Column("")],
        [(label, count, _join_parts(parts)) for label, count, parts in _list_lines(found)],
        empty="",
        title=f"{country}, cycle of {day}",
    )


def _list_lines(found: RoundStats) -> list[tuple[str, int, Mapping[str, int]]]:
    return [
        ("nominations", sum(found.nominations.values()), found.nominations),
        ("left before the date", sum(found.left.values()), found.left),
        ("candidates", found.candidates, {}),
        ("  to be decided", found.undecided, {}),
        ("  awarded", found.awarded, {}),
        ("  carried over", found.carried_over, {}),
        ("  declined", sum(found.declined.values()), found.declined),
        ("renewals due", found.renewals, {}),
        ("  to be decided", found.renewals_undecided, {}),
        ("  renewed", found.renewed, {}),
        ("  retired", sum(found.retired.values()), found.retired),
        ("bars not met", sum(found.unmet.values()), found.unmet),
    ]


def _join_parts(parts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in parts.items())
