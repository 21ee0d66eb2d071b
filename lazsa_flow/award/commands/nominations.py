"""Nominations: made, supported, completed and withdrawn.

Source:
    programme.md, "Nomination and the award cycle".
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from lazsa_flow.award.commands.nomination_group import (
    Nominated,
    NominationGroup,
    open_review_now,
)
from lazsa_flow.award.evidence import NOMINATIONS
from lazsa_flow.award.permissions import check_command
from lazsa_flow.award.retention import keep_text_until
from lazsa_flow.award.rules.perks import LIFECYCLE
from lazsa_flow.engine.fire import fire
from lazsa_flow.errors import ConflictError, InputError, NotAllowedError
from lazsa_flow.service.move_json import move_to_json
from lazsa_flow.service.requests import actor_fields, check_text
from lazsa_flow.service.subject_commands import run_on_subjects

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from lazsa_flow.award.rules.facts import Nomination
    from lazsa_flow.award.store.transaction import AwardTransaction
    from lazsa_flow.lifecycle.model import Actor, Path, Snapshot
    from lazsa_flow.service.context import Context
    from lazsa_flow.store.subject_prefetch import SubjectSeen


def nominate_seller(
    context: Context, seller: str, *, actor: Actor, statement: str, key: str | None
) -> Nominated:
    """Nominate a seller; see :meth:`lazsa_flow.award.programme.Programme.nominate`."""
    persons = [seller, actor.id] if actor.role == "ambassador" else [seller]

    def record_nomination(
        transaction: AwardTransaction, seen: Mapping[str, SubjectSeen], now: datetime
    ) -> dict[str, Any]:
        group = NominationGroup(context, transaction, [seller], seen, now)
        group.add(seller, actor, statement)
        [nominated] = group.write()
        return asdict(nominated)

    request = {"command": "nominate", "seller": seller, **actor_fields(actor)}
    found = run_on_subjects(
        context,
        persons,
        LIFECYCLE,
        record_nomination,
        request={**request, "statement": statement},
        key=key,
    )
    return Nominated(**found)


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
    open_review_now(context, transaction, seen.path, now)


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
