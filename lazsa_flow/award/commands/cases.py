"""Compliance cases: which are open, on which seller, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lazsa_flow.service.list_rows import Page

if TYPE_CHECKING:
    from datetime import date

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


def find_cases(context: Context, country: str | None, *, closed: bool) -> Page[Case]:
    """List the open cases, or all, the oldest first."""
    if country is not None:
        context.country(country)
    with context.store.listing() as listing:
        everything = cases_of(listing, country)
    found = tuple(each for each in everything if closed or each.value == "open")
    if found:
        return Page(found)
    where = f" in {country}" if country else ""
    if everything:
        return Page(why_empty=f"{len(everything):,} cases{where} are closed, none is open.")
    return Page(why_empty=f"No case has been opened{where}.")


def cases_of(listing: AwardListing, country: str | None) -> list[Case]:
    """Return the latest state of every case in a country, or in all."""
    statements = listing.statements("case")
    sellers = {each.seller for each in statements}
    countries = listing.countries_of(sellers) if sellers else {}
    paths = listing.latest_paths(sellers, "award") if sellers else {}
    found = []
    for each in statements:
        path = paths.get(each.seller)
        where = countries.get(each.seller) or (path.country if path else None)
        if country in (None, where):
            found.append(
                Case(
                    seller=each.seller,
                    case=each.name,
                    country=where,
                    value=each.value,
                    since=each.since,
                    actor=each.actor,
                    path=f"award-{path.id}" if path else None,
                    state=path.state if path else None,
                )
            )
    return found
