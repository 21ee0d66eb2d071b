"""Real servers on the loopback that receive notices, and misbehave when they are told to.

The certificate in ``tests/tls`` is for 127.0.0.1 and secures nothing.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.servers import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

TLS = Path(__file__).parent / "tls"
CERTIFICATE = TLS / "loopback.pem"


@dataclass(frozen=True)
class Mail:
    """One mail that was accepted."""

    sender: str
    to: list[str]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        return message_from_bytes(self.content, policy=default)


class MailServer:
    """An SMTP server that keeps what it accepts.

    Attributes:
        mails: What it has accepted.
        answers: What it says to the next mails instead of accepting them, oldest first: a reply
            such as ``550 no``, ``hang``, ``close`` (having taken half of it) or ``accept``.
        rcpt: What it says to every recipient instead of accepting it.
        sessions: How many connections there were.
        logins: The user names that have logged in.
    """

    def __init__(self, *, tls: bool = False, utf8: bool = True) -> None:
        self.mails: list[Mail] = []
        self.answers: deque[str] = deque()
        self.rcpt: str | None = None
        self.sessions = 0
        self.logins: list[str] = []
        self._transports: list[asyncio.Transport] = []
        options: dict[str, Any] = {"enable_SMTPUTF8": utf8}
        if tls:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(CERTIFICATE, TLS / "loopback.key")
            options |= {
                "tls_context": context,
                "require_starttls": True,
                "authenticator": self._log_in,
                "auth_required": True,
            }
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port(), **options)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._controller.port)

    def _log_in(self, _server: Any, _session: Any, _envelope: Any, _how: str, data: Any) -> Any:
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login.decode())
        return AuthResult(success=data.password == b"right", handled=False)

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        """Count a connection."""
        self.sessions += 1
        self._transports.append(server.transport)
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Take a recipient, or not."""
        if self.rcpt is not None:
            return self.rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Take a mail, or misbehave."""
        answer = self.answers.popleft() if self.answers else "accept"
        if answer == "hang":
            await asyncio.sleep(3600)
        if answer == "close":
            server.transport.abort()
            return "421 gone"
        if answer != "accept":
            return answer
        self.mails.append(Mail(envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 OK"

    def hang_up(self) -> None:
        """Close every connection without a word."""
        for transport in self._transports:
            self._controller.loop.call_soon_threadsafe(transport.abort)

    def start(self) -> None:
        """Listen."""
        self._controller.start()

    def stop(self) -> None:
        """Hang up on whoever is connected."""
        self._controller.stop()


@contextmanager
def mail_server(*, tls: bool = False, utf8: bool = True) -> Iterator[MailServer]:
    """Run an SMTP server for a while, with SMTPUTF8 or without."""
    server = MailServer(tls=tls, utf8=utf8)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@dataclass(frozen=True)
class Post:
    """One post that was received."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass
class WebServer:
    """An HTTP server that keeps what is posted to it.

    Attributes:
        posts: What it has received, accepted or not.
        answers: What it answers to the next posts, oldest first: status, headers and body; ``0``
            says nothing at all until it is stopped. Then it says 200 and ``normal``.
    """

    normal: bytes = b"{}"
    posts: list[Post] = field(default_factory=list)
    answers: deque[tuple[int, dict[str, str], bytes]] = field(default_factory=deque)
    url: str = ""
    stopping: threading.Event = field(default_factory=threading.Event)


@contextmanager
def web_server(normal: bytes = b"{}") -> Iterator[WebServer]:
    """Run an HTTP server for a while."""
    kept = WebServer(normal)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            kept.posts.append(Post(parts.path, dict(parse_qsl(parts.query)), headers, body))
            status, extra, content = (
                kept.answers.popleft() if kept.answers else (200, {}, kept.normal)
            )
            if status == 0:
                kept.stopping.wait(60)
                self.close_connection = True
                return
            self.send_response_only(status)
            for name, value in {**extra, "content-length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    kept.url = f"http://127.0.0.1:{server.server_address[1]}/told"
    thread = threading.Thread(target=lambda: server.serve_forever(0.01), daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        kept.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()
