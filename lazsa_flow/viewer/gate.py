"""Who comes in, and with which manners is the answer sent?

Only whoever the host's callable lets in, and only to read: every other method is refused before
anything else is looked at. Each answer forbids the browser everything that the page does not need.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from inspect import isawaitable
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse

from lazsa_flow.logs import log

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

Authenticate = Callable[[HTTPConnection], bool | Awaitable[bool]]
"""Tells whether whoever asks may look; it is asked anew for each request."""

READING: Final = ("GET", "HEAD")
_HEADERS: Final = {
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


class Gate:
    """Lets readers through to an app.

    Args:
        app: What stands behind the gate.
        authenticate: The host's word on who may look; whatever is not ``True`` keeps out.
    """

    def __init__(self, app: ASGIApp, authenticate: Authenticate) -> None:
        self._app = app
        self._authenticate = authenticate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let it through."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        nonce = secrets.token_urlsafe(16)
        scope.setdefault("state", {})["nonce"] = nonce
        answer = self._app
        if scope["method"] not in READING:
            headers = {"allow": ", ".join(READING)}
            answer = _refusal(HTTPStatus.METHOD_NOT_ALLOWED, headers)
        elif not await self._admits(HTTPConnection(scope)):
            answer = _refusal(HTTPStatus.FORBIDDEN)
        await answer(scope, receive, _mannered(send, nonce))

    async def _admits(self, asking: HTTPConnection) -> bool:
        said = await run_in_threadpool(self._authenticate, asking)
        if isawaitable(said):
            said = await said
        if said is not True:
            log.warning("viewer.refused", path=asking.url.path)
        return said is True


def _refusal(status: HTTPStatus, headers: dict[str, str] | None = None) -> ASGIApp:
    return PlainTextResponse(f"{status.phrase}\n", status, headers)


def _mannered(send: Send, nonce: str) -> Send:
    """Return a ``send`` that adds our headers to each answer."""
    policy = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )

    async def mannered(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["content-security-policy"] = policy
            for name, value in _HEADERS.items():
                headers[name] = value
        await send(message)

    return mannered
