"""Appeals: persons outside the panel confirm or reverse an automatic decision.

An appeal is filed with the first voice on it. As many voices as the policy asks for grant it, which
reinstates; as many reject it, which closes it.

Source:
    programme.md, "Tenure, renewal, retirement".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from lazsa_flow.award.appeal_days import last_day_of_appeal
from lazsa_flow.award.commands.seats import names_of_person
from lazsa_flow.award.commands.statements import append_statement
from lazsa_flow.award.lifecycles.award_checks import voices_of
from lazsa_flow.award.permissions import check_command
from lazsa_flow.engine.fire import fire
from lazsa_flow.errors import ConflictError, NotAllowedError, RefusedError
from lazsa_flow.lifecycle.ids import fold
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.service.move_json import move_to_json
from lazsa_flow.service.requests import actor_fields

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date, datetime

    from lazsa_flow.award.policy import AwardPolicy
    from lazsa_flow.award.store.transaction import AwardTransaction
    from lazsa_flow.lifecycle.model import Path, Snapshot, Statement
    from lazsa_flow.service.context import Context

APPEALED_STATES: Final = ("declined", "retired", "reconnect")
"""The states in which a decision of the clock can be appealed."""


@dataclass(frozen=True, slots=True)
class Voice:
    """The latest voice of one person on an appeal.

    Attributes:
        person: Their id.
        decision: ``grant`` or ``reject``.
    """

    person: str
    decision: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Appeal:
    """A decision that can be, or was, appealed.

    Attributes:
        path: The path's reference.
        seller: The seller's id.
        country: The country's code.
        state: ``open``, ``granted``, ``rejected``, or ``expired``: its days are over.
        filed: Whether anybody has given their voice.
        reason: The reason code of the decision.
        until: The last day on which it can be granted.
        days_left: Until that day, by the country's calendar; 0 on the day itself, and afterwards.
        grants: How many persons grant it.
        rejections: How many reject it.
        persons: How many decide it, either way.
        voices: What each person said, oldest first; shown to staff alone.
    """

    path: str
    seller: str
    country: str
    state: str
    filed: bool
    reason: str | None
    until: date
    days_left: int
    grants: int
    rejections: int
    persons: int
    voices: tuple[Voice, ...] = ()


def give_voice(
    context: Context, ref: str, *, actor: Actor, grant: bool, key: str | None
) -> dict[str, Any] | None:
    """Record one person's voice on an appeal; the last voice needed reinstates.

    Returns:
        The move that reinstated the path, if this voice sufficed.

    Raises:
        NotAllowedError: The actor is no manager, or is not outside the panel.
        ConflictError: There is nothing to appeal, or the appeal is closed.
        RefusedError: The days of the appeal are over.
    """

    def record_voice(
        transaction: AwardTransaction, seen: Snapshot, now: datetime
    ) -> dict[str, Any]:
        path = seen.path
        check_command("appeal", actor, subject=path.subject, country=path.country)
        inside = find_insiders(transaction, path)
        for name in names_of_person(transaction, actor.id) & inside.keys():
            rule = f"only persons outside the panel; {actor.id} {inside[name]}"
            raise NotAllowedError(actor=str(actor), action="appeal", rule=rule)
        lifecycle = context.rulebook.lifecycle(path.lifecycle)
        edge = lifecycle.edge(path.state, "reinstate", "appeal")
        if path.lifecycle != "award" or edge is None or "appeal" not in path.periods:
            raise ConflictError(path.subject, f"{path.ref} is {path.state}: nothing to appeal")
        _check_open(context, seen, actor, inside, now)
        value = "grant" if grant else "reject"
        earlier = voices_of(path, seen.records)
        said = earlier.get(fold(actor.id))
        if said is not None and said.value == value:
            return {}
        person = Actor(actor.role, actor.id)  # under any of their ids they have one voice
        number = append_statement(
            context, transaction, path.subject, path.country, "appeal", ref, value, person, now
        )
        if not earlier:
            filed = f"{ref}.{path.seq}.appeal_filed.{number}"
            transaction.add_notice(path, filed, "appeal_filed", "team", now)
        return _decide_appeal(context, transaction, ref, number, actor, inside, now)

    request = {"command": "appeal", **actor_fields(actor), "grant": grant}
    found: dict[str, Any] = context.run_on_path(ref, record_voice, request=request, key=key)
    return found or None


def _decide_appeal(
    context: Context,
    transaction: AwardTransaction,
    ref: str,
    number: int,
    actor: Actor,
    inside: Collection[str],
    now: datetime,
) -> dict[str, Any]:
    """Reinstate or close the appeal once enough voices say so."""
    seen = context.load(transaction, ref, now)
    wanted = _persons_needed(context, seen.path)
    if _count_voices(seen, inside, "reject") >= wanted:
        transaction.add_notice(
            seen.path, f"{ref}.appeal.{number}", "appeal_rejected", "seller", now
        )
    if _count_voices(seen, inside, "grant") < wanted:
        return {}
    return move_to_json(
        fire(
            transaction,
            context.rulebook,
            seen,
            "reinstate",
            actor=actor,
            now=now,
            reason="appeal",
        )
    )


def _check_open(
    context: Context, seen: Snapshot, actor: Actor, inside: Collection[str], now: datetime
) -> None:
    """Check that an appeal is still open.

    Raises:
        ConflictError: So many persons have rejected it that it is closed.
        RefusedError: Its days are over.
    """
    path = seen.path
    wanted = _persons_needed(context, path)
    if _count_voices(seen, inside, "reject") >= wanted:
        what = f"the appeal on {path.ref} is closed: {wanted} persons have rejected it"
        raise ConflictError(path.subject, what)
    guard = context.rulebook.lifecycle(path.lifecycle).guards["within_appeal"]
    guard_context = context.rulebook.guard_context(seen, at=now, recorded_at=now, actor=actor)
    if not guard.holds(guard_context):
        verdict = guard.verdict(guard.ask(guard_context), guard_context.policy)
        raise RefusedError(path=path.ref, trigger="reinstate", state=path.state, verdicts=[verdict])


def _persons_needed(context: Context, path: Path) -> int:
    return cast("AwardPolicy", context.rulebook.policy_of(path)).appeal.persons


def _count_voices(seen: Snapshot, inside: Collection[str], value: str) -> int:
    """Count the persons outside the panel whose voice says this on the path's latest appeal."""
    voices = voices_of(seen.path, seen.records)
    return sum(each.value == value for who, each in voices.items() if who not in inside)


