"""Why not, and when could it?

Every exit of a path's present state, with who may take it, which timer will try it and when, and
the verdict of every guard: what was measured, what is required, who can change it, and the first
date it could hold.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lazsa_flow.engine.rights import rule

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from lazsa_flow.domain.guards import Verdict
    from lazsa_flow.domain.lifecycle import Edge, Lifecycle
    from lazsa_flow.domain.model import Evidence, Path, Situation, TimerRow
    from lazsa_flow.engine.rules import Rulebook

from lazsa_flow.domain.model import Actor


@dataclass(frozen=True, slots=True)
class Exit:
    """One edge that leads from the present state.

    Attributes:
        reasons: The reasons it takes, none where it takes none.
        who: Who may take it.
        timers: The pending timers that will try it, earliest first.
        verdicts: Every guard, held or not.
    """

    trigger: str
    dest: str
    reasons: tuple[str, ...]
    who: str
    timers: tuple[TimerRow, ...]
    verdicts: tuple[Verdict, ...]

    @property
    def ready(self) -> bool:
        """Whether every guard holds now."""
        return all(verdict.held for verdict in self.verdicts)

    @property
    def unmet(self) -> tuple[Verdict, ...]:
        """The guards that do not hold."""
        return tuple(verdict for verdict in self.verdicts if not verdict.held)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where a path stands, and what leads on from there.

    Attributes:
        at: The instant it was asked at.
        policy: The policy version that governs the round.
    """

    path: Path
    at: datetime
    policy: str
    exits: tuple[Exit, ...]
    timers: tuple[TimerRow, ...]


def explain(
    rulebook: Rulebook, seen: Evidence, now: datetime, trigger: str | None = None
) -> Explanation:
    """Explain every exit of a path's present state, or those of one trigger.

    Args:
        rulebook: Whose rules hold.
        seen: The path's evidence.
        now: The instant of asking; facts are judged on the round's cycle date all the same.
        trigger: Only edges of this trigger.
    """
    lifecycle = rulebook.lifecycle(seen.path.lifecycle)
    exits = tuple(
        _exit(rulebook, lifecycle, seen, now, edge)
        for edge in lifecycle.exits(seen.path.state)
        if trigger is None or edge.trigger == trigger
    )
    policy = f"{seen.path.lifecycle}/{rulebook.policy_of(seen.path).version}"
    return Explanation(seen.path, now, policy, exits, seen.timers)


def _exit(
    rulebook: Rulebook, lifecycle: Lifecycle, seen: Evidence, now: datetime, edge: Edge
) -> Exit:
    situation = rulebook.situation(seen, at=now, recorded_at=now, actor=Actor("system", "explain"))
    reasons = tuple(sorted(reason for reason in edge.reasons if reason is not None))
    situation = replace(situation, reason=reasons[0] if reasons else None)
    timers = tuple(
        timer
        for timer in sorted(seen.timers, key=lambda timer: timer.due_at)
        if any(
            step.trigger == edge.trigger and step.reason in edge.reasons
            for step in lifecycle.timer(timer.name).steps
        )
    )
    who = [rule(edge, reason).removeprefix("only ") for reason in (reasons or (None,))]
    return Exit(
        trigger=edge.trigger,
        dest=edge.dest,
        reasons=reasons,
        who=", ".join(dict.fromkeys(who)),
        timers=timers,
        verdicts=judge(lifecycle, situation, edge.guards),
    )


def judge(lifecycle: Lifecycle, situation: Situation, guards: Iterable[str]) -> tuple[Verdict, ...]:
    """Return the verdict of each of these guards."""
    return tuple(
        lifecycle.guards[name].verdict(lifecycle.guards[name].ask(situation), situation.policy)
        for name in guards
    )
