"""Explanations as JSON values: instants in UTC with ``Z``, dates as YYYY-MM-DD."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lazsa_flow.lifecycle.calendar import instant_text

if TYPE_CHECKING:
    from lazsa_flow.engine.explain import Exit, Explanation
    from lazsa_flow.engine.outlook import Outlook
    from lazsa_flow.engine.timer_steps import TimerProspect
    from lazsa_flow.lifecycle.model import TimerRow


def explanation_json(explanation: Explanation) -> dict[str, Any]:
    """Return an explanation as JSON values; ``path`` and ``state`` are null without a path."""
    path = explanation.path
    return {
        "path": path.ref if explanation.has_path else None,
        "lifecycle": path.lifecycle,
        "subject": path.subject,
        "country": path.country,
        "title": explanation.title,
        "state": path.state or None,
        "cycle_on": path.cycle_on and path.cycle_on.isoformat(),
        "parked": path.parked,
        "at": instant_text(explanation.at),
        "policy": explanation.policy,
        "exits": [_exit(each) for each in explanation.exits],
        "timers": [
            _timer(each) for each in sorted(explanation.timers, key=lambda each: each.due_at)
        ],
        "decisions": [_decision_json(each) for each in explanation.decisions],
        "outlook": explanation.outlook and _outlook_json(explanation.outlook),
    }


def _exit(each: Exit) -> dict[str, Any]:
    return {
        "trigger": each.trigger,
        "dest": each.dest,
        "reasons": list(each.reasons),
        "by": each.who,
        "ready": each.ready,
        "preceded": each.preceded,
        "timers": [_timer(timer) for timer in each.timers],
        "data": [
            {"name": field.name, "required": field.required, "personal": field.personal}
            for field in each.data
        ],
        "guards": [verdict.to_json() for verdict in each.verdicts],
    }


def _timer(timer: TimerRow) -> dict[str, Any]:
    return {
        "name": timer.name,
        "due_at": instant_text(timer.due_at),
        "due_on": timer.due_on.isoformat(),
        "zone": timer.zone,
        "country": timer.country,
    }


def _decision_json(decision: TimerProspect) -> dict[str, Any]:
    fires = decision.fires
    return {
        "timer": _timer(decision.timer),
        "state": decision.state,
        "fires": fires and fires.trigger,
        "steps": [
            {
                "trigger": step.trigger,
                "reason": step.reason,
                "dest": step.dest,
                "outcome": step.outcome,
                "prospect": step.prospect,
                "unmet": [verdict.name for verdict in step.verdicts if not verdict.held],
                "guards": [verdict.to_json() for verdict in step.verdicts],
            }
            for step in decision.steps
        ],
    }


def _outlook_json(ahead: Outlook) -> dict[str, Any]:
    return {
        "goal": ahead.goal,
        "due_at": ahead.due_at and instant_text(ahead.due_at),
        "due_on": ahead.due_on and ahead.due_on.isoformat(),
        "zone": ahead.zone,
        "unmet": [verdict.name for verdict in ahead.unmet],
        "steps": [
            {
                "trigger": step.trigger,
                "source": step.source or None,
                "dest": step.dest,
                "by": step.who,
                "timer": step.timer,
                "due_at": step.due_at and instant_text(step.due_at),
                "due_on": step.due_on and step.due_on.isoformat(),
                "guards": [verdict.to_json() for verdict in step.verdicts],
            }
            for step in ahead.steps
        ],
    }
