"""The viewer's pages and the app that serves them.

``/`` is an overview; ``/lifecycle/NAME`` the live page, with the ``picture.json`` and
``story.json`` that it asks for; ``/due`` and ``/parked`` are lists; ``/health`` is JSON. A service
may bring further pages. Every address is relative to where the host has mounted the app.
"""

from __future__ import annotations

from html import escape
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse
from starlette.routing import Route

from lazsa_flow.errors import InputError, LazsaError, NotFoundError
from lazsa_flow.graph.page import Served, page
from lazsa_flow.graph.timeline import picture_to_json, resident_fields, scene_fields
from lazsa_flow.service.part import runtime_of
from lazsa_flow.viewer.extra_pages import Addresses, find_extra_pages
from lazsa_flow.viewer.gallery import Gallery
from lazsa_flow.viewer.gate import Gate
from lazsa_flow.viewer.headers import SecurityHeaders
from lazsa_flow.viewer.lists import (
    ASK_UNTIL,
    DUE_HEAD,
    LISTED,
    PARKED_HEAD,
    link_lists,
    list_due,
    list_parked,
    measure_health,
    note_cut_rows,
    note_instant,
)
from lazsa_flow.viewer.tables import Link, write_link, write_page, write_paragraph, write_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from lazsa_flow.service.service import FlowService
    from lazsa_flow.viewer.extra_pages import ExtraPage
    from lazsa_flow.viewer.gate import Authenticate

LONGEST_FRESH_S: Final = 86_400.0


def viewer(
    programme: FlowService, *, authenticate: Authenticate, fresh_s: float = 5.0
) -> Starlette:
    """Return an ASGI app that shows a service and changes nothing.

    Args:
        programme: The service to show. The host closes it.
        authenticate: Called for each request; returns whether it may be answered. A coroutine
            function is awaited; a plain one runs in a thread.
        fresh_s: How old a picture's figures may be, and how often an open page asks for new ones.

    Raises:
        InputError: ``fresh_s`` is no number of seconds from 0 to a day.
    """
    check_fresh_s(fresh_s)
    return build_app(build_pages(programme, fresh_s), authenticate)


def check_fresh_s(fresh_s: float) -> None:
    """Make sure that a picture's figures may be as old as somebody says.

    Raises:
        InputError: It is no number of seconds from 0 to a day.
    """
    if not isinstance(fresh_s, int | float) or not 0 <= fresh_s <= LONGEST_FRESH_S:
        expected = f"seconds from 0 to {LONGEST_FRESH_S:.0f}"
        raise InputError.of("viewer", "fresh_s", fresh_s, expected)


def build_app(routes: Sequence[BaseRoute], authenticate: Authenticate | None = None) -> Starlette:
    """Return an app of pages, whose errors are answers.

    Args:
        routes: The pages.
        authenticate: Who may look; ``None`` within an app that asks already.
    """
    middleware = [Middleware(SecurityHeaders)]
    if authenticate is not None:
        middleware.append(Middleware(Gate, authenticate=authenticate))
    return Starlette(
        routes=routes,
        middleware=middleware,
        exception_handlers={
            NotFoundError: _build_error_handler(HTTPStatus.NOT_FOUND),
            InputError: _build_error_handler(HTTPStatus.BAD_REQUEST),
            LazsaError: _build_error_handler(HTTPStatus.SERVICE_UNAVAILABLE),
        },
    )


def build_pages(programme: FlowService, fresh_s: float) -> list[Route]:
    """Return the pages of one service."""
    shown = _Viewer(programme, fresh_s)
    return [
        Route("/", shown.home),
        Route("/lifecycle/{name}", shown.lifecycle),
        Route("/lifecycle/{name}/picture.json", shown.picture),
        Route("/lifecycle/{name}/story.json", shown.story),
        Route("/due", shown.due),
        *(Route(each.route, shown.extra_page(each)) for each in find_extra_pages(programme)),
        Route("/parked", shown.parked),
        Route("/health", shown.health),
    ]


