"""Pages: a rehearsal as one HTML file that needs no network and no script."""

from __future__ import annotations

from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from lazsa_flow.foresight.report.counts import (
    count_pairs,
    count_under_others,
    write_margin,
)
from lazsa_flow.foresight.report.flow import draw_flow
from lazsa_flow.lifecycle.calendar import instant_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lazsa_flow.foresight.rehearsed_date import RehearsedDate
    from lazsa_flow.foresight.report.counts import CrossTable

LISTED_AT_MOST: Final = 500
"""A table of paths has no more rows; it says how many it leaves out."""
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"


def write_report_page(rehearsal: RehearsedDate) -> str:
    """Write a rehearsal as an HTML page: pictures and tables, in ids alone."""
    day = f"{rehearsal.on:%d %B %Y}".lstrip("0")
    title = f"What {day} brings"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}, foreseen</title><style>{_read_styles()}</style></head>"
        f"<body><main><h1>{title}</h1>{''.join(_write_body(rehearsal))}</main></body></html>\n"
    )


def _write_body(rehearsal: RehearsedDate) -> Iterator[str]:
    outcomes = rehearsal.outcomes
    asked = instant_text(rehearsal.now)[:19].replace("T", " ")
    yield (
        f'<p class="quiet">Foreseen, not recorded: the outcome of {len(outcomes):,} paths, '
        f"as rehearsed at {asked} UTC.</p>"
    )
    yield f'<p class="assumed"><strong>Assumed:</strong> {escape(_say_assumed(rehearsal))}.</p>'
    if not outcomes:
        yield f"<p>Nothing is due on {rehearsal.on}.</p>"
        return
    yield _write_card(
        "From states to outcomes", _write_frame("Flows, picture", draw_flow(outcomes))
    )
    by_class = count_pairs(outcomes, lambda each: each.class_, lambda each: each.outcome)
    yield _write_counts("How sure it is", "Class", by_class)
    by_country = count_pairs(outcomes, lambda each: each.country, lambda each: each.outcome)
    yield _write_counts("Outcomes by country", "Country", by_country)
    by_sureness = count_pairs(outcomes, lambda each: each.country, lambda each: each.class_)
    yield _write_counts("Classes by country", "Country", by_sureness)
    others = count_under_others(rehearsal)
    if others.rows:
        yield _write_counts("What it would be instead", "If this is assumed", others)
    yield _write_near_misses(rehearsal)


def _say_assumed(rehearsal: RehearsedDate) -> str:
    return "; ".join(rehearsal.assumed) or "nothing, everything is as recorded"


def _write_counts(title: str, first: str, counted: CrossTable) -> str:
    rows = ((name, *(f"{figure:,}" for figure in figures)) for name, figures in counted.rows)
    return _write_card(title, _write_table((first, *counted.heads), rows, title, figures=True))


def _write_near_misses(rehearsal: RehearsedDate) -> str:
    """Write the paths that one guard alone keeps from their goal."""
    found = rehearsal.one_guard_short
    title = "One guard short"
    if not found:
        return _write_card(title, "<p>No path is kept from its goal by one guard alone.</p>")
    heads = ("Path", "Subject", "Country", "Guard", "Margin", "Class")
    rows = (
        (each.path, each.subject, each.country, each.guards[0], write_margin(each), each.class_)
        for each in found[:LISTED_AT_MOST]
    )
    left = len(found) - LISTED_AT_MOST
    note = f"<p>{len(found):,} paths are kept from their goal by one guard alone.</p>"
    if left > 0:
        note += f"<p>The first {LISTED_AT_MOST:,} are listed; CSV has the other {left:,}.</p>"
    return _write_card(title, note + _write_table(heads, rows, title))


def _write_card(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body}</section>"


def _write_table(
    heads: Sequence[str], rows: Iterable[Sequence[str]], caption: str, *, figures: bool = False
) -> str:
    """Write a table that scrolls within its own frame where it is too wide.

    Args:
        heads: Its headings.
        rows: Its rows.
        caption: What it shows; for screen readers.
        figures: Whether every column but the first has figures.
    """
    label, kind = escape(caption), ' class="figures"' if figures else ""
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in heads)
    body = "".join(
        f'<tr><th scope="row">{escape(first)}</th>'
        f"{''.join(f'<td>{escape(each)}</td>' for each in rest)}</tr>"
        for first, *rest in rows
    )
    table = (
        f'<table{kind}><caption class="hidden">{label}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
    return _write_frame(f"{label}, table", table)


def _write_frame(label: str, body: str) -> str:
    """Write a region that scrolls within itself, also by keys."""
    return f'<div class="frame" role="region" tabindex="0" aria-label="{label}">{body}</div>'


@cache
def _read_styles() -> str:
    return (files("lazsa_flow.foresight.report") / "assets" / "report.css").read_text("utf-8")
