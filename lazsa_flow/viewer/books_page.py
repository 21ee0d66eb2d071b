"""The page of the books: what was due at each cycle date, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.service.part import runtime_of
from lazsa_flow.viewer.cells import Command, Link, Mark
from lazsa_flow.viewer.list_page import Choice, Column, Filter, ListPage, ListRows
from lazsa_flow.viewer.whole_lists import country_filter, list_whole, matches

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from typing import Any

    from lazsa_flow.engine.ledger import Book
    from lazsa_flow.viewer.cells import Cell
    from lazsa_flow.viewer.list_page import ListQuery, PageContext

_SHOWN: Final[Mapping[str, tuple[str, Callable[[Book], int]]]] = {
    "due": ("with timers", lambda book: book.due),
    "unexplained": ("unexplained", lambda book: book.unexplained),
    "parked": ("parked", lambda book: book.parked),
    "refused": ("refused", lambda book: book.refused),
}
_SORTS: Final[Mapping[str, Callable[[Book], Any]]] = {
    "cycle": lambda book: (book.on, book.country),
    "country": lambda book: (book.country, book.on),
    **{key: figure for key, (_, figure) in _SHOWN.items()},
    "moved": lambda book: book.moved,
}


def list_filters(context: PageContext) -> list[Filter]:
    """Return the filters: of which country and cycle date, and what the books show."""
    shown = [Choice(key, title) for key, (title, _) in _SHOWN.items()]
    return [
        Filter("show", "Show", choices=shown),
        country_filter(runtime_of(context.service).rulebook.countries),
        Filter("cycle", "Cycle date", kind="date"),
    ]


def find_books(context: PageContext, query: ListQuery) -> ListRows:
    """Find the books of a query, the latest cycle date first."""
    books, closed = context.figures.get("books", lambda: _read_books(context))
    kind = query.get("show")
    found = [
        book
        for book in books
        if matches(query, country=book.country, cycle=book.on)
        and (kind is None or _SHOWN[kind][1](book))
    ]
    unexplained = sum(book.unexplained for book in books)
    says = f"{unexplained:,} timers are unexplained." if unexplained else "The books balance."
    return list_whole(
        sorted(found, key=lambda book: (-book.on.toordinal(), book.country)),
        query,
        lambda book: _write_cells(context, book, closed=(book.country, book.on) in closed),
        lambda book: f"{book.on}~{book.country}",
        _SORTS,
        summary=says if books else "",
        empty="No book has such a row." if books else "No timer has belonged to a cycle date yet.",
        empty_link=Link("All books", context.addresses.of("books")) if books else None,
        commands=[Command("lazsa-flow ledger")],
    )


def _read_books(context: PageContext) -> tuple[Sequence[Book], set[tuple[str, date]]]:
    return context.service.ledger(), runtime_of(context.service).store.closed_books()


def _write_cells(context: PageContext, book: Book, *, closed: bool) -> tuple[Cell, ...]:
    place = f"{book.country} {book.on}"
    state: Cell = Mark("closed", "good") if closed else "open"
    to_do: Cell = None
    if book.unexplained:
        to_do = Command(f"lazsa-flow due --country {book.country}")
    elif book.due and not closed and book.on < context.now.date():
        to_do = Command(f"lazsa-flow ledger close {place} --as manager:YOU")
    parked: Cell = book.parked
    if book.parked:
        parked = Link(f"{book.parked:,}", context.addresses.of("parked", country=book.country))
    return (
        book.on,
        book.country,
        book.due,
        book.moved,
        book.refused,
        parked,
        Mark(f"{book.unexplained:,}", "bad") if book.unexplained else 0,
        state,
        to_do,
    )


BOOKS: Final = ListPage(
    route="/books",
    title="Books",
    noun="books",
    columns=(
        Column("Cycle date", "cycle", sortable=True),
        Column("Country", "country", sortable=True),
        *(
            Column(key.capitalize(), key, numeric=True, sortable=True)
            for key in ("due", "moved", "refused", "parked", "unexplained")
        ),
        Column("Books"),
        Column("What to do", in_csv=False),
    ),
    find=find_books,
    filters=list_filters,
    menu="Books",
)
