"""What may the relay rely on? One suite over every channel, against servers on the loopback."""

from __future__ import annotations

import json
import logging
import ssl
import tracemalloc
import zlib
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.policy import default
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.errors import ConfigError, DeliveryError, InputError
from lazsa_flow.lifecycle.contact import Contact
from lazsa_flow.notices import dingtalk, webhook
from lazsa_flow.notices.dingtalk import DingTalkChannel, DingTalkSettings
from lazsa_flow.notices.files import FileChannel, FileSettings
from lazsa_flow.notices.smtp import SmtpChannel, SmtpSettings
from lazsa_flow.notices.web import Poster
from lazsa_flow.notices.webhook import WebhookChannel, WebhookSettings
from tests.factories import letter
from tests.loopback import CERTIFICATE, MailServer, WebServer, mail_server, web_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lazsa_flow.notices.ports import Channel

MAILS = ("smtp", "smtp-one-sender")
KINDS = ("files-eml", "files-json", *MAILS, "webhook", "dingtalk")
SERVED = (*MAILS, "webhook", "dingtalk")
HTTP = ("webhook", "dingtalk")
_LONG = bytes(8_000_000)
LONG_BODIES = {"": _LONG, "gzip": zlib.compress(_LONG, wbits=31)}
ROBOT_OK = b'{"errcode": 0, "errmsg": "ok"}'
TIMEOUT_S = 2.0
"""How long a channel waits here: a server in a thread of a busy machine may be slow to answer."""
LETTER = letter()
PANEL = replace(LETTER, to="panel", person=None, contact=None, mailbox="panel.id@example.com")


@dataclass
class Stage:
    """A channel and what it reaches: the keys that were received, and the raw letters."""

    kind: str
    channel: Channel
    received: Callable[[], list[tuple[str, bytes]]]
    server: Any = None

    def misbehave(self, how: str) -> None:
        """Let the server fail once: ``hang``, ``gone``, ``later`` or ``never``."""
        mail = {"hang": "hang", "gone": "close", "later": "451 later", "never": "550 no"}
        http = {"hang": 0, "gone": 503, "later": 500, "never": 410}
        if isinstance(self.server, MailServer):
            self.server.answers.append(mail[how])
        else:
            self.server.answers.append((http[how], {}, b""))


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Stage]]:
    """Return what makes a channel of a kind, with a server of its own."""
    for name in ("WEBHOOK_SECRET", "DINGTALK_TOKEN", "DINGTALK_SECRET"):
        monkeypatch.setenv(f"LAZSA_{name}", "whsec-test")
    with ExitStack() as stack:

        def make(kind: str) -> Stage:
            stage = _make(kind, tmp_path, stack)
            stack.callback(stage.channel.close)
            return stage

        yield make


def _make(kind: str, folder: Path, stack: ExitStack) -> Stage:
    if kind.startswith("files"):
        form: Any = kind.partition("-")[2]
        channel: Channel = FileChannel(FileSettings(directory=str(folder), format=form))

        def files() -> list[tuple[str, bytes]]:
            found = sorted(folder.glob(f"*/*.{form}"))
            return [(file.name.removesuffix(f".{form}"), file.read_bytes()) for file in found]

        return Stage(kind, channel, files)
    if kind in MAILS:
        server = stack.enter_context(mail_server())
        sender = "lazsa@example.com" if kind == "smtp-one-sender" else None
        settings = SmtpSettings(
            host="127.0.0.1", port=server.port, tls="none", timeout_s=TIMEOUT_S, sender=sender
        )
        return Stage(
            kind,
            SmtpChannel(settings),
            lambda: [(_key(mail.content), mail.content) for mail in server.mails],
            server,
        )
    web: WebServer = stack.enter_context(web_server(ROBOT_OK))
    if kind == "webhook":
        channel = WebhookChannel(WebhookSettings(url=web.url, timeout_s=TIMEOUT_S))
        return Stage(
            kind, channel, lambda: [(p.headers["webhook-id"], p.body) for p in web.posts], web
        )
    channel = DingTalkChannel(DingTalkSettings(url=web.url, timeout_s=TIMEOUT_S))
    keys = lambda: [(p.json["markdown"]["text"].split("`")[-2], p.body) for p in web.posts]  # noqa: E731
    return Stage(kind, channel, keys, web)


def _key(content: bytes) -> str:
    id_: str = message_from_bytes(content, policy=default)["message-id"]
    return id_.strip("<>").partition("@")[0]


