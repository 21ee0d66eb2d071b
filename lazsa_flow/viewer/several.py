"""The viewer over several databases: each has its pages, and what they have in common is added up.

``/`` shows how each database stands, and the sum; ``/db/NAME/`` are the pages of one; ``/due`` and
``/parked`` list the rows of all, each with its database; ``/health`` is JSON. A database that
cannot be reached is named, and the others are shown.
"""

from __future__ import annotations

import threading
from html import escape
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse
from starlette.routing import Mount, Route

from lazsa_flow.errors import InputError, LazsaError, NotFoundError
from lazsa_flow.service.part import runtime_of
from lazsa_flow.viewer.app import build_app, build_pages, check_fresh_s
from lazsa_flow.viewer.extra_pages import Addresses, find_extra_pages
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
)
from lazsa_flow.viewer.tables import Link, write_page, write_paragraph, write_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

    from lazsa_flow.service.service import FlowService
    from lazsa_flow.service.several import DatabaseAnswer, SeveralDatabases
    from lazsa_flow.viewer.extra_pages import Listing
    from lazsa_flow.viewer.gate import Authenticate
    from lazsa_flow.viewer.tables import Cell

Answer = TypeVar("Answer")

_COUNTED: Final = ("due", "failing", "parked", "outbox")
"""Figures of a database's health that are added up."""
_HEALTH_HEAD: Final = (
    "Database",
    "Status",
    "Due",
    "Failing",
    "Parked",
    "Notices waiting",
    "Next (UTC)",
)
_WORST: Final = ("unreached", "parked", "late", "paused", "ok")
"""What one database can be, from worst to best: all of them are as the worst is."""


def viewer_of_several(
    several: SeveralDatabases[Any], *, authenticate: Authenticate, fresh_s: float = 5.0
) -> Starlette:
    """Return an ASGI app that shows a service on several databases and changes nothing.

    Args:
        several: The databases to show. The host closes them.
        authenticate: Called for each request; returns whether it may be answered.
        fresh_s: How old a picture's figures may be, and how often an open page asks for new ones.

    Raises:
        InputError: ``fresh_s`` is no number of seconds from 0 to a day.
    """
    check_fresh_s(fresh_s)
    shown = _SeveralViewer(several)
    routes = [
        Route("/", shown.home),
        Mount("/db/{database}", _DatabasePages(several, fresh_s)),
        Route("/due", shown.due),
        Route("/parked", shown.parked),
        Route("/health", shown.health),
    ]
    return build_app(routes, authenticate)


class _DatabasePages:
    """The pages of each database, made as soon as it can be opened."""

    def __init__(self, several: SeveralDatabases[Any], fresh_s: float) -> None:
        self._several = several
        self._fresh_s = fresh_s
        self._lock = threading.Lock()
        self._apps: dict[str, ASGIApp] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from one database's pages, or say why that cannot be."""
        answer: ASGIApp
        name = scope["path_params"]["database"]
        try:
            answer = await run_in_threadpool(self._find_app, name)
        except NotFoundError as error:
            answer = PlainTextResponse(f"{error}\n", HTTPStatus.NOT_FOUND)
        except LazsaError as error:
            answer = PlainTextResponse(f"{name}: {error}\n", HTTPStatus.SERVICE_UNAVAILABLE)
        await answer(scope, receive, send)

    def _find_app(self, name: str) -> ASGIApp:
        service = self._several.service(name)
        with self._lock:
            if name not in self._apps:
                self._apps[name] = build_app(build_pages(service, self._fresh_s))
            return self._apps[name]


