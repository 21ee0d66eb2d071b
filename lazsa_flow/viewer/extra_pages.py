"""Extra pages: lists and figures that an application adds to the viewer of its service.

A service whose class has a method ``__viewer_pages__`` is shown with the lists that it returns; one
with a method ``__viewer_overview__`` has figures of its own on the first page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from lazsa_flow.lifecycle.values import EMPTY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lazsa_flow.viewer.cells import Cell, Tone
    from lazsa_flow.viewer.list_page import Column, ListPage, PageContext, Section


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure of the overview, which leads to what it counts.

    Attributes:
        title: What it is.
        value: The figure.
        note: What is to be said of it, in a few words.
        to: The address of what it counts.
        tone: ``bad`` where something is wrong, ``warn`` where somebody should look.
    """

    title: str
    value: str | int
    note: str
    to: str
    tone: Tone | None = None


@dataclass(frozen=True, slots=True)
class OverviewParts:
    """What an application adds to the overview.

    Attributes:
        tiles: Figures.
        country_columns: Columns of the table of countries.
        country_cells: A cell for each of these columns, by country.
        sections: Small tables.
    """

    tiles: Sequence[Tile] = ()
    country_columns: Sequence[Column] = ()
    country_cells: Mapping[str, Sequence[Cell]] = EMPTY
    sections: Sequence[Section] = ()


@runtime_checkable
class HasViewerPages(Protocol):
    """A service that brings lists of its own."""

    def __viewer_pages__(self) -> Sequence[ListPage]:
        """Return the lists."""
        ...


@runtime_checkable
class HasViewerOverview(Protocol):
    """A service that brings figures of its own."""

    def __viewer_overview__(self, context: PageContext) -> OverviewParts:
        """Return what the overview shows of them."""
        ...


def find_extra_pages(service: object) -> Sequence[ListPage]:
    """Return the lists that a service brings; none where it says nothing of any."""
    return service.__viewer_pages__() if isinstance(service, HasViewerPages) else ()


def find_overview_parts(service: object, context: PageContext) -> OverviewParts:
    """Return what a service brings to the overview; nothing where it says nothing."""
    if isinstance(service, HasViewerOverview):
        return service.__viewer_overview__(context)
    return OverviewParts()
