"""Frame of every page: navigation, what is paused, the page itself, styles and script."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from lazsa_flow.viewer.cells import write_html

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lazsa_flow.viewer.cells import Cell, Link, ZonedTime


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a page.

    Attributes:
        nonce: What the answer's content policy lets styles and scripts run by.
        menu: The navigation.
        here: The page's own address, whose link in the navigation is marked.
        query: What follows the question mark of that address.
        now: The present instant.
        every_ms: How often an open page asks for new figures.
        notices: What every page says first, such as what is paused.
    """

    nonce: str
    menu: Sequence[Link]
    here: str = ""
    query: str = ""
    now: ZonedTime | None = None
    every_ms: int = 5000
    notices: Sequence[str] = ()


def write_page(frame: Frame, title: str, body: Iterable[str]) -> str:
    """Write a page.

    Args:
        frame: What stands around it.
        title: Its title, and its first heading.
        body: What it says, as HTML.
    """
    nonce = escape(frame.nonce)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} · lazsa_flow</title>"
        f'<style nonce="{nonce}">{_read_asset("viewer.css")}</style></head>'
        f'<body data-every-ms="{frame.every_ms}">'
        f'<a class="skip" href="{_write_skip(frame)}">Skip to the content</a>'
        f"{_write_header(frame)}"
        f'<main id="content" tabindex="-1"><h1>{escape(title)}</h1>{"".join(body)}</main>'
        '<footer><p class="quiet" id="refreshed">Read-only. Reload the page for new figures.</p>'
        '<button type="button" id="hold" hidden>Pause updates</button></footer>'
        f'<script nonce="{nonce}">{_read_asset("viewer.js")}</script></body></html>\n'
    )


def write_card(title: str, body: str, *, name: str = "") -> str:
    """Write a part of a page under a heading; with a name, it is refreshed as long as it is open.

    Args:
        title: The heading.
        body: What it says, as HTML.
        name: A name that no other part of the page has.
    """
    live = f' data-live="{escape(name)}"' if name else ""
    return f'<section class="card"><h2>{escape(title)}</h2><div{live}>{body}</div></section>'


def write_paragraph(*cells: Cell, kind: str = "") -> str:
    """Write a paragraph."""
    described = f' class="{kind}"' if kind else ""
    return f"<p{described}>{' '.join(map(write_html, cells))}</p>"


def _write_skip(frame: Frame) -> str:
    """Return the address of the content within the page."""
    return "#content" if frame.query else escape(f"{frame.here}#content")


def _write_header(frame: Frame) -> str:
    links = "".join(_write_menu_link(each, frame.here) for each in frame.menu)
    now = "" if frame.now is None else f'<p class="when">{frame.now.to_html()}</p>'
    notices = "".join(f'<p class="notice">{escape(each)}</p>' for each in frame.notices)
    return (
        f'<header><b>lazsa_flow</b><nav aria-label="Pages">{links}</nav>'
        f'<div class="status" data-live="status">{now}</div></header>'
        f'<div class="notices" role="status" data-live="notices">{notices}</div>'
    )


def _write_menu_link(link: Link, here: str) -> str:
    current = ' aria-current="page"' if link.to == here else ""
    return f'<a href="{escape(link.to)}"{current}>{escape(link.text)}</a>'


@cache
def _read_asset(name: str) -> str:
    return (files("lazsa_flow.viewer") / "assets" / name).read_text("utf-8")
