"""Details of a path next to its history: next timers, what guards see now, and its notices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lazsa_flow.lifecycle.local_time import write_local_time

if TYPE_CHECKING:
    from datetime import datetime

    from lazsa_flow.engine.timer_steps import Outcome
    from lazsa_flow.lifecycle.guards import Verdict


@dataclass(frozen=True, slots=True)
class ComingStep:
    """One step of a timer that pends, and what would become of it on the present evidence.

    Attributes:
        outcome: What would become of it; see :class:`~lazsa_flow.engine.timer_steps.TimerStep`.
        before: The triggers of the steps that are tried before it.
        unmet: The names of its guards that do not hold.
    """

    trigger: str
    reason: str | None
    outcome: Outcome
    before: tuple[str, ...]
    unmet: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ComingTimer:
    """A timer that pends on a path.

    Attributes:
        at: Its instant, in the country's own time.
        steps: What it tries, in order; none of a reminder.
    """

    timer: str
    at: datetime
    steps: tuple[ComingStep, ...]


@dataclass(frozen=True, slots=True)
class PathNotice:
    """A notice about a path.

    Attributes:
        to: The class of its recipient.
        at: When it was delivered, or when it will be tried, in the country's own time.
        channel: What delivered it; ``None`` where it waits.
        parked: Whether it is not tried again until somebody asks for it.
    """

    kind: str
    to: str
    at: datetime
    channel: str | None
    parked: bool = False


@dataclass(frozen=True, slots=True)
class PathDetails:
    """What a story does not say.

    Attributes:
        coming: The timers that pend, the earliest first.
        evidence: What each guard of the present state's exits sees now, held or not.
        notices: Those that were delivered, oldest first, then those that wait.
    """

    coming: tuple[ComingTimer, ...]
    evidence: tuple[Verdict, ...]
    notices: tuple[PathNotice, ...]


def details_fields(details: PathDetails) -> dict[str, Any]:
    """Return a path's details as JSON values."""
    return {
        "coming": [
            {
                "timer": each.timer,
                "at": _write_time(each.at),
                "steps": [_step_fields(step) for step in each.steps],
            }
            for each in details.coming
        ],
        "evidence": [
            {
                "guard": verdict.name,
                "held": verdict.held,
                "measured": verdict.measured,
                "required": verdict.required,
                "source": verdict.source,
            }
            for verdict in details.evidence
        ],
        "notices": [
            {
                "kind": notice.kind,
                "to": notice.to,
                "at": _write_time(notice.at),
                "channel": notice.channel,
                "parked": notice.parked,
            }
            for notice in details.notices
        ],
    }


def _step_fields(step: ComingStep) -> dict[str, Any]:
    return {
        "trigger": step.trigger,
        "reason": step.reason,
        "outcome": step.outcome,
        "before": list(step.before),
        "unmet": list(step.unmet),
    }


def _write_time(at: datetime) -> str:
    return write_local_time(at, str(at.tzinfo))
