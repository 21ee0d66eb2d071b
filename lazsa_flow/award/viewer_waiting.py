"""What waits for somebody: reviewers, appeals and cases, on the viewer's overview."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from lazsa_flow.award.commands.appeal_list import open_appeals
from lazsa_flow.award.facade.lists import AwardLists
from lazsa_flow.award.store.case_listing import CaseQuery
from lazsa_flow.service.part import runtime_of
from lazsa_flow.viewer.cells import Link
from lazsa_flow.viewer.list_page import Column, Section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lazsa_flow.award.commands.panels import PanelGap
    from lazsa_flow.award.store.round_listing import AwardListing
    from lazsa_flow.viewer.cells import Cell
    from lazsa_flow.viewer.list_page import PageContext


def list_waiting(context: PageContext, gaps: Sequence[PanelGap]) -> Section:
    """Return how much waits for whom, each figure a link to it.

    Args:
        context: Of which service.
        gaps: The panels of the present round.
    """
    rows = [
        *_list_reviewers(context, gaps),
        *_list_appeals(context),
        *_list_cases(context),
    ]
    columns = (Column("For whom", wide=True), Column("How many", numeric=True))
    return Section("Waiting for somebody", columns, rows, "Nothing waits for anybody.")


def _list_reviewers(context: PageContext, gaps: Sequence[PanelGap]) -> list[tuple[Cell, ...]]:
    """Return the panels with reviewers whose cards are missing."""
    asking = AwardLists(runtime_of(context.service))
    rows: list[tuple[Cell, ...]] = []
    for gap in gaps:
        if not gap.candidates:
            continue
        found = asking.reviewers(gap.country, gap.cycle_on)
        if late := sum(bool(each.missing) for each in found.rows):
            to = context.addresses.of("reviewers", gap.country, str(gap.cycle_on))
            rows.append((Link(f"Reviewers of {gap.country} with missing cards", to), late))
    return rows


def _list_appeals(context: PageContext) -> list[tuple[Cell, ...]]:
    runtime = runtime_of(context.service)
    found = open_appeals(
        runtime.context, runtime.rulebook.countries, context.now, unfiled=False, named=False
    )
    if not found:
        return []
    days = found[0].days_left
    closes = "closes today" if not days else f"closes in {days} {'day' if days == 1 else 'days'}"
    return [(Link(f"Open appeals, the next {closes}", context.addresses.of("appeals")), len(found))]


def _list_cases(context: PageContext) -> list[tuple[Cell, ...]]:
    with runtime_of(context.service).store.listing() as listing:
        counts = cast("AwardListing", listing).count_cases(CaseQuery(value="open"))
    link = Link("Open compliance cases", context.addresses.of("cases"))
    return [(link, count) for count in counts.values()]
