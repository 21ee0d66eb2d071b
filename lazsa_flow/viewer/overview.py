"""The overview: figures, red where something is wrong, each a link to what it counts."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from lazsa_flow.service.part import runtime_of
from lazsa_flow.viewer.cells import Link, Mark, Series, write_length
from lazsa_flow.viewer.extra_pages import Tile, find_overview_parts
from lazsa_flow.viewer.figures import count_by_country, count_states, count_waiting
from lazsa_flow.viewer.frame import write_card
from lazsa_flow.viewer.list_html import write_section, write_table
from lazsa_flow.viewer.list_page import COUNTED_AT_MOST, Column

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from lazsa_flow.lifecycle.table import Lifecycle
    from lazsa_flow.store.bounded_counts import WaitingCounts
    from lazsa_flow.viewer.cells import Cell, Tone
    from lazsa_flow.viewer.extra_pages import OverviewParts
    from lazsa_flow.viewer.list_page import PageContext

_OVERDUE_S = 600
"""How many seconds a notice may wait before the relay is taken to be down."""


def write_overview(context: PageContext) -> Iterator[str]:
    """Yield the parts of the overview."""
    parts = find_parts(context)
    yield write_tiles([*list_tiles(context), *parts.tiles])
    tables = runtime_of(context.service).rulebook.lifecycles
    used = {name for name in tables if count_states(context, name)}
    yield from (write_states(context, name, tables[name]) for name in tables if name in used)
    yield '<div class="two">'
    countries = write_table(*list_countries(context, parts), "By country")
    yield write_card("By country", countries, name="countries")
    yield '<div class="sections" data-live="sections">'
    yield from map(write_section, parts.sections)
    yield "</div></div>"
    yield from (write_states(context, name, tables[name]) for name in tables if name not in used)


def find_parts(context: PageContext) -> OverviewParts:
    """Return what the service brings to the overview, computed once for all who look."""
    return context.figures.get(
        ("overview", context.addresses.root), lambda: find_overview_parts(context.service, context)
    )


def write_tiles(tiles: Sequence[Tile]) -> str:
    """Write figures."""
    written = "".join(
        f'<a class="card tile {each.tone or ""}" href="{escape(each.to)}">'
        f"<span>{escape(each.title)}</span><strong>{escape(_write_figure(each.value))}</strong>"
        f"<small>{escape(each.note)}</small></a>"
        for each in tiles
    )
    return f'<section class="tiles" aria-label="Figures" data-live="tiles">{written}</section>'


def list_tiles(context: PageContext) -> list[Tile]:
    """Return the figures of any service."""
    of, counts = context.addresses.of, count_waiting(context)
    by_country = count_by_country(context).values()
    due, late = (sum(each[at] for each in by_country) for at in (0, 1))
    pauses, next_due = context.service.pauses(), context.service.next_due()
    late_note = "the timers are up to date"
    if late and next_due is not None and next_due < context.now:
        late_note = f"by {write_length(context.now - next_due)} at most"
    elif late:
        late_note = "what is paused waits"
    failing = f"{_write_count(counts.failing)} more are tried again"
    scopes = "; ".join(each.scope for each in pauses)
    return [
        Tile("Due now", _write_count(due), _tell_next(context, due, next_due), of("due")),
        Tile("Late", _write_count(late), late_note, of("due", late="yes"), "bad" if late else None),
        Tile(
            "Parked",
            _write_count(counts.parked),
            failing if counts.failing else "after an error",
            of("parked"),
            "bad" if counts.parked else None,
        ),
        Tile(
            "Paused",
            len(pauses),
            scopes or "nothing is stopped",
            of("health"),
            "warn" if pauses else None,
        ),
        _write_outbox(context, counts),
    ]


def _tell_next(context: PageContext, due: int, next_due: datetime | None) -> str:
    if due:
        return "they wait for a worker"
    if next_due is None:
        return "no timer is pending"
    return f"the next one in {write_length(next_due - context.now)}"


def _write_outbox(context: PageContext, counts: WaitingCounts) -> Tile:
    to = context.addresses.of("outbox")
    tone: Tone | None = None
    note, since = "no notice waits", counts.notices_due_since
    if counts.notices_next is not None:
        note = f"the first may go in {write_length(counts.notices_next - context.now)}"
    if since is not None:
        note = f"the oldest may go for {write_length(context.now - since)}"
        if (context.now - since).total_seconds() > _OVERDUE_S:
            tone, note = "bad", f"{note}: no relay runs"
    if counts.notices_parked:
        tone, note = "bad", f"{_write_count(counts.notices_parked)} more are set aside"
    return Tile("Outbox", _write_count(counts.notices), note, to, tone)


def _write_count(count: int) -> str:
    """Write a count that goes no further than a list counts."""
    return f"{count:,}{' or more' if count >= COUNTED_AT_MOST else ''}"


def write_states(context: PageContext, name: str, table: Lifecycle) -> str:
    """Write how many paths are in each state of a lifecycle, each figure a link to them."""
    counts: dict[str, int] = {}
    for (_, state), count in count_states(context, name).items():
        counts[state] = counts.get(state, 0) + count
    titles = table.titles()
    boxes = "".join(
        f'<li><a class="{each.meaning}" '
        f'href="{escape(context.addresses.of("paths", lifecycle=name, state=each.name))}">'
        f"{escape(titles.state(each.name))}<b>{counts.get(each.name, 0):,}</b></a></li>"
        for each in table.states
    )
    live = context.addresses.lifecycle(name, "Live picture")
    return (
        f'<section class="card"><h2>{escape(table.title)} {live.to_html()}</h2>'
        f'<ul class="states" data-live="states-{escape(name)}">{boxes}</ul></section>'
    )


def list_countries(
    context: PageContext, parts: OverviewParts
) -> tuple[Sequence[Column], list[list[Cell]]]:
    """Return the columns of the table of countries, and a row for each."""
    rulebook, of = runtime_of(context.service).rulebook, context.addresses.of
    pauses, counts = context.service.pauses(), count_by_country(context)
    columns = (
        Column("Country"),
        *parts.country_columns,
        *(Column(title, numeric=True) for title in ("Due", "Late", "Parked")),
        Column("Local time"),
    )
    rows: list[list[Cell]] = []
    for code in sorted(rulebook.countries):
        due, late, parked = counts.get(code, (0, 0, 0))
        country = rulebook.countries[code]
        name: Cell = Link(code, of("paths", country=code))
        if any(each.country in (None, code) and each.cycle is None for each in pauses):
            name = Series((name, Mark("paused", "warn")), " ")
        local = context.now.astimezone(ZoneInfo(country.zone))
        rows.append(
            [
                name,
                *parts.country_cells.get(code, [None] * len(parts.country_columns)),
                Link(f"{due:,}", of("due", country=code)) if due else 0,
                Link(f"{late:,}", of("due", country=code, late="yes"), "bad") if late else 0,
                Link(f"{parked:,}", of("parked", country=code), "bad") if parked else 0,
                f"{local:%H:%M} {local.isoformat()[-6:]}",
            ]
        )
    return columns, rows


def _write_figure(value: str | int) -> str:
    return value if isinstance(value, str) else f"{value:,}"
