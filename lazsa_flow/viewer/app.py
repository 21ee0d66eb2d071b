"""The app that serves the viewer's pages.

``/`` is an overview; ``/lifecycle/NAME`` the live page, with the ``picture.json`` and
``story.json`` that it asks for; ``/paths``, ``/due``, ``/parked`` and what a service brings are
lists; ``/health`` is a page for a browser and JSON for a program. Every address is relative to
where the host has mounted the app.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from lazsa_flow.errors import InputError, LazsaError, NotFoundError
from lazsa_flow.viewer.error_pages import write_error
from lazsa_flow.viewer.gate import Gate
from lazsa_flow.viewer.headers import SecurityHeaders
from lazsa_flow.viewer.list_page import REHEARSED_AT_MOST
from lazsa_flow.viewer.pages import ServicePages, find_addresses, list_menu

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from lazsa_flow.service.service import FlowService
    from lazsa_flow.viewer.cells import Link
    from lazsa_flow.viewer.gate import Authenticate

LONGEST_FRESH_S: Final = 86_400.0


def viewer(
    programme: FlowService,
    *,
    authenticate: Authenticate,
    fresh_s: float = 5.0,
    rehearse_at_most: int = REHEARSED_AT_MOST,
    rehearsal: str | None = None,
) -> Starlette:
    """Return an ASGI app that shows a service and changes nothing.

    Args:
        programme: The service to show. The host closes it.
        authenticate: Called for each request; returns whether it may be answered. A coroutine
            function is awaited; a plain one runs in a thread.
        fresh_s: How old figures may be, and how often an open page asks for new ones.
        rehearse_at_most: Until how many due timers a page rehearses a coming date; 0: none.
        rehearsal: What this rehearsal foretells is shown next to the past: the name of a saved
            one, or the file of a report as JSON.

    Raises:
        InputError: ``fresh_s`` is no number of seconds from 0 to a day, or ``rehearse_at_most``
            no number of timers.
    """
    check_fresh_s(fresh_s)
    check_rehearse_at_most(rehearse_at_most)
    return build_service_app(programme, fresh_s, authenticate, rehearse_at_most, rehearsal)


def build_service_app(
    service: FlowService,
    fresh_s: float,
    authenticate: Authenticate | None = None,
    rehearse_at_most: int = REHEARSED_AT_MOST,
    rehearsal: str | None = None,
) -> Starlette:
    """Return an app of one service's pages.

    Args:
        service: The service to show.
        fresh_s: How old figures may be.
        authenticate: Who may look; ``None`` within an app that asks already.
        rehearse_at_most: Until how many due timers a page rehearses a date.
        rehearsal: The rehearsal that lifecycles show, by its name or the file of its report.
    """
    pages = ServicePages(service, fresh_s, rehearse_at_most, rehearsal)

    def write_menu(request: Request) -> Sequence[Link]:
        return list_menu(service, find_addresses(request))

    return build_app(pages.list_routes(), write_menu, authenticate)


def check_fresh_s(fresh_s: float) -> None:
    """Make sure that figures may be as old as somebody says.

    Raises:
        InputError: It is no number of seconds from 0 to a day.
    """
    if not isinstance(fresh_s, int | float) or not 0 <= fresh_s <= LONGEST_FRESH_S:
        expected = f"seconds from 0 to {LONGEST_FRESH_S:.0f}"
        raise InputError.of("viewer", "fresh_s", fresh_s, expected)


def check_rehearse_at_most(timers: int) -> None:
    """Make sure that a number of timers is one.

    Raises:
        InputError: It is no number of timers.
    """
    if type(timers) is not int or timers < 0:
        expected = "a number of timers, 0 or more"
        raise InputError.of("viewer", "rehearse_at_most", timers, expected)


def build_app(
    routes: Sequence[BaseRoute],
    menu: Callable[[Request], Sequence[Link]],
    authenticate: Authenticate | None = None,
) -> Starlette:
    """Return an app of pages, whose errors are answers.

    Args:
        routes: The pages.
        menu: Returns the navigation, for pages that say what went wrong.
        authenticate: Who may look; ``None`` within an app that asks already.
    """
    middleware = [Middleware(SecurityHeaders)]
    if authenticate is not None:
        middleware.append(Middleware(Gate, authenticate=authenticate))

    def handle_error(status: HTTPStatus) -> Any:
        def handler(request: Request, error: Exception) -> Response:
            return write_error(request.scope, status, str(error), menu=menu(request))

        return handler

    def handle_http_error(request: Request, error: Any) -> Response:
        status = HTTPStatus(error.status_code)
        return write_error(
            request.scope, status, error.detail, menu=menu(request), headers=error.headers
        )

    return Starlette(
        routes=routes,
        middleware=middleware,
        exception_handlers={
            HTTPException: handle_http_error,
            NotFoundError: handle_error(HTTPStatus.NOT_FOUND),
            InputError: handle_error(HTTPStatus.BAD_REQUEST),
            LazsaError: handle_error(HTTPStatus.SERVICE_UNAVAILABLE),
        },
    )
