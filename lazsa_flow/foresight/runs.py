"""Runs: the engine's sweep of a date on a scratch database, instant by instant.

Nothing here decides anything: the sweep does, as workers would that are never late.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lazsa_flow.clock import VirtualClock
from lazsa_flow.foresight.classes import list_givens
from lazsa_flow.foresight.date_runs import DateRuns, decides_apart, sweep_until
from lazsa_flow.foresight.goals import read_shortfalls
from lazsa_flow.lifecycle.calendar import TICK
from lazsa_flow.service.service import FlowService

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lazsa_flow.foresight.classes import Given
    from lazsa_flow.foresight.nights import Night
    from lazsa_flow.foresight.outcomes import RunOutcome
    from lazsa_flow.foresight.rehearsed_date import Shortfall
    from lazsa_flow.foresight.scratch import Scratch
    from lazsa_flow.foresight.scratch_policy import ScratchPolicy
    from lazsa_flow.service.assumptions import Assumption


class Found(NamedTuple):
    """What the runs of a rehearsal found.

    Attributes:
        runs: The outcome of each path, by what was assumed.
        shortfalls: What stood between each path and its goal before anything was decided.
        journal: The rows that the run wrote which was asked for.
    """

    runs: Mapping[Given, Mapping[int, RunOutcome]]
    shortfalls: Mapping[int, tuple[Shortfall, ...]]
    journal: Sequence[Mapping[str, Any]]


def run_all(
    scratch: Scratch,
    night: Night,
    known: Sequence[Assumption],
    asked: Given,
    *,
    policy: ScratchPolicy | None = None,
    only_asked: bool = False,
) -> Found:
    """Run everything before the date once, and the date once under each combination.

    Args:
        scratch: The copy, which is changed.
        night: What is rehearsed.
        known: The assumptions of the application.
        asked: The combination that was asked for, whose journal rows are kept.
        policy: A policy that is released on the copy first.
        only_asked: Run the date under the combination that was asked for alone, and return
            nothing but its outcomes.
    """
    clock = VirtualClock(night.now)
    if policy is not None:
        policy.release(scratch, clock)
    with scratch.advance(clock) as runtime:
        if clock.now() < night.begins:
            sweep_until(FlowService(runtime), clock, night.begins - TICK)
        due = runtime.store.due_paths(night.on)
        apart = decides_apart(runtime.rulebook.lifecycles.values())
    dates = DateRuns(scratch, night, known, clock.now(), due, apart=apart)
    if only_asked:
        return Found({asked: dates.run(asked)}, {}, ())
    runs, journal = dates.run_each(asked)
    recorded = runs[list_givens(known)[0]]
    with scratch.advance(clock) as runtime:  # as it was before anything was decided on the date
        ended = {path_id: recorded.get(path_id) for path_id in due if path_id in runs[asked]}
        shortfalls = read_shortfalls(runtime.context, ended, night.on)
    return Found(runs, shortfalls, journal)
