"""Lists of paths, by filters that a team asks for, in pages.

The database filters and pages. Only what guards say of today is asked here, a chunk of paths at a
time: which of them stand between an open path and its next active state.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from lazsa_flow.errors import InputError, NotFoundError
from lazsa_flow.service.list_rows import Listed, Page, list_row
from lazsa_flow.service.unmet_guards import unmet_guards
from lazsa_flow.store.listing import FACTS, FactsAge, PathFilter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from lazsa_flow.service.context import Context
    from lazsa_flow.store.listing import Listing

CHUNK: Final = 500
"""So many paths are read at a time where guards are asked."""
MOST: Final = 1000
"""The longest page."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for; see :meth:`lazsa_flow.service.service.FlowService.find_all`."""

    lifecycle: str | None = None
    state: str | None = None
    country: str | None = None
    cycle: date | None = None
    reason: str | None = None
    unmet: str | None = None
    facts: tuple[str, ...] = ()
    missing_reviewer: str | None = None
    since: datetime | None = None
    path_ids: tuple[int, ...] | None = None


def find_paths(
    context: Context, filters: Filters, *, after: str | None, limit: int
) -> Page[Listed]:
    """Return a page of paths, newest first."""
    check_filters(context, filters, limit)
    wanted = path_filter(context, filters)
    start = None if after is None else context.path_id(after)
    with context.store.listing() as listing:
        if filters.missing_reviewer is not None:
            wanted = _of_reviewer(listing, wanted)
        age = context.application.facts_age(
            context, listing.list_rounds(wanted) if wanted.states else ()
        )
        chunk = CHUNK if filters.unmet else limit + 1
        rows = _walk(context, listing, wanted, age, filters.unmet, start=start, chunk=chunk)
        found = list(islice(rows, limit + 1))  # no row more: it would read another chunk
        why = None if found else _why_empty(context, listing, filters, wanted, age, after)
    more = found[limit - 1].path if len(found) > limit > 0 else None
    return Page(tuple(found[:limit]), more, why)


def check_filters(context: Context, filters: Filters, limit: int) -> None:
    """Let filters pass that name what there is.

    Raises:
        NotFoundError: There is no such lifecycle, country, state or guard.
        InputError: Facts are asked for in a way that there is not, or the limit is too large.
    """
    tables = list(context.rulebook.lifecycles.values())
    if filters.lifecycle is not None:
        tables = [context.rulebook.lifecycle(filters.lifecycle)]
    if filters.country is not None:
        context.country(filters.country)
    if filters.state and not any(filters.state == s.name for t in tables for s in t.states):
        raise NotFoundError("state", filters.state)
    if filters.unmet and not any(filters.unmet in table.guards for table in tables):
        raise NotFoundError("guard", filters.unmet)
    if filters.reason and not any(
        filters.reason in edge.reasons for t in tables for edge in (t.opening, *t.edges)
    ):
        raise NotFoundError("reason", filters.reason)
    for each in filters.facts:
        if each not in FACTS:
            raise InputError.of("find_all", "facts", each, f"one of {', '.join(FACTS)}")
    if limit > MOST:
        raise InputError.of("find_all", "limit", str(limit), f"at most {MOST}; then the next page")


def path_filter(context: Context, filters: Filters) -> PathFilter:
    """Return what the database is asked: by its index, country and state are always named.

    Without a country, state, reason or facts, paths are listed by their numbers alone.
    """
    tables = list(context.rulebook.lifecycles.values())
    if filters.lifecycle is not None:
        tables = [context.rulebook.lifecycle(filters.lifecycle)]
    edges = [edge for table in tables for edge in (table.opening, *table.edges)]
    states = {state.name for table in tables for state in table.states}
    if filters.state is not None:
        states &= {filters.state}
    if filters.reason is not None:
        states &= {edge.dest for edge in edges if filters.reason in edge.reasons}
    if filters.facts:
        states &= {state.name for table in tables for state in table.states if state.open}
    if filters.missing_reviewer is not None:
        states &= set(context.application.states_with_reviews)
    asked = (filters.country, filters.state, filters.cycle, filters.reason, filters.unmet)
    narrow = any(asked) or filters.facts or filters.missing_reviewer or filters.since
    countries = [filters.country] if filters.country else sorted(context.rulebook.countries)
    return PathFilter(
        lifecycle=filters.lifecycle,
        countries=countries if narrow else (),
        states=sorted(states) or ("",) if narrow else (),
        cycle_on=filters.cycle,
        reason=filters.reason,
        facts=filters.facts,
        reviewer=filters.missing_reviewer,
        since=filters.since,
        path_ids=filters.path_ids,
    )


def _of_reviewer(listing: Listing, wanted: PathFilter) -> PathFilter:
    """Return the filter with the rounds in which its reviewer reviews."""
    assert wanted.reviewer is not None
    rounds = listing.rounds_reviewed(wanted.reviewer, listing.list_rounds(wanted))
    return wanted._replace(reviewed=rounds)


def _walk(
    context: Context,
    listing: Listing,
    wanted: PathFilter,
    age: FactsAge,
    unmet: str | None,
    *,
    start: int | None,
    chunk: int,
) -> Iterator[Listed]:
    """Yield the paths of a filter, newest first, chunk by chunk."""
    while rows := listing.paths(wanted, age, after=start, limit=chunk):
        start = rows[-1]["id"]
        standing = unmet_guards(context, listing, rows)
        for row in rows:
            if unmet is None or unmet in standing[row["id"]]:
                yield list_row(row, standing[row["id"]])
        if len(rows) < chunk:
            return


def _why_empty(
    context: Context,
    listing: Listing,
    filters: Filters,
    wanted: PathFilter,
    age: FactsAge,
    after: str | None,
) -> str:
    """Say why a list of paths is empty."""
    if after is not None and listing.count(wanted, age):
        return "There are no more."
    where = f" in {filters.country}" if filters.country else ""
    if filters.cycle is not None and (
        why := no_cycle_date(context, filters.country, filters.cycle)
    ):
        return why
    place = PathFilter(wanted.lifecycle, wanted.countries, wanted.states)
    count = listing.count(place, age)
    of = f"{filters.lifecycle} paths" if filters.lifecycle else "paths"
    being = f" that are {filters.state}" if filters.state else ""
    if not count:
        return f"There are no {of}{where}{being}."
    asked = {
        f"in the round of {filters.cycle}": filters.cycle,
        f"with reason {filters.reason}": filters.reason,
        f"with {' or '.join(filters.facts)} facts": filters.facts,
        f"waiting for a card of {filters.missing_reviewer}": filters.missing_reviewer,
        f"with {filters.unmet} unmet": filters.unmet,
        "that entered their state since then": filters.since,
        "with such a name": filters.path_ids is not None,
    }
    said = " and ".join(text for text, value in asked.items() if value)
    return f"There are {count:,} {of}{where}{being}, none of them {said}."


def no_cycle_date(context: Context, country: str | None, on: date) -> str | None:
    """Say that a date is no cycle date, of a country or of any; ``None`` where it is one."""
    codes = [country] if country else sorted(context.rulebook.countries)
    if any(context.rulebook.calendar(code).is_cycle(on) for code in codes):
        return None
    if country is None:
        return f"{on} is no cycle date of any country."
    calendar = context.rulebook.calendar(country)
    if not calendar.cycle_days:
        return f"{on} is no cycle date of {country}, which has none."
    return (
        f"{on} is no cycle date of {country}: the one before is {calendar.latest(on)}, "
        f"the next {calendar.following(on)}."
    )
