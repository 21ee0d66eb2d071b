"""Access: only requests that the host's callable admits, and only to read.

Methods other than GET and HEAD are refused first.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from inspect import isawaitable
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from lazsa_flow.logs import log
from lazsa_flow.viewer.headers import build_refusal

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

Authenticate = Callable[[HTTPConnection], bool | Awaitable[bool]]
"""Returns whether a request is admitted; it is called for each request."""

READING: Final = ("GET", "HEAD")


class Gate:
    """Lets readers through to an app.

    Args:
        app: The app behind the gate.
        authenticate: The host's decision on who may look; anything but ``True`` refuses.
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
        answer = self._app
        if scope["method"] not in READING:
            headers = {"allow": ", ".join(READING)}
            answer = build_refusal(scope, HTTPStatus.METHOD_NOT_ALLOWED, headers)
        elif not await self._admits(HTTPConnection(scope)):
            answer = build_refusal(scope, HTTPStatus.FORBIDDEN)
        await answer(scope, receive, send)

    async def _admits(self, asking: HTTPConnection) -> bool:
        said: object
        try:
            said = await run_in_threadpool(self._authenticate, asking)
            if isawaitable(said):
                said = await said
        except Exception as error:  # the host's code: without an answer nobody is admitted
            log.error("viewer.authenticate.failed", error=type(error).__name__)
            said = False
        if said is not True:
            log.warning("viewer.refused", path=asking.url.path)
        return said is True
