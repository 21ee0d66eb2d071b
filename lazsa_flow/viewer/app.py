"""What can be looked at?

``/`` what there is; ``/lifecycle/NAME`` the live page, with the ``picture.json`` and ``story.json``
that it asks for; ``/due``, ``/panel/COUNTRY/DATE``, ``/parked`` as lists; ``/health`` as JSON.
Every address is told relative to where the host has mounted the app.
"""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse
from starlette.routing import Route

from lazsa_flow.errors import InputError, LazsaError, NotFoundError
from lazsa_flow.graph.page import Served, page
from lazsa_flow.graph.timeline import document, resident_fields, scene_fields
from lazsa_flow.lifecycle.calendar import instant_text, parse_date
from lazsa_flow.viewer.gallery import Gallery
from lazsa_flow.viewer.gate import Gate
from lazsa_flow.viewer.headers import SecurityHeaders
from lazsa_flow.viewer.tables import Cell, Link, paragraph, sheet, table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from lazsa_flow.award.programme import Programme
    from lazsa_flow.viewer.gate import Authenticate

LISTED: Final = 500
"""How many rows a list has at most."""
LONGEST_FRESH_S: Final = 86_400.0
LATE: Final = timedelta(minutes=2)
"""How long a due timer may wait before the programme is called late; the ticker is faster."""


def viewer(programme: Programme, *, authenticate: Authenticate, fresh_s: float = 5.0) -> Starlette:
    """Return an ASGI app that shows a programme and changes nothing.

    Args:
        programme: What is shown; it stays the host's to close.
        authenticate: Tells of each request whether it may be answered. It may be a coroutine
            function; a plain one runs in a thread.
        fresh_s: How old a picture's figures may be, and how often an open page asks for new ones.

    Raises:
        InputError: ``fresh_s`` is no number of seconds from 0 to a day.
    """
    if not isinstance(fresh_s, int | float) or not 0 <= fresh_s <= LONGEST_FRESH_S:
        expected = f"seconds from 0 to {LONGEST_FRESH_S:.0f}"
        raise InputError.of("viewer", "fresh_s", fresh_s, expected)
    shown = _Viewer(programme, fresh_s)
    return Starlette(
        routes=[
            Route("/", shown.home),
            Route("/lifecycle/{name}", shown.lifecycle),
            Route("/lifecycle/{name}/picture.json", shown.picture),
            Route("/lifecycle/{name}/story.json", shown.story),
            Route("/due", shown.due),
            Route("/panel/{country}/{cycle_on}", shown.panel),
            Route("/parked", shown.parked),
            Route("/health", shown.health),
        ],
        middleware=[Middleware(SecurityHeaders), Middleware(Gate, authenticate=authenticate)],
        exception_handlers={
            NotFoundError: _said(HTTPStatus.NOT_FOUND),
            InputError: _said(HTTPStatus.BAD_REQUEST),
            LazsaError: _said(HTTPStatus.SERVICE_UNAVAILABLE),
        },
    )


