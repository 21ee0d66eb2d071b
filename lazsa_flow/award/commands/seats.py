"""Seats on a panel: who is assigned to a country and cycle, with which team, and until when.

Seats are dated records of the panel, and the only source of the teams that a quorum is counted
from. Conflicts of interest are looked for when somebody is assigned, and again at each card.

Source:
    programme.md, "The panel".
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.award.permissions import check_command
from lazsa_flow.award.rules.panel import Seat
from lazsa_flow.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    shown,
)
from lazsa_flow.lifecycle.ids import fold, same_person
from lazsa_flow.service.requests import request_fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from lazsa_flow.award.store.transaction import AwardTransaction
    from lazsa_flow.lifecycle.model import Actor, Path
    from lazsa_flow.service.context import Context

JUDGED_STATES: Final = ("nominated", "under_review", "awarded", "renewed", "renewal_due")
"""The states from which the next decision asks the panel."""


@dataclass(frozen=True, slots=True)
class SeatConflict:
    """A seller that a reviewer may not review.

    Attributes:
        reviewer: The reviewer's id.
        path: The seller's path in the round of the panel.
        seller: The seller's id.
        reason: ``nominated``: the reviewer has nominated the seller, in this round or another.
    """

    reviewer: str
    path: str
    seller: str
    reason: str


@dataclass(frozen=True, slots=True)
class Assigned:
    """The result of assigning reviewers.

    Attributes:
        country: The country's code.
        cycle_on: The cycle date, local to the country.
        seated: Everyone who sits on the panel from now on, each with their team.
        conflicts: Whom the reviewers that were assigned may not review.
    """

    country: str
    cycle_on: date
    seated: Mapping[str, str]
    conflicts: tuple[SeatConflict, ...]


def assign_reviewers(
    context: Context,
    country: str,
    cycle_on: date,
    reviewers: Mapping[str, str],
    *,
    actor: Actor,
    key: str | None,
) -> Assigned:
    """Assign reviewers to the panel of a country and cycle.

    Args:
        context: Where and by whose rules.
        country: Of which country.
        cycle_on: Of which cycle date.
        reviewers: Each reviewer's id with their team.
        actor: The local team, or a manager.
        key: The idempotency key.

    Raises:
        InputError: The date is no cycle date, or a team is empty.
        NotAllowedError: The actor may not, or a reviewer may not sit on this panel: they hold a
            sitting award, are a nominee of it, or have nominated everyone that it judges.
        ConflictError: A reviewer sits on the panel under another spelling of their id.
    """
    check_command("assign_reviewer", actor, country=country)
    _check_panel(context, country, cycle_on, reviewers)
    now = context.clock.now()
    today = context.rulebook.calendar(country).local_date(now)
    given = {"country": country, "cycle_on": str(cycle_on), "reviewers": dict(reviewers)}
    reviewers = {context.rulebook.merged.holder_of(n): team for n, team in reviewers.items()}

    def add_seats(transaction: AwardTransaction) -> dict[str, Any]:
        seated = transaction.seats_of(country, cycle_on)
        for reviewer in reviewers:
            _check_spelling(reviewer, {*seated, *reviewers})
            check_not_sitting(transaction, reviewer, "sit on a panel", now)
        conflicts = find_conflicts(transaction, country, cycle_on, reviewers)
        new = {name: team for name, team in reviewers.items() if seated.get(name) != team}
        for reviewer, team in new.items():
            seat = Seat(reviewer, team, str(actor), today)
            transaction.add_seat(country, cycle_on, seat, now)
        return {"seated": {**seated, **reviewers}, "conflicts": [*map(astuple, conflicts)]}

    request = request_fields("assign_reviewer", actor, **given)
    done = context.run_idempotent(key, request, now, add_seats)
    if not isinstance(done, dict):  # what an earlier release has stored under the key
        done = {"seated": dict(reviewers), "conflicts": []}
    conflicts = tuple(SeatConflict(*each) for each in done["conflicts"])
    return Assigned(country, cycle_on, done["seated"], conflicts)


def _check_panel(
    context: Context, country: str, cycle_on: date, reviewers: Mapping[str, str]
) -> None:
    """Check that a panel has a cycle date, and each reviewer a team.

    Raises:
        InputError: It is not, or one has none.
    """
    if not context.rulebook.calendar(country).is_cycle(cycle_on):
        raise InputError.of("panel", "cycle_on", str(cycle_on), "a cycle date of the country")
    for reviewer, team in reviewers.items():
        if not team or not reviewer:
            raise InputError.of("panel", "team", team, "a team for each reviewer")


def _check_spelling(reviewer: str, panel: Iterable[str]) -> None:
    """Check that a reviewer does not sit on a panel under another spelling of their id."""
    for other in panel:
        if other != reviewer and same_person(reviewer, other):
            raise ConflictError(reviewer, f"sits on this panel as {shown(other)}")


def unassign_reviewer(
    context: Context,
    country: str,
    cycle_on: date,
    reviewer: str,
    *,
    actor: Actor,
    key: str | None,
) -> dict[str, str]:
    """End a reviewer's seat: their earlier cards count, later ones are refused.

    Returns:
        Who sits on the panel from now on, each with their team.

    Raises:
        NotFoundError: The reviewer does not sit on this panel.
        NotAllowedError: The actor may not.
    """
    check_command("unassign_reviewer", actor, country=country)
    now = context.clock.now()
    today = context.rulebook.calendar(country).local_date(now)
    given = {"country": country, "cycle_on": str(cycle_on), "reviewer": reviewer}
    reviewer = context.rulebook.merged.holder_of(reviewer)

    def end_seat(transaction: AwardTransaction) -> dict[str, str]:
        seated = transaction.seats_of(country, cycle_on)
        for name, team in seated.items():
            if same_person(name, reviewer):
                seat = Seat(name, team, str(actor), today, ended=True)
                transaction.add_seat(country, cycle_on, seat, now)
                return {other: seated[other] for other in seated if other != name}
        raise NotFoundError(f"seat on the panel of {country} and {cycle_on} for", reviewer)

    request = request_fields("unassign_reviewer", actor, **given)
    found: dict[str, str] = context.run_idempotent(key, request, now, end_seat)
    return found


def check_not_sitting(
    transaction: AwardTransaction, person: str, action: str, now: datetime
) -> None:
    """Check that a person holds no sitting award, in any role.

    Raises:
        NotAllowedError: They hold one; ambassadors never review.
    """
    names = spell_person(person)
    paths = transaction.paths_of_all(names, "award")
    refuse_sitting(person, (path for name in names for path in paths[name]), action, now)


def refuse_sitting(person: str, paths: Iterable[Path], action: str, now: datetime) -> None:
    """Check that none of a person's award paths is a sitting award.

    Raises:
        NotAllowedError: One is.
    """
    for path in paths:
        if path.period("award", now):
            rule = f"ambassadors never review, and {path.ref} is a sitting award"
            raise NotAllowedError(actor=person, action=action, rule=rule)


def spell_person(person: str) -> list[str]:
    """Return the spellings of an id under which a person may be known, each once."""
    return list(dict.fromkeys((person, fold(person), person.lower(), person.upper())))


def names_of_person(transaction: AwardTransaction, person: str) -> set[str]:
    """Return the ids of a person, folded: as given, and that which holds where ids were merged."""
    return fold_names(person, transaction.current_ids_of({person, fold(person)}))


def fold_names(person: str, held: Mapping[str, str]) -> set[str]:
    """Return the ids of a person, folded, by the ids that hold for those that are aliases."""
    names = (person, fold(person))
    return {fold(name) for each in names for name in (each, held.get(each, each))}


def find_conflicts(
    transaction: AwardTransaction, country: str, cycle_on: date, reviewers: Iterable[str]
) -> list[SeatConflict]:
    """Find the sellers that the reviewers of a panel may not review.

    Raises:
        NotAllowedError: A reviewer may review nobody, or is a nominee of this panel.
    """
    candidates = transaction.candidates_of(country, cycle_on, JUDGED_STATES)
    nominators = transaction.nominators_of_all(set(candidates.values()))
    by_person: dict[str, set[str]] = {}
    for seller, named in nominators.items():
        for nominator in named:
            by_person.setdefault(fold(nominator), set()).add(seller)
    sellers = set(map(fold, candidates.values()))
    found = []
    for reviewer in reviewers:
        names = names_of_person(transaction, reviewer)
        if not names.isdisjoint(sellers):
            rule = f"nobody sits on the panel of {country} and {cycle_on} that judges them"
            raise NotAllowedError(actor=reviewer, action="sit on a panel", rule=rule)
        own = set().union(*(by_person.get(name, ()) for name in names))
        conflicts = [
            SeatConflict(reviewer, f"award-{number}", seller, "nominated")
            for number, seller in candidates.items()
            if seller in own
        ]
        if conflicts and len(conflicts) == len(candidates):
            rule = f"they nominated everyone whom the panel of {country} and {cycle_on} judges"
            raise NotAllowedError(actor=reviewer, action="sit on a panel", rule=rule)
        found += conflicts
    return found
