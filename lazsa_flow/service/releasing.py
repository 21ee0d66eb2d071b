"""Releases: a policy version or a country's configuration comes into force.

Each is one transaction: the text is stored, and every pending timer under it is re-planned. A
policy governs the cycles that have not opened yet; a country's zone, cycle dates and mailboxes hold
at once. A preview is the same transaction, undone.

Source:
    programme.md, "Who and where" and "Versions and data".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.config import check_policy
from lazsa_flow.engine.rulebook import Release
from lazsa_flow.errors import ConfigError, ConflictError, NotFoundError, Problem, shown
from lazsa_flow.service.configuration import ALWAYS, reread_rulebook
from lazsa_flow.service.replan import planned_fields, planned_of, replan_paths
from lazsa_flow.service.requests import actor_fields
from lazsa_flow.store.released import CountryVersion, in_force

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from lazsa_flow.engine.rulebook import Rulebook
    from lazsa_flow.lifecycle.model import Actor, Path
    from lazsa_flow.lifecycle.policy import CountryText, Policy, PolicyText
    from lazsa_flow.lifecycle.table import Lifecycle
    from lazsa_flow.service.context import Context
    from lazsa_flow.service.replan import Planned
    from lazsa_flow.store.transaction import SqlTransaction

POLICY_RELEASED: Final = "policy_released"
COUNTRY_RELEASED: Final = "country_released"


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


def release_policy(
    context: Context,
    text: PolicyText,
    *,
    actor: Actor,
    key: str | None,
    from_start: bool = False,
) -> list[Planned]:
    """Store a policy version, in force from now, and re-plan what has not opened yet.

    Before the lifecycle has any path it may be in force from the start instead.
    """
    context.check_command("release_policy", actor)
    policy, now = read_policy(context, text), context.clock.now()
    begins = ALWAYS if from_start else now

    def run(transaction: SqlTransaction) -> list[dict[str, Any]]:
        check_new_version(context.rulebook, text)
        if from_start and transaction.has_paths(policy.lifecycle):
            what = "it has paths: a policy can no longer be in force from the start"
            raise ConflictError(policy.lifecycle, what)
        transaction.add_policy(text, in_force_from=begins, at=now, by=str(actor))
        ids = [
            path.id
            for path in _open_paths(transaction, context.rulebook.lifecycle(policy.lifecycle))
        ]
        context.check_settled(transaction, ids, now)
        after = context.rulebook.releasing(Release(policy, begins))
        planned = replan_lifecycle(transaction, after, policy.lifecycle, actor, now)
        return [planned_fields(each) for each in planned]

    request: dict[str, Any] = {"command": "release_policy", "sha256": text.sha256}
    if from_start:
        request["from_start"] = True
    full = {**request, **actor_fields(actor)}
    with context.fire_overdue():
        found = context.run_idempotent(key, full, now, run, changes_rules=True)
    return [planned_of(fields) for fields in found]


def release_country(
    context: Context, text: CountryText, *, actor: Actor, key: str | None
) -> list[Planned]:
    """Store a country's next version, in force at once, and re-plan its timers.

    A candidate whose cycle date the country no longer has, or no longer holds, goes on to the next
    one that it holds, as after a suspension. No timer fires before it: one that is overdue moves
    with its zone, and fires by the country's present version.
    """
    country = text.country
    context.check_command("release_country", actor, country=country.code)
    now = context.clock.now()

    def run(transaction: SqlTransaction) -> list[dict[str, Any]]:
        last = in_force(transaction.country_versions()).get(country.code)
        if last is not None and last.text.sha256 == text.sha256:
            what = f"this text is in force already, as version {last.number}"
            raise ConflictError(country.code, what)
        number = last.number + 1 if last else 1
        transaction.add_country(CountryVersion(text, number, now, now, str(actor)))
        after = reread_rulebook(transaction, context.rulebook)
        calendar = after.calendar(country.code)

        def held(path: Path) -> Path:
            cycle_on = path.cycle_on
            if cycle_on is not None and cycle_on > calendar.local_date(now):
                cycle_on = calendar.held_from(cycle_on)
            return replace(path, cycle_on=cycle_on)

        ids = transaction.timed_paths(country.code)
        planned = replan_paths(
            transaction, after, ids, held, actor, now, COUNTRY_RELEASED, overdue=True
        )
        return [planned_fields(each) for each in planned]

    request = {"command": "release_country", "sha256": text.sha256}
    found = context.run_idempotent(
        key, {**request, **actor_fields(actor)}, now, run, changes_rules=True
    )
    return [planned_of(fields) for fields in found]


def preview_policy(
    context: Context, text: PolicyText, *, actor: Actor, from_start: bool = False
) -> Preview:
    """Return whom a policy would affect, and how, changing nothing."""
    context.check_command("release_policy", actor)
    check_new_version(context.rulebook, text)
    policy, now = read_policy(context, text), context.clock.now()
    after = context.rulebook.releasing(Release(policy, ALWAYS if from_start else now))
    planned: list[Planned] = []
    governed: list[str] = []
    try:
        with context.store.begin() as transaction:
            planned.extend(replan_lifecycle(transaction, after, policy.lifecycle, actor, now))
            governed.extend(
                path.ref
                for path in _open_paths(transaction, context.rulebook.lifecycle(policy.lifecycle))
                if after.policy_of(path).version == policy.version
            )
            raise _UndoneError  # noqa: TRY301 - it rolls the transaction back
    except _UndoneError:
        pass
    changed = _list_changes(context.rulebook, policy, now)
    cycles = _first_cycles(after, now, opened=from_start)
    return Preview(changed, cycles, tuple(planned), tuple(governed))


def read_policy(context: Context, text: PolicyText) -> Policy:
    """Read a policy text into the shape that its lifecycle asks for.

    Raises:
        ConfigError: It does not have that shape, or names another lifecycle or version.
        NotFoundError: There is no such lifecycle.
    """
    policy = check_policy(text, context.rulebook.lifecycles)
    if policy.lifecycle != text.lifecycle:
        where = f"{text.lifecycle}/{text.version}"
        raise ConfigError([Problem(where, "lifecycle", shown(policy.lifecycle), text.lifecycle)])
    return policy


def check_new_version(rulebook: Rulebook, text: PolicyText) -> None:
    """Let a version pass that was never released.

    Raises:
        ConflictError: It was.
    """
    try:
        rulebook.policy_version(text.lifecycle, text.version)
    except NotFoundError:
        return
    what = f"policy {text.lifecycle}/{text.version} is released and never changes"
    raise ConflictError(text.lifecycle, what)


def _open_paths(transaction: SqlTransaction, table: Lifecycle) -> list[Path]:
    """Return the open paths of a lifecycle, oldest first."""
    if table.several_open:  # they hold no place of their subject's
        return transaction.paths_in(table.name, table.open_states)
    return transaction.open_in(table.name, None)


def replan_lifecycle(
    transaction: SqlTransaction, after: Rulebook, lifecycle: str, actor: Actor, now: datetime
) -> Iterator[Planned]:
    """Re-plan the timers of a lifecycle's open paths by a release, and yield each that moves.

    Args:
        transaction: Where.
        after: The rules that hold from now on.
        lifecycle: The lifecycle.
        actor: Who releases.
        now: The present instant.
    """
    ids = [path.id for path in _open_paths(transaction, after.lifecycle(lifecycle))]
    return replan_paths(transaction, after, ids, lambda path: path, actor, now, POLICY_RELEASED)


def _first_cycles(rulebook: Rulebook, now: datetime, *, opened: bool) -> dict[str, date]:
    """Return each country's first cycle date to come whose cycle has opened, or has not yet.

    Countries without cycles are left out.
    """
    cycles = {}
    for code in rulebook.countries:
        calendar = rulebook.calendar(code)
        if not calendar.cycle_days:
            continue
        next_on = calendar.following(calendar.local_date(now))
        cycles[code] = next_on if opened else calendar.following(next_on)
    return cycles


def _list_changes(rulebook: Rulebook, policy: Policy, now: datetime) -> dict[str, tuple[str, str]]:
    """Compare a policy with the one in force, key by key; all of it is new where none is."""
    new = _flatten_keys(policy.model_dump(mode="json"))
    try:
        old = _flatten_keys(rulebook.policy_at(policy.lifecycle, now).model_dump(mode="json"))
    except NotFoundError:
        old = {}
    return {
        name: (str(old.get(name)), str(new.get(name)))
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    }


def _flatten_keys(value: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, each in value.items():
        if isinstance(each, dict):
            flat |= _flatten_keys(each, f"{prefix}{name}.")
        else:
            flat[prefix + name] = each
    return flat
