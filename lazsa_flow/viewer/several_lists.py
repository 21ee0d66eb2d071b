"""Lists over several databases: the rows of all in one order, a page at a time."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlencode

from lazsa_flow.errors import InputError
from lazsa_flow.viewer.list_page import Choice, Column, Filter, ListRows, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from lazsa_flow.service.service import FlowService
    from lazsa_flow.service.several import DatabaseAnswer, SeveralDatabases
    from lazsa_flow.viewer.list_page import ListPage, ListQuery, PageContext

    MakeContext = Callable[[str, FlowService], PageContext]

DATABASE: Final = "database"
"""The key of the filter by database."""


@dataclass(frozen=True, slots=True)
class SeveralLists:
    """Lists of several databases.

    Attributes:
        several: The databases.
        make_context: Returns what a page of a database is made from.
    """

    several: SeveralDatabases[Any]
    make_context: MakeContext

    def describe(self, page: ListPage) -> ListPage:
        """Return a list with the database as its first column."""
        return replace(page, columns=(Column("Database"), *page.columns))

    def list_filters(self, page: ListPage) -> list[Filter]:
        """Return a list's filters as the first database has them that answers, and by database."""
        names = Filter(DATABASE, "Database", choices=[Choice(each) for each in self.several.names])
        for found in self.several.ask_by_name(
            lambda name, service: page.filters(self.make_context(name, service))
        ):
            if found.answer is not None:
                return [names, *found.answer]
        return [names]

    def find_rows(self, page: ListPage, query: ListQuery) -> tuple[ListRows, list[str]]:
        """Return the rows of all databases in one order, and a note for each without an answer.

        Raises:
            InputError: What was asked is wrong everywhere.
        """
        places = dict(parse_qsl(query.after or ""))
        wanted = query.get(DATABASE)

        def ask(name: str, service: FlowService) -> ListRows:
            if wanted not in (None, name):
                return ListRows(())
            own = replace(query, after=places.get(name))
            return page.find(self.make_context(name, service), own)

        answers = self.several.ask_by_name(ask)
        for each in answers:
            if isinstance(each.error, InputError):
                raise each.error
        found = {each.database: each.answer for each in answers if each.answer is not None}
        return _merge_rows(found, places, query), list_unreached(answers)


def _merge_rows(found: dict[str, ListRows], places: dict[str, str], query: ListQuery) -> ListRows:
    """Return the first rows of all databases; each begins where its own rows ended."""
    streams = (_name_rows(name, each.rows) for name, each in found.items())
    merged = list(heapq.merge(*streams, key=lambda named: _sort_key(named[1])))
    rows = []
    for name, row in merged[: query.limit]:
        places = {**places, name: row.key}
        rows.append(Row((name, *row.cells), urlencode(places)))
    counts = [each.count for each in found.values() if each.count is not None]
    return ListRows(
        rows,
        len(merged) > query.limit or any(each.more for each in found.values()),
        count=sum(counts) if counts else None,
        empty=" ".join(dict.fromkeys(each.empty for each in found.values())),
    )


def _name_rows(name: str, rows: Iterable[Row]) -> Iterator[tuple[str, Row]]:
    return ((name, row) for row in rows)


def _sort_key(row: Row) -> Any:
    return row.key if row.order is None else row.order


def list_unreached(answers: Sequence[DatabaseAnswer[Any]]) -> list[str]:
    """Return a note for each database that did not answer."""
    return [
        f"{each.database} cannot be reached: {each.error}"
        for each in answers
        if each.answer is None
    ]
