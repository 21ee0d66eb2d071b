"""Scorecards and recusals: how the panel scores, and who may not.

Source:
    programme.md, "The panel".
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, cast

from lazsa_flow.award.commands.panel_lookups import PanelLookups
from lazsa_flow.award.evidence import PANEL
from lazsa_flow.award.permissions import check_command
from lazsa_flow.award.retention import keep_text_until
from lazsa_flow.award.rules.panel import ITEMS, Scorecard, Tally
from lazsa_flow.engine.row_builder import timer_row
from lazsa_flow.engine.rulebook import clock_actor
from lazsa_flow.errors import ConflictError, InputError, NotAllowedError, Problem, shown
from lazsa_flow.lifecycle.calendar import TICK
from lazsa_flow.lifecycle.ids import fold, same_person
from lazsa_flow.service.requests import actor_fields, check_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from lazsa_flow.award.policy import AwardPolicy, PanelPolicy
    from lazsa_flow.award.store.transaction import AwardTransaction
    from lazsa_flow.lifecycle.model import Actor, GuardContext, Snapshot
    from lazsa_flow.service.context import Context


def read_scores(scores: Mapping[str, int]) -> tuple[int, ...]:
    """Read eleven scores by item into their order.

    Raises:
        InputError: An item is missing, unknown, or no whole number from 0 to 5.
    """
    problems = [Problem("scores", i, "nothing", "0 to 5") for i in ITEMS if i not in scores]
    for item, score in scores.items():
        if item not in ITEMS:
            problems.append(Problem("scores", item, shown(score), "one of the eleven items"))
        elif isinstance(score, bool) or not isinstance(score, int) or not 0 <= score <= 5:
            problems.append(Problem("scores", item, shown(score), "a whole number, 0 to 5"))
    if problems:
        raise InputError(problems)
    return tuple(scores[item] for item in ITEMS)


@dataclass(frozen=True, slots=True)
class CardReceipt:
    """The receipt of a reviewer's card or recusal.

    Attributes:
        path: The path's reference.
        reviewer: The reviewer's id.
        team: The team that counts: the seat's, as the local team recorded it.
        given_team: The team that came with the card, where it is another than the seat's.
    """

    path: str
    reviewer: str
    team: str
    given_team: str | None = None

    @property
    def difference(self) -> str:
        """How the card's team differs from the seat's; empty if it does not."""
        if self.given_team is None:
            return ""
        return (
            f"{shown(self.reviewer)}: the card names the team {shown(self.given_team)}, "
            f"the seat {shown(self.team)}; the seat's team counts"
        )


def record_card(
    context: Context,
    ref: str,
    *,
    actor: Actor,
    scores: Mapping[str, int],
    comment: str,
    key: str | None,
) -> CardReceipt:
    """Record a scorecard; see :meth:`lazsa_flow.award.programme.Programme.score`."""
    read = read_scores(scores)
    request = {
        "command": "score",
        **actor_fields(actor),
        "scores": list(read),
        "comment": comment,
    }

    def append_card(transaction: AwardTransaction, seen: Snapshot, now: datetime) -> dict[str, Any]:
        return asdict(
            record_card_in(
                context, transaction, seen, actor=actor, scores=read, comment=comment, now=now
            )
        )

    return _read_receipt(
        context.run_on_path(ref, append_card, request=request, key=key), ref, actor
    )


def _read_receipt(stored: Any, ref: str, actor: Actor) -> CardReceipt:
    """Read a receipt; under a key of an earlier release stands only that the card was taken."""
    if isinstance(stored, dict):
        return CardReceipt(**stored)
    return CardReceipt(ref, actor.id, actor.team or "")


def record_card_in(
    context: Context,
    transaction: AwardTransaction,
    seen: Snapshot,
    *,
    actor: Actor,
    scores: tuple[int, ...],
    comment: str,
    now: datetime,
    lookups: PanelLookups | None = None,
) -> CardReceipt:
    """Record a scorecard within a transaction, the path's overdue timers having fired.

    Args:
        context: Where and by whose rules.
        transaction: The transaction.
        seen: What is recorded about the path.
        actor: The reviewer.
        scores: Eleven scores, in the order of the items.
        comment: The reviewer's comment.
        now: The present instant.
        lookups: What was asked for a batch of cards; for a single card it is asked here.
    """
    if not comment.strip():
        raise InputError.of("scorecard", "comment", "(text)", "a text that is not empty")
    round_ = open_round(context, seen, now)
    check_command("score", actor, subject=seen.path.subject, country=seen.path.country)
    asked = lookups or _lookups_of(transaction, seen, actor)
    asked.check_not_sitting(actor.id, "score", now)
    team = asked.seat_team(seen.path.country, round_, actor, "score")
    _check_conflict(asked, seen, actor)
    _check_not_set_aside(asked, seen, actor, round_)
    receipt = _append_card(
        context, transaction, seen, actor, team, round_, now, comment, scores=scores
    )
    _time_decision(context, transaction, seen, now)
    return receipt


def _lookups_of(transaction: AwardTransaction, seen: Snapshot, actor: Actor) -> PanelLookups:
    return PanelLookups(transaction, {seen.path.id: seen.path.subject}, [actor.id])


def record_recusal(
    context: Context, ref: str, *, actor: Actor, reason: str, note: str, key: str | None
) -> CardReceipt:
    """Record a recusal; see :meth:`lazsa_flow.award.programme.Programme.recuse`."""
    request = {"command": "recuse", **actor_fields(actor), "reason": reason, "note": note}

    def append_recusal(
        transaction: AwardTransaction, seen: Snapshot, now: datetime
    ) -> dict[str, Any]:
        return asdict(
            record_recusal_in(
                context, transaction, seen, actor=actor, reason=reason, note=note, now=now
            )
        )

    return _read_receipt(
        context.run_on_path(ref, append_recusal, request=request, key=key), ref, actor
    )


def record_recusal_in(
    context: Context,
    transaction: AwardTransaction,
    seen: Snapshot,
    *,
    actor: Actor,
    reason: str,
    note: str,
    now: datetime,
    lookups: PanelLookups | None = None,
) -> CardReceipt:
    """Record a recusal within a transaction; the quorum is counted again."""
    check_reason_code("recusal", reason)
    round_ = open_round(context, seen, now)
    check_command("recuse", actor, subject=seen.path.subject, country=seen.path.country)
    asked = lookups or _lookups_of(transaction, seen, actor)
    team = asked.seat_team(seen.path.country, round_, actor, "recuse")
    receipt = _append_card(
        context, transaction, seen, actor, team, round_, now, note, reason=reason
    )
    _time_decision(context, transaction, seen, now)
    return receipt


def check_reason_code(where: str, reason: str) -> None:
    """Check that a reason is a code, not free text.

    Raises:
        InputError: It is not in lower case and of letters, digits and underscores alone.
    """
    if not reason.isidentifier() or not reason.isascii() or reason != reason.lower():
        raise InputError.of(where, "reason", reason, "a code such as same_family")


def _append_card(
    context: Context,
    transaction: AwardTransaction,
    seen: Snapshot,
    actor: Actor,
    team: str,
    round_: date,
    now: datetime,
    text: str,
    *,
    scores: tuple[int, ...] = (),
    reason: str | None = None,
) -> CardReceipt:
    """Append a card or recusal with the team of the reviewer's seat."""
    text_id = None
    check_text("scorecard", "comment", text)
    if text.strip():
        text_id = transaction.add_text(
            subject=seen.path.subject,
            author=actor.id,
            kind="comment",
            body=text,
            at=now,
            path_id=seen.path.id,
            keep_until=keep_text_until(context, seen.path),
        )
    transaction.add_scorecard(
        seen.path.id,
        round_,
        Scorecard(actor.id, team, scores),
        as_of=context.rulebook.calendar(seen.path.country).local_date(now),
        recorded_at=now,
        reason=reason,
        text_id=text_id,
    )
    differs = actor.team is not None and fold(actor.team) != fold(team)
    return CardReceipt(seen.path.ref, actor.id, team, actor.team if differs else None)


