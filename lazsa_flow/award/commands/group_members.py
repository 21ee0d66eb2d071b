"""Former ambassadors and the group: who is in it, may join it, or has left it.

Source:
    programme.md, "Tenure, renewal, retirement".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from lazsa_flow.service.listing import Filters, find_paths
from lazsa_flow.service.unmet_guards import not_held

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from lazsa_flow.award.policy import AwardPolicy
    from lazsa_flow.award.store.round_listing import AwardListing
    from lazsa_flow.lifecycle.model import Snapshot
    from lazsa_flow.service.context import Context
    from lazsa_flow.service.list_rows import Listed, Page

JOIN_TRIGGERS: Final = {"retired": "join_reconnect", "removed": "rejoin"}
"""The trigger by which the team adds a former ambassador to the group, by state."""
STEPS_GUARD: Final = "reconnect_steps"


@dataclass(frozen=True, slots=True)
class GroupTask:
    """Something that the team has to do about a former ambassador and the group.

    Attributes:
        unmet: The guards that keep the team from adding them; none where it can.
    """

    path: str
    seller: str
    unmet: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FormerAmbassador:
    """A former ambassador on the way into the group, in it, or out of it.

    Attributes:
        listed: Their path.
        missing: The steps of their own that are not done.
        steps: How many steps of their own there are.
        unmet: The guards that keep the team from adding them; none of a member.
    """

    listed: Listed
    missing: tuple[str, ...]
    steps: int
    unmet: tuple[str, ...]


def list_group_tasks(
    context: Context, listing: AwardListing, country: str, now: datetime
) -> Iterator[GroupTask]:
    """Yield the former ambassadors that the team can add to the group."""
    rules = cast("AwardPolicy", context.rulebook.policy_at("award", now)).reconnect
    steps: dict[str, set[str]] = {}
    for each in listing.statements("step"):
        steps.setdefault(each.seller, set()).add(each.name)
    ready = [seller for seller, done in steps.items() if done >= set(rules.steps)]
    paths = listing.latest_paths(ready, "award") if ready else {}
    waiting = {p.id: p for p in paths.values() if p.country == country and p.state in JOIN_TRIGGERS}
    if not waiting:
        return
    on = context.rulebook.calendar(country).local_date(now)
    for seen in listing.evidence(waiting, on=on):
        unmet = _find_unmet(context, seen, now)
        if "left_by_choice" not in unmet:
            yield GroupTask(seen.path.ref, seen.path.subject, unmet)


def find_former(
    context: Context,
    state: str,
    *,
    country: str | None = None,
    path_ids: Sequence[int] | None = None,
    after: str | None = None,
    limit: int,
) -> tuple[list[FormerAmbassador], bool]:
    """Return a page of the paths in a state, newest first, and whether there are more.

    Args:
        context: Where and by whose rules.
        state: ``retired``, ``reconnect`` or ``removed``.
        country: In this country.
        path_ids: Only these paths.
        after: The reference of the last path of the page before.
        limit: At most so many.
    """
    ids = None if path_ids is None else tuple(path_ids)
    filters = Filters(lifecycle="award", state=state, country=country, path_ids=ids)
    page: Page[Listed] = find_paths(context, filters, after=after, limit=limit)
    now = context.clock.now()
    seen_by_ref: Mapping[str, Snapshot] = {}
    if page.rows:
        numbers = [context.path_id(each.path) for each in page.rows if each.path is not None]
        with context.store.listing() as listing:
            evidence = listing.evidence(numbers, on=now.date())
        seen_by_ref = {seen.path.ref: seen for seen in evidence}
    rules = cast("AwardPolicy", context.rulebook.policy_at("award", now)).reconnect
    found = []
    for each in page.rows:
        seen = seen_by_ref.get(each.path or "")
        missing = () if seen is None else _find_missing(seen, rules.steps)
        unmet = () if seen is None else _find_unmet(context, seen, now)
        found.append(FormerAmbassador(each, missing, len(rules.steps), unmet))
    return found, page.after is not None


def _find_unmet(context: Context, seen: Snapshot, now: datetime) -> tuple[str, ...]:
    """Return the guards that keep the team from adding a former ambassador to the group."""
    trigger = JOIN_TRIGGERS.get(seen.path.state)
    if trigger is None:
        return ()
    edge = context.rulebook.lifecycle("award").edge(seen.path.state, trigger, None)
    return tuple(not_held(context, seen, edge.guards, now)) if edge else ()


def _find_missing(seen: Snapshot, steps: Sequence[str]) -> tuple[str, ...]:
    latest = {each.name: each.value for each in seen.records if each.kind == "step"}
    return tuple(step for step in steps if latest.get(step) != "done")
