"""A contact is checked before anything is sent to it."""

from __future__ import annotations

import pytest

from lazsa_flow.errors import InputError
from lazsa_flow.lifecycle.contact import Contact

HOSTILE = ("a\r\nBcc: x@example.com", "a\nb", "\x00", "\u2028")


def test_a_sound_contact() -> None:
    """An address, a printable name and a locale pass as they are."""
    contact = Contact("a@example.com", "Ani <script>", "id")
    assert (contact.name, contact.locale) == ("Ani <script>", "id")
    assert "a@example.com" not in repr(contact)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_that_would_break_a_header_is_refused(name: str) -> None:
    """A name with a line break or a control character is refused, and not shown."""
    with pytest.raises(InputError, match="printable") as caught:
        Contact("a@example.com", name)
    assert name not in str(caught.value)


@pytest.mark.parametrize("address", ["", "nobody", "a@b\nc", "a b@example.com", "a@", "@b.example"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    """What is no address is refused, and not shown."""
    with pytest.raises(InputError, match=r"name@example\.com") as caught:
        Contact(address)
    assert not address or f" {address}" not in str(caught.value)


@pytest.mark.parametrize("locale", ["", "ID", "id_ID", "../en"])
def test_a_locale_that_is_none_is_refused(locale: str) -> None:
    """A locale names a folder of templates, so it has one strict form."""
    with pytest.raises(InputError, match="en-SG"):
        Contact("a@example.com", locale=locale)
