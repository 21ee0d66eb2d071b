"""Contacts: how a person is reached."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from lazsa_flow.errors import InputError
from lazsa_flow.lifecycle.mail_addresses import is_address

LOCALE: Final = re.compile(r"[a-z]{2}(-[A-Z]{2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Contact:
    """How a person is reached: held for the sending only, and never shown.

    Attributes:
        address: A mail address, or what the channel takes instead.
        name: The person's name, for the greeting and the header.
        locale: The locale that the person reads; the country's by default.

    Raises:
        InputError: The address is none, or the name or locale holds what a header must not.
    """

    address: str = field(repr=False)
    name: str = field(default="", repr=False)
    locale: str | None = None

    def __post_init__(self) -> None:
        if not is_address(self.address):
            raise InputError.of("contact", "address", "", "an address such as name@example.com")
        if self.name and not self.name.isprintable():
            raise InputError.of("contact", "name", "", "printable text on one line")
        if self.locale is not None and not LOCALE.fullmatch(self.locale):
            raise InputError.of("contact", "locale", self.locale, "a locale such as id or en-SG")
