"""The page of compliance cases, and the page of conduct bars."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, Final, cast

from lazsa_flow.award.commands.cases import add_paths
from lazsa_flow.award.lifecycles.award_checks import CONDUCT
from lazsa_flow.award.store.case_listing import CaseQuery
from lazsa_flow.lifecycle.dates import add_months
from lazsa_flow.service.part import runtime_of
from lazsa_flow.viewer.cells import Command, Link, Mark
from lazsa_flow.viewer.list_page import (
    COUNTED_AT_MOST,
    Choice,
    Column,
    Filter,
    ListPage,
    ListRows,
    Row,
)
from lazsa_flow.viewer.whole_lists import contains, country_filter, list_whole, matches

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from lazsa_flow.award.commands.cases import Case
    from lazsa_flow.award.policy import AwardPolicy
    from lazsa_flow.award.store.bar_listing import EndedStanding
    from lazsa_flow.award.store.case_listing import CaseOrder
    from lazsa_flow.award.store.round_listing import AwardListing
    from lazsa_flow.viewer.cells import Cell
    from lazsa_flow.viewer.list_page import ListQuery, PageContext

_CASE_ORDERS: Final[Mapping[str, CaseOrder]] = {
    "": "number",
    "seller": "seller",
    "since": "since",
    "country": "country",
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
    wanted = CaseQuery(
        country=query.get("country"),
        value=query.get("state"),
        search=query.search,
        order=_CASE_ORDERS[query.sort],
        descending=query.descending,
        after=query.after,
        limit=query.limit + 1,
    )
    with runtime_of(context.service).store.listing() as opened:
        listing = cast("AwardListing", opened)
        found = listing.cases(wanted)
        cases = list(add_paths(listing, found[: query.limit]))
    more = len(found) > query.limit
    rows = [
        Row(_write_case(context, case), row.place(wanted.order))
        for case, row in zip(cases, found, strict=False)
    ]
    if query.rows_only:
        return ListRows(rows, more)
    counts, everything = (_count_cases(context, each) for each in (wanted, CaseQuery()))
    total = sum(everything.values())
    none = "No such case." if total else "No case has been opened."
    return ListRows(
        rows,
        more,
        count=min(sum(counts.values()), COUNTED_AT_MOST),
        summary=f"{everything.get('open', 0):,} of {total:,} cases are open." if total else "",
        empty="There are no more." if query.after else none,
        empty_link=Link("All cases", context.addresses.of("cases", state="")),
        commands=[Command("lazsa-flow case open SELLER CASE --as compliance:YOU")],
    )


def _count_cases(context: PageContext, query: CaseQuery) -> dict[str, int]:
    """Return how many cases of a query there are by their value, whatever the page."""

    def count() -> dict[str, int]:
        with runtime_of(context.service).store.listing() as listing:
            return cast("AwardListing", listing).count_cases(query)

    key = ("cases", query.country, query.value, query.search)
    return context.figures.get(key, count)


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
