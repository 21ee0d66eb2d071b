"""Mails as the standards have them: every kind and locale, whatever anybody is called.

Each is handed to a server and read back strictly: the headers that must be there, once each; CRLF
alone; no line too long; only ASCII, unless the server has offered SMTPUTF8.

Source:
    RFC 5322, 2.1.1 and 3.6; RFC 5321, 2.3.8; RFC 6531; RFC 6532.
"""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

import pytest

from lazsa_flow.errors import DeliveryError
from lazsa_flow.lifecycle.contact import Contact
from lazsa_flow.notices.mail import build_mail_bytes, compose_mail
from lazsa_flow.notices.render import Renderer
from lazsa_flow.notices.smtp import NO_UTF8, SmtpChannel, SmtpSettings
from tests.factories import letter
from tests.golden.notices import LOCALES, render
from tests.loopback import mail_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

    from tests.loopback import MailServer

REQUIRED = {"Date", "From", "To", "Subject", "Message-ID", "MIME-Version", "Content-Type"}
LINE_BYTES = 998
HOSTILE_NAMES = (
    "",
    'Budi "B" <x@evil.example>, ü',
    "สมชาย ใจดี",
    "Nguyễn, Thị; (Hà) [Nội]",
    "=?utf-8?q?Bcc=3A?= thief@example.org",
    "a" * 200,
    "ü" * 200,
    "\\" * 60,
    "Budi, Bcc: thief@example.org",
    "\N{FAMILY}",
    "Budi, " * 30 + "ü",
    "a, b <thief@evil.example> " * 7,
    '"' * 100,
    "a <t@evil.example>, " * 8 + "ü",
    ". .. ;:<>@",
)
HOSTILE_KEYS = ("award-1.2.1 ü@<x>", "..", "k" * 500, "award-1.nomination.3", "%0d%0aBcc: x")


def read_strictly(content: bytes, *, utf8: bool = False) -> EmailMessage:
    """Return a mail as whoever receives it reads it; fail where it is not as the standards say."""
    assert content.replace(b"\r\n", b"").count(b"\n") == 0
    assert content.replace(b"\r\n", b"").count(b"\r") == 0
    assert max(map(len, content.split(b"\r\n"))) <= LINE_BYTES
    head, _, body = content.partition(b"\r\n\r\n")
    assert body.isascii()
    assert utf8 or head.isascii()
    message = message_from_bytes(content, policy=default)
    names = [line.split(b":")[0].decode() for line in head.split(b"\r\n") if line[:1].strip()]
    assert len(names) == len(set(names))
    assert set(names) >= REQUIRED
    assert not {"Bcc", "Cc"} & set(names)
    assert re.fullmatch(r"<[^\s<>@]+@[a-z0-9.-]+>", message["message-id"])
    assert message["date"].datetime is not None
    for part in message.walk():
        assert not part.defects
        # the library's parser takes every header in UTF-8 for a defect
        assert utf8 or all(not header.defects for header in part.values())
    return message


def every_kind() -> Iterator[tuple[str, str]]:
    """Yield every kind in every locale."""
    for locale in LOCALES:
        for kind in (*Renderer().kinds(), "digest"):
            yield kind, locale


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    """A server that offers SMTPUTF8."""
    with mail_server() as server:
        yield server


