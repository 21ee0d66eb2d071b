"""Pages of the award in the viewer: panels, what each has to judge, and its reviewers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.award.facade.lists import AwardLists
from lazsa_flow.award.viewer_appeals import APPEALS
from lazsa_flow.award.viewer_cases import BARS, CASES
from lazsa_flow.award.viewer_figures import find_gaps, read_cycle, tell_closing
from lazsa_flow.award.viewer_members import MEMBERS
from lazsa_flow.award.viewer_panel import PANEL
from lazsa_flow.service.part import runtime_of
from lazsa_flow.viewer.cells import Command, Link, Share
from lazsa_flow.viewer.list_page import Column, ListPage, ListRows, Row

if TYPE_CHECKING:
    from datetime import date

    from lazsa_flow.viewer.cells import Cell
    from lazsa_flow.viewer.list_page import ListQuery, PageContext

__all__ = ["PAGES"]


def find_panels(context: PageContext, query: ListQuery) -> ListRows:
    """Find the panels of the present round, by country."""
    rulebook = runtime_of(context.service).rulebook
    rows = []
    for gap in find_gaps(context):
        if query.after is not None and gap.country <= query.after:
            continue
        calendar = rulebook.calendar(gap.country)
        if not calendar.cycle_days:
            continue
        panel = _link_panel(context, gap.country, gap.cycle_on)
        following = _link_panel(context, gap.country, calendar.next_held(gap.cycle_on))
        reviewers = context.addresses.of("reviewers", gap.country, str(gap.cycle_on))
        cells: tuple[Cell, ...] = (
            gap.country,
            panel,
            tell_closing(gap),
            gap.candidates,
            Share(gap.candidates - gap.without_quorum, gap.candidates),
            Link("Reviewers", reviewers),
            following,
        )
        rows.append(Row(cells, gap.country))
    short = sum(each.without_quorum for each in find_gaps(context))
    candidates = sum(each.candidates for each in find_gaps(context))
    return ListRows(
        rows[: query.limit],
        len(rows) > query.limit,
        count=len(rows),
        summary=f"{short:,} of {candidates:,} candidates are short of a quorum.",
        empty="No country has cycle dates.",
        commands=[Command("lazsa-flow panel gaps")],
    )


def find_reviewers(context: PageContext, query: ListQuery) -> ListRows:
    """Find the reviewers of a panel, those with the most missing cards first."""
    country, cycle_on = read_cycle(context)
    found = AwardLists(runtime_of(context.service)).reviewers(country, cycle_on)
    panel = ("panel", country, str(cycle_on))
    rows = [
        Row(
            (
                each.reviewer,
                each.team or "their seat has ended",
                each.done,
                each.stood_back,
                Link(f"{len(each.missing):,}", context.addresses.of(*panel, reviewer=each.reviewer))
                if each.missing
                else 0,
            ),
            str(at),
            order=at,
        )
        for at, each in enumerate(found.rows)
    ]
    start = int(query.after) + 1 if query.after and query.after.isdecimal() else 0
    late = sum(bool(each.missing) for each in found.rows)
    remind = f"lazsa-flow reviewers {country} {cycle_on} --remind --as team:YOU --country {country}"
    return ListRows(
        rows[start : start + query.limit],
        len(rows) > start + query.limit,
        count=len(rows),
        summary=f"{late} of {len(rows)} have cards missing." if rows else "",
        empty=found.why_empty or "There are no more.",
        empty_link=Link("All panels", context.addresses.of("panels")),
        commands=[Command(remind)] if late else [],
    )


def _link_panel(context: PageContext, country: str, day: date) -> Link:
    return Link(str(day), context.addresses.of("panel", country, str(day)))


def _title_reviewers(context: PageContext) -> str:
    country, cycle_on = read_cycle(context)
    return f"Reviewers of {country}, {cycle_on}"


PANELS: Final = ListPage(
    route="/panels",
    title="Panels",
    noun="panels",
    columns=(
        *(Column("Country"), Column("Present round"), Column("Closes")),
        *(Column("Candidates", numeric=True), Column("With a quorum")),
        *(Column("Who reviews", in_csv=False), Column("Next round")),
    ),
    find=find_panels,
    menu="Panels",
)
REVIEWERS: Final = ListPage(
    route="/reviewers/{country}/{cycle_on}",
    title=_title_reviewers,
    noun="reviewers",
    columns=(
        *(Column("Reviewer"), Column("Team"), Column("Cards", numeric=True)),
        *(Column("Stood back", numeric=True), Column("Missing", numeric=True)),
    ),
    find=find_reviewers,
)
PAGES: Final = (PANELS, PANEL, REVIEWERS, CASES, APPEALS, MEMBERS, BARS)