class _Viewer:
    """The answers; each is a plain function, which starlette runs in a thread."""

    def __init__(self, programme: Programme, fresh_s: float) -> None:
        self._programme = programme
        self._gallery = Gallery(programme, fresh_s)
        self._every_ms = max(250, round(fresh_s * 1000))

    def home(self, request: Request) -> Response:
        rulebook = self._programme.rulebook
        rows = [
            (_lifecycle(request, name), each.title) for name, each in rulebook.lifecycles.items()
        ]
        panels: list[tuple[Cell, ...]] = [
            (country, *(_panel(request, country, day) for day in self._coming(country)))
            for country in sorted(rulebook.countries)
            if rulebook.calendar(country).cycle_days
        ]
        body = [
            table(("Lifecycle", "What it is"), rows),
            "<h2>Panels</h2>",
            table(("Country", "Present round", "Next round"), panels),
        ]
        return self._sheet(request, "lazsa_flow", body)

    def lifecycle(self, request: Request) -> Response:
        name = request.path_params["name"]
        at = _address(request, "lifecycle", name)
        home = f"{_address(request)}/"
        served = Served(request.state.nonce, at, self._every_ms, home)
        return HTMLResponse(page(self._gallery.picture(name), served=served))

    def picture(self, request: Request) -> Response:
        return JSONResponse(document(self._gallery.picture(request.path_params["name"])))

    def story(self, request: Request) -> Response:
        name = request.query_params.get("name", "")
        found = self._programme.portraits(name, request.path_params["name"])
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
        text = request.query_params.get("until")
        until = self._beginning(text) if text else None
        pending = self._programme.due(until=until, limit=LISTED)
        rows = [
            (
                _path(request, each.path),
                each.seller,
                each.timer.country,
                each.timer.name,
                each.timer.due_on.isoformat(),
                instant_text(each.timer.due_at)[:16],
                ", ".join(each.triggers) or "a reminder",
            )
            for each in pending
        ]
        head = ("Path", "Seller", "Country", "Timer", "On", "Instant (UTC)", "Tries")
        ask = (
            '<form><label>What falls due by the beginning of <input type="date" name="until"'
            "></label> <button>Show</button></form>"
        )
        return self._sheet(request, "Due", [ask, table(head, rows), *_cut(len(rows))])

    def panel(self, request: Request) -> Response:
        country = request.path_params["country"]
        day = parse_date(request.path_params["cycle_on"], where="panel", field="cycle_on")
        self._programme.rulebook.calendar(country)
        rows = [
            (
                _path(request, each.path),
                f"{each.seller}, {each.title}" if each.title else each.seller,
                each.state,
                f"{each.cards} cards of {each.teams} teams",
                each.missing or "complete",
                ", ".join(each.waiting),
                ", ".join(each.conflicts),
                "; ".join(each.flags),
            )
            for each in self._programme.panel(country, day)
        ]
        head = (
            "Path",
            "Seller",
            "State",
            "So far",
            "Missing",
            "Waiting for",
            "May not review",
            "To be known",
        )
        body = [table(head, rows[:LISTED]), *_cut(len(rows))]
        return self._sheet(request, f"Panel of {country}, {day}", body)

    def parked(self, request: Request) -> Response:
        rows = [
            (
                _path(request, ref),
                failure.timer,
                instant_text(failure.due_at)[:16],
                failure.error,
                failure.attempts,
                instant_text(failure.failed_at)[:16],
            )
            for ref, failure in self._programme.parked()
        ]
        head = ("Path", "Timer", "Due (UTC)", "Error", "Attempts", "Failed (UTC)")
        body = [table(head, rows[:LISTED]), *_cut(len(rows))]
        return self._sheet(request, "Parked", body)

    def health(self, request: Request) -> Response:
        programme, now = self._programme, self._programme.clock.now()
        pauses, next_due = programme.pauses(), programme.next_due()
        stands = programme.store.standing(now)
        late = next_due is not None and next_due < now - LATE
        since = stands.outbox_since
        status = "parked" if stands.parked else "late" if late else "ok"
        return JSONResponse(
            {
                "status": "paused" if pauses else status,
                "paused": [each.scope for each in pauses],
                "due": stands.due,
                "failing": stands.failing,
                "parked": stands.parked,
                "next_due": next_due and instant_text(next_due),
                "outbox": stands.outbox,
                "outbox_since": since and instant_text(since),
            }
        )

    def _beginning(self, text: str) -> datetime:
        """Return the instant at which a date has begun in every country."""
        day = parse_date(text, where="due", field="until")
        rulebook = self._programme.rulebook
        try:
            return max(rulebook.calendar(code).start(day).at for code in rulebook.countries)
        except (OverflowError, ValueError):
            raise InputError.of("due", "until", text, "a date that every calendar has") from None

    def _coming(self, country: str) -> tuple[date, date]:
        """Return the cycle that a country's panels are at, and the one after."""
        calendar = self._programme.rulebook.calendar(country)
        first = calendar.held_from(calendar.local_date(self._programme.clock.now()))
        return first, calendar.next_held(first)

    def _sheet(self, request: Request, title: str, body: Iterable[str]) -> Response:
        nav = [
            Link("Overview", f"{_address(request)}/"),
            *(_lifecycle(request, name) for name in self._programme.rulebook.lifecycles),
            Link("Due", _address(request, "due")),
            Link("Parked", _address(request, "parked")),
            Link("Health", _address(request, "health")),
        ]
        paused = [paragraph(f"Paused: {each}") for each in self._programme.pauses()]
        body = (*paused, *body)
        return HTMLResponse(sheet(title, nonce=request.state.nonce, nav=nav, body=body))


def _address(request: Request, *parts: str) -> str:
    """Return an address of ours, under wherever the app is mounted."""
    return "/".join((request.scope.get("root_path", ""), *(quote(part, safe="") for part in parts)))


def _lifecycle(request: Request, name: str) -> Link:
    return Link(name, _address(request, "lifecycle", name))


def _path(request: Request, ref: str) -> Link:
    """Lead to a path's story, on the page of its lifecycle."""
    return Link(ref, f"{_address(request, 'lifecycle', ref.rpartition('-')[0])}#{quote(ref)}")


def _panel(request: Request, country: str, day: date) -> Link:
    return Link(str(day), _address(request, "panel", country, str(day)))


def _cut(rows: int) -> list[str]:
    return [paragraph(f"The first {LISTED} are listed.")] if rows >= LISTED else []


def _said(status: HTTPStatus) -> Any:
    """Return a handler that tells an error as plain text."""

    def handler(_request: Request, error: Exception) -> Response:
        return PlainTextResponse(f"{error}\n", status)

    return handler