def _check_conflict(lookups: PanelLookups, seen: Snapshot, actor: Actor) -> None:
    """Check that a reviewer has no conflict of interest."""
    subject = seen.path.subject
    rule = "nobody reviews themselves or a seller they nominated"
    barred = {subject, *lookups.nominators_of(subject)}
    if not lookups.names_of(actor.id).isdisjoint(map(fold, barred)):
        raise NotAllowedError(actor=str(actor), action="score", rule=rule)


def _check_not_set_aside(lookups: PanelLookups, seen: Snapshot, actor: Actor, round_: date) -> None:
    """Check that none of a reviewer's cards in this round was set aside.

    Otherwise the next import of the same file would bring the card back.
    """
    if actor.id not in seen[PANEL].panel:
        return
    for card in lookups.cards_of(seen.path.id, round_):
        if card.set_aside_by is not None and same_person(card.reviewer, actor.id):
            what = f"a card of {shown(actor.id)} in this round was set aside: {card.reason}"
            raise ConflictError(seen.path.subject, what)


def open_round(context: Context, seen: Snapshot, now: datetime) -> date:
    """Return the path's open round.

    Raises:
        ConflictError: None is open; it tells from when one will be.
    """
    path = seen.path
    if path.lifecycle == "award" and path.cycle_on is not None:
        if path.state in ("under_review", "renewal_due"):
            return path.cycle_on
        if path.state in ("awarded", "renewed"):
            guard_context = _guard_context(context, seen, now)
            timer = context.rulebook.lifecycle(path.lifecycle).timer("renewal_opens")
            opens = context.rulebook.lifecycle(path.lifecycle).instant(timer.at, guard_context)
            if opens is not None and now < opens.at:
                what = f"the round of {path.ref} opens on {opens.on}"
                raise ConflictError(path.subject, what, opens.at)
            return path.cycle_on
    raise ConflictError(path.subject, f"{path.ref} is {path.state}: no round is open")


