"""Lists as pages: filters, table, next page, and what can be done about the rows."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from lazsa_flow.viewer.cells import Link, write_html
from lazsa_flow.viewer.frame import write_card, write_paragraph
from lazsa_flow.viewer.list_page import COUNTED_AT_MOST
from lazsa_flow.viewer.list_query import (
    AFTER,
    CSV,
    FORMAT,
    SEARCH,
    SORT,
    find_sort_key,
    write_address,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lazsa_flow.viewer.cells import Cell
    from lazsa_flow.viewer.list_page import Column, Filter, ListPage, ListQuery, ListRows, Section

_LINKED_AT_MOST: Final = 8
"""A filter with no more choices is a row of links, a longer one is a field to choose from."""


def write_list(
    page: ListPage,
    title: str,
    base: str,
    filters: Sequence[Filter],
    query: ListQuery,
    found: ListRows,
) -> Iterator[str]:
    """Yield the parts of a list's page.

    Args:
        page: The list.
        title: Its title.
        base: Its address without filters.
        filters: Its filters.
        query: What was asked.
        found: What was found.
    """
    summary = write_paragraph(_summarise(page, found), kind="summary")
    yield f'<div data-live="summary">{summary}</div>'
    yield _write_filters(page, base, filters, query)
    yield '<div class="sections" data-live="sections">'
    for section in found.sections:
        yield write_section(section)
    yield "</div>"
    table = write_table(page.columns, (row.cells for row in found.rows), title, base, query)
    shown = table if found.rows else _write_empty(found)
    yield f'<div class="card"><div data-live="rows">{shown}</div></div>'
    yield _write_pager(base, query, found)
    if found.commands:
        commands = "".join(f"<li>{write_html(each)}</li>" for each in found.commands)
        yield write_card("In a shell", f'<ul class="commands">{commands}</ul>', name="commands")


def write_section(section: Section) -> str:
    """Write a small table under a heading of its own."""
    table = write_paragraph(section.empty)
    if section.rows:
        table = write_table(section.columns, section.rows, section.title)
    title = escape(section.title)
    if section.folded:
        return f'<details class="card"><summary>{title}</summary>{table}</details>'
    return f'<section class="card"><h2>{title}</h2>{table}</section>'


def write_table(
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    caption: str,
    base: str = "",
    query: ListQuery | None = None,
) -> str:
    """Write a table, which scrolls within its own frame where it is too wide.

    Args:
        columns: Its columns.
        rows: Its rows.
        caption: What it shows; for screen readers.
        base: The list's address, for links that sort it.
        query: What was asked, for links that sort it.
    """
    heads = "".join(_write_head(each, base, query) for each in columns)
    kinds = list(map(_find_kind, columns))
    written = "".join(
        f"<tr>{''.join(_write_cell(cell, kinds[at]) for at, cell in enumerate(row))}</tr>"
        for row in rows
    )
    label = escape(caption)
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{label}, table">'
        f'<table><caption class="hidden">{label}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{written}</tbody></table></div>"
    )


def _write_cell(cell: Cell, kind: str) -> str:
    return f"<td{kind}>{write_html(cell)}</td>"


def _find_kind(column: Column) -> str:
    """Return the class of a column's cells."""
    kind = "number" if column.numeric else "wide" if column.wide else ""
    return f' class="{kind}"' if kind else ""


def _write_head(column: Column, base: str, query: ListQuery | None) -> str:
    kind = _find_kind(column)
    if query is None or not column.sortable:
        return f'<th scope="col"{kind}>{escape(column.title)}</th>'
    sorted_by = ""
    if query.sort == column.key:
        sorted_by = f' aria-sort="{"descending" if query.descending else "ascending"}"'
    link = Link(column.title, write_address(base, query, sort=find_sort_key(column, query)))
    return f'<th scope="col"{kind}{sorted_by}>{link.to_html()}</th>'


def _summarise(page: ListPage, found: ListRows) -> str:
    """Say how many rows there are."""
    counted = ""
    if found.count is not None:
        more = " or more" if found.count >= COUNTED_AT_MOST else ""
        noun = page.noun.removesuffix("s") if found.count == 1 else page.noun
        counted = f"{found.count:,}{more} {noun}."
    return f"{counted} {found.summary}".strip()


