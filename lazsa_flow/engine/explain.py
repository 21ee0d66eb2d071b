"""Explanations: why a path stands where it stands, and what it would take to move on.

Every exit of the present state with its guards; the steps of each pending timer in the order in
which they are tried; and the outlook, what stands between the path and the next state it hopes for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lazsa_flow.engine.look_ahead import judge_now
from lazsa_flow.engine.outlook import Outlook, find_outlook
from lazsa_flow.engine.permissions import describe_edge_rule
from lazsa_flow.engine.timer_steps import TimerProspect, timer_prospects
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.lifecycle.path_data import data_fields_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from lazsa_flow.engine.rulebook import Rulebook
    from lazsa_flow.lifecycle.guards import Verdict
    from lazsa_flow.lifecycle.model import GuardContext, Path, Snapshot, TimerRow
    from lazsa_flow.lifecycle.path_data import DataField
    from lazsa_flow.lifecycle.table import Edge, Lifecycle


@dataclass(frozen=True, slots=True)
class Exit:
    """One edge that leads from the present state.

    Attributes:
        reasons: The reasons it takes, none where it takes none.
        who: Who may take it.
        timers: The pending timers that will try it, earliest first.
        verdicts: Every guard, held or not; of what the clock alone takes, on the date of the first
            of those timers.
        data: The fields of the data that it takes, in the order of its model.
        preceded: Whether its guards hold, and yet an earlier step of the same timer, or an earlier
            timer, would move the path first.
    """

    trigger: str
    dest: str
    reasons: tuple[str, ...]
    who: str
    timers: tuple[TimerRow, ...]
    verdicts: tuple[Verdict, ...]
    preceded: bool = False
    data: tuple[DataField, ...] = ()

    def __repr__(self) -> str:
        """Write it in one line: where it leads, and how many guards hold."""
        held = sum(each.held for each in self.verdicts)
        return f"<Exit {self.trigger} to {self.dest}: {held} of {len(self.verdicts)} guards hold>"

    @property
    def ready(self) -> bool:
        """Whether every guard holds, and no step that is tried before it would fire."""
        return not self.preceded and all(verdict.held for verdict in self.verdicts)

    @property
    def unmet(self) -> tuple[Verdict, ...]:
        """The guards that do not hold."""
        return tuple(verdict for verdict in self.verdicts if not verdict.held)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where a path stands, and what leads on from there.

    Attributes:
        path: The path; of a subject that has none, the path it could open: number 0, no state.
        at: The instant it was asked at.
        policy: The policy version that governs the round.
        exits: The triggers that lead on from the state, with what stands in the way of each.
        timers: The pending timers.
        decisions: The pending timers that decide, in the order in which they fall due, each with
            its steps in the order in which they are tried.
        outlook: What stands between the path and the next state that it hopes for; where the path
            has ended, of a new one. ``None`` where the table knows no such way.
        title: The title that the subject bears at the instant, where the path gives one.

    Units:
        Instants are aware, in UTC.
    """

    path: Path
    at: datetime
    policy: str
    exits: tuple[Exit, ...]
    timers: tuple[TimerRow, ...]
    decisions: tuple[TimerProspect, ...] = ()
    outlook: Outlook | None = None
    title: str | None = None

    def __repr__(self) -> str:
        """Write it in one line: of which path, when, and how many exits are open."""
        of = self.path.ref if self.has_path else f"a new path of {self.path.subject!r}"
        state = self.path.state or self.path.lifecycle
        ready = sum(each.ready for each in self.exits)
        return (
            f"<Explanation of {of} at {self.at:%Y-%m-%d %H:%M %Z}: {state}, "
            f"{ready} of {len(self.exits)} exits ready>"
        )

    @property
    def has_path(self) -> bool:
        """Whether there is such a path yet."""
        return bool(self.path.id)


def explain(
    rulebook: Rulebook, seen: Snapshot, now: datetime, trigger: str | None = None
) -> Explanation:
    """Explain every exit of a path's present state, or those of one trigger.

    Args:
        rulebook: Whose rules hold.
        seen: The path's evidence; of a subject without a path, the path's state is empty.
        now: The instant of asking; facts are judged on the round's cycle date all the same.
        trigger: Only edges of this trigger.
    """
    lifecycle = rulebook.lifecycle(seen.path.lifecycle)
    state = seen.path.state
    decisions = timer_prospects(rulebook, seen, now) if state else ()
    exits = tuple(
        _exit(rulebook, lifecycle, seen, now, edge, decisions)
        for edge in (lifecycle.exits(state) if state else (lifecycle.opening,))
        if trigger is None or edge.trigger == trigger
    )
    policy = f"{seen.path.lifecycle}/{rulebook.policy_of(seen.path).version}"
    ahead = find_outlook(rulebook, seen, now)
    return Explanation(seen.path, now, policy, exits, seen.timers, decisions, ahead)


def _exit(
    rulebook: Rulebook,
    lifecycle: Lifecycle,
    seen: Snapshot,
    now: datetime,
    edge: Edge,
    decisions: Sequence[TimerProspect],
) -> Exit:
    reasons = tuple(sorted(reason for reason in edge.reasons if reason is not None))
    timers = tuple(
        timer
        for timer in sorted(seen.timers, key=lambda timer: timer.due_at)
        if any(
            step.trigger == edge.trigger and step.reason in edge.reasons
            for step in lifecycle.timer(timer.name).steps
        )
    )
    by_clock = timers if edge.only_timed else ()
    at = by_clock[0].due_at if by_clock else now
    asker = Actor("system", "explain")
    context = rulebook.guard_context(seen, at=at, recorded_at=now, actor=asker)
    context = context.giving(reasons[0] if reasons else None)
    on = by_clock[0].due_on if by_clock else None
    verdicts = judge_now(lifecycle, context, edge.guards, on)
    held = all(verdict.held for verdict in verdicts)
    who = [
        describe_edge_rule(edge, reason).removeprefix("only ") for reason in (reasons or (None,))
    ]
    return Exit(
        trigger=edge.trigger,
        dest=edge.dest,
        reasons=reasons,
        who=", ".join(dict.fromkeys(who)),
        timers=timers,
        verdicts=verdicts,
        preceded=bool(by_clock) and held and not _would_fire(edge, seen.path.state, decisions),
        data=data_fields_of(edge.data),
    )


def _would_fire(edge: Edge, state: str, decisions: Iterable[TimerProspect]) -> bool:
    """Return whether one of the pending timers would take an edge from the present state."""
    return any(
        decision.state == state
        and decision.fires is not None
        and decision.fires.trigger == edge.trigger
        and decision.fires.reason in edge.reasons
        for decision in decisions
    )


def evaluate_guards(
    lifecycle: Lifecycle, context: GuardContext, guards: Iterable[str]
) -> tuple[Verdict, ...]:
    """Return the verdict of each of these guards, with its parts and figures."""
    return tuple(lifecycle.guards[name].examine(context) for name in guards)