def _guard_context(context: Context, seen: Snapshot, now: datetime) -> GuardContext:
    return context.rulebook.guard_context(seen, at=now, recorded_at=now, actor=clock_actor("panel"))


def recount_quorum(
    context: Context, transaction: AwardTransaction, before: Snapshot, now: datetime
) -> Tally:
    """Count the quorum again after a change of the panel's cards; in grace, time the decision.

    Returns:
        What the round adds up to now.
    """
    tally = _time_decision(context, transaction, before, now)
    if tally is not None:
        return tally
    return context.load(transaction, before.path.ref, now)[PANEL]


def _time_decision(
    context: Context, transaction: AwardTransaction, before: Snapshot, now: datetime
) -> Tally | None:
    """During grace, set or cancel the decision timer by the panel's present cards.

    Where the quorum is complete and the panel's answer is new, the decision is due now; where the
    quorum is lost, a decision that was set to now is cancelled.

    Returns:
        What the round adds up to; ``None`` where no grace runs, and no card decides at once.
    """
    if not any(timer.name == "grace_end" for timer in before.timers):
        return None
    seen = context.load(transaction, before.path.ref, now)
    rules = cast("AwardPolicy", context.rulebook.policy_of(before.path)).panel
    answer, earlier = _panel_answer(rules, seen[PANEL]), _panel_answer(rules, before[PANEL])
    if answer is None:
        transaction.cancel_timer(before.path.id, "renewal_decision")
    elif answer != earlier:
        guard_context = _guard_context(context, seen, now)
        # the first instant that can see this card
        transaction.set_timer(
            timer_row(guard_context, "renewal_decision", now + TICK, decides=True)
        )
    return seen[PANEL]


def _panel_answer(rules: PanelPolicy, tally: Tally) -> bool | None:
    """Return whether the panel approves; ``None`` without a quorum."""
    if not tally.has_quorum(rules.reviewers, rules.teams):
        return None
    return tally.approves(rules.mean, rules.floor)


def missing_for_quorum(context: Context, seen: Snapshot, tally: Tally) -> str:
    """Return what a round's quorum lacks, in words."""
    rules = cast("AwardPolicy", context.rulebook.policy_of(seen.path)).panel
    lacks = ((rules.reviewers - tally.cards, "reviewers"), (rules.teams - tally.teams, "teams"))
    return ", ".join(f"{count} {what}" for count, what in lacks if count > 0)
