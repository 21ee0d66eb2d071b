"""Whatever a letter says, its mail is read back by the standard library as it was written."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from lazsa_flow.lifecycle.contact import Contact
from lazsa_flow.notices.mail import build_mail_bytes
from tests.factories import letter

if TYPE_CHECKING:
    from email.message import EmailMessage

    from lazsa_flow.notices.ports import Letter

LETTER = letter(contact=None)
ANY = st.text(st.characters(exclude_categories=["Cs"]))
LINES = st.lists(
    st.one_of(ANY, st.sampled_from((".", "..", "--=_part", "--=_part--", " ", "=")))
).map("\n".join)


def parsed(letter: Letter) -> EmailMessage:
    """Return a letter's mail as whoever receives it reads it."""
    content = build_mail_bytes(letter, "lazsa@example.com")
    return message_from_bytes(content, policy=default)


def unspaced(text: str) -> str:
    """Leave out spaces: Python 3.11 reads some where a long word was encoded in pieces."""
    return "".join(text.split())


@given(text=LINES, html=LINES)
def test_words_arrive(text: str, html: str) -> None:
    """Both parts are read back line by line, whatever they look like (RFC 2045, 2046)."""
    message = parsed(replace(LETTER, text=text, html=html))
    parts = [part.get_content() for part in message.iter_parts()]
    assert parts == ["\r\n".join(each.splitlines()) for each in (text, html)]
    assert not message.defects


@given(
    name=ANY.filter(str.isprintable).map(str.strip),
    subject=ANY.map(lambda text: " ".join(text.split())).filter(str.isprintable),
)
def test_headers_arrive(name: str, subject: str) -> None:
    """A person's name and a subject are read back as they were; no header comes of them."""
    message = parsed(replace(LETTER, subject=subject, contact=Contact("a@example.org", name)))
    (address,) = message["to"].addresses
    assert address.addr_spec == "a@example.org"
    assert unspaced(address.display_name) == unspaced(name)
    assert unspaced(message["subject"]) == unspaced(subject)
    assert len(message.keys()) == 10
    assert not message.defects
