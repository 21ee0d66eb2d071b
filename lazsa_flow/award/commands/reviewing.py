"""Reviewers' work: cards done, and paths that wait for a card."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from lazsa_flow.award.permissions import check_command
from lazsa_flow.errors import InputError
from lazsa_flow.lifecycle.ids import fold
from lazsa_flow.lifecycle.stored_recipients import REVIEWERS
from lazsa_flow.service.list_rows import Page
from lazsa_flow.service.listing import no_cycle_date
from lazsa_flow.service.requests import request_fields

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from lazsa_flow.award.policy import AwardPolicy
    from lazsa_flow.award.store.round_listing import AwardListing, Candidate
    from lazsa_flow.award.store.transaction import AwardTransaction
    from lazsa_flow.lifecycle.model import Actor
    from lazsa_flow.service.context import Context


@dataclass(frozen=True, slots=True)
class ReviewerWork:
    """A reviewer's cards in a round, and the paths that still wait for one.

    Attributes:
        reviewer: The reviewer's id.
        team: The team of their seat; ``None`` of somebody whose seat has ended.
        done: How many candidates they have scored.
        stood_back: How many they recused themselves from, or whose card of theirs was set aside.
        missing: The paths in an open round that wait for their card. Paths of sellers whom they
            nominated, and their own, are not among them.
    """

    reviewer: str
    team: str | None
    done: int
    stood_back: int
    missing: tuple[str, ...]


def find_reviewers(context: Context, country: str, cycle_on: date) -> Page[ReviewerWork]:
    """List the reviewers of a country's round, those with the most missing cards first."""
    context.country(country)
    with context.store.listing() as listing:
        found = reviewers_of(context, listing, country, cycle_on)
    if found:
        return Page(tuple(found))
    if why := no_cycle_date(context, country, cycle_on):
        return Page(why_empty=why)
    return Page(why_empty=f"Nobody sits on the panel of {country} and {cycle_on}.")


def reviewers_of(
    context: Context, listing: AwardListing, country: str, cycle_on: date
) -> list[ReviewerWork]:
    """Return the reviewers of a country's round, those with the most missing cards first."""
    seats = listing.seats(country, cycle_on)
    cards = listing.cards(country, cycle_on)
    persons = {**dict.fromkeys(card.reviewer for card in cards), **seats}
    candidates = listing.candidates(country, cycle_on)
    barred = listing.nominators(country, cycle_on, seats) if seats else set()
    waiting = [each for each in candidates if _is_open(context, each, cycle_on)]
    answered = {(card.path_id, card.reviewer) for card in cards}

    def missing_paths(reviewer: str) -> tuple[str, ...]:
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
            missing=missing_paths(person) if person in seats else (),
        )
        for person, team in cast("Mapping[str, str | None]", persons).items()
    ]
    return sorted(found, key=lambda each: (-len(each.missing), each.reviewer))


@dataclass(frozen=True, slots=True)
class Reminded:
    """A reminder that was put into the outbox.

    Attributes:
        paths: How many candidates wait for a card; reviewers get one digest of them.
        reviewers: Who is reminded: those whose card is missing when the relay sends it.
    """

    paths: int
    reviewers: tuple[str, ...]


def remind_reviewers(
    context: Context, country: str, cycle_on: date, *, actor: Actor, key: str | None
) -> Reminded:
    """Remind the reviewers of a round whose cards are missing, through the outbox.

    Of one path they are reminded once a day, however often it is asked for.

    Raises:
        NotFoundError: There is no such country.
        InputError: The date is no cycle date of it.
        NotAllowedError: The actor may not.
    """
    context.country(country)
    check_command("assign_reviewer", actor, country=country)
    if why := no_cycle_date(context, country, cycle_on):
        raise InputError.of("reviewers", "cycle", str(cycle_on), why)
    now = context.clock.now()

    def queue_reminder(transaction: AwardTransaction) -> dict[str, Any]:
        waiting = [each for each in work if each.missing]
        numbers = sorted({context.path_id(path) for each in waiting for path in each.missing})
        on = context.rulebook.calendar(country).local_date(now)
        notices = {number: f"award-{number}.cards_missing.{on}" for number in numbers}
        known = transaction.notices_known(notices.values())
        fresh = [number for number in numbers if notices[number] not in known]
        for seen in transaction.load_chunk(fresh, before=None, on=on) if fresh else ():
            notice = notices[seen.path.id]
            transaction.add_notice(seen.path, notice, "cards_missing", REVIEWERS, now)
        return {"paths": len(numbers), "reviewers": [each.reviewer for each in waiting]}

    given = {"country": country, "cycle_on": str(cycle_on)}
    request = request_fields("remind_reviewers", actor, **given)
    with context.fire_overdue():
        with context.store.listing() as listing:
            work = reviewers_of(context, listing, country, cycle_on)
        found: dict[str, Any] = context.run_idempotent(key, request, now, queue_reminder)
    return Reminded(found["paths"], tuple(found["reviewers"]))


def _is_open(context: Context, path: Candidate, cycle_on: date) -> bool:
    """Return whether a path's round takes cards today."""
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
