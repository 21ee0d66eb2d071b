"""Whole lists: lists that are read at once, because they do not grow with the paths.

They are filtered, sorted and paged here. What grows with the paths is paged by the database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from lazsa_flow.viewer.list_page import COUNTED_AT_MOST, Choice, Filter, ListRows, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from lazsa_flow.viewer.cells import Cell, Command, Link
    from lazsa_flow.viewer.list_page import ListQuery, Section

_Item = TypeVar("_Item")


def list_whole(
    items: Iterable[_Item],
    query: ListQuery,
    write_cells: Callable[[_Item], Sequence[Cell]],
    name_item: Callable[[_Item], str],
    sorts: Mapping[str, Callable[[_Item], Any]],
    *,
    complete: Callable[[Sequence[_Item]], Sequence[_Item]] = lambda page: page,
    summary: str = "",
    empty: str = "Nothing is listed.",
    empty_link: Link | None = None,
    sections: Sequence[Section] = (),
    commands: Sequence[Command] = (),
) -> ListRows:
    """Return a page of items that are read already.

    Args:
        items: Those that the filters leave, in the list's own order.
        query: Order, place and length of the page.
        write_cells: Returns an item's cells.
        name_item: Returns an item's key, which no other has.
        sorts: Returns by what an item is sorted, by the key of the column.
        complete: Reads what only the items of the page need.
        summary: What is to be said of all items.
        empty: Why there are none.
        empty_link: Where to go then.
        sections: Small tables above the rows.
        commands: What can be done about them in a shell.
    """
    found = list(items)
    if query.sort:
        found.sort(key=sorts[query.sort], reverse=query.descending)
    start = 0
    if query.after is not None:
        keys = [name_item(each) for each in found]
        start = keys.index(query.after) + 1 if query.after in keys else len(found)
    page = complete(found[start : start + query.limit])
    rows = [
        Row(write_cells(each), name_item(each), order=at) for at, each in enumerate(page, start)
    ]
    return ListRows(
        rows,
        len(found) > start + query.limit,
        count=min(len(found), COUNTED_AT_MOST),
        summary=summary,
        empty="There are no more." if query.after is not None else empty,
        empty_link=empty_link,
        sections=sections,
        commands=commands,
    )


def matches(query: ListQuery, **values: object) -> bool:
    """Return whether an item has the value of each filter that is set, of those named."""
    return all(query.get(key) in (None, str(value)) for key, value in values.items())


def contains(query: ListQuery, *texts: str | None) -> bool:
    """Return whether one of an item's texts contains what is searched for, in any case."""
    wanted = query.search.casefold()
    return not wanted or any(wanted in each.casefold() for each in texts if each)


def country_filter(countries: Iterable[str]) -> Filter:
    """Return the filter by country."""
    return Filter("country", "Country", choices=[Choice(each) for each in sorted(countries)])
