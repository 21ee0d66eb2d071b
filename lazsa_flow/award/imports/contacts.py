"""Contacts from a file: how people are reached.

Personal data from the first column to the last: no error shows an address or a name, and all of it
goes into the erasable table.

Source:
    programme.md, "Versions and data".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from lazsa_flow.csvfiles.fields import Cells, UnfitError, parse_id
from lazsa_flow.csvfiles.formats import Column, FileFormat
from lazsa_flow.csvfiles.problems import Problems, Seen
from lazsa_flow.csvfiles.table import read_table
from lazsa_flow.lifecycle.contact import LOCALE, Contact
from lazsa_flow.lifecycle.mail_addresses import is_address

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONTACTS: Final = FileFormat(
    "contacts",
    "how one person is reached",
    (
        Column("seller_id", "The person: a seller, or an employee who nominates.", "seller-1"),
        Column("email", "The address, in any script.", "shop@example.com", private=True),
        Column("locale", "A locale such as id or en-SG.", "en", required=False),
        Column("name", "How the person is addressed.", "Shop One", required=False, private=True),
    ),
)
CONTACT_COLUMNS: Final = CONTACTS.header

_NAME_CHARS: Final = 200


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One person of a file: a seller, or an employee or ambassador who nominates."""

    line: int
    person: str
    contact: Contact = field(repr=False)


def read_contacts(file: str | Path, problems: Problems | None = None) -> Iterator[ContactRow]:
    """Read contacts in the file's order.

    Nothing that was yielded may be relied on before the iterator has ended without an error.

    Args:
        file: CSV with the columns :data:`CONTACT_COLUMNS`, in any order; ``locale`` may be empty
            (the country's is used), and ``name`` too.
        problems: Gathers what is wrong; by default one of the reader's own.

    Raises:
        InputError: While iterating: the file cannot be read or is wrong. It names up to twenty
            problems, and shows no address and no name.
    """
    problems = Problems(file, CONTACTS.private) if problems is None else problems
    with problems, Seen(problems, "seller_id", "each person") as seen:
        for line, texts in read_table(file, CONTACTS, problems):
            row = _read_contact_row(line, Cells(problems, line, texts))
            if row is not None and seen.add(line, row.person):
                yield row


def _read_contact_row(line: int, cells: Cells) -> ContactRow | None:
    person = cells.take("seller_id", parse_id)
    address = cells.take("email", _parse_address)
    locale = cells.maybe("locale", _parse_locale)
    name = cells.maybe("name", _parse_name)
    if cells.refused or person is None or address is None:
        return None
    return ContactRow(line, person, Contact(address, name or "", locale))


def _parse_address(text: str) -> str:
    if not is_address(text):
        msg = "an address such as name@example.com"
        raise UnfitError(msg)
    return text


def _parse_locale(text: str) -> str:
    if not LOCALE.fullmatch(text):
        msg = "a locale such as id or en-SG, or nothing for the country's"
        raise UnfitError(msg)
    return text


def _parse_name(text: str) -> str:
    if len(text) > _NAME_CHARS or not text.isprintable() or text != text.strip():
        msg = f"at most {_NAME_CHARS} printable characters, no white space at the ends"
        raise UnfitError(msg)
    return text
