"""Tables for people and for spreadsheets: ids are never cut, and no cell is taken for a formula.

On a terminal a table fits its width: texts are wrapped between words, and the least important
columns are left out where even that is too wide. A file or a pipe gets every column whole.
"""

from __future__ import annotations

import csv
import shlex
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lazsa_flow.cli.common import console
from lazsa_flow.terminal_text import escape_controls, quote_for_spreadsheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.table import Table

_GAP: Final = 2


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        is_id: It is never cut or wrapped between words; one wider than the terminal is folded.
        drop: In which order it is left out, the largest first; 0 keeps it.
        right: Whether it is set to the right, as figures are.
    """

    title: str
    is_id: bool = False
    drop: int = 0
    right: bool = False


def print_more(after: str | None) -> None:
    """Print how the next page of a list is asked for, where there is one."""
    if after is not None:
        console().print(f"There are more: --after {shlex.quote(after)}", soft_wrap=True)


def new_table(*headers: str, title: str = "", footer: bool = False) -> Table:
    """Return an empty table, drawn without a box, so that other programs can read it.

    Args:
        *headers: The titles of its columns.
        title: A line above it.
        footer: Whether it has a row of sums.
    """
    from rich.table import Table

    return Table(
        *headers,
        title=title or None,
        title_justify="left",
        show_footer=footer,
        box=None,
        pad_edge=False,
        padding=(0, _GAP, 0, 0),
        header_style="bold",
        footer_style="bold",
    )


def print_table(
    columns: Sequence[Column], rows: Iterable[Sequence[object]], *, empty: str, title: str = ""
) -> None:
    """Print rows as a table as wide as the console, or say why there are none.

    Args:
        columns: The columns, in order.
        rows: A cell for each column in each row; ``None`` is an empty cell.
        empty: The sentence that is printed instead of a table without rows.
        title: A line above the table.
    """
    screen = console()
    cells = [[_format_cell(each) for each in row] for row in rows]
    if not cells:
        screen.print(empty, soft_wrap=True)
        return
    kept, widths = _fit_columns(columns, cells, screen.width)
    table = new_table()
    for at in kept:
        column = columns[at]
        table.add_column(
            column.title,
            width=widths[at],
            justify="right" if column.right else "left",
            overflow="fold",
        )
    for row in cells:
        table.add_row(*(row[at] for at in kept))
    if title:
        screen.print(title, soft_wrap=True)
    screen.print(table)
    if left := [column.title for at, column in enumerate(columns) if at not in kept]:
        screen.print(f"Not shown, for lack of width: {', '.join(left)}.", soft_wrap=True)


def print_csv(columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> None:
    """Print rows as CSV with a header; a cell that begins like a formula is quoted by ``'``."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([column.title.lower().replace(" ", "_") for column in columns])
    for row in rows:
        writer.writerow([_quote_cell(each) for each in row])


def _quote_cell(value: object) -> str:
    text = _format_cell(value)
    if isinstance(value, int | float):
        return text
    return quote_for_spreadsheet(text)


def _format_cell(value: object) -> str:
    return "" if value is None else str(value)


def _fit_columns(
    columns: Sequence[Column], cells: Sequence[Sequence[str]], width: int
) -> tuple[list[int], dict[int, int]]:
    """Return which columns are kept, and how wide each is."""
    from rich.cells import cell_len

    widest, narrowest = {}, {}
    for at, column in enumerate(columns):
        texts = [column.title, *(escape_controls(row[at]) for row in cells)]
        widest[at] = max(map(cell_len, texts))
        words = texts if column.is_id else [word for text in texts for word in text.split()]
        narrowest[at] = max(map(cell_len, words), default=1)
    kept = list(range(len(columns)))

    def needed() -> int:
        return sum(narrowest[at] for at in kept) + _GAP * (len(kept) - 1)

    while needed() > width:
        droppable = [at for at in kept if columns[at].drop]
        if not droppable:
            break
        kept.remove(max(droppable, key=lambda at: (columns[at].drop, at)))
    spare, widths = width - needed(), {}
    for at in kept:
        more = max(0, min(spare, widest[at] - narrowest[at]))
        widths[at], spare = narrowest[at] + more, spare - more
    for at in sorted(kept, key=lambda each: -widths[each]):
        if spare < 0:  # nothing is left to drop: the widest are folded
            less = min(-spare, max(0, widths[at] - 8))
            widths[at], spare = widths[at] - less, spare + less
    return kept, widths
