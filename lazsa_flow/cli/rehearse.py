"""``lazsa-flow rehearse``: what a date will bring, decided on a copy of what is due."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from lazsa_flow.cli.common import (
    console,
    find_runtime,
    open_service,
    print_json,
    read_actor,
    read_day,
    read_instant,
)
from lazsa_flow.cli.foresight_options import (
    RehearsedDate,
    RehearsedJournal,
    RehearsedPolicy,
    RehearsedReport,
    SavedBy,
    SaveKey,
    SaveName,
)
from lazsa_flow.cli.options import DEFAULT_DATABASE, ConfigDir, CountryFilter, Database, Json, Now
from lazsa_flow.cli.tables import Column, print_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from lazsa_flow.foresight.rehearsal import Rehearsal
    from lazsa_flow.foresight.saved_rehearsal import SavedRehearsal
    from lazsa_flow.lifecycle.model import Actor


def rehearse(
    on: RehearsedDate,
    now: Now = None,
    country: CountryFilter = None,
    policy: RehearsedPolicy = None,
    journal: RehearsedJournal = None,
    report: RehearsedReport = None,
    save: SaveName = None,
    who: SavedBy = None,
    key: SaveKey = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Show what a date will bring, by running its timers on a copy.

    The copy holds what falls due until then, with the evidence that decides it, in a temporary
    file without free text and contacts. It is removed at the end. The database is only read,
    unless --save puts what was found into it, to be approved by ``night approve``.

    Example: lazsa-flow rehearse --on 2026-10-01 --country SG
    """
    from lazsa_flow.cli.progress import working_bar
    from lazsa_flow.foresight.rehearse import Foresight
    from lazsa_flow.foresight.saved_nights import NightCommands

    check_files(journal, report)
    saving = read_saving(save, who, key, policy)
    day, at = read_date(on), read_instant(now, "now")
    if saving is None:
        with working_bar("rehearse"), open_service(read_only(database), config) as service:
            foresight = Foresight(find_runtime(service))
            found = foresight.rehearse(on=day, now=at, country=country, policy=policy)
        show_rehearsal(found, journal, report, as_json=as_json)
        return
    with working_bar("rehearse"), open_service(database, config) as service:
        saved = NightCommands(find_runtime(service)).save_rehearsal(
            saving.name, actor=saving.actor, on=day, now=at, country=country, key=saving.key
        )
    show_saved(saved, journal, report, as_json=as_json)


class Saving(NamedTuple):
    """Under which name a rehearsal is saved, by whom, and the idempotency key."""

    name: str
    actor: Actor
    key: str | None


def read_saving(
    name: str | None, who: str | None, key: str | None, policy: str | None
) -> Saving | None:
    """Read the options of ``--save``.

    Args:
        name: The name; ``None``: nothing is saved.
        who: Who saves it.
        key: The idempotency key.
        policy: The policy that it is rehearsed under, if it is not the one in force.

    Raises:
        InputError: One of them was given without the others that it needs, or with a policy.
    """
    from lazsa_flow.errors import InputError

    if name is None:
        for option, value in (("--as", who), ("--key", key)):
            if value is not None:
                raise InputError.of("option", option, value, "--save NAME along with it")
        return None
    if who is None:
        raise InputError.of("option", "--save", name, "--as ROLE:ID along with it")
    if policy is not None:
        expected = (
            "no --policy along with it: a night is decided by the rules in force; "
            "release the policy first, with lazsa-flow policy release, then save"
        )
        raise InputError.of("option", "--save", name, expected)
    return Saving(name, read_actor(who), key)


def check_files(journal: Path | None, report: Path | None) -> None:
    """Let files pass that can be written afterwards, the report's by a name that says as what.

    Raises:
        InputError: Its name does not say it, or there is no folder for a file.
    """
    from lazsa_flow.errors import InputError
    from lazsa_flow.foresight.report.files import check_report_name

    if report is not None:
        check_report_name(report)
    for option, file in (("--journal", journal), ("--report", report)):
        if file is not None and not file.parent.is_dir():
            raise InputError.of("option", option, str(file), "a file in a folder that is there")


def read_only(database: str) -> str:
    """Return the URL of a database so that its connections write nothing."""
    from lazsa_flow.store.connect import read_only_url

    return read_only_url(database)


def show_saved(
    saved: SavedRehearsal, journal: Path | None, report: Path | None, *, as_json: bool
) -> None:
    """Print what was saved: with all that it will bring, unless the key had saved it before.

    Args:
        saved: What was saved.
        journal: As for :func:`show_rehearsal`.
        report: As for :func:`show_rehearsal`.
        as_json: Print it as JSON.

    Raises:
        ConflictError: A file is asked for of a rehearsal that was saved before.
    """
    from lazsa_flow.cli.nights import print_night
    from lazsa_flow.errors import ConflictError

    document = {"saved": saved.document(outcomes=False)}
    if saved.rehearsal is not None:
        show_rehearsal(saved.rehearsal, journal, report, as_json=as_json, more=document)
        if not as_json and str(journal) != "-":
            console().print(f"Saved as {saved.name}; two persons must approve it.", soft_wrap=True)
    elif journal is not None or report is not None:
        raise ConflictError(saved.name, "saved before with this key; no file is written again")
    elif as_json:
        print_json(document)
    else:
        print_night(saved)


def show_rehearsal(
    found: Rehearsal,
    journal: Path | None,
    report: Path | None,
    *,
    as_json: bool,
    more: Mapping[str, Any] | None = None,
) -> None:
    """Print what a date will bring as the options say.

    Args:
        found: What it will bring.
        journal: Where the foreseen rows are written; ``-`` prints them instead.
        report: Where a report is written.
        as_json: Print it as JSON.
        more: What the JSON has besides.
    """
    if journal is not None:
        _write_journal(found, journal)
    if report is not None:
        found.write_report(report)
    if as_json:
        print_json({**found.document(), **(more or {})})
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
    held = [(each.guard, f"{each.alone:,}", f"{each.together:,}") for each in found.blockers]
    if held:
        screen.print()
        columns = (
            *(Column("Held by"), Column("Alone", right=True)),
            Column("With others", right=True),
        )
        print_table(columns, held, empty="")
    total, until = len(found.outcomes), len(found.journal)
    screen.print(f"{total:,} paths are due on {found.on}; {until:,} journal rows until then.")
