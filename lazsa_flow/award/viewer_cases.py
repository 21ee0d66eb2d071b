"""The page of compliance cases, and the page of conduct bars."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, Final, cast

from lazsa_flow.award.facade.lists import AwardLists
from lazsa_flow.award.lifecycles.award_checks import CONDUCT
from lazsa_flow.lifecycle.dates import add_months
from lazsa_flow.service.part import runtime_of
from lazsa_flow.viewer.cells import Command, Link, Mark
from lazsa_flow.viewer.list_page import Choice, Column, Filter, ListPage, ListRows
from lazsa_flow.viewer.whole_lists import contains, country_filter, list_whole, matches

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from lazsa_flow.award.commands.cases import Case
    from lazsa_flow.award.policy import AwardPolicy
    from lazsa_flow.award.store.bar_listing import EndedStanding
    from lazsa_flow.viewer.cells import Cell
    from lazsa_flow.viewer.list_page import ListQuery, PageContext

_CASE_SORTS: Final[Mapping[str, Callable[[Case], Any]]] = {
    "seller": lambda each: each.seller,
    "since": lambda each: each.since,
    "country": lambda each: each.country or "",
}
_BAR_SORTS: Final[Mapping[str, Callable[[EndedStanding], Any]]] = {
    "seller": lambda each: each.seller or "",
    "since": lambda each: each.since,
}


def list_case_filters(context: PageContext) -> list[Filter]:
    """Return the filters of cases: whether they are open, and in which country."""
    states = (Choice("open"), Choice("closed"))
    return [
        Filter("state", "State", choices=states, default="open"),
        country_filter(runtime_of(context.service).rulebook.countries),
    ]


def find_cases(context: PageContext, query: ListQuery) -> ListRows:
    """Find the cases of a query, the longest standing first."""
    asking = AwardLists(runtime_of(context.service))
    everything = context.figures.get("cases", lambda: asking.cases(closed=True).rows)
    found = [
        each
        for each in everything
        if matches(query, state=each.value, country=each.country)
        and contains(query, each.seller, each.case)
    ]
    is_open = sum(each.value == "open" for each in everything)
    return list_whole(
        found,
        query,
        lambda each: _write_case(context, each),
        lambda each: f"{each.seller}~{each.case}",
        _CASE_SORTS,
        summary=f"{is_open:,} of {len(everything):,} cases are open." if everything else "",
        empty="No such case." if everything else "No case has been opened.",
        empty_link=Link("All cases", context.addresses.of("cases", state="")),
        commands=[Command("lazsa-flow case open SELLER CASE --as compliance:YOU")],
    )


def _write_case(context: PageContext, each: Case) -> tuple[Cell, ...]:
    is_open = each.value == "open"
    names = shlex.join([each.seller, each.case])
    close = Command(f"lazsa-flow case close {names} --as compliance:YOU")
    return (
        each.case,
        each.seller,
        each.country,
        Mark(each.value, "warn") if is_open else each.value,
        each.since,
        each.actor,
        None if each.path is None else context.addresses.path(each.path),
        each.state,
        close if is_open else None,
    )


def list_bar_filters(_context: PageContext) -> list[Filter]:
    """Return the filter of bars: whether they still hold."""
    return [Filter("state", "State", choices=(Choice("barred"), Choice("over")))]


def find_bars(context: PageContext, query: ListQuery) -> ListRows:
    """Find who lost their standing or was disqualified, the latest first."""
    runtime = runtime_of(context.service)

    def read_bars() -> list[EndedStanding]:
        with runtime.store.listing() as listing:
            return cast("list[EndedStanding]", listing.ended_standings(CONDUCT))

    policy = cast("AwardPolicy", runtime.rulebook.policy_at("award", context.now))
    months, everything = policy.conduct.bar_months, context.figures.get("bars", read_bars)
    ends = {at: _find_end(each, months) for at, each in enumerate(everything)}
    today = context.now.date()
    numbered = [
        (at, each)
        for at, each in enumerate(everything)
        if matches(query, state=_name_state(ends[at], today))
        and contains(query, each.seller, each.actor)
    ]
    return list_whole(
        numbered,
        query,
        lambda pair: _write_bar(context, pair[1], ends[pair[0]]),
        lambda pair: str(pair[0]),
        {key: _of_second(sort) for key, sort in _BAR_SORTS.items()},
        empty="Nobody is barred like that." if everything else "Nobody has lost their standing.",
    )


def _of_second(sort: Callable[[EndedStanding], Any]) -> Callable[[tuple[int, EndedStanding]], Any]:
    return lambda pair: sort(pair[1])


def _find_end(each: EndedStanding, months: int) -> date | None:
    """Return until when a nomination is barred; nothing where the reason bars none."""
    return add_months(each.since, months) if each.reason == "code_of_conduct" else None


def _name_state(end: date | None, today: date) -> str:
    return "barred" if end is not None and end > today else "over"


def _write_bar(context: PageContext, each: EndedStanding, end: date | None) -> tuple[Cell, ...]:
    holds = _name_state(end, context.now.date()) == "barred"
    seller: Cell = Mark("erased", "quiet")
    if each.seller is not None:
        seller = Link(each.seller, context.addresses.of("paths", search=each.seller))
    return (
        seller,
        "good standing" if each.kind == "good_standing" else "candidacy",
        each.reason,
        each.since,
        Mark(str(end), "bad") if holds and end is not None else end,
        each.actor,
        None if each.seller is None else Command(f"lazsa-flow show {shlex.quote(each.seller)}"),
    )


CASES: Final = ListPage(
    route="/cases",
    title="Compliance cases",
    noun="cases",
    columns=(
        *(Column("Case"), Column("Seller", "seller", sortable=True)),
        *(Column("Country", "country", sortable=True), Column("State")),
        *(Column("Since", "since", sortable=True), Column("By"), Column("Path")),
        *(Column("Path's state"), Column("What to do", in_csv=False)),
    ),
    find=find_cases,
    filters=list_case_filters,
    search="Seller or case",
    menu="Cases",
)
BARS: Final = ListPage(
    route="/bars",
    title="Conduct bars",
    noun="bars",
    columns=(
        *(Column("Seller", "seller", sortable=True), Column("What ended"), Column("Reason")),
        *(Column("Since", "since", sortable=True), Column("No nomination until"), Column("By")),
        Column("Story", in_csv=False),
    ),
    find=find_bars,
    filters=list_bar_filters,
    search="Seller",
    menu="Conduct bars",
)
