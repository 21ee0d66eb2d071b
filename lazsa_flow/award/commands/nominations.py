"""Nominations: made, supported, completed and withdrawn.

Source:
    programme.md, "Nomination and the award cycle".
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, cast

from lazsa_flow.award.evidence import NOMINATIONS
from lazsa_flow.award.permissions import check_command
from lazsa_flow.award.retention import keep_text_until
from lazsa_flow.engine.fire import fire, load_one
from lazsa_flow.engine.opening import open_path
from lazsa_flow.engine.row_builder import timer_row
from lazsa_flow.engine.rulebook import system
from lazsa_flow.errors import ConflictError, InputError, NotAllowedError, no_seller
from lazsa_flow.lifecycle.calendar import TICK
from lazsa_flow.lifecycle.ids import same_person
from lazsa_flow.service.move_json import move_to_json
from lazsa_flow.service.requests import actor_fields, check_text

if TYPE_CHECKING:
    from datetime import date, datetime

    from lazsa_flow.award.policy import AwardPolicy
    from lazsa_flow.award.rules.facts import Nomination
    from lazsa_flow.award.store.transaction import AwardTransaction
    from lazsa_flow.lifecycle.model import Actor, Path, Snapshot, Statement
    from lazsa_flow.service.context import Context

LIFECYCLE = "award"


@dataclass(frozen=True, slots=True)
class Nominated:
    """The result of a nomination.

    Attributes:
        path: The path's reference.
        nomination: The nomination's number.
        supporting: Whether it joined a path that was open already.
        cycle_on: The cycle date it belongs to, as ``YYYY-MM-DD``.
    """

    path: str
    nomination: int
    supporting: bool
    cycle_on: str


def nominate_seller(
    context: Context, seller: str, *, actor: Actor, statement: str, key: str | None
) -> Nominated:
    """Nominate a seller; see :meth:`lazsa_flow.award.programme.Programme.nominate`."""
    now = context.clock.now()
    with context.store.begin(write=False) as transaction:
        asked = [seller, actor.id] if actor.role == "ambassador" else [seller]
        standing = list(transaction.open_paths(LIFECYCLE, asked).values())

    def record_nomination(transaction: AwardTransaction) -> dict[str, Any]:
        return asdict(
            nominate_in(context, transaction, seller, actor=actor, statement=statement, now=now)
        )

    request = {"command": "nominate", "seller": seller, **actor_fields(actor)}
    with context.fire_overdue(standing):
        found = context.run_idempotent(
            key, {**request, "statement": statement}, now, record_nomination
        )
    return Nominated(**found)


def nominate_in(
    context: Context,
    transaction: AwardTransaction,
    seller: str,
    *,
    actor: Actor,
    statement: str,
    now: datetime,
) -> Nominated:
    """Nominate a seller within a transaction, after their overdue timers have fired."""
    check_text("nomination", "statement", statement)
    country = transaction.country_of(seller)
    if country is None:
        raise no_seller(seller)
    check_command("nominate", actor, subject=seller, country=country)
    if actor.role == "ambassador":
        _check_sitting(context, transaction, actor, now)
    standing = _open_path_of(context, transaction, seller)
    if standing is not None:
        context.check_settled(transaction, [standing.id], now)
    if standing is not None and standing.state in ("nominated", "under_review"):
        _check_window(context, standing, now)
        return _support_nominee(context, transaction, standing, actor, statement, now)
    path, _ = open_path(
        transaction,
        context.rulebook,
        LIFECYCLE,
        seller,
        country,
        actor=actor,
        now=now,
        cycle_on=open_cycle(context, country, now),
        records=surviving_bars(context, transaction, seller),
    )
    return _add_nomination(context, transaction, path, actor, statement, now, supporting=False)


def surviving_bars(context: Context, transaction: AwardTransaction, seller: str) -> list[Statement]:
    """Return the conduct bar that has survived an erasure of this seller, if there is one."""
    if context.secret is None:
        return []
    names = transaction.names_of(seller)
    return [bar for each in names for bar in transaction.conduct_bars_of(context.fingerprint(each))]


def open_cycle(context: Context, country: str, now: datetime) -> date:
    """Return the cycle whose nomination window is open, by each cycle's own policy."""
    calendar = context.rulebook.calendar(country)
    return calendar.first_open_cycle(now, lambda cycle_on: closes_days(context, country, cycle_on))


