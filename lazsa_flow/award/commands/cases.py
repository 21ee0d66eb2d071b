"""Compliance cases: which are open, on which seller, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lazsa_flow.award.store.case_listing import CaseQuery
from lazsa_flow.service.list_rows import Page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from lazsa_flow.award.store.case_listing import CaseRow
    from lazsa_flow.award.store.round_listing import AwardListing
    from lazsa_flow.service.context import Context


@dataclass(frozen=True, slots=True)
class Case:
    """A compliance case.

    Attributes:
        seller: The seller's id.
        case: The id of the case.
        country: The country's code.
        value: ``open`` or ``closed``.
        since: From which date on it is so, local to the seller's country.
        actor: Who opened or closed it.
        path: The seller's latest award path, if there is one, and the state it is in.
        state: The state that this path is in.
    """

    seller: str
    case: str
    country: str | None
    value: str
    since: date
    actor: str
    path: str | None
    state: str | None


def find_cases(context: Context, query: CaseQuery) -> Page[Case]:
    """Return a page of the cases of a query."""
    if query.country is not None:
        context.country(query.country)
    more = None if query.limit is None else query.limit + 1
    with context.store.listing() as listing:
        rows = listing.cases(query._replace(limit=more))
        counts = {} if rows or query.after else listing.count_cases(_everything_in(query))
        page = rows[: query.limit]
        cases = tuple(add_paths(listing, page))
    if cases:
        after = page[-1].place(query.order) if len(rows) > len(page) else None
        return Page(cases, after=after)
    return Page(why_empty=_explain_empty(query, counts))


def list_open_cases(listing: AwardListing, country: str) -> list[Case]:
    """Return the open cases of a country, the longest standing first."""
    return list(add_paths(listing, listing.cases(CaseQuery(country, "open"))))


def _everything_in(query: CaseQuery) -> CaseQuery:
    return CaseQuery(country=query.country)


def _explain_empty(query: CaseQuery, counts: Mapping[str, int]) -> str:
    if query.after is not None:
        return "There are no more."
    where = f" in {query.country}" if query.country else ""
    if not counts:
        return f"No case has been opened{where}."
    if query.search or query.value == "closed" or "open" in counts:
        return "No such case."
    return f"{counts['closed']:,} cases{where} are closed, none is open."


def add_paths(listing: AwardListing, rows: Sequence[CaseRow]) -> Iterator[Case]:
    """Yield cases, each with its seller's latest award path."""
    paths = listing.latest_paths({each.seller for each in rows}, "award") if rows else {}
    for each in rows:
        path = paths.get(each.seller)
        yield Case(
            seller=each.seller,
            case=each.case,
            country=each.country,
            value=each.value,
            since=each.since,
            actor=each.actor,
            path=f"award-{path.id}" if path else None,
            state=path.state if path else None,
        )
