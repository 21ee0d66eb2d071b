"""How are cases, Reconnect's steps and appeals recorded?

Each is a dated statement about a seller, appended and never changed.

Source:
    programme.md, "Tenure, renewal, retirement" and "Reconnect".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from lazsa_flow.commands.context import Context, actor_fields, move_fields, once
from lazsa_flow.domain.model import Record
from lazsa_flow.engine.fire import fire
from lazsa_flow.errors import ConflictError, InputError, NotAllowedError, NotFoundError

if TYPE_CHECKING:
    from datetime import datetime

    from lazsa_flow.domain.model import Actor, Evidence
    from lazsa_flow.domain.policy import AwardPolicy
    from lazsa_flow.store.transaction import SqlTransaction


def case(
    context: Context, seller: str, case_id: str, value: str, *, actor: Actor, key: str | None
) -> None:
    """Open or close a compliance case on a seller.

    Args:
        context: Where and by whose rules.
        seller: On whom.
        case_id: The case's id.
        value: ``open`` or ``closed``.
        actor: Compliance.
        key: The idempotency key.
    """
    if actor.role != "compliance":
        raise NotAllowedError(actor=str(actor), action=f"case {value}", rule="only compliance")
    if not case_id:
        raise InputError.of("case", "id", case_id, "an id that is not empty")

    def run(transaction: SqlTransaction, country: str, now: datetime) -> bool:
        stands = [
            record.value
            for record in transaction.records_of(seller)
            if record.kind == "case" and record.name == case_id
        ]
        if (stands[-1:] == ["open"]) == (value == "open"):
            raise ConflictError(seller, f"case {case_id} is {'open' if stands else 'not open'}")
        _append(context, transaction, seller, country, "case", case_id, value, actor, now)
        return True

    request = {"command": "case", "case": case_id, "value": value}
    _on_seller(context, seller, run, request=request, actor=actor, key=key)


def step(
    context: Context, seller: str, name: str, *, actor: Actor, key: str | None
) -> dict[str, Any] | None:
    """Record a step towards Reconnect; the last one adds the member.

    Returns:
        The move into Reconnect, where the step was the team's, the last.
    """
    policy = context.rulebook.policy_at("award", context.clock.now())
    rules = cast("AwardPolicy", policy).reconnect
    if name == rules.join_step:
        return _join(context, seller, actor=actor, key=key)
    if name not in rules.steps:
        expected = f"one of {', '.join((*rules.steps, rules.join_step))}"
        raise InputError.of("reconnect", "step", name, expected)
    if not (actor.role == "seller" and actor.id == seller) and actor.role != "team":
        rule = "only the seller themselves or the local team"
        raise NotAllowedError(actor=str(actor), action=f"step {name}", rule=rule)

    def run(transaction: SqlTransaction, country: str, now: datetime) -> bool:
        if actor.role == "team" and actor.country != country:
            rule = "only the local team"
            raise NotAllowedError(actor=str(actor), action=f"step {name}", rule=rule)
        done = any(
            record.kind == "step" and record.name == name
            for record in transaction.records_of(seller)
        )
        if not done:  # each step is idempotent
            _append(context, transaction, seller, country, "step", name, "done", actor, now)
        return True

    _on_seller(
        context, seller, run, request={"command": "step", "step": name}, actor=actor, key=key
    )
    return None


def _join(context: Context, seller: str, *, actor: Actor, key: str | None) -> dict[str, Any]:
    with context.store.begin(write=False) as transaction:
        paths = [path for path in transaction.paths_of(seller) if path.lifecycle == "award"]
    joining = [path for path in paths if path.state in ("retired", "removed")]
    members = [path for path in paths if path.state == "reconnect"]
    if not joining and not members:
        raise ConflictError(seller, "no award path that has ended in retirement")
    path = (joining or members)[-1]
    trigger = "rejoin" if path.state == "removed" else "join_reconnect"

    def run(transaction: SqlTransaction, seen: Evidence, now: datetime) -> dict[str, Any]:
        return move_fields(fire(transaction, context.rulebook, seen, trigger, actor=actor, now=now))

    request = {"command": "join", **actor_fields(actor)}
    found: dict[str, Any] = context.on_path(path.ref, run, request=request, key=key)
    return found


def appeal(
    context: Context, ref: str, *, actor: Actor, grant: bool, key: str | None
) -> dict[str, Any] | None:
    """Record one person's word on an appeal; the word that suffices reinstates.

    Returns:
        The move that reinstated the path, if this word sufficed.
    """
    if actor.role != "manager":
        rule = "only managers outside the panel"
        raise NotAllowedError(actor=str(actor), action="appeal", rule=rule)

    def run(transaction: SqlTransaction, seen: Evidence, now: datetime) -> dict[str, Any]:
        if actor.id in seen.tally.panel:
            rule = "only persons outside the panel"
            raise NotAllowedError(actor=str(actor), action="appeal", rule=rule)
        path = seen.path
        value = "grant" if grant else "reject"
        _append(context, transaction, path.subject, path.country, "appeal", ref, value, actor, now)
        now_seen = context.load(transaction, ref, now)
        lifecycle = context.rulebook.lifecycle(path.lifecycle)
        situation = context.rulebook.situation(now_seen, at=now, recorded_at=now, actor=actor)
        if not lifecycle.guards["appeal_granted"].check(situation).held:
            return {}
        move = fire(
            transaction,
            context.rulebook,
            now_seen,
            "reinstate",
            actor=actor,
            now=now,
            reason="appeal",
        )
        return move_fields(move)

    request = {"command": "appeal", **actor_fields(actor), "grant": grant}
    found: dict[str, Any] = context.on_path(ref, run, request=request, key=key)
    return found or None


def _on_seller(
    context: Context,
    seller: str,
    run: Any,
    *,
    request: dict[str, Any],
    actor: Actor,
    key: str | None,
) -> None:
    now = context.clock.now()
    with context.store.begin() as transaction:
        country = transaction.country_of(seller)
        if country is None:
            raise NotFoundError("seller", seller)
        full = {**request, "seller": seller, **actor_fields(actor)}
        once(transaction, key, full, now, lambda: run(transaction, country, now))


def _append(
    context: Context,
    transaction: SqlTransaction,
    seller: str,
    country: str,
    kind: str,
    name: str,
    value: str,
    actor: Actor,
    now: datetime,
) -> None:
    transaction.add_record(
        seller,
        Record(
            kind=kind,
            name=name,
            value=value,
            reason=None,
            actor=str(actor),
            as_of=context.rulebook.calendar(country).local_date(now),
            recorded_at=now,
        ),
    )
