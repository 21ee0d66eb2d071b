"""Figures of the award on the viewer's overview: quorums, and days until a cycle date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.award.facade.questions import AwardQuestions
from lazsa_flow.award.viewer_waiting import list_waiting
from lazsa_flow.lifecycle.calendar import parse_date, parse_day
from lazsa_flow.service.part import runtime_of
from lazsa_flow.viewer.cells import Link, Mark, Share
from lazsa_flow.viewer.extra_pages import OverviewParts, Tile
from lazsa_flow.viewer.list_page import Column

if TYPE_CHECKING:
    from datetime import date

    from lazsa_flow.award.commands.panels import PanelGap
    from lazsa_flow.viewer.cells import Cell, Tone
    from lazsa_flow.viewer.list_page import PageContext

_CLOSING_DAYS: Final = 7
"""So many days before a cycle date a missing quorum is wrong, and no longer work in progress."""


def find_gaps(context: PageContext) -> list[PanelGap]:
    """Return how far each country's panel is with the next cycle."""
    asking = AwardQuestions(runtime_of(context.service))
    return context.figures.get("panel gaps", asking.panel_gaps)


def read_cycle(context: PageContext) -> tuple[str, date]:
    """Return the country and cycle date that the address of a page names.

    Raises:
        NotFoundError: There is no such country.
        InputError: It is no date.
    """
    country = context.parameters["country"]
    runtime_of(context.service).rulebook.calendar(country)
    day = parse_date(context.parameters["cycle_on"], where="panel", field="cycle_on")
    return country, parse_day(day, where="panel", field="cycle_on")


def tell_closing(gap: PanelGap) -> Cell:
    """Say in how many days a panel's round closes, red where quorums are missing by then."""
    text = "today" if not gap.days_left else f"in {gap.days_left} days"
    if gap.days_left == 1:
        text = "tomorrow"
    return Mark(text, "bad") if _is_late(gap) else text


def write_overview_parts(context: PageContext) -> OverviewParts:
    """Return the award's figures on the overview."""
    gaps = [each for each in find_gaps(context) if each.candidates or each.days_left]
    if not gaps:
        return OverviewParts()
    short, candidates = (
        sum(each.without_quorum for each in gaps),
        sum(each.candidates for each in gaps),
    )
    closing = min(gaps, key=lambda each: (each.days_left, each.country))
    tone: Tone | None = "bad" if any(map(_is_late, gaps)) else None
    panels = context.addresses.of("panels")
    days = f"{closing.days_left} {'day' if closing.days_left == 1 else 'days'}"
    return OverviewParts(
        tiles=(
            Tile(
                "Next cycle date",
                _write_day(closing.cycle_on),
                f"closes in {days}",
                panels,
            ),
            Tile("Quorum missing", short, f"of {candidates:,} candidates", panels, tone),
        ),
        country_columns=(
            *(Column("Candidates", numeric=True), Column("Quorum"), Column("Closes")),
        ),
        country_cells={
            each.country: (
                Link(
                    f"{each.candidates:,}",
                    context.addresses.of("panel", each.country, str(each.cycle_on)),
                ),
                Share(each.candidates - each.without_quorum, each.candidates),
                tell_closing(each),
            )
            for each in gaps
        },
        sections=(list_waiting(context, gaps),),
    )


def _write_day(day: date) -> str:
    return f"{day:%d %b}".lstrip("0")


def _is_late(gap: PanelGap) -> bool:
    return bool(gap.without_quorum) and gap.days_left <= _CLOSING_DAYS
