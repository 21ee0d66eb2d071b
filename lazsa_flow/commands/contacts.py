"""How is a person reached, where the host has handed it over?

Contacts stand in the erasable table, and go with everything else when their person is erased.

Source:
    programme.md, "Versions and data".
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from lazsa_flow.commands.importing import RowCount, in_batches, payload_of
from lazsa_flow.domain.contact import Contact
from lazsa_flow.errors import MalformedError
from lazsa_flow.imports.contacts import read_contacts

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime
    from pathlib import Path

    from lazsa_flow.commands.context import Context
    from lazsa_flow.imports.contacts import ContactRow
    from lazsa_flow.store.transaction import SqlTransaction


def import_contacts(context: Context, file: Path | str, *, key: str | None) -> RowCount:
    """Take the contacts of a file, in place of those there were; return how many."""

    def run(transaction: SqlTransaction, batch: list[ContactRow], now: datetime) -> None:
        bodies = {row.person: json.dumps(asdict(row.contact)) for row in batch}
        transaction.set_contacts(bodies, now)

    payload = payload_of(file, key) or str(file)
    return in_batches(
        context,
        "contacts",
        read_contacts(file),
        run,
        key=key,
        payload=payload,
        persons=lambda row: (row.line, (row.person,)),
    )


def resolve(context: Context, persons: Collection[str]) -> Mapping[str, Contact]:
    """Return how these persons are reached, of those of whom it is known."""
    with context.store.begin(write=False) as transaction:
        bodies = transaction.contacts_of(persons)
    try:
        return {person: Contact(**json.loads(body)) for person, body in bodies.items()}
    except (TypeError, ValueError):
        raise MalformedError("contact") from None
