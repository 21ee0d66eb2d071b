"""Trainers: what prospects have shown, and their invitation.

Source:
    programme.md, "The lifecycles", Trainer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from lazsa_flow.award.commands.statements import append_statement, record_statement
from lazsa_flow.award.permissions import check_command
from lazsa_flow.engine.fire import check_fire, fire
from lazsa_flow.engine.opening import build_unopened_path, open_path
from lazsa_flow.errors import InputError, no_seller
from lazsa_flow.service.move_json import move_to_json
from lazsa_flow.service.requests import actor_fields

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from lazsa_flow.award.lifecycles.trainer import TrainerPolicy
    from lazsa_flow.award.store.transaction import AwardTransaction
    from lazsa_flow.lifecycle.model import Actor
    from lazsa_flow.service.context import Context

LIFECYCLE = "trainer"


def record_shown(
    context: Context, seller: str, what: str, *, actor: Actor, key: str | None
) -> None:
    """Record that an employee has seen a prospect teach or speak."""
    _check_shown(context, [what])
    record_statement(context, seller, "record_shown", "shown", what, "seen", actor=actor, key=key)


def invite_trainer(
    context: Context, seller: str, shown: Sequence[str], *, actor: Actor, key: str | None
) -> dict[str, Any]:
    """Propose a prospect unless that was done before, record what they have shown, and invite them.

    Returns:
        The move into ``invited``.
    """
    _check_shown(context, shown)
    now = context.clock.now()

    def record_invitation(transaction: AwardTransaction) -> dict[str, Any]:
        country = transaction.country_of(seller)
        if country is None:
            raise no_seller(seller)
        check_command("record_shown", actor, subject=seller, country=country)
        for what in shown:
            append_statement(
                context, transaction, seller, country, "shown", what, "seen", actor, now
            )
        standing = transaction.open_paths(LIFECYCLE, [seller]).get(seller)
        if standing is None:
            ref = _propose_prospect(context, transaction, seller, country, actor, now)
        else:
            ref = f"{LIFECYCLE}-{standing}"
        seen = context.load(transaction, ref, now)
        move = fire(transaction, context.rulebook, seen, "invite", actor=actor, now=now)
        return move_to_json(move)

    request = {"command": "invite_trainer", "seller": seller, "shown": list(shown)}
    found: dict[str, Any] = context.run_idempotent(
        key, {**request, **actor_fields(actor)}, now, record_invitation
    )
    return found


def _propose_prospect(
    context: Context,
    transaction: AwardTransaction,
    seller: str,
    country: str,
    actor: Actor,
    now: datetime,
) -> str:
    """Open a trainer path on which an invitation would pass; return its reference."""
    initial = context.rulebook.lifecycle(LIFECYCLE).initial
    proposed = build_unopened_path(LIFECYCLE, seller, country, now, state=initial)
    on = context.rulebook.calendar(country).local_date(now)
    seen = transaction.load_opening(proposed, on=on)
    guard_context = context.rulebook.guard_context(seen, at=now, recorded_at=now, actor=actor)
    check_fire(context.rulebook, guard_context, "invite")
    path, _ = open_path(
        transaction, context.rulebook, LIFECYCLE, seller, country, actor=actor, now=now
    )
    return path.ref


def _check_shown(context: Context, shown: Sequence[str]) -> None:
    """Check that the policy asks for each of these.

    Raises:
        InputError: One of them is not.
    """
    policy = cast("TrainerPolicy", context.rulebook.policy_at(LIFECYCLE, context.clock.now()))
    for what in shown:
        if what not in policy.shown:
            raise InputError.of("trainer", "shown", what, f"one of {', '.join(policy.shown)}")
