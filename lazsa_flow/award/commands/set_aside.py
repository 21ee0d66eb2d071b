"""Cards that are set aside: somebody outside the panel takes a card out, with a reason code.

Source:
    programme.md, "The panel".
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from lazsa_flow.award.commands.scoring import (
    check_reason_code,
    missing_for_quorum,
    open_round,
    recount_quorum,
)
from lazsa_flow.award.permissions import check_command
from lazsa_flow.award.rules.panel import Scorecard
from lazsa_flow.errors import NotAllowedError, NotFoundError
from lazsa_flow.lifecycle.ids import is_among, same_person
from lazsa_flow.service.requests import actor_fields

if TYPE_CHECKING:
    from datetime import date, datetime

    from lazsa_flow.award.rules.panel import RecordedCard
    from lazsa_flow.award.store.transaction import AwardTransaction
    from lazsa_flow.lifecycle.model import Actor, Snapshot
    from lazsa_flow.service.context import Context


@dataclass(frozen=True, slots=True)
class CardSetAside:
    """What is left of a round after a card was set aside.

    Attributes:
        path: The path's reference.
        reviewer: Whose card it was.
        cards: How many reviewers' cards count now.
        teams: From how many teams.
        missing: What the quorum lacks, in words; empty where it is complete.
    """

    path: str
    reviewer: str
    cards: int
    teams: int
    missing: str


def set_aside_card(
    context: Context, ref: str, reviewer: str, *, actor: Actor, reason: str, key: str | None
) -> CardSetAside:
    """Set a reviewer's card of the open round aside; the quorum is counted again.

    Raises:
        InputError: The reason is no code.
        NotAllowedError: The actor is no manager or compliance, or is of that panel.
        NotFoundError: No card of the reviewer counts in the open round.
        ConflictError: No round is open.
    """
    check_reason_code("set_aside", reason)
    request = {
        "command": "set_aside_card",
        "reviewer": reviewer,
        "reason": reason,
        **actor_fields(actor),
    }

    reviewer = context.rulebook.merged.holder_of(reviewer)

    def append_set_aside(
        transaction: AwardTransaction, seen: Snapshot, now: datetime
    ) -> dict[str, Any]:
        path = seen.path
        check_command("set_aside_card", actor, subject=path.subject, country=path.country)
        round_ = open_round(context, seen, now)
        _check_outside(transaction, seen, round_, actor)
        card = _counting_card(transaction.panel_cards(path.id, round_), reviewer)
        if card is None:
            raise NotFoundError(f"card that counts on {path.ref} by", reviewer)
        transaction.add_scorecard(
            path.id,
            round_,
            Scorecard(card.reviewer, card.team),
            as_of=context.rulebook.calendar(path.country).local_date(now),
            recorded_at=now,
            reason=reason,
            set_aside_by=str(actor),
        )
        tally = recount_quorum(context, transaction, seen, now)
        missing = missing_for_quorum(context, seen, tally)
        return asdict(CardSetAside(ref, card.reviewer, tally.cards, tally.teams, missing))

    return CardSetAside(**context.run_on_path(ref, append_set_aside, request=request, key=key))


def _counting_card(cards: list[RecordedCard], reviewer: str) -> RecordedCard | None:
    """Return the latest card of a reviewer, if it counts."""
    latest = [card for card in cards if same_person(card.reviewer, reviewer)][-1:]
    return next((card for card in latest if card.scores), None)


def _check_outside(
    transaction: AwardTransaction, seen: Snapshot, round_: date, actor: Actor
) -> None:
    """Let somebody pass who is not of the panel of this round.

    Raises:
        NotAllowedError: They sit on it, or did, or have scored or recused.
    """
    seats = transaction.seat_history(seen.path.country, round_)
    cards = transaction.panel_cards(seen.path.id, round_)
    panel = {seat.reviewer for seat in seats} | {card.reviewer for card in cards}
    if is_among(actor.id, panel):
        rule = f"only somebody who is not of the panel of {seen.path.country} and {round_}"
        raise NotAllowedError(actor=str(actor), action="set_aside_card", rule=rule)


def cards_of(context: Context, ref: str, *, actor: Actor, now: datetime) -> list[RecordedCard]:
    """Return what was recorded in a path's rounds, with comments, for staff.

    Raises:
        NotFoundError: There is no such path.
        NotAllowedError: The actor is no staff of the country.
    """
    with context.store.begin(write=False) as transaction:
        path = context.load(transaction, ref, now).path
        check_command("see_panel", actor, subject=path.subject, country=path.country)
        cards: list[RecordedCard] = transaction.panel_cards(path.id)
    return cards