@pytest.fixture(params=KINDS)
def stage(request: pytest.FixtureRequest, make: Callable[[str], Stage]) -> Stage:
    """Every channel."""
    return make(request.param)


@pytest.fixture(params=SERVED)
def served(request: pytest.FixtureRequest, make: Callable[[str], Stage]) -> Stage:
    """Every channel that speaks to a server."""
    return make(request.param)


class TestEveryChannel:
    """What all of them promise."""

    def test_a_letter_arrives_with_its_key(self, stage: Stage) -> None:
        """What was accepted was received, once, under the notice's own key."""
        stage.channel.send(LETTER)
        stage.channel.send(replace(LETTER, key="award-18.3.1"))
        assert [key for key, _ in stage.received()] == ["award-17.3.1", "award-18.3.1"]

    def test_a_role_is_told(self, stage: Stage) -> None:
        """A letter to a role needs nobody's contact."""
        stage.channel.send(PANEL)
        assert [key for key, _ in stage.received()] == [PANEL.key]

    def test_it_can_be_used_again(self, stage: Stage) -> None:
        """A channel that was closed opens by itself."""
        stage.channel.send(LETTER)
        stage.channel.close()
        stage.channel.close()
        stage.channel.send(replace(LETTER, key="award-18.3.1"))
        assert len(stage.received()) == 2

    def test_an_address_goes_where_it_is_needed(self, stage: Stage) -> None:
        """Only a channel that asks for contacts passes one on (programme.md, "Who and where")."""
        letter = LETTER if stage.channel.needs_contact else replace(LETTER, contact=None)
        stage.channel.send(letter)
        received = stage.received()[0][1]
        assert (b"budi@example.org" in received) is stage.channel.needs_contact

    def test_hostile_text_stays_text(self, stage: Stage) -> None:
        """What looks like a template, a page or another language is passed on as it is."""
        hostile = "{{7*7}} <script>alert(1)</script> [x](http://x) ü 火"
        stage.channel.send(replace(LETTER, text=hostile, subject=hostile))
        assert b"49" not in stage.received()[0][1].replace(b"=", b"")


class TestServers:
    """What those promise that speak to a server."""

    def test_silence_rests_the_channel(self, served: Stage) -> None:
        """A server that says nothing costs a time limit, and the channel rests."""
        served.misbehave("hang")
        with pytest.raises(DeliveryError) as caught:
            served.channel.send(LETTER)
        assert caught.value.code.endswith("_timeout")
        assert (caught.value.rests, caught.value.permanent) == (True, False)

    def test_a_server_that_hangs_up_rests_the_channel(self, served: Stage) -> None:
        """A server that goes away half-way puts the channel to rest, and is tried anew."""
        served.misbehave("gone")
        with pytest.raises(DeliveryError) as caught:
            served.channel.send(LETTER)
        assert (caught.value.rests, caught.value.permanent) == (True, False)
        served.channel.send(LETTER)
        assert served.received()[-1][0] == LETTER.key

    def test_a_fault_for_now(self, served: Stage) -> None:
        """What the server refuses for now concerns this notice, and may be tried again."""
        served.misbehave("later")
        with pytest.raises(DeliveryError) as caught:
            served.channel.send(LETTER)
        assert (caught.value.rests, caught.value.permanent) == (False, False)

    def test_a_fault_for_ever(self, served: Stage) -> None:
        """What the server refuses for ever would never be taken, and says nothing of the next."""
        served.misbehave("never")
        with pytest.raises(DeliveryError) as caught:
            served.channel.send(LETTER)
        assert (caught.value.rests, caught.value.permanent) == (False, True)
        served.channel.send(replace(LETTER, key="award-18.3.1"))
        assert served.received()[-1][0] == "award-18.3.1"

    def test_nobody_there(self, served: Stage) -> None:
        """A port at which nobody listens puts the channel to rest."""
        dead: dict[str, Callable[[], Channel]] = {
            "mail": lambda: SmtpChannel(SmtpSettings(host="127.0.0.1", port=1, tls="none")),
            "webhook": lambda: WebhookChannel(WebhookSettings(url="http://127.0.0.1:1")),
            "dingtalk": lambda: DingTalkChannel(DingTalkSettings(url="http://127.0.0.1:1")),
        }
        with pytest.raises(DeliveryError) as caught:
            dead["mail" if served.kind in MAILS else served.kind]().send(LETTER)
        assert caught.value.code.endswith("_connection")
        assert caught.value.rests

    def test_no_error_shows_an_address(self, served: Stage) -> None:
        """An error is a code; it holds no address and nothing that the server said."""
        served.misbehave("never")
        with pytest.raises(DeliveryError) as caught:
            served.channel.send(LETTER)
        assert "@" not in f"{caught.value} {vars(caught.value)}"
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__ or caught.value.__context__ is None