def closes_days(context: Context, country: str, cycle_on: date) -> int:
    """Return how many days before a cycle date its nomination window closes."""
    policy = context.rulebook.policy_of_cycle(LIFECYCLE, country, cycle_on)
    return cast("AwardPolicy", policy).nomination.closes_days


def _check_window(context: Context, path: Path, now: datetime) -> None:
    """Check that the nomination window of the path's cycle is still open.

    Raises:
        ConflictError: It has; the next cycle's window is named.
    """
    assert path.cycle_on is not None
    calendar = context.rulebook.calendar(path.country)
    closes = calendar.closes(path.cycle_on, closes_days(context, path.country, path.cycle_on))
    if now < closes.at:
        return
    following = calendar.next_held(path.cycle_on)
    until = calendar.closes(following, closes_days(context, path.country, following)).on
    what = (
        f"{path.ref} is {path.state.replace('_', ' ')} for {path.cycle_on}, whose nomination "
        f"window closed on {closes.on}; the window of the next cycle, {following}, is open from "
        f"{closes.on} and closes on {until}: nominate once {path.ref} is decided"
    )
    raise ConflictError(path.subject, what, calendar.start(path.cycle_on).at)


def _open_path_of(context: Context, transaction: AwardTransaction, seller: str) -> Path | None:
    standing = transaction.open_paths(LIFECYCLE, [seller])
    if seller not in standing:
        return None
    return load_one(transaction, standing[seller], context.clock.now().date()).path


def _check_sitting(
    context: Context, transaction: AwardTransaction, actor: Actor, now: datetime
) -> None:
    """Check that a nominator holds a sitting award, with no decision overdue.

    Raises:
        NotAllowedError: They do not.
        PausedError: Whether they do waits for a timer that a pause stops.
    """
    paths = transaction.paths_of(actor.id, LIFECYCLE)
    context.check_settled(transaction, [path.id for path in paths], now)
    if not any(path.period("award", now) for path in paths):
        raise NotAllowedError(actor=str(actor), action="nominate", rule="only sitting ambassadors")


def _support_nominee(
    context: Context,
    transaction: AwardTransaction,
    path: Path,
    actor: Actor,
    statement: str,
    now: datetime,
) -> Nominated:
    if any(
        same_person(nomination.nominator, actor.id) and not nomination.withdrawn
        for nomination in transaction.nominations_of(path.id)
    ):
        what = f"nominated by {actor} already, as {path.ref}"
        raise ConflictError(path.subject, what)
    return _add_nomination(context, transaction, path, actor, statement, now, supporting=True)


def _add_nomination(
    context: Context,
    transaction: AwardTransaction,
    path: Path,
    actor: Actor,
    statement: str,
    now: datetime,
    *,
    supporting: bool,
) -> Nominated:
    complete = bool(statement.strip())
    text_id = None
    if complete:
        text_id = _keep_statement(context, transaction, path, actor, statement, now)
    number = transaction.add_nomination(
        path.id,
        event="made",
        source=actor.role,
        nominator=actor.id,
        complete=complete,
        text_id=text_id,
        as_of=context.rulebook.calendar(path.country).local_date(now),
        recorded_at=now,
    )
    if supporting:
        transaction.add_notice(path, f"{path.ref}.nomination.{number}", "nominated", "seller", now)
        if complete and path.state == "nominated":
            _open_review_now(context, transaction, path, now)
    return Nominated(path.ref, number, supporting, str(path.cycle_on))


def _keep_statement(
    context: Context,
    transaction: AwardTransaction,
    path: Path,
    actor: Actor,
    statement: str,
    now: datetime,
) -> int:
    return transaction.add_text(
        subject=path.subject,
        author=actor.id,
        kind="nomination",
        body=statement,
        at=now,
        path_id=path.id,
        keep_until=keep_text_until(context, path),
    )


