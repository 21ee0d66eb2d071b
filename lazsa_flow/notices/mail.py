"""Mails: a letter as an e-mail message.

An :class:`email.message.EmailMessage` under the library's policy for SMTP, which folds and encodes
headers and refuses a line break in one: nothing that a subject or a host wrote can become a header
of its own. The ``Message-ID`` is made of the key, so that a repeat can be recognised. Domains
are A-labels. If a local part is beyond ASCII, headers are in UTF-8, for a server with SMTPUTF8.

Headers that are the same in many mails are parsed once. Both parts are in quoted-printable, which
:func:`binascii.b2a_qp` writes in C; ``EmailMessage.set_content`` would do so in Python.

Source:
    RFC 5322; RFC 2045, 6.7 (no quoted-printable text contains the boundary); RFC 3834; RFC 6532.
"""

from __future__ import annotations

import hashlib
import re
from binascii import b2a_qp
from email.headerregistry import Address, Group
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP, EmailPolicy
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from lazsa_flow.lifecycle.mail_addresses import encode_address_domain, needs_utf8

if TYPE_CHECKING:
    from lazsa_flow.notices.ports import Letter

_LINE_CHARS: Final = 998
"""The longest line. Source: RFC 5322, 2.1.1."""
_WIDE: Final = SMTP.clone(max_line_length=_LINE_CHARS)


class _MailPolicy(EmailPolicy):
    """The library's policy for SMTP, but for where it folds names.

    Folding an ASCII name that must be quoted, :mod:`email` leaves out its quotes, and signs in it
    become an address of their own. Such a header fits on a line, and is not folded.
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Write a header as lines."""
        if name in _ADDRESSES and str(value).isascii():
            return _WIDE.fold_binary(name, value)
        return super().fold_binary(name, value)


_ADDRESSES: Final = ("To", "From", "Reply-To")
_SMTP: Final = _MailPolicy(linesep="\r\n")
_SMTPUTF8: Final = _MailPolicy(linesep="\r\n", utf8=True)
_BOUNDARY: Final = "=_part"
_ID_CHARS: Final = 200
_DOT_ATOM: Final = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*", re.ASCII)


def build_mail_bytes(letter: Letter, sender: str) -> bytes:
    """Write a letter as the bytes of a mail; arguments and errors as of :func:`compose_mail`."""
    return compose_mail(letter, sender).as_bytes()


def compose_mail(letter: Letter, sender: str) -> EmailMessage:
    """Make a mail of a letter.

    Args:
        letter: The letter.
        sender: The address it comes from; replies go to the country's team.

    Raises:
        ValueError: A header would hold a line break, or an address has no valid domain.
    """
    own, reply_to = (
        encode_address_domain(sender),
        letter.reply_to and encode_address_domain(letter.reply_to),
    )
    address = _address_of(letter)
    utf8 = any(map(needs_utf8, filter(None, (own, reply_to, address))))
    message = EmailMessage(policy=_SMTPUTF8 if utf8 else _SMTP)
    message["Date"] = letter.sent_at
    message["Message-ID"] = f"<{_id_of(letter.key)}@{own.rpartition('@')[2]}>"
    message["To"] = _choose_to_header(letter, address)
    for name, header in _parse_shared_headers(
        letter.sender, own, reply_to, letter.subject, letter.locale
    ):
        message[name] = header
    message["MIME-Version"] = "1.0"
    message["Content-Type"] = "multipart/alternative"
    message.set_boundary(_BOUNDARY)
    message.set_payload(
        [_build_text_part("plain", letter.text), _build_text_part("html", letter.html)]
    )
    return message


@lru_cache(maxsize=256)
def _parse_shared_headers(
    name: str, sender: str, reply_to: str, subject: str, locale: str
) -> tuple[tuple[str, Any], ...]:
    """Parse the headers that many mails share: none that holds a person's name or address."""
    headers = {
        "From": _parse_address(name, sender),
        **({"Reply-To": _parse_address("", reply_to)} if reply_to else {}),
        "Subject": subject,
        "Auto-Submitted": "auto-generated",
        "Content-Language": locale,
    }
    return tuple(SMTP.header_store_parse(each, value) for each, value in headers.items())


def _build_text_part(subtype: str, text: str) -> MIMEPart:
    part = MIMEPart(policy=SMTP)
    part["Content-Type"] = _CONTENT_TYPES[subtype]
    part["Content-Transfer-Encoding"] = _QUOTED
    body = "\r\n".join(text.splitlines())
    part.set_payload(b2a_qp(body.encode(), istext=True).decode("ascii"))
    return part


def _parse_header(name: str, value: str) -> Any:
    return SMTP.header_store_parse(name, value)[1]


_CONTENT_TYPES: Final = {
    each: _parse_header("Content-Type", f'text/{each}; charset="utf-8"')
    for each in ("plain", "html")
}
_QUOTED: Final = _parse_header("Content-Transfer-Encoding", "quoted-printable")


def _id_of(key: str) -> str:
    """Return the left side of a Message-ID: the key, or its digest if the key is invalid.

    Raises:
        ValueError: The key holds control characters.
    """
    if not key.isprintable():
        msg = "invalid key: it holds control characters"
        raise ValueError(msg)
    if len(key) <= _ID_CHARS and _DOT_ATOM.fullmatch(key):
        return key
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _address_of(letter: Letter) -> str | None:
    address = letter.contact.address if letter.contact is not None else letter.mailbox
    return None if address is None else encode_address_domain(address)


def _parse_address(name: str, address: str) -> Address:
    local, _, domain = address.rpartition("@")
    return Address(name, local, domain)


def _choose_to_header(letter: Letter, address: str | None) -> Address | Group:
    if address is not None:
        return _parse_address(letter.contact.name if letter.contact is not None else "", address)
    # the address is not known here: an empty group names the recipient. Source: RFC 5322, 3.4
    named = letter.person or letter.to
    if not named.isascii():  # an encoded word must not touch the colon. Source: RFC 2047, 5
        quoted = quote(named, safe="")
        named = quoted if len(quoted) <= _ID_CHARS else letter.to
    return Group(display_name=named, addresses=())