class _SeveralViewer:
    """The pages about all databases; each is a plain function, which starlette runs in a thread."""

    def __init__(self, several: SeveralDatabases[Any]) -> None:
        self._several = several

    def home(self, request: Request) -> Response:
        healths = self._several.ask(measure_health)
        body = [write_table(_HEALTH_HEAD, _health_rows(request, healths))]
        body += self._count_states()
        body += self._extra_overviews(request)
        return self._sheet(request, "lazsa_flow", body)

    def due(self, request: Request) -> Response:
        until = request.query_params.get("until")
        rows, missing = self._list(request, lambda one, at: list_due(one, at, until))
        rows.sort(key=lambda row: str(row[6]))  # by instant, whichever database it is in
        return self._list_page(request, "Due", DUE_HEAD, rows, [ASK_UNTIL, *missing])

    def parked(self, request: Request) -> Response:
        rows, missing = self._list(request, list_parked)
        return self._list_page(request, "Parked", PARKED_HEAD, rows, missing)

    def health(self, _request: Request) -> Response:
        answers = self._several.ask(measure_health)
        each = {
            one.database: one.answer or {"status": "unreached", "error": str(one.error)}
            for one in answers
        }
        status = min((health["status"] for health in each.values()), key=_WORST.index)
        return JSONResponse({"status": status, **_add_health(answers), "databases": each})

    def _count_states(self) -> list[str]:
        """Count the paths in each state of each lifecycle, by database and in all."""
        counts = self._several.ask(_count_by_lifecycle)
        names = [each.database for each in counts if each.answer is not None]
        lifecycles = dict.fromkeys(key for each in counts for key in each.answer or ())
        body = []
        for lifecycle in lifecycles:
            found = {each.database: (each.answer or {}).get(lifecycle, {}) for each in counts}
            states = dict.fromkeys(state for by_state in found.values() for state in by_state)
            if not states:
                continue
            rows: list[list[Cell]] = [
                [state, *row, sum(row)]
                for state in states
                if (row := [found[name].get(state, 0) for name in names])
            ]
            body += [f"<h2>{escape(lifecycle)}</h2>", write_table(("State", *names, "all"), rows)]
        return body

    def _extra_overviews(self, request: Request) -> list[str]:
        """Return what the services' own pages list, each row with its database."""

        def ask(service: FlowService, at: Addresses) -> list[Listing]:
            return [each.overview(service, at) for each in find_extra_pages(service)]

        tables: dict[str, tuple[Sequence[str], list[list[Cell]]]] = {}
        for found in self._ask_with_addresses(request, ask):
            for listing in found.answer or ():
                _, rows = tables.setdefault(listing.title, (listing.head, []))
                rows += [[found.database, *row] for row in listing.rows]
        return [
            part
            for title, (head, rows) in tables.items()
            for part in (f"<h2>{escape(title)}</h2>", write_table(("Database", *head), rows))
        ]

    def _list(
        self, request: Request, ask: Callable[[FlowService, Addresses], list[list[Cell]]]
    ) -> tuple[list[list[Cell]], list[str]]:
        """Return the rows of all databases, and a note for each that did not answer."""
        rows: list[list[Cell]] = []
        missing: list[str] = []
        for found in self._ask_with_addresses(request, ask):
            if isinstance(found.error, InputError):
                raise found.error  # what was asked is wrong everywhere
            if found.answer is None:
                missing.append(
                    write_paragraph(f"{found.database} cannot be reached: {found.error}")
                )
            rows += [[found.database, *row] for row in found.answer or ()]
        return rows, missing

    def _ask_with_addresses(
        self, request: Request, ask: Callable[[FlowService, Addresses], Answer]
    ) -> list[DatabaseAnswer[Answer]]:
        """Ask each database with the addresses of its own pages."""
        return self._several.ask_by_name(
            lambda name, service: ask(service, _addresses_of(request, name))
        )

    def _list_page(
        self,
        request: Request,
        title: str,
        head: Sequence[str],
        rows: Sequence[Sequence[Cell]],
        before: Iterable[str],
    ) -> Response:
        table = write_table(("Database", *head), rows[:LISTED])
        return self._sheet(request, title, [*before, table, *note_cut_rows(len(rows))])

    def _sheet(self, request: Request, title: str, body: Iterable[str]) -> Response:
        addresses = _own_addresses(request)
        nav = [
            Link("Overview", f"{addresses.root}/"),
            *(_link_to(request, name) for name in self._several.names),
            *link_lists(addresses),
        ]
        return HTMLResponse(write_page(title, nonce=request.state.nonce, nav=nav, body=body))


def _own_addresses(request: Request) -> Addresses:
    """Return the addresses of the pages about all databases."""
    return Addresses(request.scope.get("root_path", ""))


def _addresses_of(request: Request, database: str) -> Addresses:
    """Return the addresses of one database's pages."""
    return Addresses(_own_addresses(request).of("db", database))


def _link_to(request: Request, database: str) -> Link:
    """Link to the first page of a database."""
    return Link(database, f"{_addresses_of(request, database).root}/")


def _health_rows(
    request: Request, answers: Sequence[DatabaseAnswer[dict[str, Any]]]
) -> list[list[Cell]]:
    """Return a row for each database, and one of their sum."""
    rows: list[list[Cell]] = []
    for each in answers:
        link = _link_to(request, each.database)
        if each.answer is None:
            rows.append([link, f"cannot be reached: {each.error}", *[""] * (len(_COUNTED) + 1)])
        else:
            figures = [each.answer[name] for name in _COUNTED]
            rows.append(
                [link, each.answer["status"], *figures, (each.answer["next_due"] or "")[:16]]
            )
    rows.append(["all", "", *_add_health(answers).values(), ""])
    return rows


def _add_health(answers: Iterable[DatabaseAnswer[dict[str, Any]]]) -> dict[str, int]:
    """Add the figures of the databases that answered."""
    found = [each.answer for each in answers if each.answer is not None]
    return {name: sum(each[name] for each in found) for name in _COUNTED}


def _count_by_lifecycle(service: FlowService) -> dict[str, dict[str, int]]:
    """Count a service's paths by lifecycle and state."""
    return {name: service.states(name) for name in runtime_of(service).rulebook.lifecycles}