def _open_review_now(
    context: Context, transaction: AwardTransaction, path: Path, now: datetime
) -> None:
    """Open review the moment a nomination is completed after its window has closed."""
    seen = context.load(transaction, path.ref, now)
    if any(timer.name == "review_opens" for timer in seen.timers):
        return
    guard_context = context.rulebook.guard_context(
        seen, at=now, recorded_at=now, actor=system("review_opens")
    )
    transaction.set_timer(timer_row(guard_context, "review_opens", now + TICK, decides=True))


def complete_nomination(
    context: Context, ref: str, *, actor: Actor, statement: str, key: str | None
) -> None:
    """Complete the actor's own nomination; see ``Programme.complete_nomination``."""

    def record_statement(transaction: AwardTransaction, seen: Snapshot, now: datetime) -> bool:
        complete_in(context, transaction, seen, actor=actor, statement=statement, now=now)
        return True

    request = {"command": "complete_nomination", **actor_fields(actor), "statement": statement}
    context.run_on_path(ref, record_statement, request=request, key=key)


def complete_in(
    context: Context,
    transaction: AwardTransaction,
    seen: Snapshot,
    *,
    actor: Actor,
    statement: str,
    now: datetime,
) -> None:
    """Complete the actor's own nomination within a transaction."""
    own = _find_own(seen, actor, "complete_nomination")
    check_text("nomination", "statement", statement)
    if not statement.strip():
        raise InputError.of("nomination", "statement", "(text)", "a text that is not empty")
    transaction.add_nomination(
        seen.path.id,
        event="completed",
        nomination_id=own.id,
        source=own.source,
        nominator=own.nominator,
        complete=True,
        text_id=_keep_statement(context, transaction, seen.path, actor, statement, now),
        as_of=context.rulebook.calendar(seen.path.country).local_date(now),
        recorded_at=now,
    )
    _open_review_now(context, transaction, seen.path, now)


def withdraw_nomination(
    context: Context, ref: str, *, actor: Actor, key: str | None
) -> dict[str, Any] | None:
    """Withdraw the actor's own nomination; see ``Programme.withdraw_nomination``.

    Returns:
        The move that withdrew the path, where no nomination is left.
    """

    def record_withdrawal(
        transaction: AwardTransaction, seen: Snapshot, now: datetime
    ) -> dict[str, Any]:
        own = _find_own(seen, actor, "withdraw_nomination")
        transaction.add_nomination(
            seen.path.id,
            event="withdrawn",
            nomination_id=own.id,
            source=own.source,
            nominator=own.nominator,
            complete=own.complete,
            as_of=context.rulebook.calendar(seen.path.country).local_date(now),
            recorded_at=now,
        )
        left = context.load(transaction, ref, now)
        if any(not nomination.withdrawn for nomination in left[NOMINATIONS]):
            return {}
        move = fire(
            transaction,
            context.rulebook,
            left,
            "withdraw",
            actor=actor,
            now=now,
            reason="nominators",
        )
        return move_to_json(move)

    request = {"command": "withdraw_nomination", **actor_fields(actor)}
    found: dict[str, Any] = context.run_on_path(ref, record_withdrawal, request=request, key=key)
    return found or None


def _find_own(seen: Snapshot, actor: Actor, action: str) -> Nomination:
    nominators = {nomination.nominator for nomination in seen[NOMINATIONS]}
    path = seen.path
    check_command(action, actor, subject=path.subject, country=path.country, nominators=nominators)
    if seen.path.lifecycle != LIFECYCLE or seen.path.state != "nominated":
        what = f"{seen.path.ref} is {seen.path.state}; a nomination stands once review is open"
        raise ConflictError(seen.path.subject, what)
    for nomination in seen[NOMINATIONS]:
        standing = nomination.nominator == actor.id and not nomination.withdrawn
        if standing and nomination.source == actor.role:
            return nomination
    raise NotAllowedError(actor=str(actor), action=action, rule="only the nominator, their own")
