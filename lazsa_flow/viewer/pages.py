"""The viewer's pages of one service; each answer is a plain function, which runs in a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import HTMLResponse, JSONResponse, StreamingResponse
from starlette.routing import Route

from lazsa_flow.graph.page import Served, page
from lazsa_flow.graph.path_details import details_fields
from lazsa_flow.graph.timeline import picture_to_json, resident_fields, scene_fields
from lazsa_flow.service.part import runtime_of
from lazsa_flow.viewer.addresses import Addresses
from lazsa_flow.viewer.books_page import BOOKS
from lazsa_flow.viewer.cells import Link, ZonedTime
from lazsa_flow.viewer.deliveries_page import DELIVERIES
from lazsa_flow.viewer.due_page import DUE
from lazsa_flow.viewer.error_pages import wants_html
from lazsa_flow.viewer.extra_pages import find_extra_pages
from lazsa_flow.viewer.frame import Frame, write_page
from lazsa_flow.viewer.fresh_cache import FreshCache
from lazsa_flow.viewer.gallery import Gallery
from lazsa_flow.viewer.health import list_health, list_notices, measure_health
from lazsa_flow.viewer.lifecycle_lists import answer_paths, answer_paths_csv
from lazsa_flow.viewer.list_csv import stream_csv
from lazsa_flow.viewer.list_html import write_list, write_section
from lazsa_flow.viewer.list_page import REHEARSED_AT_MOST, PageContext
from lazsa_flow.viewer.list_query import CSV, FORMAT, read_query
from lazsa_flow.viewer.night_page import NIGHT
from lazsa_flow.viewer.nights_page import NIGHTS
from lazsa_flow.viewer.outbox_page import OUTBOX
from lazsa_flow.viewer.overview import write_overview, write_states
from lazsa_flow.viewer.parked_page import PARKED
from lazsa_flow.viewer.paths_page import PATHS
from lazsa_flow.viewer.policies_page import POLICIES
from lazsa_flow.viewer.rehearsal_page import REHEARSAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from starlette.requests import Request
    from starlette.responses import Response

    from lazsa_flow.service.service import FlowService
    from lazsa_flow.viewer.list_page import ListPage

GENERAL_PAGES: Final[tuple[ListPage, ...]] = (
    *(PATHS, DUE, REHEARSAL, NIGHTS, NIGHT, PARKED, BOOKS),
    *(OUTBOX, DELIVERIES, POLICIES),
)
"""The lists that every service has."""


def list_pages(service: FlowService) -> list[ListPage]:
    """Return the lists of a service: those that every service has, and those that it brings."""
    return [*GENERAL_PAGES, *find_extra_pages(service)]


def list_menu(service: FlowService, addresses: Addresses) -> list[Link]:
    """Return the navigation of a service's pages."""
    listed = (each for each in list_pages(service) if each.menu)
    return [
        Link("Overview", addresses.home()),
        Link("Lifecycles", addresses.of("lifecycles")),
        *(Link(each.menu, addresses.of(each.route.strip("/"))) for each in listed),
        Link("Health", addresses.of("health")),
    ]


def find_addresses(request: Request) -> Addresses:
    """Return the addresses of our pages, below the path at which the app is mounted."""
    return Addresses(request.scope.get("root_path", ""))


