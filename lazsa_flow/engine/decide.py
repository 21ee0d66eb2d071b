"""Which edge, if any, does a path take?

Every guard of the edge is evaluated, so that each unmet one is known; then the machine decides. A
timer tries its steps in order and takes the first that fires; what all the steps found is kept.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lazsa_flow.engine.machine import Trial

if TYPE_CHECKING:
    from lazsa_flow.domain.guards import Finding
    from lazsa_flow.domain.lifecycle import Edge, Timer
    from lazsa_flow.domain.model import Situation
    from lazsa_flow.engine.journal import Findings
    from lazsa_flow.engine.rules import Rulebook


def decide_edge(
    rulebook: Rulebook,
    situation: Situation,
    trigger: str,
    findings: dict[str, Finding] | None = None,
) -> tuple[Edge | None, Findings]:
    """Try one trigger, with the situation's reason.

    Args:
        rulebook: Whose tables hold.
        situation: What the guards look at.
        trigger: The trigger.
        findings: What was found before in the same situation; it is added to.

    Returns:
        The edge that fires, or ``None``, and everything found so far.
    """
    found = {} if findings is None else findings
    path = situation.path
    lifecycle = rulebook.lifecycle(path.lifecycle)
    edge = lifecycle.edge(path.state, trigger, situation.reason)
    if edge is None:
        return None, tuple(found.items())
    for name in edge.guards:
        if name not in found:
            found[name] = lifecycle.guards[name].check(situation)
    trial = Trial(path.state, situation.reason, found)
    fired = rulebook.machine(path.lifecycle).fires(trial, trigger)
    return (edge if fired else None), tuple(found.items())


def decide_timer(
    rulebook: Rulebook, situation: Situation, timer: Timer
) -> tuple[Edge | None, Situation, Findings]:
    """Try a timer's steps in order.

    Returns:
        The first edge that fires, or ``None``; the situation with that step's reason; and what
        every step that was tried has found.
    """
    found: dict[str, Finding] = {}
    for step in timer.steps:
        tried = replace(situation, reason=step.reason)
        edge, findings = decide_edge(rulebook, tried, step.trigger, found)
        if edge is not None:
            return edge, tried, findings
    return None, situation, tuple(found.items())
