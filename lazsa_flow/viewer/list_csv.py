"""Lists as CSV: everything that a filter selects, page after page, as it is read."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Final

from lazsa_flow.terminal_text import quote_for_spreadsheet
from lazsa_flow.viewer.cells import write_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lazsa_flow.viewer.list_page import Column, ListQuery, ListRows

_CHUNK: Final = 500
"""So many rows are read at a time."""


def stream_csv(
    columns: Sequence[Column], query: ListQuery, find: Callable[[ListQuery], ListRows]
) -> Iterator[str]:
    """Return the lines of a list as CSV; the first rows are found before it returns.

    A cell that a spreadsheet would compute is quoted by an apostrophe.

    Args:
        columns: The list's columns.
        query: Which rows; those of all pages are written.
        find: Finds the rows of a query.
    """
    query = replace(query, after=None, limit=_CHUNK, rows_only=True)
    first = find(query)
    kept = [at for at, column in enumerate(columns) if column.in_csv]
    head = _write_line([columns[at].title.lower().replace(" ", "_") for at in kept])
    return chain((head,), _write_rows(kept, query, first, find))


def _write_rows(
    kept: Sequence[int],
    query: ListQuery,
    found: ListRows,
    find: Callable[[ListQuery], ListRows],
) -> Iterator[str]:
    while True:
        yield "".join(
            _write_line([_write_cell(row.cells[at]) for at in kept]) for row in found.rows
        )
        if not (found.more and found.rows):
            return
        found = find(replace(query, after=found.rows[-1].key))


def _write_cell(cell: object) -> str:
    text = write_text(cell)  # type: ignore[arg-type]
    return text if isinstance(cell, int) else quote_for_spreadsheet(text)


def _write_line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()
