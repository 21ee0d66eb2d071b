"""Timer steps: what each pending timer will try, in order, and which step would fire.

A timer tries its steps in order, and the first whose guards hold fires. What is described here is
what would happen if nothing more were recorded: timers are taken in the order in which they fall
due, and where one would move the path, the next is tried from the state that it would lead to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from lazsa_flow.engine.look_ahead import judge_later, judge_now
from lazsa_flow.engine.rulebook import clock_actor

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from lazsa_flow.engine.rulebook import Rulebook
    from lazsa_flow.lifecycle.guards import Verdict
    from lazsa_flow.lifecycle.model import Snapshot, TimerRow
    from lazsa_flow.lifecycle.table import Edge, Lifecycle

Outcome = Literal["fires", "not_met", "if_none_before", "otherwise"]


@dataclass(frozen=True, slots=True)
class TimerStep:
    """One step of a timer, on the present evidence.

    Attributes:
        dest: The state that it leads to.
        outcome: ``fires``: it is the first whose guards hold. ``not_met``: a guard of it does not
            hold. ``if_none_before`` and ``otherwise``: an earlier step fires, so it would be tried
            only if none before it fired; ``otherwise`` has no guards.
        before: The triggers of the steps that are tried before it.
        verdicts: Every guard of it, held or not.
    """

    trigger: str
    reason: str | None
    dest: str
    outcome: Outcome
    before: tuple[str, ...]
    verdicts: tuple[Verdict, ...]

    @property
    def prospect(self) -> str:
        """What would become of it, in plain words."""
        if self.outcome == "fires":
            return "would fire now"
        if self.outcome == "not_met":
            unmet = ", ".join(verdict.name for verdict in self.verdicts if not verdict.held)
            return f"would not fire: {unmet} not met"
        if self.outcome == "otherwise":
            return "otherwise"
        if len(self.before) == 1:
            return f"only if {self.before[0]} does not"
        return f"only if {', '.join(self.before[:-1])} and {self.before[-1]} do not"


@dataclass(frozen=True, slots=True)
class TimerProspect:
    """A pending timer that decides, with its steps in the order in which they are tried.

    Attributes:
        state: The state in which it would find the path.
    """

    timer: TimerRow
    state: str
    steps: tuple[TimerStep, ...]

    @property
    def fires(self) -> TimerStep | None:
        """The step that would fire; ``None`` where the timer would be refused."""
        return next((step for step in self.steps if step.outcome == "fires"), None)


def timer_prospects(rulebook: Rulebook, seen: Snapshot, now: datetime) -> tuple[TimerProspect, ...]:
    """Return what each pending timer of a path would do if nothing more were recorded.

    Args:
        rulebook: Whose rules hold.
        seen: The path's evidence.
        now: The instant of asking.
    """
    lifecycle = rulebook.lifecycle(seen.path.lifecycle)
    state, found = seen.path.state, []
    for timer in sorted(seen.timers, key=lambda each: (each.due_at, each.name)):
        entry = lifecycle.timer(timer.name)
        if not timer.decides or state not in entry.states:
            continue
        tried = [
            (step.reason, lifecycle.edge(state, step.trigger, step.reason)) for step in entry.steps
        ]
        edges = [(reason, edge) for reason, edge in tried if edge is not None]
        there = replace(seen, path=replace(seen.path, state=state))
        steps = _steps(rulebook, lifecycle, there, timer, now, edges, state == seen.path.state)
        prospect = TimerProspect(timer, state, steps)
        found.append(prospect)
        if prospect.fires is not None:
            state = prospect.fires.dest
    return tuple(found)


def _steps(
    rulebook: Rulebook,
    lifecycle: Lifecycle,
    seen: Snapshot,
    timer: TimerRow,
    now: datetime,
    edges: Iterable[tuple[str | None, Edge]],
    present: bool,
) -> tuple[TimerStep, ...]:
    context = rulebook.guard_context(
        seen, at=timer.due_at, recorded_at=now, actor=clock_actor(timer.name)
    )
    evaluate = judge_now if present else judge_later
    steps: list[TimerStep] = []
    fired = False
    for reason, edge in edges:
        verdicts = evaluate(lifecycle, context.giving(reason), edge.guards, timer.due_on)
        held = all(verdict.held for verdict in verdicts)
        before = tuple(dict.fromkeys(step.trigger for step in steps))
        outcome: Outcome = "fires" if held else "not_met"
        if fired:
            outcome = "if_none_before" if edge.guards else "otherwise"
        fired = fired or held
        steps.append(TimerStep(edge.trigger, reason, edge.dest, outcome, before, verdicts))
    return tuple(steps)
