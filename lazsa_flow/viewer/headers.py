"""Security headers: every answer has them, and none is left to the server's own error page."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from starlette.datastructures import MutableHeaders

from lazsa_flow.logs import log
from lazsa_flow.viewer.error_pages import write_error

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADERS: Final = {
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


class SecurityHeaders:
    """Forbids the browser everything that a page does not need, in every answer.

    The nonce of the answer's own scripts and styles is put into the request's state. An exception
    of the app becomes an answer too: it is logged by its type, and nothing of it is shown.

    Args:
        app: The app that answers; it may be wrapped in another of these.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the app answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        nonce = scope.setdefault("state", {}).setdefault("nonce", secrets.token_urlsafe(16))
        began = False

        async def send_with_headers(message: Message) -> None:
            nonlocal began
            if message["type"] == "http.response.start":
                began = True
                headers = MutableHeaders(scope=message)
                for name, value in (
                    ("content-security-policy", _write_content_policy(nonce)),
                    *_HEADERS.items(),
                ):
                    headers[name] = value
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as error:
            log.error("viewer.failed", path=scope["path"], error=type(error).__name__)
            if began:
                raise  # half an answer is sent: the server closes the connection
            await build_refusal(scope, HTTPStatus.INTERNAL_SERVER_ERROR)(
                scope, receive, send_with_headers
            )


def build_refusal(
    scope: Scope, status: HTTPStatus, headers: dict[str, str] | None = None
) -> ASGIApp:
    """Return an answer that says no more than its status."""
    return write_error(scope, status, status.phrase, headers=headers)


def _write_content_policy(nonce: str) -> str:
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
