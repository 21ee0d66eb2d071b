"""How does the panel score, and who must stand back?

Source:
    programme.md, "The panel".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from lazsa_flow.commands.context import Context, actor_fields, check_text
from lazsa_flow.commands.rights import check_command
from lazsa_flow.domain.cycles import TICK
from lazsa_flow.domain.ids import is_among
from lazsa_flow.domain.panel import ITEMS, Scorecard
from lazsa_flow.engine.draft import timer_row
from lazsa_flow.engine.rules import system
from lazsa_flow.errors import ConflictError, InputError, NotAllowedError, Problem, shown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from lazsa_flow.domain.model import Actor, Evidence, Situation
    from lazsa_flow.domain.policy import AwardPolicy
    from lazsa_flow.store.transaction import SqlTransaction


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


def score(
    context: Context,
    ref: str,
    *,
    actor: Actor,
    scores: Mapping[str, int],
    comment: str,
    key: str | None,
) -> None:
    """Record a scorecard; see :meth:`lazsa_flow.programme.Programme.score`."""
    read = read_scores(scores)
    request = {
        "command": "score",
        **actor_fields(actor),
        "scores": list(read),
        "comment": comment,
    }

    def run(transaction: SqlTransaction, seen: Evidence, now: datetime) -> bool:
        score_in(context, transaction, seen, actor=actor, scores=read, comment=comment, now=now)
        return True

    context.on_path(ref, run, request=request, key=key)


def score_in(
    context: Context,
    transaction: SqlTransaction,
    seen: Evidence,
    *,
    actor: Actor,
    scores: tuple[int, ...],
    comment: str,
    now: datetime,
) -> None:
    """Record a scorecard within a transaction, the path's overdue timers having fired."""
    if not comment.strip():
        raise InputError.of("scorecard", "comment", "(text)", "a text that is not empty")
    round_ = _check(context, transaction, seen, actor, "score", now)
    _record(context, transaction, seen, actor, round_, now, comment, scores=scores)
    _decide_now(context, transaction, seen, now)


def recuse(
    context: Context, ref: str, *, actor: Actor, reason: str, note: str, key: str | None
) -> None:
    """Record a recusal; see :meth:`lazsa_flow.programme.Programme.recuse`."""
    request = {"command": "recuse", **actor_fields(actor), "reason": reason, "note": note}

    def run(transaction: SqlTransaction, seen: Evidence, now: datetime) -> bool:
        recuse_in(context, transaction, seen, actor=actor, reason=reason, note=note, now=now)
        return True

    context.on_path(ref, run, request=request, key=key)


def recuse_in(
    context: Context,
    transaction: SqlTransaction,
    seen: Evidence,
    *,
    actor: Actor,
    reason: str,
    note: str,
    now: datetime,
) -> None:
    """Record a recusal within a transaction; the quorum is counted again when it is asked."""
    if not reason.isidentifier() or not reason.isascii() or reason != reason.lower():
        raise InputError.of("recusal", "reason", reason, "a code such as same_family")
    round_ = _round(context, seen, now)
    _check_seat(transaction, seen, actor, "recuse", round_)
    _record(context, transaction, seen, actor, round_, now, note, reason=reason)


def _record(
    context: Context,
    transaction: SqlTransaction,
    seen: Evidence,
    actor: Actor,
    round_: date,
    now: datetime,
    text: str,
    *,
    scores: tuple[int, ...] = (),
    reason: str | None = None,
) -> None:
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
            keep_until=context.keep_text_until(seen.path),
        )
    transaction.add_scorecard(
        seen.path.id,
        round_,
        Scorecard(actor.id, actor.team or "", scores),
        as_of=context.rulebook.calendar(seen.path.country).local_date(now),
        recorded_at=now,
        reason=reason,
        text_id=text_id,
    )


def _check(
    context: Context,
    transaction: SqlTransaction,
    seen: Evidence,
    actor: Actor,
    action: str,
    now: datetime,
) -> date:
    """Return the round that is open, for a reviewer without a conflict of interest."""
    round_ = _round(context, seen, now)
    _check_seat(transaction, seen, actor, action, round_)
    subject = seen.path.subject
    rule = "nobody reviews themselves or a seller they nominated"
    if is_among(actor.id, {subject, *transaction.nominators_of(subject)}):
        raise NotAllowedError(actor=str(actor), action=action, rule=rule)
    return round_


def _check_seat(
    transaction: SqlTransaction, seen: Evidence, actor: Actor, action: str, round_: date
) -> None:
    """Let a reviewer pass who is assigned to the round's panel, with the team of this day."""
    check_command(action, actor, subject=seen.path.subject, country=seen.path.country)
    if not actor.team or actor.id not in transaction.seats_of(seen.path.country, round_):
        rule = f"only reviewers assigned to {seen.path.country} and {round_}, with their team"
        raise NotAllowedError(actor=str(actor), action=action, rule=rule)


def _round(context: Context, seen: Evidence, now: datetime) -> date:
    """Return the path's open round.

    Raises:
        ConflictError: None is open; it tells from when one will be.
    """
    path = seen.path
    if path.cycle_on is not None:
        if path.state in ("under_review", "renewal_due"):
            return path.cycle_on
        if path.state in ("awarded", "renewed"):
            situation = _situation(context, seen, now)
            timer = context.rulebook.lifecycle(path.lifecycle).timer("renewal_opens")
            opens = context.rulebook.lifecycle(path.lifecycle).instant(timer.at, situation)
            if opens is not None and now < opens.at:
                what = f"the round of {path.ref} opens on {opens.on}"
                raise ConflictError(path.subject, what, opens.at)
            return path.cycle_on
    raise ConflictError(path.subject, f"{path.ref} is {path.state}: no round is open")


def _situation(context: Context, seen: Evidence, now: datetime) -> Situation:
    return context.rulebook.situation(seen, at=now, recorded_at=now, actor=system("panel"))


def _decide_now(
    context: Context, transaction: SqlTransaction, before: Evidence, now: datetime
) -> None:
    """In grace, let the card that completes the quorum set the decision's timer to now."""
    if not any(timer.name == "grace_end" for timer in before.timers):
        return
    rules = cast("AwardPolicy", context.rulebook.policy_of(before.path)).panel
    seen = context.load(transaction, before.path.ref, now)
    quorum = (rules.reviewers, rules.teams)
    if seen.tally.has_quorum(*quorum) and not before.tally.has_quorum(*quorum):
        situation = _situation(context, seen, now)
        # the first instant that can see this card
        transaction.set_timer(timer_row(situation, "renewal_decision", now + TICK, decides=True))
