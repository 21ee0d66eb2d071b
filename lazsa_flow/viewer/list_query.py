"""List queries: reading what an address asks of a list, and writing addresses that ask for more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from lazsa_flow.errors import InputError
from lazsa_flow.lifecycle.calendar import parse_date
from lazsa_flow.viewer.list_page import PAGE_ROWS, ListQuery

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lazsa_flow.viewer.list_page import Column, Filter, ListPage

SEARCH: Final = "search"
SORT: Final = "sort"
AFTER: Final = "after"
FORMAT: Final = "format"
CSV: Final = "csv"
_LONGEST: Final = 500
"""How long a value in an address may be."""


def read_query(
    page: ListPage, filters: Sequence[Filter], parameters: Mapping[str, str]
) -> ListQuery:
    """Read what an address asks of a list; parameters that the list does not know are passed by.

    Raises:
        InputError: A filter, an order or a place is asked for that there is not.
    """
    values = {each.key: _read_filter(page, each, parameters) for each in filters}
    sort = parameters.get(SORT, "")
    descending, sort = sort.startswith("-"), sort.removeprefix("-")
    sortable = [each.key for each in page.columns if each.sortable]
    if sort and sort not in sortable:
        expected = f"one of {', '.join(sortable)}" if sortable else "no order: it has its own"
        raise InputError.of(page.noun, SORT, sort, expected)
    return ListQuery(
        filters={key: value for key, value in values.items() if value},
        search=_read_text(page, SEARCH, parameters).strip() if page.search else "",
        sort=sort,
        descending=descending,
        after=_read_text(page, AFTER, parameters) or None,
        limit=PAGE_ROWS,
    )


def write_address(base: str, query: ListQuery, **changes: str | None) -> str:
    """Return the address of a list with the filters, search and order of a query.

    Args:
        base: The list's address without filters.
        query: What is kept of it; the place is not.
        changes: Values by their keys that are set, or with ``None`` left out, instead.
    """
    sort = f"{'-' if query.descending else ''}{query.sort}"
    asked = {**query.filters, SEARCH: query.search, SORT: sort, **changes}
    kept = {key: value for key, value in asked.items() if value}
    return f"{base}?{urlencode(kept)}" if kept else base


def _read_filter(page: ListPage, wanted: Filter, parameters: Mapping[str, str]) -> str:
    value = _read_text(page, wanted.key, parameters, wanted.default)
    if value and wanted.kind == "date":
        parse_date(value, where=page.noun, field=wanted.key)
    if value and wanted.kind == "choice" and all(value != c.value for c in wanted.choices):
        expected = ", ".join(each.value for each in wanted.choices) or "no value"
        raise InputError.of(page.noun, wanted.key, value, f"one of {expected}")
    return value


def _read_text(page: ListPage, key: str, parameters: Mapping[str, str], default: str = "") -> str:
    value = parameters.get(key, default)
    if len(value) > _LONGEST or not value.isprintable():
        raise InputError.of(page.noun, key, value[:40], f"at most {_LONGEST} printable characters")
    return value


def find_sort_key(column: Column, query: ListQuery) -> str:
    """Return what sorts by a column: the other way round where the list is sorted by it."""
    return f"-{column.key}" if query.sort == column.key and not query.descending else column.key
