"""Paths that a policy makes due earlier, so that a rehearsal copies them as well.

A release plans pending timers again, and some that are due after the date today may be due before
it then. To try every path would copy the whole database: the policy is released over the first and
the last path of each group of timers. Where one of them moves up to the date, or near it, all paths
of the group are copied. What becomes of them the engine decides.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from lazsa_flow.clock import VirtualClock
from lazsa_flow.foresight.scratch import copy_due
from lazsa_flow.store.scratch.copying import Due

if TYPE_CHECKING:
    from collections.abc import Collection

    from lazsa_flow.foresight.nights import Night
    from lazsa_flow.foresight.scratch_policy import ScratchPolicy
    from lazsa_flow.service.runtime import Runtime

_NEVER: Final = datetime(1, 1, 1, tzinfo=UTC)
_NEAR: Final = timedelta(days=31)
"""Other paths of a group may move further than the two that are tried, by so much."""


def find_due(
    runtime: Runtime, night: Night, countries: Collection[str], *policies: ScratchPolicy | None
) -> Due:
    """Return what falls due until a date, as it is and under policies that are not in force.

    Args:
        runtime: Of the source.
        night: What is rehearsed.
        countries: Of these countries; of all where there are none.
        policies: What is released on the copy; ``None``: nothing is.
    """
    more: set[int] = set()
    for policy in policies:
        if policy is not None:
            more |= _find_moved(runtime, night, countries, policy)
    return Due(night.until, countries, more)


def _find_moved(
    runtime: Runtime, night: Night, countries: Collection[str], policy: ScratchPolicy
) -> set[int]:
    """Return the paths that a policy may make due until the date."""
    store, lifecycle = runtime.store, policy.text.lifecycle
    groups = store.later_timers(lifecycle, night.until, countries)
    tried = {path_id for group in groups for path_id in (group.first, group.last)}
    if not tried:
        return set()
    clock = VirtualClock(night.now)
    with copy_due(runtime, Due(_NEVER, countries, tried)) as scratch:
        policy.release(scratch, clock)
        with scratch.advance(clock) as trial, trial.store.listing() as listing:
            found = listing.evidence(tried, on=night.on)
    moved = {
        (seen.path.id, timer.name): timer.due_on
        for seen in found
        for timer in seen.timers
        if timer.due_at <= night.until + _NEAR
    }
    return {
        path_id
        for group in groups
        if any(
            moved.get((tried_id, group.name), group.due_on) < group.due_on
            for tried_id in (group.first, group.last)
        )
        for path_id in store.paths_of_timers(lifecycle, group)
    }