class TestMail:
    """What only SMTP does."""

    @pytest.mark.parametrize("kind", MAILS)
    def test_many_mails_go_over_one_connection(
        self, make: Callable[[str], Stage], kind: str
    ) -> None:
        """Connections are used again, a refusal in between included."""
        stage = make(kind)
        for number in range(5):
            if number == 2:
                stage.misbehave("never")
                with pytest.raises(DeliveryError):
                    stage.channel.send(LETTER)
            stage.channel.send(replace(LETTER, key=f"award-{number}.3.1"))
        assert (len(stage.server.mails), stage.server.sessions) == (5, 1)

    @pytest.mark.parametrize("sender", [None, "lazsa@example.com"])
    @pytest.mark.parametrize("gone", [True, False])
    def test_an_idle_connection_is_asked_first(self, sender: str | None, *, gone: bool) -> None:
        """A connection that the server has closed while it idled costs no failure."""
        now = [0.0]
        with mail_server() as server:
            settings = SmtpSettings(host="127.0.0.1", port=server.port, tls="none", sender=sender)
            channel = SmtpChannel(settings, tick=lambda: now[0])
            channel.send(LETTER)
            if gone:
                server.hang_up()
            now[0] = 60.0
            channel.send(LETTER)
            channel.close()
        assert (len(server.mails), server.sessions) == (2, 2 if gone else 1)

    @pytest.mark.parametrize("kind", MAILS)
    def test_a_server_that_hangs_up_between_mails(
        self, make: Callable[[str], Stage], kind: str
    ) -> None:
        """The mail that was accepted stays so; the next one puts the channel to rest."""
        stage = make(kind)
        stage.channel.send(LETTER)
        stage.server.hang_up()
        with pytest.raises(DeliveryError, match="smtp_connection") as caught:
            stage.channel.send(LETTER)
        assert caught.value.rests
        stage.channel.send(LETTER)
        assert len(stage.server.mails) == 2

    @pytest.mark.parametrize("kind", MAILS)
    @pytest.mark.parametrize("code", [421, 450, 550, 554])
    def test_a_recipient_that_is_refused(
        self, make: Callable[[str], Stage], code: int, kind: str
    ) -> None:
        """The word on a recipient counts by its code: 421 for the channel, 5xx for ever."""
        stage = make(kind)
        stage.server.rcpt = f"{code} no"
        with pytest.raises(DeliveryError) as caught:
            stage.channel.send(LETTER)
        assert caught.value.code == f"smtp_{code}"
        assert (caught.value.rests, caught.value.permanent) == (code == 421, code >= 500)
        stage.server.rcpt = None
        stage.channel.send(LETTER)
        assert (len(stage.server.mails), stage.server.sessions) == (1, 2 if code == 421 else 1)

    @pytest.mark.parametrize("kind", MAILS)
    def test_421_after_the_mail(self, make: Callable[[str], Stage], kind: str) -> None:
        """A server that is about to close puts the channel to rest; the mail comes again."""
        stage = make(kind)
        stage.server.answers.append("421 closing")
        with pytest.raises(DeliveryError) as caught:
            stage.channel.send(LETTER)
        assert (caught.value.code, caught.value.rests) == ("smtp_421", True)
        stage.channel.send(LETTER)
        assert len(stage.server.mails) == 1

    def test_what_the_mail_says(self, make: Callable[[str], Stage]) -> None:
        """A mail has both parts, comes for the team, and asks for answers to the team."""
        stage = make("smtp")
        stage.channel.send(LETTER)
        (mail,) = stage.server.mails
        message = mail.message
        assert (mail.sender, mail.to) == ("team.id@example.com", ["budi@example.org"])
        assert message["to"] == "Budi <budi@example.org>"
        assert message["reply-to"] == "team.id@example.com"
        assert message["message-id"] == "<award-17.3.1@example.com>"
        assert message["auto-submitted"] == "auto-generated"
        assert not message.defects
        plain, html = message.get_body(("plain",)), message.get_body(("html",))
        assert plain is not None
        assert html is not None
        assert plain.get_content().splitlines() == LETTER.text.splitlines()
        assert html.get_content().splitlines() == LETTER.html.splitlines()

    def test_no_line_ends_a_mail(self, make: Callable[[str], Stage]) -> None:
        """A line that is a dot, or begins with one, arrives as it is (RFC 5321, 4.5.2)."""
        stage = make("smtp")
        words = ".\n..\n.hidden\nlast\n.\n"
        stage.channel.send(replace(LETTER, text=words))
        stage.channel.send(replace(LETTER, key="award-18.3.1"))
        mail, _ = stage.server.mails
        plain = mail.message.get_body(("plain",))
        assert plain is not None
        assert plain.get_content().splitlines() == words.splitlines()

    def test_encrypted_and_logged_in(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """With STARTTLS a mail is encrypted, the certificate checked, the login made."""
        monkeypatch.setenv("LAZSA_SMTP_PASSWORD", "right")
        with mail_server(tls=True) as server:
            settings: dict[str, Any] = {"host": "127.0.0.1", "port": server.port}
            settings |= {"username": "lazsa", "sender": "lazsa@example.com"}
            trusted = SmtpChannel(SmtpSettings(**settings, ca_file=str(CERTIFICATE)))
            trusted.send(LETTER)
            trusted.close()
            assert (server.logins, server.mails[0].sender) == (["lazsa"], "lazsa@example.com")
            with pytest.raises(DeliveryError, match="smtp_connection"):
                SmtpChannel(SmtpSettings(**settings)).send(LETTER)
            monkeypatch.setenv("LAZSA_SMTP_PASSWORD", "wrong")
            with pytest.raises(DeliveryError, match="smtp_535") as caught:
                SmtpChannel(SmtpSettings(**settings, ca_file=str(CERTIFICATE))).send(LETTER)
            assert (caught.value.rests, caught.value.permanent) == (True, False)
        assert issubclass(ssl.SSLError, OSError)

    @pytest.mark.parametrize("field", ["subject", "sender", "key", "locale"])
    def test_no_header_can_be_injected(self, make: Callable[[str], Stage], field: str) -> None:
        """A line break in a header is refused; nothing is sent."""
        stage = make("smtp")
        changes: Any = {field: "x\r\nBcc: thief@example.org"}
        with pytest.raises(ValueError, match=r"invalid|linefeed|CR|parameters"):
            stage.channel.send(replace(LETTER, **changes))
        assert stage.server.mails == []

    @pytest.mark.parametrize(
        ("address", "name"),
        [
            ("x\r\nBcc: thief@example.org", ""),
            ("a@b\n", ""),
            ("two@example.org, three@example.org", ""),
            ("<a@example.org>", ""),
            ("a@example.org", "Budi\r\nBcc: thief@example.org"),
        ],
    )
    def test_no_contact_is_a_header(self, address: str, name: str) -> None:
        """A contact that could become a header, or several addresses, is refused unshown."""
        with pytest.raises(InputError) as caught:
            Contact(address, name)
        assert "thief" not in str(caught.value)

    def test_a_name_is_quoted(self, make: Callable[[str], Stage]) -> None:
        """A name with an address's signs in it stays a name."""
        stage = make("smtp")
        name = 'Budi "B" <x@evil.example>, ü'
        stage.channel.send(replace(LETTER, contact=Contact("budi@example.org", name)))
        (to,) = stage.server.mails[0].message["to"].addresses
        assert (to.display_name, to.addr_spec) == (name, "budi@example.org")


class TestPosts:
    """What only the channels over HTTP do."""

    @pytest.mark.parametrize("kind", HTTP)
    @pytest.mark.parametrize(
        ("headers", "after_s"),
        [
            ({"retry-after": "120"}, 120.0),
            (
                {
                    "date": "Thu, 01 Apr 2027 00:00:00 GMT",
                    "retry-after": "Thu, 01 Apr 2027 00:05:00 GMT",
                },
                300.0,
            ),
            ({"retry-after": "soon"}, None),
            ({}, None),
        ],
    )
    def test_too_many(
        self, make: Callable[[str], Stage], kind: str, headers: dict[str, str], after_s: float
    ) -> None:
        """429 puts the channel to rest, for as long as ``Retry-After`` says."""
        stage = make(kind)
        stage.server.answers.append((429, headers, b""))
        with pytest.raises(DeliveryError, match="http_429") as caught:
            stage.channel.send(LETTER)
        assert (caught.value.rests, caught.value.permanent) == (True, False)
        assert caught.value.after_s == after_s

    @pytest.mark.parametrize("status", [200, 429])
    @pytest.mark.parametrize("encoding", ["", "gzip"])
    @pytest.mark.parametrize("kind", HTTP)
    def test_a_long_answer_is_not_read(
        self, make: Callable[[str], Stage], kind: str, encoding: str, status: int
    ) -> None:
        """No more of it than 64 kB is held, packed or not, and the next letter goes out."""
        stage = make(kind)
        headers = {"content-encoding": encoding} if encoding else {}
        stage.server.answers.append((status, headers, LONG_BODIES[encoding]))
        tracemalloc.start()
        with suppress(DeliveryError):
            stage.channel.send(LETTER)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 2_000_000
        stage.channel.send(LETTER)
        assert len(stage.received()) == 2

    @pytest.mark.parametrize("packed", [b"\x1f\x8b\0\0", b"", b"no gzip"])
    def test_an_answer_that_cannot_be_unpacked(
        self, make: Callable[[str], Stage], packed: bytes
    ) -> None:
        """A webhook's was accepted all the same; of the robot's it is not known."""
        for kind in HTTP:
            stage = make(kind)
            stage.server.answers.append((200, {"content-encoding": "gzip"}, packed))
            with suppress(DeliveryError):
                stage.channel.send(LETTER)
            stage.channel.send(LETTER)
            assert len(stage.received()) == 2

    def test_a_packed_answer_is_understood(self, make: Callable[[str], Stage]) -> None:
        """Nobody asks for it, and some servers pack theirs all the same."""
        stage = make("dingtalk")
        packed = zlib.compress(ROBOT_OK, wbits=31)
        stage.server.answers.append((200, {"content-encoding": "gzip"}, packed))
        stage.channel.send(LETTER)
        assert stage.server.posts[0].headers["accept-encoding"] == "identity"

    def test_an_answer_that_trickles(self) -> None:
        """A body is read no longer than the time limit, however it comes."""
        instants = count(0, 3)
        with web_server(b"x" * 200_000) as server:
            poster = Poster(5.0, tick=lambda: next(instants))
            answer = poster.post(server.url, b"{}", {})
            poster.close()
        assert len(answer.body) < 200_000

    @pytest.mark.parametrize(
        ("status", "permanent"), [(302, True), (400, True), (408, False), (500, False)]
    )
    def test_other_answers(
        self, make: Callable[[str], Stage], status: int, permanent: bool
    ) -> None:
        """4xx is for ever but where it says otherwise; no redirect is followed."""
        stage = make("webhook")
        stage.server.answers.append((status, {"location": stage.server.url}, b""))
        with pytest.raises(DeliveryError, match=f"http_{status}") as caught:
            stage.channel.send(LETTER)
        assert caught.value.permanent is permanent
        assert len(stage.server.posts) == 1

    def test_a_webhook_is_signed(self, make: Callable[[str], Stage]) -> None:
        """The receiver can check id, time and body, and tell a repeat (Standard Webhooks)."""
        stage = make("webhook")
        stage.channel.send(LETTER)
        (post,) = stage.server.posts
        sent_at = post.headers["webhook-timestamp"]
        assert sent_at == str(int(LETTER.sent_at.timestamp()))
        expected = webhook.sign_webhook_post(b"whsec-test", LETTER.key, sent_at, post.body)
        assert post.headers["webhook-signature"] == expected
        assert post.headers["idempotency-key"] == post.headers["webhook-id"] == LETTER.key
        assert (post.json["person"], post.json["kind"]) == ("seller-1", "awarded")

    def test_a_signature_is_the_standards(self) -> None:
        """The signature is that of a published example: HMAC-SHA256 over id, time and body."""
        import base64
        import hashlib
        import hmac

        digest = hmac.new(b"k", b"id.1.body", hashlib.sha256).digest()
        assert (
            webhook.sign_webhook_post(b"k", "id", "1", b"body")
            == f"v1,{base64.b64encode(digest).decode()}"
        )

    def test_a_robot_is_signed_to(self, make: Callable[[str], Stage]) -> None:
        """The robot gets token, milliseconds and signature, and text whose marks are plain."""
        stage = make("dingtalk")
        stage.channel.send(replace(LETTER, text="See [x](http://x) *now*"))
        (post,) = stage.server.posts
        sent_ms = str(int(LETTER.sent_at.timestamp() * 1000))
        assert post.query == {
            "access_token": "whsec-test",
            "timestamp": sent_ms,
            "sign": dingtalk.sign_instant(b"whsec-test", sent_ms),
        }
        text = post.json["markdown"]["text"]
        assert r"\[x\](http://x) \*now\*" in text

    @pytest.mark.parametrize(
        ("code", "permanent", "after_s"),
        [(130101, False, 60.0), (310000, False, None), (430102, True, None)],
    )
    def test_a_robots_errors(
        self, make: Callable[[str], Stage], code: int, permanent: bool, after_s: float | None
    ) -> None:
        """An error in an answer of HTTP 200 is an error: too fast, bad signature, unfit text."""
        stage = make("dingtalk")
        stage.server.answers.append((200, {}, json.dumps({"errcode": code}).encode()))
        with pytest.raises(DeliveryError, match=f"dingtalk_{code}") as caught:
            stage.channel.send(LETTER)
        assert (caught.value.permanent, caught.value.rests) == (permanent, not permanent)
        assert caught.value.after_s == after_s

    def test_an_answer_that_is_none(self, make: Callable[[str], Stage]) -> None:
        """What is no answer of the robot's is not taken for a yes."""
        stage = make("dingtalk")
        stage.server.answers.append((200, {}, b"<html>"))
        with pytest.raises(DeliveryError, match="dingtalk_answer"):
            stage.channel.send(LETTER)


class TestFiles:
    """What only files do."""

    def test_a_repeat_overwrites_itself(self, tmp_path: Path) -> None:
        """The same notice twice is one file."""
        channel = FileChannel(FileSettings(directory=str(tmp_path)))
        channel.send(LETTER)
        channel.send(LETTER)
        assert [file.name for file in tmp_path.glob("ID/*")] == ["award-17.3.1.eml"]

    def test_a_file_can_be_read(self, tmp_path: Path) -> None:
        """A file says for whom it is by id, where no address is known."""
        FileChannel(FileSettings(directory=str(tmp_path))).send(replace(LETTER, contact=None))
        content = (tmp_path / "ID" / "award-17.3.1.eml").read_bytes()
        message = message_from_bytes(content, policy=default)
        assert message["to"] == "seller-1:;"

    def test_a_folder_that_cannot_be_written(self, tmp_path: Path) -> None:
        """A folder that is none puts the channel to rest."""
        (tmp_path / "file").write_text("")
        channel = FileChannel(FileSettings(directory=str(tmp_path / "file")))
        with pytest.raises(DeliveryError, match="file_enotdir") as caught:
            channel.send(LETTER)
        assert caught.value.rests


def test_a_missing_secret_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A channel without its secret is refused when it is opened, by the variable's name."""
    monkeypatch.delenv("LAZSA_WEBHOOK_SECRET", raising=False)
    with pytest.raises(ConfigError, match="LAZSA_WEBHOOK_SECRET"):
        WebhookChannel(WebhookSettings(url="http://127.0.0.1:1"))


def test_the_http_client_logs_no_token(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever level a host has set, path and query of what is posted are in no line."""
    for name in (None, "httpx2", "httpcore2"):
        caplog.set_level(logging.DEBUG, logger=name)
    poster = Poster(5.0)
    with web_server() as server:
        for query, params in (("?fixed=in-the-address", None), ("", {"access_token": "a-param"})):
            url = f"{server.url}/in-the-path{query}"
            assert poster.post(url, b"{}", {}, params).status == 200
        poster.close()
    assert {post.path for post in server.posts} == {"/told/in-the-path"}
    queries = [post.query for post in server.posts]
    assert queries == [{"fixed": "in-the-address"}, {"access_token": "a-param"}]
    assert "HTTP Request: POST http://127.0.0.1" in caplog.text
    for secret in ("in-the-path", "in-the-address", "a-param"):
        assert secret not in caplog.text


def test_an_address_that_is_none_is_a_delivery_error() -> None:
    """What the client cannot read as an address rests the channel, and does not end the relay."""
    with pytest.raises(DeliveryError, match="http_url"):
        Poster(5.0).post("http://exa\0mple/", b"{}", {})
