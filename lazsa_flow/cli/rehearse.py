"""``lazsa-flow rehearse``: what a date will bring, decided on a copy of what is due."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from lazsa_flow.cli.common import (
    console,
    find_runtime,
    open_service,
    print_json,
    read_day,
    read_instant,
)
from lazsa_flow.cli.foresight_options import (
    RehearsedDate,
    RehearsedJournal,
    RehearsedPolicy,
    RehearsedReport,
)
from lazsa_flow.cli.options import DEFAULT_DATABASE, ConfigDir, CountryFilter, Database, Json, Now
from lazsa_flow.cli.tables import Column, print_table

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from lazsa_flow.foresight.rehearsal import Rehearsal


def rehearse(
    on: RehearsedDate,
    now: Now = None,
    country: CountryFilter = None,
    policy: RehearsedPolicy = None,
    journal: RehearsedJournal = None,
    report: RehearsedReport = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Show what a date will bring, by running its timers on a copy; the database is only read.

    The copy holds what falls due until then, with the evidence that decides it, in a temporary
    file without free text and contacts. It is removed at the end.

    Example: lazsa-flow rehearse --on 2026-10-01 --country SG
    """
    from lazsa_flow.foresight.rehearse import Foresight

    check_report(report)
    with open_service(read_only(database), config) as service:
        found = Foresight(find_runtime(service)).rehearse(
            on=read_date(on), now=read_instant(now, "now"), country=country, policy=policy
        )
    show_rehearsal(found, journal, report, as_json=as_json)


def check_report(report: Path | None) -> None:
    """Let a report's file pass that says by its name what is written.

    Raises:
        InputError: It does not.
    """
    from lazsa_flow.foresight.report.files import check_report_name

    if report is not None:
        check_report_name(report)


def read_only(database: str) -> str:
    """Return the URL of a database so that its connections write nothing."""
    from lazsa_flow.store.connect import read_only_url

    return read_only_url(database)


def show_rehearsal(
    found: Rehearsal, journal: Path | None, report: Path | None, *, as_json: bool
) -> None:
    """Print what a date will bring as the options say.

    Args:
        found: What it will bring.
        journal: Where the foreseen rows are written; ``-`` prints them instead.
        report: Where a report is written.
        as_json: Print it as JSON.
    """
    if journal is not None:
        _write_journal(found, journal)
    if report is not None:
        found.write_report(report)
    if as_json:
        print_json(found.document())
    elif str(journal) != "-":
        _print_summary(found)


def read_date(text: str) -> date:
    """Return the date that is asked about."""
    day = read_day(text, "on")
    assert day is not None
    return day


def _write_journal(found: Rehearsal, file: Path) -> None:
    """Write the foreseen rows as ``lazsa-flow demo`` writes its journal: one JSON object a line."""
    from lazsa_flow.private_files import open_file

    lines = (json.dumps(row, ensure_ascii=False) for row in found.journal)
    if str(file) == "-":
        for line in lines:
            console().print(line, soft_wrap=True, markup=False, highlight=False)
        return
    with open_file(file, encoding="utf-8", newline="\n") as out:
        out.writelines(f"{line}\n" for line in lines)


def _print_summary(found: Rehearsal) -> None:
    """Print how many paths come to which outcome, by country, and how sure that is."""
    screen = console()
    for sentence in found.assumed:
        screen.print(f"Assumed: {sentence}.", soft_wrap=True)
    counts = Counter((each.country, each.outcome) for each in found.outcomes)
    rows = [(code, outcome, f"{count:,}") for (code, outcome), count in sorted(counts.items())]
    columns = (Column("Country"), Column("Outcome"), Column("Paths", right=True))
    print_table(columns, rows, empty=f"Nothing is due on {found.on}.")
    if not rows:
        return
    classes = [(name, f"{count:,}") for name, count in sorted(found.classes.items())]
    screen.print()
    print_table((Column("Class"), Column("Paths", right=True)), classes, empty="")
    total, until = len(found.outcomes), len(found.journal)
    screen.print(f"{total:,} paths are due on {found.on}; {until:,} journal rows until then.")
