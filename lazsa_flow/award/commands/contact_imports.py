"""Imports of contacts: how persons are reached, as the host has handed it over.

Source:
    programme.md, "Versions and data".
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from lazsa_flow.award.commands.import_runs import run_import
from lazsa_flow.award.commands.imports import file_source
from lazsa_flow.award.imports.contacts import CONTACTS, read_contacts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lazsa_flow.award.commands.import_result import ImportResult
    from lazsa_flow.award.commands.import_runs import ImportOptions, Intake
    from lazsa_flow.award.imports.contacts import ContactRow
    from lazsa_flow.csvfiles.problems import Problems
    from lazsa_flow.service.context import Context


def import_contacts(context: Context, file: Path | str, options: ImportOptions) -> ImportResult:
    """Take the contacts of a file, in place of those there were."""

    def rows(problems: Problems) -> Iterator[ContactRow]:
        return read_contacts(file, problems)

    def take(intake: Intake, batch: list[ContactRow]) -> None:
        bodies = {row.person: json.dumps(asdict(row.contact)) for row in batch}
        stored = intake.transaction.contacts_of(bodies)
        fresh = {person: body for person, body in bodies.items() if stored.get(person) != body}
        intake.already_there += len(bodies) - len(fresh)
        intake.taken += len(fresh)
        if fresh:
            intake.transaction.set_contacts(fresh, intake.now)

    return run_import(
        context,
        file_source(CONTACTS, file),
        rows,
        take,
        options,
        persons=lambda row: (row.line, (row.person,)),
    )
