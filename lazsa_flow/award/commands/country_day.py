"""A country team's day: what is new, what is late, and what waits for the team.

Source:
    programme.md, "The year between".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from lazsa_flow.award.commands.appeal_list import open_appeals
from lazsa_flow.award.commands.cases import Case, list_open_cases
from lazsa_flow.award.commands.facts_gaps import FactsGap, find_facts_gaps
from lazsa_flow.award.commands.group_exits import list_group_exits
from lazsa_flow.award.commands.group_members import GroupTask, list_group_tasks
from lazsa_flow.award.commands.perk_giving import perks_due
from lazsa_flow.award.commands.reviewing import ReviewerWork, reviewers_of
from lazsa_flow.service.listing import Filters, find_paths

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from lazsa_flow.award.commands.appeals import Appeal
    from lazsa_flow.award.commands.perk_giving import OneOffPerk
    from lazsa_flow.award.store.round_listing import AwardListing
    from lazsa_flow.service.context import Context
    from lazsa_flow.service.list_rows import Listed

NAMED: Final = 100
"""At most so many new paths are named, and so many overdue timers."""


@dataclass(frozen=True, slots=True)
class LateTimer:
    """A timer that is overdue: no worker has fired it yet.

    Attributes:
        due_at: Since when.
    """

    path: str
    seller: str
    timer: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class IncompleteNomination:
    """A nominee without a complete nomination.

    Attributes:
        cycle_on: The cycle date of their round.
        nominators: Who made the nominations in force, as ``employee:e-7``.
    """

    path: str
    seller: str
    cycle_on: date | None
    nominators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CountryDay:
    """What is new, late and waiting in a country.

    Attributes:
        country: The country's code.
        on: The country's date.
        cycle_on: The cycle date that comes next.
        days_left: Until that date.
        new: Paths that have entered their state since the day before, newest first.
        late: Timers that are overdue.
        parked: Paths that are set aside, by their references.
        incomplete: Nominees whose nomination is incomplete.
        reviewers: Reviewers of the next cycle who have cards missing.
        appeals: Open appeals, those with the fewest days left first; by number of voices.
        group: Former ambassadors that the team should add to the group.
        leavers: Former members that the team has still to take out of the group.
        perks: One-off perks that are still to be given.
        cases: Open compliance cases.
        facts: Open paths whose facts will not be current on the cycle date.
    """

    country: str
    on: date
    cycle_on: date
    days_left: int
    new: tuple[Listed, ...]
    late: tuple[LateTimer, ...]
    parked: tuple[str, ...]
    incomplete: tuple[IncompleteNomination, ...]
    reviewers: tuple[ReviewerWork, ...]
    appeals: tuple[Appeal, ...]
    group: tuple[GroupTask, ...]
    leavers: tuple[GroupTask, ...]
    perks: tuple[OneOffPerk, ...]
    cases: tuple[Case, ...]
    facts: tuple[FactsGap, ...]


def plan_day(context: Context, country: str) -> CountryDay:
    """Return what is new, late and waiting in a country.

    Raises:
        NotFoundError: There is no such country.
    """
    context.country(country)
    calendar, now = context.rulebook.calendar(country), context.clock.now()
    on = calendar.local_date(now)
    cycle_on = calendar.held_from(on)
    since = calendar.start(on - timedelta(days=1)).at
    new = find_paths(context, Filters(country=country, since=since), after=None, limit=NAMED)
    with context.store.listing() as listing:
        late = listing.late(country, now, NAMED)
        parked = listing.parked(country)
        incomplete = list(_incomplete_nominees(listing, country))
        reviewers = reviewers_of(context, listing, country, cycle_on)
        group = list(list_group_tasks(context, listing, country, now))
        cases = list_open_cases(listing, country)
    return CountryDay(
        country=country,
        on=on,
        cycle_on=cycle_on,
        days_left=(cycle_on - on).days,
        new=new.rows,
        late=tuple(LateTimer(ref, who, timer.name, timer.due_at) for timer, ref, who in late),
        parked=tuple(parked),
        incomplete=tuple(incomplete),
        reviewers=tuple(each for each in reviewers if each.missing),
        appeals=tuple(open_appeals(context, [country], now, unfiled=False, named=False)),
        group=tuple(group),
        leavers=tuple(
            GroupTask(path.ref, path.subject, ()) for path in list_group_exits(context, country)
        ),
        perks=tuple(perks_due(context, country)),
        cases=tuple(cases),
        facts=find_facts_gaps(context, country, None).rows,
    )


def _incomplete_nominees(listing: AwardListing, country: str) -> Iterator[IncompleteNomination]:
    """Yield the nominees without a complete nomination."""
    nominated = listing.nominations(country)
    missing = {
        path_id: [each for each in nominations if not each.withdrawn]
        for path_id, nominations in nominated.items()
        if not any(each.complete and not each.withdrawn for each in nominations)
    }
    for path in listing.named_paths(missing):
        nominators = tuple(f"{each.source}:{each.nominator}" for each in missing[path.id])
        yield IncompleteNomination(f"award-{path.id}", path.seller, path.cycle_on, nominators)