def find_insiders(transaction: AwardTransaction, path: Path) -> dict[str, str]:
    """Find everyone who is not outside the panel of a path, in any of its rounds.

    Returns:
        Why, by their folded id: see :func:`lazsa_flow.lifecycle.ids.fold`.
    """
    found: dict[str, str] = {}

    def add_persons(persons: Iterable[str], why: str) -> None:
        named = set(persons)
        held = transaction.current_ids_of(named)
        for person in named:
            found.setdefault(fold(held.get(person, person)), why)

    add_persons([path.subject], "is the seller")
    add_persons(transaction.nominators_of(path.subject), "has nominated the seller")
    add_persons(
        (card.reviewer for card in transaction.panel_cards(path.id)), "has scored or recused"
    )
    for country, cycle_on in transaction.rounds_judged(path.id):
        seats = transaction.seat_history(country, cycle_on)
        add_persons((seat.reviewer for seat in seats), "sat on the panel")
        add_persons((seat.actor.partition(":")[2] for seat in seats), "convened the panel")
    return found


def read_appeal(
    context: Context,
    path: Path,
    records: Iterable[Statement],
    now: datetime,
    *,
    named: bool = False,
) -> Appeal:
    """Return the state of the latest appeal on a path, without the decision's reason code.

    Args:
        context: By whose rules.
        path: The path; it has a decision that can, or could, be appealed.
        records: What is recorded of its seller, the voices among it.
        now: The instant of the question.
        named: Whether the persons who gave their voices are named.
    """
    voices = voices_of(path, records)
    said = [each.value for each in voices.values()]
    grants, rejections = said.count("grant"), said.count("reject")
    persons, until = _persons_needed(context, path), last_day_of_appeal(context, path)
    left = (until - context.rulebook.calendar(path.country).local_date(now)).days
    return Appeal(
        path=path.ref,
        seller=path.subject,
        country=path.country,
        state=_appeal_state(path, rejections >= persons, left < 0),
        filed=bool(voices),
        reason=None,
        until=until,
        days_left=max(0, left),
        grants=grants,
        rejections=rejections,
        persons=persons,
        voices=_list_voices(voices) if named else (),
    )


def _appeal_state(path: Path, rejected: bool, over: bool) -> str:
    if path.periods["appeal"][-1].ended_at is not None:
        return "granted"
    return "rejected" if rejected else "expired" if over else "open"


def _list_voices(voices: Mapping[str, Statement]) -> tuple[Voice, ...]:
    return tuple(
        Voice(each.actor.partition(":")[2], each.value, each.recorded_at)
        for each in sorted(voices.values(), key=lambda each: each.recorded_at)
    )


def appeal_on(context: Context, ref: str, now: datetime, row: Mapping[str, Any]) -> Appeal | None:
    """Return the state of the appeal on a path's latest decision, if it can be appealed.

    Args:
        context: Where and by whose rules.
        ref: The path.
        now: The instant of the question.
        row: The decision's journal row.
    """
    with context.store.begin(write=False) as transaction:
        seen = context.load(transaction, ref, now)
    if not has_appeal(seen.path):
        return None
    found = read_appeal(context, seen.path, seen.records, now)
    return None if found.state == "granted" and row["trigger"] != "reinstate" else found


def has_appeal(path: Path) -> bool:
    """Return whether an award path has a decision that can, or could, be appealed."""
    return path.lifecycle == "award" and bool(path.periods.get("appeal"))


def has_open_appeal(context: Context, seen: Snapshot, now: datetime) -> bool:
    """Return whether an appeal on a path was filed and is not decided yet."""
    if not has_appeal(seen.path):
        return False
    appeal = read_appeal(context, seen.path, seen.records, now)
    return appeal.filed and appeal.state == "open"