def test_every_kind_in_every_locale_for_every_name(server: MailServer) -> None:
    """What a server gets is a mail by the standards, and says what the letter says."""
    server.mails.clear()
    before = server.sessions
    channel = SmtpChannel(SmtpSettings(host="127.0.0.1", port=server.port, tls="none"))
    sent = []
    for number, (kind, locale) in enumerate(every_kind()):
        words = render(kind, locale)
        name = HOSTILE_NAMES[number % len(HOSTILE_NAMES)]
        sent.append(
            letter(
                key=f"award-{number}.3.1",
                kind=kind,
                locale=locale,
                subject=words.subject,
                text=words.text,
                html=words.html,
                contact=Contact("budi@example.org", name),
            )
        )
        channel.send(sent[-1])
    channel.close()
    assert (len(server.mails), server.sessions - before) == (len(sent), 1)
    for each, received in zip(sent, server.mails, strict=True):
        message = read_strictly(received.content)
        plain, html = (part.get_content() for part in message.iter_parts())
        assert plain.splitlines() == each.text.splitlines()
        assert html.splitlines() == each.html.splitlines()
        assert message["subject"] == each.subject
        assert message["date"].datetime == each.sent_at
        assert [a.addr_spec for a in message["to"].addresses] == ["budi@example.org"]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_name_stays_a_name(name: str) -> None:
    """Whatever somebody is called, and whatever a team or a subject is, no header comes of it."""
    subject = " ".join(name.split()) or "x"
    hostile = letter(contact=Contact("budi@example.org", name), sender=name or "x", subject=subject)
    message = read_strictly(build_mail_bytes(hostile, "lazsa@example.com"))
    (to,), (sender,) = message["to"].addresses, message["from"].addresses
    assert (to.addr_spec, sender.addr_spec) == ("budi@example.org", "lazsa@example.com")
    if "=?" not in name:  # the library's parser decodes it within quotes, where it is no code
        assert "".join(to.display_name.split()) == "".join(name.split())
    group = replace(hostile, contact=None, person=name or "seller-1")
    assert read_strictly(build_mail_bytes(group, "lazsa@example.com"))["to"].addresses == ()


@pytest.mark.parametrize("key", HOSTILE_KEYS)
def test_a_key_is_a_message_id(key: str) -> None:
    """A key that cannot stand in a Message-ID has its digest there; the same key the same one."""
    first, again = (
        read_strictly(build_mail_bytes(letter(key=key), "lazsa@example.com")) for _ in range(2)
    )
    assert first["message-id"] == again["message-id"]
    assert compose_mail(letter(key=key), "lazsa@example.com")["message-id"] == first["message-id"]


def test_a_domain_goes_in_a_labels(server: MailServer) -> None:
    """In the envelope and in the headers, of the sender too."""
    settings = SmtpSettings(
        host="127.0.0.1", port=server.port, tls="none", sender="lazsa@münchen.example"
    )
    channel = SmtpChannel(settings)
    channel.send(letter(contact=Contact("info@例え.jp"), reply_to="team@münchen.example"))
    channel.close()
    received = server.mails.pop()
    assert (received.sender, received.to) == (
        "lazsa@xn--mnchen-3ya.example",
        ["info@xn--r8jz45g.jp"],
    )
    message = read_strictly(received.content)
    assert message["to"].addresses[0].addr_spec == "info@xn--r8jz45g.jp"
    assert message["reply-to"] == "team@xn--mnchen-3ya.example"


def test_a_local_part_beyond_ascii_needs_smtputf8(server: MailServer) -> None:
    """It is sent where the server offers it, and refused for ever where it does not."""
    thai = letter(contact=Contact("สมชาย@example.com", "สมชาย"))
    channel = SmtpChannel(SmtpSettings(host="127.0.0.1", port=server.port, tls="none"))
    channel.send(thai)
    channel.send(letter(key="award-18.3.1"))
    channel.close()
    received, plain = server.mails[-2:]
    assert received.to == ["สมชาย@example.com"]
    assert read_strictly(received.content, utf8=True)["to"] == "สมชาย <สมชาย@example.com>"
    read_strictly(plain.content)
    with mail_server(utf8=False) as old:
        channel = SmtpChannel(SmtpSettings(host="127.0.0.1", port=old.port, tls="none"))
        with pytest.raises(DeliveryError) as caught:
            channel.send(thai)
        assert (caught.value.code, caught.value.permanent, caught.value.rests) == (
            NO_UTF8,
            True,
            False,
        )
        channel.send(letter())
        channel.close()
        assert (len(old.mails), old.sessions) == (1, 1)
