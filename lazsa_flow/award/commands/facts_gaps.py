"""Facts gaps: open paths whose facts cannot be judged on the date that decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lazsa_flow.award.commands.facts_age import facts_age
from lazsa_flow.award.store.facts_listing import ASKED
from lazsa_flow.service.list_rows import Page
from lazsa_flow.service.listing import no_cycle_date
from lazsa_flow.store.listing import CURRENT, FACTS, PathFilter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from typing import Any

    from lazsa_flow.service.context import Context
    from lazsa_flow.store.listing import FactsAge

_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class FactsGap:
    """An open path whose facts would not be judged on its cycle date.

    Attributes:
        path: The path's reference.
        seller: The seller's id.
        country: The country's code.
        state: The path's state.
        cycle_on: The date judged.
        facts: ``missing``, ``stale`` on that date, or ``incomplete``.
        facts_as_of: The date of the latest facts, if there are any.
        unknown: The figures that are not known, of facts that there are.
        needed_since: The earliest date of facts that would be fresh enough.
    """

    path: str
    seller: str
    country: str
    state: str
    cycle_on: date
    facts: str
    facts_as_of: date | None
    unknown: tuple[str, ...]
    needed_since: date


def find_facts_gaps(context: Context, country: str, cycle_on: date | None) -> Page[FactsGap]:
    """List the open award paths of a country whose facts have a gap, by cycle date and seller.

    Args:
        context: By whose rules.
        country: Of which country.
        cycle_on: In the round of this date; by default in the next one, or one before it.
    """
    context.country(country)
    calendar = context.rulebook.calendar(country)
    today = calendar.local_date(context.clock.now())
    upcoming = calendar.held_from(today)
    table = context.rulebook.lifecycle("award")
    wanted = PathFilter(
        lifecycle="award",
        countries=[country],
        states=sorted(state.name for state in table.states if state.open),
        cycle_on=cycle_on,
        cycle_until=upcoming if cycle_on is None else None,
        facts=[each for each in FACTS if each != CURRENT],
    )
    with context.store.listing() as listing:
        age = facts_age(context, listing.list_rounds(wanted))
        gaps: list[FactsGap] = []
        after = None
        while rows := listing.paths(wanted, age, after=after, limit=_CHUNK):
            after = rows[-1]["id"]
            gaps += [_describe_gap(row, age) for row in rows]
        in_round = PathFilter("award", wanted.countries, wanted.states, cycle_on)
        whole = PathFilter(
            "award", wanted.countries, wanted.states, cycle_on, cycle_until=wanted.cycle_until
        )
        count = 0 if gaps else listing.count(whole if cycle_on is None else in_round, age)
    gaps.sort(key=lambda gap: (gap.cycle_on, gap.seller))
    if gaps:
        return Page(tuple(gaps))
    if cycle_on is not None and (why := no_cycle_date(context, country, cycle_on)):
        return Page(why_empty=why)
    on = cycle_on or upcoming
    if not count:
        return Page(why_empty=f"Nobody in {country} is in the round of {on}.")
    return Page(why_empty=f"The facts of all {count:,} paths of {country} and {on} are current.")


def _describe_gap(row: Mapping[str, Any], age: FactsAge) -> FactsGap:
    known = row["facts_as_of"] is not None
    return FactsGap(
        path=f"{row['lifecycle']}-{row['id']}",
        seller=row["subject"],
        country=row["country"],
        state=row["state"],
        cycle_on=row["cycle_on"],
        facts=row["facts"],
        facts_as_of=row["facts_as_of"],
        unknown=tuple(name for name in ASKED if known and row[f"no_{name}"]),
        needed_since=age.by_round.get((row["country"], row["cycle_on"]), age.since),
    )
