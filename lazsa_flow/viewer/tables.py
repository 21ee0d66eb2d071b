"""Lists as pages: tables, links and the frame around them."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

from lazsa_flow.graph.page import list_css_colours

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_STYLE: Final = """\
body { margin: 0 auto; max-width: 90rem; padding: 1rem; background: var(--paper);
  color: var(--text); font: 15px/1.45 Inter, Arial, Helvetica, sans-serif; }
nav a { margin-right: 1rem; } main { overflow-x: auto; } a { color: inherit; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 4px 10px 4px 0;
  border-bottom: 1px solid var(--frame); overflow-wrap: break-word; }
th { color: var(--quiet); font-weight: 400; }
p { color: var(--quiet); } input, button { font: inherit; }
:focus-visible { outline: 3px solid var(--trail); outline-offset: 2px; }"""


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads somewhere."""

    text: str
    to: str


Cell = str | int | Link


def write_page(title: str, *, nonce: str, nav: Iterable[Link], body: Iterable[str]) -> str:
    """Write a page: its title, where one can go from here, and what it says."""
    style = "\n".join((*list_css_colours(), _STYLE))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><style nonce="{nonce}">{style}</style></head>'
        f"<body><nav>{' '.join(map(_write_cell, nav))}</nav><main><h1>{escape(title)}</h1>"
        f"{''.join(body)}</main></body></html>\n"
    )


def write_table(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Write a table; one without rows says so."""
    written = [
        f"<tr>{''.join(f'<td>{_write_cell(cell)}</td>' for cell in row)}</tr>" for row in rows
    ]
    if not written:
        return write_paragraph("Nothing.")
    heads = "".join(f'<th scope="col">{escape(each)}</th>' for each in head)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(written)}</tbody></table>"


def write_paragraph(text: str) -> str:
    """Write a paragraph."""
    return f"<p>{escape(text)}</p>"


def write_link(link: Link) -> str:
    """Write a paragraph that leads somewhere."""
    return f"<p>{_write_cell(link)}</p>"


def _write_cell(cell: Cell) -> str:
    if isinstance(cell, Link):
        return f'<a href="{escape(cell.to)}">{escape(cell.text)}</a>'
    return escape(str(cell))
