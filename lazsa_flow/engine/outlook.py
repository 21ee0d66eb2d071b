"""The outlook: what blocks the way of a path to the next state on its happy path.

It is read out of the lifecycle's table: the shortest way along the states of the happy path to the
next one that honours its subject, and the guards of each edge on it, judged on the date on which
the clock will try it. So it is reported from any state of that way, months before a decision; a
subject without a path begins with the edge that opens one.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lazsa_flow.engine.look_ahead import judge_later, judge_now
from lazsa_flow.engine.permissions import describe_edge_rule
from lazsa_flow.errors import HostCodeError
from lazsa_flow.lifecycle.model import Actor

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from lazsa_flow.engine.rulebook import Rulebook
    from lazsa_flow.lifecycle.guards import Verdict
    from lazsa_flow.lifecycle.model import GuardContext, Snapshot
    from lazsa_flow.lifecycle.table import Edge, Lifecycle


@dataclass(frozen=True, slots=True)
class OutlookStep:
    """One edge on the way.

    Attributes:
        source: The state that it leads from; empty for the edge that opens a path.
        who: Who may take it.
        timer: The timer that will try it, where the clock does.
        due_at: The instant at which that timer falls due.
        due_on: The same as a local date.
        verdicts: Every guard, held or not, on that date.
    """

    trigger: str
    source: str
    dest: str
    who: str
    timer: str | None
    due_at: datetime | None
    due_on: date | None
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What blocks the way of a subject to a goal.

    Attributes:
        goal: The state that the way leads to.
        zone: The zone of the dates.
        steps: The way, one edge after the other.
    """

    goal: str
    zone: str
    steps: tuple[OutlookStep, ...]

    @property
    def due_at(self) -> datetime | None:
        """The instant of the last decision on the way, where the clock makes it."""
        return self.steps[-1].due_at

    @property
    def due_on(self) -> date | None:
        """The local date of the last decision on the way, where the clock makes it."""
        return self.steps[-1].due_on

    @property
    def unmet(self) -> tuple[Verdict, ...]:
        """Every guard on the way that does not hold."""
        return tuple(each for step in self.steps for each in step.verdicts if not each.held)


def find_outlook(rulebook: Rulebook, seen: Snapshot, now: datetime) -> Outlook | None:
    """Return what stands between a path and the next state that it hopes for.

    Args:
        rulebook: Whose rules hold.
        seen: The path's evidence; of a path that is not open yet, its state is empty.
        now: The instant of asking.

    Returns:
        The way; ``None`` where the table has none from the path's state.
    """
    lifecycle = rulebook.lifecycle(seen.path.lifecycle)
    state = seen.path.state or lifecycle.initial
    way = _shortest_way(lifecycle, state)
    opening = [] if seen.path.state else [lifecycle.opening]
    if not (opening or way):
        return None
    steps, source = [], seen.path.state
    for edge in (*opening, *way):
        steps.append(_foresee_step(rulebook, lifecycle, seen, now, edge, source))
        source = edge.dest
    return Outlook(source, rulebook.calendar(seen.path.country).zone, tuple(steps))


def _shortest_way(lifecycle: Lifecycle, start: str) -> tuple[Edge, ...]:
    """Return the shortest way from a state of the happy path to the next active state."""
    states = lifecycle.happy_path or tuple(state.name for state in lifecycle.states)
    goals = {name for name in states if lifecycle.state(name).meaning == "active"}
    if not goals:
        goals = set(lifecycle.happy_path[-1:])
    ways: deque[tuple[str, tuple[Edge, ...]]] = deque([(start, ())] if start in states else [])
    passed = set()
    while ways:
        state, way = ways.popleft()
        if way and state in goals:
            return way
        if state in passed:
            continue
        passed.add(state)
        ways.extend(
            (edge.dest, (*way, edge))
            for edge in lifecycle.exits(state)
            if edge.dest in states and edge.dest != state
        )
    return ()


def _foresee_step(
    rulebook: Rulebook,
    lifecycle: Lifecycle,
    seen: Snapshot,
    now: datetime,
    edge: Edge,
    source: str,
) -> OutlookStep:
    present = source == seen.path.state
    there = replace(seen, path=replace(seen.path, state=source))
    asker = Actor("system", "explain")
    context = rulebook.guard_context(there, at=now, recorded_at=now, actor=asker)
    timer, due_at = _find_first_try(lifecycle, context, edge, present) or (None, None)
    calendar = context.calendar
    due_on = due_at and calendar.local_date(due_at)
    if due_at is not None:
        context = rulebook.guard_context(there, at=due_at, recorded_at=now, actor=asker)
    reasons = sorted(reason for reason in edge.reasons if reason is not None)
    context = context.giving(reasons[0] if reasons else None)
    evaluate = judge_now if present else judge_later
    who = [
        describe_edge_rule(edge, reason).removeprefix("only ") for reason in (reasons or (None,))
    ]
    return OutlookStep(
        trigger=edge.trigger,
        source=source,
        dest=edge.dest,
        who=", ".join(dict.fromkeys(who)),
        timer=timer,
        due_at=due_at,
        due_on=due_on,
        verdicts=evaluate(lifecycle, context, edge.guards, due_on),
    )


def _find_first_try(
    lifecycle: Lifecycle, context: GuardContext, edge: Edge, present: bool
) -> tuple[str, datetime] | None:
    """Return the timer that will try an edge first, and when: pending, or still to be set."""
    state = context.path.state
    if not state:
        return None
    names = [
        timer.name
        for timer in lifecycle.timers
        if state in timer.states
        and any(s.trigger == edge.trigger and s.reason in edge.reasons for s in timer.steps)
    ]
    pending = [(t.name, t.due_at) for t in context.snapshot.timers if t.name in names]
    found = pending if pending or present else list(_list_planned(lifecycle, context, names))
    return min(found, key=lambda each: each[1]) if found else None


def _list_planned(
    lifecycle: Lifecycle, context: GuardContext, names: Iterable[str]
) -> Iterable[tuple[str, datetime]]:
    """Yield when timers would fall due that are not set yet."""
    for name in names:
        try:
            moment = lifecycle.instant(lifecycle.timer(name).at, context)
        except HostCodeError:  # it asks for what only the moves until then bring
            continue
        if moment is not None:
            yield name, moment.at
