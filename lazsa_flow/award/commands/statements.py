"""Statements about a seller: cases, steps and consents.

Each is a dated statement about a seller, appended and never changed.

Source:
    programme.md, "Tenure, renewal, retirement", "Reconnect" and "Perks".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from lazsa_flow.award.permissions import check_command
from lazsa_flow.engine.fire import fire
from lazsa_flow.engine.rulebook import clock_actor
from lazsa_flow.errors import ConflictError, InputError, no_seller
from lazsa_flow.lifecycle.model import Statement
from lazsa_flow.service.move_json import move_to_json
from lazsa_flow.service.requests import actor_fields

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from lazsa_flow.award.policy import AwardPolicy
    from lazsa_flow.award.store.transaction import AwardTransaction
    from lazsa_flow.lifecycle.model import Actor, Snapshot
    from lazsa_flow.service.context import Context


def set_case(
    context: Context, seller: str, case_id: str, value: str, *, actor: Actor, key: str | None
) -> None:
    """Open or close a compliance case on a seller.

    Args:
        context: Where and by whose rules.
        seller: The seller that the case is about.
        case_id: The case's id.
        value: ``open`` or ``closed``.
        actor: Compliance.
        key: The idempotency key.
    """
    if not case_id:
        raise InputError.of("case", "id", case_id, "an id that is not empty")

    def check_case(transaction: AwardTransaction) -> None:
        states = [
            record.value
            for record in transaction.records_of(seller)
            if record.kind == "case" and record.name == case_id
        ]
        if (states[-1:] == ["open"]) == (value == "open"):
            state = "open" if value == "open" else "not open"
            raise ConflictError(seller, f"case {case_id} is {state}")

    command = "open_case" if value == "open" else "close_case"
    record_statement(
        context, seller, command, "case", case_id, value, actor=actor, key=key, check=check_case
    )


def record_reconnect_step(
    context: Context, seller: str, name: str, *, actor: Actor, key: str | None
) -> dict[str, Any] | None:
    """Record a step towards Reconnect; the last one adds the member.

    Returns:
        The move into Reconnect, where the step was the team's, the last.
    """
    policy = context.rulebook.policy_at("award", context.clock.now())
    rules = cast("AwardPolicy", policy).reconnect
    if name == rules.join_step:
        return _join_reconnect(context, seller, actor=actor, key=key)
    if name not in rules.steps:
        expected = f"one of {', '.join((*rules.steps, rules.join_step))}"
        raise InputError.of("reconnect", "step", name, expected)

    def tell_team(transaction: AwardTransaction, number: int, now: datetime) -> None:
        _tell_ready(context, transaction, seller, number, now)

    record_statement(
        context,
        seller,
        "reconnect_step",
        "step",
        name,
        "done",
        actor=actor,
        key=key,
        then=tell_team,
    )
    return None


def _tell_ready(
    context: Context, transaction: AwardTransaction, seller: str, number: int, now: datetime
) -> None:
    """Notify the team of a former ambassador that it can add, once the last step is recorded."""
    awarded = [path for path in transaction.paths_of(seller, "award") if "award" in path.periods]
    latest = awarded[-1] if awarded else None  # a later candidacy does not close the door
    if latest is None or latest.state not in ("retired", "removed"):
        return
    on = context.rulebook.calendar(latest.country).local_date(now)
    [seen] = transaction.load_chunk([latest.id], before=None, on=on)
    guard_context = context.rulebook.guard_context(
        seen, at=now, recorded_at=now, actor=clock_actor("steps")
    )
    if context.rulebook.lifecycle("award").guards["reconnect_ready"].holds(guard_context):
        key = f"{latest.ref}.steps.{number}"
        transaction.add_notice(latest, key, "reconnect_ready", "team", now)


def _join_reconnect(
    context: Context, seller: str, *, actor: Actor, key: str | None
) -> dict[str, Any]:
    with context.store.begin(write=False) as transaction:
        paths = transaction.paths_of(seller, "award")
        if not paths and transaction.country_of(seller) is None:
            raise no_seller(seller)
    ended = [path for path in paths if path.state in ("retired", "removed", "reconnect")]
    if not ended:
        raise ConflictError(seller, "no award path that has ended in retirement")
    path = ended[-1]
    trigger = "rejoin" if path.state == "removed" else "join_reconnect"

    def fire_join(transaction: AwardTransaction, seen: Snapshot, now: datetime) -> dict[str, Any]:
        return move_to_json(
            fire(transaction, context.rulebook, seen, trigger, actor=actor, now=now)
        )

    request = {"command": "join", **actor_fields(actor)}
    found: dict[str, Any] = context.run_on_path(path.ref, fire_join, request=request, key=key)
    return found


def record_statement(
    context: Context,
    seller: str,
    command: str,
    kind: str,
    name: str,
    value: str,
    *,
    actor: Actor,
    key: str | None,
    reason: str | None = None,
    check: Callable[[AwardTransaction], None] = lambda transaction: None,
    then: Callable[[AwardTransaction, int, datetime], None] = lambda transaction, number, now: None,
) -> None:
    """Record a statement about a seller, unless the latest one says the same.

    Args:
        context: Where and by whose rules.
        seller: The seller that the statement is about.
        command: The administrative command, whose right is asked for.
        kind: The record's kind.
        name: Which one of the kind.
        value: What is said.
        actor: Who says it.
        key: The idempotency key.
        reason: A reason code.
        check: Raises if it contradicts what is recorded.
        then: Called with the number of the record, where one was appended.

    Raises:
        NotFoundError: The seller is not known.
        NotAllowedError: The actor may not.
    """
    now = context.clock.now()

    def append_new(transaction: AwardTransaction) -> bool:
        country = transaction.country_of(seller)
        if country is None:
            raise no_seller(seller)
        check_command(command, actor, subject=seller, country=country)
        check(transaction)
        if _latest_value(transaction, seller, kind, name) != value:
            number = append_statement(
                context, transaction, seller, country, kind, name, value, actor, now, reason
            )
            then(transaction, number, now)
        return True

    request = {"command": command, "seller": seller, "name": name, "value": value}
    context.run_idempotent(key, {**request, **actor_fields(actor)}, now, append_new)


def _latest_value(transaction: AwardTransaction, seller: str, kind: str, name: str) -> str | None:
    """Return the latest value recorded of a seller under a kind and name, if there is one."""
    records = transaction.records_of(seller)
    said = [each.value for each in records if (each.kind, each.name) == (kind, name)]
    return said[-1] if said else None


def append_statement(
    context: Context,
    transaction: AwardTransaction,
    subject: str,
    country: str,
    kind: str,
    name: str,
    value: str,
    actor: Actor,
    now: datetime,
    reason: str | None = None,
) -> int:
    """Append a statement, dated today in a country; return its number."""
    return transaction.add_record(
        subject,
        Statement(
            kind=kind,
            name=name,
            value=value,
            reason=reason,
            actor=str(actor),
            as_of=context.rulebook.calendar(country).local_date(now),
            recorded_at=now,
        ),
    )