def _write_empty(found: ListRows) -> str:
    cells: tuple[Cell, ...] = (found.empty,)
    if found.empty_link is not None:
        cells = (found.empty, found.empty_link)
    return write_paragraph(*cells, kind="empty")


def _write_filters(page: ListPage, base: str, filters: Sequence[Filter], query: ListQuery) -> str:
    """Write the filters: fields of a form, which works without a script, and rows of links."""
    linked = [each for each in filters if _is_linked(each)]
    fields = [_write_field(each, query) for each in filters if not _is_linked(each)]
    if page.search:
        fields.insert(
            0,
            f'<label>{escape(page.search)} <input type="search" name="{SEARCH}" '
            f'value="{escape(query.search)}" autocomplete="off" spellcheck="false"></label>',
        )
    rows = "".join(_write_choice_links(base, each, query) for each in linked)
    form = _write_form(base, linked, fields, query) if fields else ""
    return f'<div class="filters">{form}{rows}</div>' if form or rows else ""


def _write_form(
    base: str, linked: Sequence[Filter], fields: Sequence[str], query: ListQuery
) -> str:
    kept = {each.key: query.filters.get(each.key) for each in linked}
    kept[SORT] = f"{'-' if query.descending else ''}{query.sort}"
    hidden = "".join(
        f'<input type="hidden" name="{escape(key)}" value="{escape(value)}">'
        for key, value in kept.items()
        if value
    )
    clear = ""
    if query.filters or query.search:
        clear = f' <a href="{escape(base)}">Clear all filters</a>'
    return (
        f'<form method="get" action="{escape(base)}" role="search" aria-label="Filter the list">'
        f"{''.join(fields)}{hidden}<button>Apply</button>{clear}</form>"
    )


def _is_linked(wanted: Filter) -> bool:
    return wanted.kind == "choice" and len(wanted.choices) <= _LINKED_AT_MOST


def _write_field(wanted: Filter, query: ListQuery) -> str:
    value = query.filters.get(wanted.key, "")
    key, title = escape(wanted.key), escape(wanted.title)
    if wanted.kind != "choice":
        kind = "date" if wanted.kind == "date" else "text"
        return f'<label>{title} <input type="{kind}" name="{key}" value="{escape(value)}"></label>'
    options = "".join(
        f'<option value="{escape(each.value)}"{" selected" if each.value == value else ""}>'
        f"{escape(each.title or each.value)}</option>"
        for each in wanted.choices
    )
    options = f'<option value="">{escape(wanted.unset or "any")}</option>{options}'
    return f'<label>{title} <select name="{key}">{options}</select></label>'


def _write_choice_links(base: str, wanted: Filter, query: ListQuery) -> str:
    """Write the choices of a filter as links, the one that holds marked."""
    value = query.filters.get(wanted.key, "")
    choices = [
        ("", wanted.unset or "all"),
        *((each.value, each.title or each.value) for each in wanted.choices),
    ]
    links = []
    for own, title in choices:
        to = escape(write_address(base, query, **{wanted.key: own}))
        current = ' aria-current="true"' if own == value else ""
        links.append(f'<a href="{to}"{current}>{escape(title)}</a>')
    title = escape(wanted.title)
    return f'<nav class="choices" aria-label="{title}"><span>{title}</span>{"".join(links)}</nav>'


def _write_pager(base: str, query: ListQuery, found: ListRows) -> str:
    links = []
    if query.after is not None:
        links.append(Link("First page", write_address(base, query)))
    if found.more and found.rows:
        after = {AFTER: found.rows[-1].key}
        links.append(Link("Next page", write_address(base, query, **after)))
    if found.rows:
        links.append(Link("All of it as CSV", write_address(base, query, **{FORMAT: CSV})))
    if not links:
        return ""
    written = "".join(each.to_html() for each in links)
    return f'<nav class="pager" aria-label="Pages of the list" data-live="pager">{written}</nav>'
