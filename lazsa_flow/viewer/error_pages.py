"""Errors as answers: a page for who looks with a browser, a line of text for everybody else."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, PlainTextResponse

from lazsa_flow.viewer.frame import Frame, write_page, write_paragraph

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.responses import Response
    from starlette.types import Scope

    from lazsa_flow.viewer.cells import Link

_TITLES: Final[Mapping[HTTPStatus, str]] = {
    HTTPStatus.BAD_REQUEST: "This cannot be shown",
    HTTPStatus.FORBIDDEN: "Not admitted",
    HTTPStatus.NOT_FOUND: "There is nothing here",
    HTTPStatus.METHOD_NOT_ALLOWED: "These pages are for reading",
    HTTPStatus.INTERNAL_SERVER_ERROR: "This page has failed",
    HTTPStatus.SERVICE_UNAVAILABLE: "The database does not answer",
}
_NEXT: Final[Mapping[HTTPStatus, str]] = {
    HTTPStatus.FORBIDDEN: "Sign in to the service that shows these pages, and try again.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "The error is in the log. Try again, or go back.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Nothing is lost. Try again in a moment.",
}


def wants_html(scope: Scope) -> bool:
    """Return whether who asks would rather read a page than a line of text or JSON."""
    return "text/html" in Headers(scope=scope).get("accept", "")


def write_error(
    scope: Scope,
    status: HTTPStatus,
    text: str,
    *,
    menu: Sequence[Link] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return an error as an answer.

    Args:
        scope: The request.
        status: The answer's status.
        text: What went wrong, in one sentence that everybody may read.
        menu: Where one can go from here.
        headers: Further headers of the answer.
    """
    if not wants_html(scope):
        return PlainTextResponse(f"{text}\n", status, headers)
    body = [write_paragraph(text)]
    if (following := _NEXT.get(status)) is not None:
        body.append(write_paragraph(following, kind="quiet"))
    frame = Frame(scope.get("state", {}).get("nonce", ""), menu, every_ms=60_000)
    title = _TITLES.get(status, status.phrase)
    return HTMLResponse(write_page(frame, title, body), status, headers)
