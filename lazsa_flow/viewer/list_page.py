"""List pages: what a list of the viewer shows, filters, sorts and counts.

A list is described by a :class:`ListPage`: its columns, its filters, and a function that finds the
rows of a :class:`ListQuery`. The viewer writes it as a page and as CSV, keeps filters, order and
place in the address, and refreshes it. A page begins after the last row of the one before, along an
index, so that each page costs as much as the first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from lazsa_flow.lifecycle.values import EMPTY

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from lazsa_flow.service.service import FlowService
    from lazsa_flow.viewer.addresses import Addresses
    from lazsa_flow.viewer.cells import Cell, Command, Link
    from lazsa_flow.viewer.fresh_cache import FreshCache

PAGE_ROWS: Final = 100
"""How many rows a page of a list has at most."""
COUNTED_AT_MOST: Final = 10_000
"""A count of rows goes no further; a list that has more says so."""


REHEARSED_AT_MOST: Final = 5000
"""A page rehearses no date until which more timers are due, unless the host says otherwise."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list.

    Attributes:
        key: Its name in the address, where the list can be sorted by it.
        numeric: Whether it is set to the right, as figures are.
        sortable: Whether the list can be sorted by it.
        wide: Whether its texts are long, and wrapped.
        in_csv: Whether CSV has it, too.
    """

    title: str
    key: str = ""
    numeric: bool = False
    sortable: bool = False
    wide: bool = False
    in_csv: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter.

    Attributes:
        value: As it stands in the address.
        title: As it is shown; the value by default.
    """

    value: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of a list, kept in the address under its key.

    Attributes:
        kind: ``choice`` of some values, a ``date``, or any ``text``.
        choices: The values of a choice; another one is refused.
        default: The value that holds where the address has none.
        unset: What is shown for no value; that all are shown, by default.
    """

    key: str
    title: str
    kind: Literal["choice", "date", "text"] = "choice"
    choices: Sequence[Choice] = ()
    default: str = ""
    unset: str = ""


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What an address asks of a list.

    Attributes:
        filters: The value of each filter that is set, by its key.
        search: What is searched for; empty where nothing is.
        sort: The key of the column to sort by; empty for the list's own order.
        descending: Whether the largest value comes first.
        after: The key of the row after which the page begins, if it is not the first.
        limit: At most so many rows.
        rows_only: Whether counts, sections and notes are left out: the rows are for CSV, or for a
            later page of it.
    """

    filters: Mapping[str, str] = EMPTY
    search: str = ""
    sort: str = ""
    descending: bool = False
    after: str | None = None
    limit: int = PAGE_ROWS
    rows_only: bool = False

    def get(self, key: str) -> str | None:
        """Return the value of a filter; ``None`` where it is not set."""
        return self.filters.get(key) or None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a list.

    Attributes:
        cells: A cell for each column.
        key: What :attr:`ListQuery.after` is for the page that begins after this row.
        order: By what rows of several databases are merged, rising; the key by default.
    """

    cells: Sequence[Cell]
    key: str
    order: Any = None


@dataclass(frozen=True, slots=True)
class Section:
    """A small table next to a list, or on the overview.

    Attributes:
        title: Its heading.
        columns: Its columns.
        rows: A cell for each column in each row.
        empty: The sentence that stands there instead of a table without rows.
        folded: Whether only its heading is shown until somebody opens it.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    empty: str = "Nothing."
    folded: bool = False


@dataclass(frozen=True, slots=True)
class ListRows:
    """The rows that were found, and what is to be said of them.

    Attributes:
        rows: The page's rows.
        more: Whether there are rows after them.
        count: How many rows all pages have, no further than :data:`COUNTED_AT_MOST`; ``None``
            where that is not counted.
        summary: What else is to be said of all rows: ``7 of 69 are short``.
        empty: Why there are no rows, and what comes next.
        empty_link: Where that is.
        sections: Small tables above the rows, such as counts by which to filter.
        commands: What can be done about these rows in a shell.
    """

    rows: Sequence[Row]
    more: bool = False
    count: int | None = None
    summary: str = ""
    empty: str = "Nothing is listed."
    empty_link: Link | None = None
    sections: Sequence[Section] = ()
    commands: Sequence[Command] = ()


@dataclass(frozen=True, slots=True)
class PageContext:
    """What a page is made from.

    Attributes:
        service: Whose page it is.
        addresses: The addresses of the viewer's pages.
        now: The present instant, by the service's clock.
        parameters: The parameters in braces of the page's route.
        rehearse_at_most: Until how many due timers a page rehearses a date.
        figures: Figures that many viewers share, so that the database is not asked for each.
    """

    service: FlowService
    addresses: Addresses
    now: datetime
    figures: FreshCache
    parameters: Mapping[str, str] = EMPTY
    rehearse_at_most: int = REHEARSED_AT_MOST


def no_filters(_context: PageContext) -> Sequence[Filter]:
    """Return no filters."""
    return ()


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page that lists rows.

    Attributes:
        route: Its address, with parameters in braces: ``/stock/{country}``.
        title: Its title; a function of the context where it depends on the parameters.
        noun: What its rows are, in the plural: ``timers``.
        columns: Its columns.
        find: Finds the rows of a query; it returns at most ``limit`` of them.
        filters: Returns the filters.
        search: What can be searched for, as the field's label; nothing where it is empty.
        menu: Its name in the navigation; it is not there where it is empty.
    """

    route: str
    title: str | Callable[[PageContext], str]
    noun: str
    columns: Sequence[Column]
    find: Callable[[PageContext, ListQuery], ListRows]
    filters: Callable[[PageContext], Sequence[Filter]] = field(default=no_filters)
    search: str = ""
    menu: str = ""

    def write_title(self, context: PageContext) -> str:
        """Return the title."""
        return self.title if isinstance(self.title, str) else self.title(context)

    def find_address(self, context: PageContext) -> str:
        """Return the page's own address, without filters."""
        parts = self.route.strip("/").split("/")
        parameters = context.parameters
        return context.addresses.of(
            *(parameters[part[1:-1]] if part.startswith("{") else part for part in parts)
        )