class ServicePages:
    """The pages of one service.

    Args:
        service: The service to show.
        fresh_s: How old figures may be, and how often an open page asks for new ones.
        rehearse_at_most: Until how many due timers a page rehearses a date.
        rehearsal: The rehearsal that lifecycles show, by its name or the file of its report.
    """

    def __init__(
        self,
        service: FlowService,
        fresh_s: float,
        rehearse_at_most: int = REHEARSED_AT_MOST,
        rehearsal: str | None = None,
    ) -> None:
        self._service = service
        self._rehearse_at_most = rehearse_at_most
        self._figures = FreshCache(fresh_s)
        self._gallery = Gallery(service, fresh_s, rehearsal)
        self._every_ms = max(250, round(fresh_s * 1000))

    def list_routes(self) -> list[Route]:
        """Return the routes of the pages."""
        return [
            Route("/", self.home),
            Route("/lifecycles", self.lifecycles),
            Route("/lifecycle/{name}", self.lifecycle),
            Route("/lifecycle/{name}/picture.json", self.picture),
            Route("/lifecycle/{name}/story.json", self.story),
            Route("/lifecycle/{name}/paths.json", self.paths),
            Route("/lifecycle/{name}/paths.csv", self.paths_csv),
            *(Route(each.route, self.answer_list(each)) for each in list_pages(self._service)),
            Route("/health", self.health),
        ]

    def home(self, request: Request) -> Response:
        """Answer with the overview."""
        return self._write_page(request, "Overview", write_overview(self._make_context(request)))

    def lifecycles(self, request: Request) -> Response:
        """Answer with the lifecycles and how many paths are in each state."""
        context = self._make_context(request)
        tables = runtime_of(self._service).rulebook.lifecycles
        body = [write_states(context, name, table) for name, table in tables.items()]
        return self._write_page(request, "Lifecycles", body)

    def lifecycle(self, request: Request) -> Response:
        """Answer with the live page of a lifecycle."""
        name = request.path_params["name"]
        addresses = find_addresses(request)
        at = addresses.of("lifecycle", name)
        menu = tuple((each.text, each.to) for each in list_menu(self._service, addresses)[1:])
        served = Served(request.state.nonce, at, self._every_ms, addresses.home(), menu)
        return HTMLResponse(page(self._gallery.picture(name), served=served))

    def picture(self, request: Request) -> Response:
        """Answer with a lifecycle's figures."""
        return JSONResponse(picture_to_json(self._gallery.picture(request.path_params["name"])))

    def story(self, request: Request) -> Response:
        """Answer with the stories of the paths that a name stands for."""
        name = request.query_params.get("name", "")
        found = self._service.portraits(name, request.path_params["name"])
        return JSONResponse(
            [
                {
                    "resident": resident_fields(each.resident),
                    "story": [scene_fields(scene) for scene in each.story],
                    "details": each.details and details_fields(each.details),
                }
                for each in found
            ]
        )

    def paths(self, request: Request) -> Response:
        """Answer with the paths in some states, page by page."""
        return answer_paths(self._service, request)

    def paths_csv(self, request: Request) -> Response:
        """Answer with all paths in some states as a file."""
        return answer_paths_csv(self._service, request)

    def health(self, request: Request) -> Response:
        """Answer with the health: as a page for a browser, as JSON for everybody else."""
        if not wants_html(request.scope):
            return JSONResponse(measure_health(self._service))
        sections = "".join(map(write_section, list_health(self._make_context(request))))
        body = [f'<div class="sections" data-live="sections">{sections}</div>']
        return self._write_page(request, "Health", body)

    def answer_list(self, page: ListPage) -> Callable[[Request], Response]:
        """Return what answers for a list."""

        def answer(request: Request) -> Response:
            context = self._make_context(request)
            base = page.find_address(context)
            title, filters = page.write_title(context), page.filters(context)
            query = read_query(page, filters, request.query_params)
            if request.query_params.get(FORMAT) == CSV:
                lines = stream_csv(page.columns, query, lambda part: page.find(context, part))
                return answer_csv(lines, page)
            key = (page.route, str(request.url))
            found = self._figures.get(key, lambda: page.find(context, query))
            body = write_list(page, title, base, filters, query, found)
            return self._write_page(request, title, body)

        return answer

    def _make_context(self, request: Request) -> PageContext:
        return PageContext(
            self._service,
            find_addresses(request),
            self._service.clock.now(),
            self._figures,
            request.path_params,
            self._rehearse_at_most,
        )

    def _write_page(self, request: Request, title: str, body: Iterable[str]) -> Response:
        addresses = find_addresses(request)
        frame = Frame(
            request.state.nonce,
            list_menu(self._service, addresses),
            here=request.url.path,
            query=request.url.query,
            now=ZonedTime(self._service.clock.now()),
            every_ms=self._every_ms,
            notices=list_notices(self._service),
        )
        return HTMLResponse(write_page(frame, title, body))


def answer_csv(lines: Iterator[str], page: ListPage) -> Response:
    """Answer with a list as a file."""
    name = page.noun.replace(" ", "-")
    headers = {"content-disposition": f'attachment; filename="{name}.csv"'}
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)
