"""Erasure and purge: how personal data is deleted.

Free text and contact data are stored in one table. An erasure deletes everything there that a
seller is the subject or the author of; a purge deletes what has been kept long enough. The journal
holds only ids and reason codes, and is kept. A keyed hash of each erased id is kept as well (see
:mod:`.erased_persons`).

Source:
    programme.md, "Versions and data".
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, cast

from lazsa_flow.award.commands.appeals import has_open_appeal
from lazsa_flow.award.commands.erased_persons import Erasures
from lazsa_flow.award.permissions import check_command
from lazsa_flow.engine.fire import fire
from lazsa_flow.errors import ConflictError, NotFoundError
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.service.requests import actor_fields

if TYPE_CHECKING:
    from datetime import datetime

    from lazsa_flow.award.lifecycles.entry import EntryPolicy
    from lazsa_flow.award.store.transaction import AwardTransaction
    from lazsa_flow.lifecycle.model import Snapshot
    from lazsa_flow.service.context import Context


def erase_person(context: Context, seller: str, *, actor: Actor, key: str | None) -> int:
    """Delete a seller's personal data; see :meth:`lazsa_flow.award.programme.Programme.erase`.

    Returns:
        How many texts were deleted.
    """
    now = context.clock.now()
    with context.store.begin(write=False) as transaction:
        paths = transaction.paths_of(seller)

    def delete_data(transaction: AwardTransaction) -> int:
        paths = transaction.paths_of(seller)
        country = transaction.home_of(seller)
        check_command("erase", actor, subject=seller, country=country)
        erasures = Erasures(context, transaction)
        known = bool(paths) or transaction.knows_person(seller) or erasures.among([seller])
        if not known:
            raise NotFoundError("person", seller)
        context.check_settled(transaction, [path.id for path in paths], now)
        for path in paths:
            _check_not_held(context, context.load(transaction, path.ref, now), now)
        for path in paths:
            _end_path(context, transaction, context.load(transaction, path.ref, now), actor, now)
        for name in transaction.names_of(seller):
            _keep_bar(context, transaction, name)
            erasures.add(name, now)
        return transaction.erase_texts(seller)

    request = {"command": "erase", "seller": seller, **actor_fields(actor)}
    with context.fire_overdue([path.id for path in paths]):
        count: int = context.run_idempotent(key, request, now, delete_data)
    context.store.clear_log()
    return count


def readmit_person(context: Context, person: str, *, actor: Actor, key: str | None) -> None:
    """Allow imports again for a person who was erased and has come back.

    Raises:
        NotFoundError: No such person was erased.
    """

    def remove_hashes(transaction: AwardTransaction) -> bool:
        country = transaction.home_of(person)
        check_command("readmit", actor, subject=person, country=country)
        erasures = Erasures(context, transaction)
        erasures.check_keys()
        removed = [erasures.remove(name) for name in transaction.names_of(person)]
        if not any(removed):
            raise NotFoundError("erased person", person)
        return True

    request = {"command": "readmit", "person": person, **actor_fields(actor)}
    context.run_idempotent(key, request, context.clock.now(), remove_hashes)


def _keep_bar(context: Context, transaction: AwardTransaction, seller: str) -> None:
    """Record a conduct bar under a keyed hash, so that it outlives the seller's id."""
    if context.secret is not None:
        fingerprint = context.fingerprint(seller)
        in_force = transaction.conduct_bars_of(fingerprint)
        for record in transaction.records_of(seller):
            if record.reason == "code_of_conduct" and record not in in_force:
                transaction.add_conduct_bar(fingerprint, record)


def _check_not_held(context: Context, seen: Snapshot, now: datetime) -> None:
    """Check that no open case or appeal holds the erasure."""
    lifecycle = context.rulebook.lifecycle(seen.path.lifecycle)
    guard_context = context.rulebook.guard_context(
        seen, at=now, recorded_at=now, actor=_as_seller(seen.path.subject)
    )
    case = lifecycle.guards.get("no_open_case")
    if case is not None and not case.holds(guard_context):
        raise ConflictError(seen.path.subject, "the erasure is held: a compliance case is open")
    if has_open_appeal(context, seen, now):
        raise ConflictError(seen.path.subject, f"the erasure is held: {seen.path.ref} is appealed")


def _end_path(
    context: Context, transaction: AwardTransaction, seen: Snapshot, actor: Actor, now: datetime
) -> None:
    """Retire a sitting ambassador, withdraw a nominee and release a member.

    It happens by the seller's own right, whose data it is; the journal names who asked for it.
    """
    authority = _as_seller(seen.path.subject)
    for trigger, reason in (
        ("retire", "resigned"),
        ("withdraw", "nominee"),
        ("remove", "left"),
        ("release", "own_wish"),
    ):
        lifecycle = context.rulebook.lifecycle(seen.path.lifecycle)
        if lifecycle.edge(seen.path.state, trigger, reason) is not None:
            fire(
                transaction,
                context.rulebook,
                seen,
                trigger,
                actor=actor,
                now=now,
                reason=reason,
                authority=authority,
            )
            return


def _as_seller(seller: str) -> Actor:
    return Actor("seller", seller)


def purge_texts(context: Context, *, actor: Actor) -> int:
    """Delete every text that has been kept long enough; return how many.

    Free text goes 24 months after its round, turnover documents 90 days after the decision.
    """
    check_command("purge", actor)
    now = context.clock.now()

    def delete_texts(transaction: AwardTransaction) -> int:
        deleted = transaction.purge_texts(now.date())
        for path, text_id in transaction.documents():
            lifecycle = context.rulebook.lifecycle(path.lifecycle)
            days = cast("EntryPolicy", context.rulebook.policy_of(path)).documents_days
            decided_on = context.rulebook.calendar(path.country).local_date(path.entered_at)
            over = decided_on + timedelta(days=days) <= now.date()
            if not lifecycle.state(path.state).open and over:
                deleted += transaction.delete_text(text_id)
        return deleted

    count = context.store.transact(delete_texts)
    context.store.clear_log()
    return count
