"""The viewer over several databases: each has its pages, and what they have in common is added up.

``/`` shows how each database stands, and the sum; ``/db/NAME/`` are the pages of one; ``/due`` and
``/parked`` list the rows of all, each with its database; ``/health`` is JSON for a program. A
database that cannot be reached is named, and the others are shown.
"""

from __future__ import annotations

import threading
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Mount, Route

from lazsa_flow.errors import LazsaError, NotFoundError
from lazsa_flow.viewer.addresses import Addresses
from lazsa_flow.viewer.app import (
    build_app,
    build_service_app,
    check_fresh_s,
    check_rehearse_at_most,
)
from lazsa_flow.viewer.cells import Link
from lazsa_flow.viewer.due_page import DUE
from lazsa_flow.viewer.error_pages import wants_html, write_error
from lazsa_flow.viewer.frame import Frame, write_page
from lazsa_flow.viewer.fresh_cache import FreshCache
from lazsa_flow.viewer.health import measure_health
from lazsa_flow.viewer.list_csv import stream_csv
from lazsa_flow.viewer.list_html import write_list
from lazsa_flow.viewer.list_page import REHEARSED_AT_MOST, PageContext
from lazsa_flow.viewer.list_query import CSV, FORMAT, read_query
from lazsa_flow.viewer.pages import answer_csv, find_addresses
from lazsa_flow.viewer.parked_page import PARKED
from lazsa_flow.viewer.several_lists import SeveralLists
from lazsa_flow.viewer.several_overview import add_health, write_several_overview

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

    from lazsa_flow.service.service import FlowService
    from lazsa_flow.service.several import SeveralDatabases
    from lazsa_flow.viewer.gate import Authenticate
    from lazsa_flow.viewer.list_page import ListPage

_WORST: Final = ("unreached", "parked", "late", "paused", "ok")
"""What one database can be, from worst to best: all of them are as the worst is."""


def viewer_of_several(
    several: SeveralDatabases[Any],
    *,
    authenticate: Authenticate,
    fresh_s: float = 5.0,
    rehearse_at_most: int = REHEARSED_AT_MOST,
) -> Starlette:
    """Return an ASGI app that shows a service on several databases and changes nothing.

    Args:
        several: The databases to show. The host closes them.
        authenticate: Called for each request; returns whether it may be answered.
        fresh_s: How old figures may be, and how often an open page asks for new ones.
        rehearse_at_most: Until how many due timers a database's page rehearses a date; 0: none.

    Raises:
        InputError: ``fresh_s`` is no number of seconds from 0 to a day, or ``rehearse_at_most``
            no number of timers.
    """
    check_fresh_s(fresh_s)
    check_rehearse_at_most(rehearse_at_most)
    shown = _SeveralPages(several, fresh_s)
    routes = [
        Route("/", shown.home),
        Mount("/db/{database}", _DatabasePages(several, fresh_s, rehearse_at_most)),
        Route("/due", shown.answer_list(DUE)),
        Route("/parked", shown.answer_list(PARKED)),
        Route("/health", shown.health),
    ]
    return build_app(routes, shown.list_menu, authenticate)


class _DatabasePages:
    """The pages of each database, made as soon as it can be opened."""

    def __init__(
        self, several: SeveralDatabases[Any], fresh_s: float, rehearse_at_most: int
    ) -> None:
        self._several = several
        self._fresh_s = fresh_s
        self._rehearse_at_most = rehearse_at_most
        self._lock = threading.Lock()
        self._apps: dict[str, ASGIApp] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from one database's pages, or say why that cannot be."""
        answer: ASGIApp
        name = scope["path_params"]["database"]
        try:
            answer = await run_in_threadpool(self._find_app, name)
        except NotFoundError as error:
            answer = write_error(scope, HTTPStatus.NOT_FOUND, str(error))
        except LazsaError as error:
            answer = write_error(scope, HTTPStatus.SERVICE_UNAVAILABLE, f"{name}: {error}")
        await answer(scope, receive, send)

    def _find_app(self, name: str) -> ASGIApp:
        service = self._several.service(name)
        with self._lock:
            if name not in self._apps:
                self._apps[name] = build_service_app(
                    service, self._fresh_s, rehearse_at_most=self._rehearse_at_most
                )
            return self._apps[name]


class _SeveralPages:
    """The pages about all databases; each is a plain function, which starlette runs in a thread."""

    def __init__(self, several: SeveralDatabases[Any], fresh_s: float) -> None:
        self._several = several
        self._figures = {name: FreshCache(fresh_s) for name in several.names}
        self._every_ms = max(250, round(fresh_s * 1000))

    def home(self, request: Request) -> Response:
        """Answer with how each database stands, and the sum."""
        body, notes = write_several_overview(
            self._several,
            find_addresses(request),
            lambda name, service: self._make_context(request, name, service),
        )
        return self._write_page(request, "Overview", body, notes)

    def answer_list(self, page: ListPage) -> Callable[[Request], Response]:
        """Return what answers for a list of all databases."""

        def answer(request: Request) -> Response:
            lists = SeveralLists(
                self._several, lambda name, service: self._make_context(request, name, service)
            )
            described, filters = lists.describe(page), lists.list_filters(page)
            query = read_query(described, filters, request.query_params)
            if request.query_params.get(FORMAT) == CSV:
                lines = stream_csv(
                    described.columns, query, lambda part: lists.find_rows(page, part)[0]
                )
                return answer_csv(lines, page)
            found, notes = lists.find_rows(page, query)
            title = str(page.title)
            base = find_addresses(request).of(page.route.strip("/"))
            body = write_list(described, title, base, filters, query, found)
            return self._write_page(request, title, body, notes)

        return answer

    def health(self, request: Request) -> Response:
        """Answer with the health of each database and the sum, as JSON; a browser gets a page."""
        if wants_html(request.scope):
            return self.home(request)
        answers = self._several.ask(measure_health)
        each = {
            one.database: one.answer or {"status": "unreached", "error": str(one.error)}
            for one in answers
        }
        status = min((health["status"] for health in each.values()), key=_WORST.index)
        return JSONResponse({"status": status, **add_health(answers), "databases": each})

    def list_menu(self, request: Request) -> Sequence[Link]:
        """Return the navigation: the pages about all, and each database."""
        addresses = find_addresses(request)
        return [
            Link("Overview", addresses.home()),
            Link("Due", addresses.of("due")),
            Link("Parked", addresses.of("parked")),
            *(Link(name, f"{addresses.of('db', name)}/") for name in self._several.names),
        ]

    def _make_context(self, request: Request, name: str, service: FlowService) -> PageContext:
        addresses = Addresses(find_addresses(request).of("db", name))
        return PageContext(service, addresses, service.clock.now(), self._figures[name])

    def _write_page(
        self, request: Request, title: str, body: Iterable[str], notes: Sequence[str]
    ) -> Response:
        frame = Frame(
            request.state.nonce,
            self.list_menu(request),
            here=request.url.path,
            query=request.url.query,
            every_ms=self._every_ms,
            notices=notes,
        )
        return HTMLResponse(write_page(frame, title, body))
