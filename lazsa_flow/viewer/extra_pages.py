"""Extra pages: lists that an application adds to the viewer of its service.

A service whose class has a method ``__viewer_pages__`` is shown with the pages that it returns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable
from urllib.parse import quote

from lazsa_flow.lifecycle.path_ref import parse_ref
from lazsa_flow.viewer.tables import Cell, Link

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses of the viewer's pages, below the path at which a host has mounted it.

    Attributes:
        root: The path that it is mounted at, without a slash at its end.
    """

    root: str

    def of(self, *parts: str) -> str:
        """Return the address of a page."""
        return "/".join((self.root, *(quote(part, safe="") for part in parts)))

    def lifecycle(self, name: str) -> Link:
        """Link to the live page of a lifecycle."""
        return Link(name, self.of("lifecycle", name))

    def path(self, ref: str) -> Link:
        """Link to a path's story, on the page of its lifecycle."""
        return Link(ref, f"{self.of('lifecycle', parse_ref(ref).lifecycle)}#{quote(ref)}")


@dataclass(frozen=True, slots=True)
class Listing:
    """A titled table.

    Attributes:
        next_page: Where the rows after these are, if there are any.
    """

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    next_page: Link | None = None


@dataclass(frozen=True, slots=True)
class ExtraPage:
    """A page that an application adds.

    Attributes:
        route: Its address, with parameters in braces: ``/stock/{country}``.
        show: Returns what the page lists, from the service and the address's parameters: those
            in braces, and those after a question mark.
        overview: Returns what the viewer's first page lists of it, with links to it.
    """

    route: str
    show: Callable[[Any, Mapping[str, str], Addresses], Listing]
    overview: Callable[[Any, Addresses], Listing]


@runtime_checkable
class HasViewerPages(Protocol):
    """A service that brings pages of its own."""

    def __viewer_pages__(self) -> Sequence[ExtraPage]:
        """Return the pages."""
        ...


def find_extra_pages(service: object) -> Sequence[ExtraPage]:
    """Return the pages that a service brings; none where it says nothing of any."""
    return service.__viewer_pages__() if isinstance(service, HasViewerPages) else ()
