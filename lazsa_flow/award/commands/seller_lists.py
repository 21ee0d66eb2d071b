"""Lists of sellers, each with their latest path, in pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.service.list_rows import Listed, Page, list_row
from lazsa_flow.service.listing import check_filters

if TYPE_CHECKING:
    from lazsa_flow.service.context import Context
    from lazsa_flow.service.listing import Filters

_NO_MOVE: Final = {"trigger": None, "reason": None, "parked": False}
"""Fields of a path that a list of sellers leaves out."""


def find_sellers(
    context: Context, filters: Filters, *, without_path: bool, after: str | None, limit: int
) -> Page[Listed]:
    """Return a page of sellers, by their ids."""
    check_filters(context, filters, limit)
    assert filters.lifecycle is not None
    countries = [filters.country] if filters.country else sorted(context.rulebook.countries)
    with context.store.listing() as listing:
        rows = listing.subjects(
            countries,
            filters.lifecycle,
            context.application.facts_age(context, ()),
            facts=filters.facts,
            without_path=without_path,
            after=after,
            limit=limit + 1,
        )
    found = tuple(list_row({**row, **_NO_MOVE}, ()) for row in rows[:limit])
    more = found[-1].subject if len(rows) > limit > 0 else None
    if found:
        return Page(found, more)
    where = f" in {filters.country}" if filters.country else ""
    which = " without a path" if without_path else ""
    facts = f" with {' or '.join(filters.facts)} facts" if filters.facts else ""
    end = "more sellers" if after is not None else "sellers"
    return Page(why_empty=f"There are no {end}{where}{which}{facts}.")
