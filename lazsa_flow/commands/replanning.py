"""What happens when a cycle is suspended, a seller moves, or a policy is released?

Each is one transaction: the rule changes, and every pending timer under it is planned anew. A
preview is the same transaction, undone.

Source:
    programme.md, "Who and where" and "Versions and data".
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from lazsa_flow.commands.context import Context, actor_fields
from lazsa_flow.commands.rights import check_command
from lazsa_flow.config import check_policy
from lazsa_flow.domain.cycles import instant_text, parse_instant
from lazsa_flow.engine import sweep as sweeping
from lazsa_flow.engine.replan import replan
from lazsa_flow.engine.rules import Release
from lazsa_flow.errors import ConfigError, ConflictError, InputError, NotFoundError, Problem, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, datetime

    from lazsa_flow.domain.model import Actor, Path
    from lazsa_flow.domain.policy import Policy, PolicyText
    from lazsa_flow.engine.ports import Change
    from lazsa_flow.engine.rules import Rulebook
    from lazsa_flow.store.transaction import SqlTransaction

_CHUNK = 1000
_INSTANTS = ("was", "will_be")


@dataclass(frozen=True, slots=True)
class Planned:
    """One timer that a change of rules moves.

    Attributes:
        was: Its instant before, ``None`` where it is new.
        will_be: Its instant from now on, ``None`` where it falls away.
    """

    path: str
    seller: str
    timer: str
    was: datetime | None
    will_be: datetime | None


@dataclass(frozen=True, slots=True)
class Preview:
    """Who would be affected by a policy, and how.

    Attributes:
        changed: Each key whose value differs from the version now in force: old and new.
        cycles: The cycle dates not yet opened, per country, from which it would govern.
        timers: Every pending timer that would move.
        paths: The open paths in those cycles, whose next decision it would govern.
    """

    changed: dict[str, tuple[str, str]]
    cycles: dict[str, date]
    timers: tuple[Planned, ...]
    paths: tuple[str, ...]


class _UndoneError(Exception):
    """Raised to roll a preview back."""


def move_country(
    context: Context, seller: str, country: str, *, actor: Actor, key: str | None
) -> list[Planned]:
    """Move a seller to another country: team, title, zone and future instants; never the anchor."""
    context.country(country)
    now = context.clock.now()
    with context.store.begin(write=False) as transaction:
        paths = transaction.paths_of(seller)
    for path in paths:
        context.settle(path.id, now)
    request = {"command": "move_country", "seller": seller, "country": country}

    def run(transaction: SqlTransaction) -> list[dict[str, Any]]:
        if transaction.country_of(seller) is None:
            raise NotFoundError("seller", seller)
        check_command("move_country", actor, subject=seller)
        calendar = context.rulebook.calendar(country)

        def moved(path: Path) -> Path:
            cycle_on = path.cycle_on
            if cycle_on is not None and cycle_on > calendar.local_date(now):
                cycle_on = calendar.held_from(cycle_on)
            return replace(path, country=country, cycle_on=cycle_on)

        ids = [path.id for path in transaction.paths_of(seller)]
        planned = _replan(transaction, context.rulebook, ids, moved, actor, now, "moved_country")
        return [_planned_fields(each) for each in planned]

    found = context.once(key, {**request, **actor_fields(actor)}, now, run)
    # a key of the first release remembers only that the seller has moved
    return [_planned_of(fields) for fields in found] if isinstance(found, list) else []


def suspend_cycle(
    context: Context, country: str, cycle_on: date, *, actor: Actor, key: str | None
) -> list[Planned]:
    """Suspend a cycle to come: nominees carry over, renewals run to the next cycle held."""
    calendar = context.rulebook.calendar(country)
    now = context.clock.now()
    if not calendar.is_cycle(cycle_on) or calendar.start(cycle_on).at <= now:
        expected = "a cycle date of the country that is still to come"
        raise InputError.of("suspension", "cycle_on", str(cycle_on), expected)
    check_command("suspend_cycle", actor, country=country)
    sweeping.sweep(context.store, context.rulebook, now)
    after = context.rulebook.suspending(country, cycle_on)
    later = after.calendar(country).next_held(cycle_on)

    def carried(path: Path) -> Path:
        return replace(path, cycle_on=later) if path.cycle_on == cycle_on else path

    def run(transaction: SqlTransaction) -> list[dict[str, Any]]:
        if cycle_on in calendar.suspended:
            raise ConflictError(country, f"the cycle of {cycle_on} is suspended already")
        transaction.suspend(country, cycle_on, str(actor), now)
        ids = [path.id for path in transaction.open_in("award", country)]
        planned = _replan(transaction, after, ids, carried, actor, now, "suspended")
        return [_planned_fields(each) for each in planned]

    request = {"command": "suspend_cycle", "country": country, "cycle_on": str(cycle_on)}
    found = context.once(key, {**request, **actor_fields(actor)}, now, run)
    return [_planned_of(fields) for fields in found]


def release_policy(
    context: Context, text: PolicyText, *, actor: Actor, key: str | None
) -> list[Planned]:
    """Store a policy version, in force from now, and plan anew what has not opened yet."""
    check_command("release_policy", actor)
    policy, after, now = _released(context, text)
    sweeping.sweep(context.store, context.rulebook, now)

    def run(transaction: SqlTransaction) -> list[dict[str, Any]]:
        _check_new(context, text)
        transaction.add_policy(text, in_force_from=now, at=now)
        planned = _replan_all(transaction, after, policy.lifecycle, actor, now)
        return [_planned_fields(each) for each in planned]

    request = {"command": "release_policy", "sha256": text.sha256}
    found = context.once(key, {**request, **actor_fields(actor)}, now, run)
    return [_planned_of(fields) for fields in found]


def preview_policy(context: Context, text: PolicyText, *, actor: Actor) -> Preview:
    """Tell whom a policy would affect, and how, changing nothing."""
    check_command("release_policy", actor)
    _check_new(context, text)
    policy, after, now = _released(context, text)
    before = context.rulebook.policy_at(policy.lifecycle, now)
    planned: list[Planned] = []
    governed: list[str] = []
    try:
        with context.store.begin() as transaction:
            planned.extend(_replan_all(transaction, after, policy.lifecycle, actor, now))
            for path in transaction.open_in(policy.lifecycle, None):
                if after.policy_of(path).version == policy.version:
                    governed.append(path.ref)
            raise _UndoneError
    except _UndoneError:
        pass
    cycles = {}
    for code in after.countries:
        calendar = after.calendar(code)
        opened = calendar.latest(calendar.local_date(now))
        cycles[code] = calendar.following(calendar.following(opened))
    old, new = _flat(before.model_dump(mode="json")), _flat(policy.model_dump(mode="json"))
    changed = {
        name: (str(old.get(name)), str(new.get(name)))
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    }
    return Preview(changed, cycles, tuple(planned), tuple(governed))


def _released(context: Context, text: PolicyText) -> tuple[Policy, Rulebook, datetime]:
    rulebook, now = context.rulebook, context.clock.now()
    policy = check_policy(text, rulebook.lifecycles)
    if policy.lifecycle != text.lifecycle:
        where = f"{text.lifecycle}/{text.version}"
        raise ConfigError([Problem(where, "lifecycle", shown(policy.lifecycle), text.lifecycle)])
    return policy, rulebook.releasing(Release(policy, now)), now


def _check_new(context: Context, text: PolicyText) -> None:
    """Let a version pass that was never released.

    Raises:
        ConflictError: It was.
    """
    try:
        context.rulebook.policy_version(text.lifecycle, text.version)
    except NotFoundError:
        return
    what = f"policy {text.lifecycle}/{text.version} is released and never changes"
    raise ConflictError(text.lifecycle, what)


def _replan_all(
    transaction: SqlTransaction, after: Rulebook, lifecycle: str, actor: Actor, now: datetime
) -> Iterator[Planned]:
    ids = [path.id for path in transaction.open_in(lifecycle, None)]
    return _replan(transaction, after, ids, lambda path: path, actor, now, "policy_released")


def _replan(
    transaction: SqlTransaction,
    rulebook: Rulebook,
    ids: Iterable[int],
    become: Any,
    actor: Actor,
    now: datetime,
    reason: str,
) -> Iterator[Planned]:
    remaining = iter(ids)
    while batch := list(islice(remaining, _CHUNK)):
        changes: list[Change] = []
        for seen in transaction.load_chunk(batch, before=None, on=now.date()):
            change = replan(rulebook, seen, become(seen.path), actor=actor, now=now, reason=reason)
            if change is not None:
                changes.append(change)
        transaction.write_chunk(changes)
        for change in changes:
            yield from _planned(change)


def _planned(change: Change) -> Iterator[Planned]:
    was = {timer.name: timer.due_at for timer in change.cancelled}
    will_be = {timer.name: timer.due_at for timer in change.scheduled}
    for name in sorted({*was, *will_be}):
        yield Planned(
            change.after.ref, change.after.subject, name, was.get(name), will_be.get(name)
        )


def _planned_fields(planned: Planned) -> dict[str, Any]:
    """Return a planned timer as JSON values."""
    fields = asdict(planned)
    instants = {name: at and instant_text(at) for name, at in fields.items() if name in _INSTANTS}
    return {**fields, **instants}


def _planned_of(fields: dict[str, Any]) -> Planned:
    """Read a planned timer from its JSON values."""
    instants = {name: fields[name] and parse_instant(fields[name]) for name in _INSTANTS}
    return Planned(**{**fields, **instants})


def _flat(value: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, each in value.items():
        if isinstance(each, dict):
            flat |= _flat(each, f"{prefix}{name}.")
        else:
            flat[prefix + name] = each
    return flat
