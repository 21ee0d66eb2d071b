"""The work of a panel, reviewer by reviewer: cards done, and paths that wait for one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from lazsa_flow.commands.list_rows import Page
from lazsa_flow.commands.listing import no_cycle_date
from lazsa_flow.domain.ids import fold

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from lazsa_flow.commands.context import Context
    from lazsa_flow.domain.policy import AwardPolicy
    from lazsa_flow.store.listing import Listing
    from lazsa_flow.store.round_listing import Candidate


@dataclass(frozen=True, slots=True)
class ReviewerWork:
    """What a reviewer has done in a round, and what they still have to do.

    Attributes:
        team: The team of their seat; ``None`` of somebody whose seat has ended.
        done: How many candidates they have scored.
        stood_back: From how many they have stood back, or whose card of theirs was set aside.
        missing: The paths in an open round that wait for their card. Paths of sellers whom they
            nominated, and their own, are not among them.
    """

    reviewer: str
    team: str | None
    done: int
    stood_back: int
    missing: tuple[str, ...]


def find_reviewers(context: Context, country: str, cycle_on: date) -> Page[ReviewerWork]:
    """List the reviewers of a country's round, those with most to do first."""
    context.country(country)
    with context.store.listing() as listing:
        found = reviewers_of(context, listing, country, cycle_on)
    if found:
        return Page(tuple(found))
    if why := no_cycle_date(context, country, cycle_on):
        return Page(why_empty=why)
    return Page(why_empty=f"Nobody sits on the panel of {country} and {cycle_on}.")


def reviewers_of(
    context: Context, listing: Listing, country: str, cycle_on: date
) -> list[ReviewerWork]:
    """Return the reviewers of a country's round, by what they have to do."""
    seats = listing.seats(country, cycle_on)
    cards = listing.cards(country, cycle_on)
    persons = {**dict.fromkeys(card.reviewer for card in cards), **seats}
    candidates = listing.candidates(country, cycle_on)
    barred = listing.nominators(country, cycle_on, seats) if seats else set()
    waiting = [each for each in candidates if _is_open(context, each, cycle_on)]
    answered = {(card.path_id, card.reviewer) for card in cards}

    def missing(reviewer: str) -> tuple[str, ...]:
        return tuple(
            f"award-{each.id}"
            for each in waiting
            if (each.id, reviewer) not in answered
            and (each.seller, reviewer) not in barred
            and fold(each.seller) != fold(reviewer)
        )

    found = [
        ReviewerWork(
            reviewer=person,
            team=team,
            done=sum(card.scored for card in cards if card.reviewer == person),
            stood_back=sum(not card.scored for card in cards if card.reviewer == person),
            missing=missing(person) if person in seats else (),
        )
        for person, team in cast("Mapping[str, str | None]", persons).items()
    ]
    return sorted(found, key=lambda each: (-len(each.missing), each.reviewer))


def _is_open(context: Context, path: Candidate, cycle_on: date) -> bool:
    """Tell whether a path's round takes cards today."""
    if path.cycle_on != cycle_on:
        return False
    if path.state in ("under_review", "renewal_due"):
        return True
    if path.state not in ("awarded", "renewed"):
        return False
    policy = context.rulebook.policy_of_cycle("award", path.country, cycle_on)
    days = cast("AwardPolicy", policy).panel.renewal_opens_days
    today = context.rulebook.calendar(path.country).local_date(context.clock.now())
    return today >= cycle_on - timedelta(days=days)
