"""How is a seller nominated, and how is a nomination taken back?

Source:
    programme.md, "Nomination and the award cycle".
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, cast

from lazsa_flow.commands.context import Context, actor_fields, check_text, move_fields
from lazsa_flow.commands.rights import check_command
from lazsa_flow.domain.cycles import TICK
from lazsa_flow.domain.ids import same_person
from lazsa_flow.engine.draft import timer_row
from lazsa_flow.engine.fire import fire, load_one, open_path
from lazsa_flow.engine.rules import system
from lazsa_flow.errors import ConflictError, InputError, NotAllowedError, NotFoundError

if TYPE_CHECKING:
    from datetime import date, datetime

    from lazsa_flow.domain.model import Actor, Evidence, Nomination, Path, Record
    from lazsa_flow.domain.policy import AwardPolicy
    from lazsa_flow.store.transaction import SqlTransaction

LIFECYCLE = "award"


@dataclass(frozen=True, slots=True)
class Nominated:
    """What a nomination led to.

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


def nominate(
    context: Context, seller: str, *, actor: Actor, statement: str, key: str | None
) -> Nominated:
    """Nominate a seller; see :meth:`lazsa_flow.programme.Programme.nominate`."""
    now = context.clock.now()
    with context.store.begin(write=False) as transaction:
        standing = _open(context, transaction, seller)

    def run(transaction: SqlTransaction) -> dict[str, Any]:
        return asdict(
            nominate_in(context, transaction, seller, actor=actor, statement=statement, now=now)
        )

    request = {"command": "nominate", "seller": seller, **actor_fields(actor)}
    with context.settled([] if standing is None else [standing.id]):
        found = context.once(key, {**request, "statement": statement}, now, run)
    return Nominated(**found)


def nominate_in(
    context: Context,
    transaction: SqlTransaction,
    seller: str,
    *,
    actor: Actor,
    statement: str,
    now: datetime,
) -> Nominated:
    """Nominate a seller within a transaction, all overdue timers of theirs having fired."""
    check_text("nomination", "statement", statement)
    country = transaction.country_of(seller)
    if country is None:
        raise NotFoundError("seller", seller)
    check_command("nominate", actor, subject=seller, country=country)
    if actor.role == "ambassador" and not _sits(transaction.paths_of(actor.id), now):
        raise NotAllowedError(actor=str(actor), action="nominate", rule="only sitting ambassadors")
    standing = _open(context, transaction, seller)
    if standing is not None:
        context.check_settled(transaction, [standing.id], now)
    if standing is not None and standing.state == "nominated":
        return _support(context, transaction, standing, actor, statement, now)
    if standing is not None and standing.state == "under_review":
        calendar = context.rulebook.calendar(standing.country)
        until = calendar.start(standing.cycle_on).at if standing.cycle_on else None
        what = f"{standing.ref} is under review for {standing.cycle_on}"
        raise ConflictError(seller, what, until)
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
    return _add(context, transaction, path, actor, statement, now, supporting=False)


def surviving_bars(context: Context, transaction: SqlTransaction, seller: str) -> list[Record]:
    """Return the conduct bar that has survived an erasure of this seller, if there is one."""
    if context.secret is None:
        return []
    return transaction.conduct_bars_of(context.fingerprint(seller))


def open_cycle(context: Context, country: str, now: datetime) -> date:
    """Return the cycle whose nomination window is open, by each cycle's own policy."""

    def closes_days(cycle_on: date) -> int:
        policy = context.rulebook.policy_of_cycle(LIFECYCLE, country, cycle_on)
        return cast("AwardPolicy", policy).nomination.closes_days

    return context.rulebook.calendar(country).nominated_for(now, closes_days)


def _open(context: Context, transaction: SqlTransaction, seller: str) -> Path | None:
    standing = transaction.open_paths(LIFECYCLE, [seller])
    if seller not in standing:
        return None
    return load_one(transaction, standing[seller], context.clock.now().date()).path


def _sits(paths: list[Path], now: datetime) -> bool:
    return any(path.span("award", now) for path in paths)


def _support(
    context: Context,
    transaction: SqlTransaction,
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
    return _add(context, transaction, path, actor, statement, now, supporting=True)


def _add(
    context: Context,
    transaction: SqlTransaction,
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
        text_id = _keep(context, transaction, path, actor, statement, now)
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
        if complete:
            _open_review_now(context, transaction, path, now)
    return Nominated(path.ref, number, supporting, str(path.cycle_on))


def _keep(
    context: Context,
    transaction: SqlTransaction,
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
        keep_until=context.keep_text_until(path),
    )


def _open_review_now(
    context: Context, transaction: SqlTransaction, path: Path, now: datetime
) -> None:
    """Open review the moment a nomination is completed after its window has closed."""
    seen = context.load(transaction, path.ref, now)
    if any(timer.name == "review_opens" for timer in seen.timers):
        return
    situation = context.rulebook.situation(
        seen, at=now, recorded_at=now, actor=system("review_opens")
    )
    transaction.set_timer(timer_row(situation, "review_opens", now + TICK, decides=True))


def complete(context: Context, ref: str, *, actor: Actor, statement: str, key: str | None) -> None:
    """Complete the actor's own nomination; see ``Programme.complete_nomination``."""

    def run(transaction: SqlTransaction, seen: Evidence, now: datetime) -> bool:
        own = _own(seen, actor, "complete_nomination")
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
            text_id=_keep(context, transaction, seen.path, actor, statement, now),
            as_of=context.rulebook.calendar(seen.path.country).local_date(now),
            recorded_at=now,
        )
        _open_review_now(context, transaction, seen.path, now)
        return True

    request = {"command": "complete_nomination", **actor_fields(actor), "statement": statement}
    context.on_path(ref, run, request=request, key=key)


def withdraw(context: Context, ref: str, *, actor: Actor, key: str | None) -> dict[str, Any] | None:
    """Withdraw the actor's own nomination; see ``Programme.withdraw_nomination``.

    Returns:
        The move that withdrew the path, where no nomination is left.
    """

    def run(transaction: SqlTransaction, seen: Evidence, now: datetime) -> dict[str, Any]:
        own = _own(seen, actor, "withdraw_nomination")
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
        if any(not nomination.withdrawn for nomination in left.nominations):
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
        return move_fields(move)

    request = {"command": "withdraw_nomination", **actor_fields(actor)}
    found: dict[str, Any] = context.on_path(ref, run, request=request, key=key)
    return found or None


def _own(seen: Evidence, actor: Actor, action: str) -> Nomination:
    nominators = {nomination.nominator for nomination in seen.nominations}
    path = seen.path
    check_command(action, actor, subject=path.subject, country=path.country, nominators=nominators)
    if seen.path.state != "nominated":
        what = f"{seen.path.ref} is {seen.path.state}; a nomination stands once review is open"
        raise ConflictError(seen.path.subject, what)
    for nomination in seen.nominations:
        standing = nomination.nominator == actor.id and not nomination.withdrawn
        if standing and nomination.source == actor.role:
            return nomination
    raise NotAllowedError(actor=str(actor), action=action, rule="only the nominator, their own")