class _Viewer:
    """The answers; each is a plain function, which starlette runs in a thread."""

    def __init__(self, service: FlowService, fresh_s: float) -> None:
        self._service = service
        self._gallery = Gallery(service, fresh_s)
        self._every_ms = max(250, round(fresh_s * 1000))

    def home(self, request: Request) -> Response:
        rulebook, addresses = runtime_of(self._service).rulebook, _addresses(request)
        rows = [
            (addresses.lifecycle(name), each.title) for name, each in rulebook.lifecycles.items()
        ]
        body = [write_table(("Lifecycle", "What it is"), rows)]
        for each in find_extra_pages(self._service):
            listing = each.overview(self._service, addresses)
            body += [f"<h2>{escape(listing.title)}</h2>", write_table(listing.head, listing.rows)]
        return self._sheet(request, "lazsa_flow", body)

    def lifecycle(self, request: Request) -> Response:
        name = request.path_params["name"]
        addresses = _addresses(request)
        at, home = addresses.of("lifecycle", name), f"{addresses.root}/"
        served = Served(request.state.nonce, at, self._every_ms, home)
        return HTMLResponse(page(self._gallery.picture(name), served=served))

    def picture(self, request: Request) -> Response:
        return JSONResponse(picture_to_json(self._gallery.picture(request.path_params["name"])))

    def story(self, request: Request) -> Response:
        name = request.query_params.get("name", "")
        found = self._service.portraits(name, request.path_params["name"])
        return JSONResponse(
            [
                {
                    "resident": resident_fields(each.resident),
                    "story": [scene_fields(scene) for scene in each.story],
                }
                for each in found
            ]
        )

    def due(self, request: Request) -> Response:
        rows = list_due(self._service, _addresses(request), request.query_params.get("until"))
        body = [ASK_UNTIL, write_table(DUE_HEAD, rows), *note_cut_rows(len(rows))]
        return self._sheet(request, "Due", body)

    def extra_page(self, shown: ExtraPage) -> Callable[[Request], Response]:
        """Return what answers for a page that the service brings."""

        def answer(request: Request) -> Response:
            parameters = {**request.query_params, **request.path_params}
            listing = shown.show(self._service, parameters, _addresses(request))
            rows = listing.rows
            body = [write_table(listing.head, rows[:LISTED]), *note_cut_rows(len(rows))]
            if listing.next_page is not None:
                body.append(write_link(listing.next_page))
            return self._sheet(request, listing.title, body)

        return answer

    def parked(self, request: Request) -> Response:
        rows = list_parked(self._service, _addresses(request))
        body = [write_table(PARKED_HEAD, rows[:LISTED]), *note_cut_rows(len(rows))]
        return self._sheet(request, "Parked", body)

    def health(self, _request: Request) -> Response:
        return JSONResponse(measure_health(self._service))

    def _sheet(self, request: Request, title: str, body: Iterable[str]) -> Response:
        addresses = _addresses(request)
        nav = [
            Link("Overview", f"{addresses.root}/"),
            *(addresses.lifecycle(name) for name in runtime_of(self._service).rulebook.lifecycles),
            *link_lists(addresses),
        ]
        paused = [write_paragraph(f"Paused: {each}") for each in self._service.pauses()]
        body = (*note_instant(self._service), *paused, *body)
        return HTMLResponse(write_page(title, nonce=request.state.nonce, nav=nav, body=body))


def _addresses(request: Request) -> Addresses:
    """Return the addresses of our pages, below the path at which the app is mounted."""
    return Addresses(request.scope.get("root_path", ""))


def _build_error_handler(status: HTTPStatus) -> Any:
    """Return a handler that answers an error as plain text."""

    def handler(_request: Request, error: Exception) -> Response:
        return PlainTextResponse(f"{error}\n", status)

    return handler
