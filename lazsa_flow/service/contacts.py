"""Contacts: how persons are reached, as far as the host has imported that.

They are in the erasable table, and are deleted when their person is erased.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lazsa_flow.errors import MalformedError
from lazsa_flow.lifecycle.contact import Contact

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from lazsa_flow.service.context import Context


def resolve_contacts(context: Context, persons: Collection[str]) -> Mapping[str, Contact]:
    """Return the known contacts of these persons."""
    with context.store.begin(write=False) as transaction:
        bodies = transaction.contacts_of(persons)
    try:
        return {person: Contact(**json.loads(body)) for person, body in bodies.items()}
    except (TypeError, ValueError):
        raise MalformedError("contact") from None
