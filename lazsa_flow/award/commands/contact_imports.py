"""Imports of contacts: how persons are reached, as the host has handed it over.

Source:
    programme.md, "Versions and data".
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from lazsa_flow.award.commands.import_kinds import ImportKind
from lazsa_flow.award.imports.contacts import CONTACTS, read_contacts

if TYPE_CHECKING:
    from lazsa_flow.award.commands.intake import Intake
    from lazsa_flow.award.imports.contacts import ContactRow


def _take_contacts(intake: Intake, batch: list[ContactRow]) -> None:
    """Take contacts in place of those there were."""
    bodies = {row.person: json.dumps(asdict(row.contact)) for row in batch}
    stored = intake.transaction.contacts_of(bodies)
    fresh = {person: body for person, body in bodies.items() if stored.get(person) != body}
    intake.already_there += len(bodies) - len(fresh)
    intake.taken += len(fresh)
    if fresh:
        intake.transaction.set_contacts(fresh, intake.now)


CONTACTS_IMPORT: Final = ImportKind(
    CONTACTS,
    lambda file, _countries, problems: read_contacts(file, problems),
    _take_contacts,
    persons=lambda row: (row.line, (row.person,)),
)
"""Takes how persons are reached."""
