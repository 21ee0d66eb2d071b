"""Decisions: which edge, if any, a path takes.

Every guard of the edge is evaluated, so that each unmet one is known; then the Machine's trigger is
pulled, and what it does is what happens. A timer tries its steps in order and takes the first that
fires; what all the steps found is kept. It is decided by the plan, which is compiled out of that
Machine; :func:`check_decision` compares the two.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lazsa_flow.errors import MachineMismatchError

if TYPE_CHECKING:
    from lazsa_flow.domain.guards import Found
    from lazsa_flow.domain.lifecycle import Edge, Timer
    from lazsa_flow.domain.model import Situation
    from lazsa_flow.engine.journal import Findings
    from lazsa_flow.engine.rules import Rulebook


def decide_edge(
    rulebook: Rulebook, situation: Situation, trigger: str
) -> tuple[Edge | None, Findings]:
    """Try one trigger, with the situation's reason: the Machine decides.

    Args:
        rulebook: Whose tables hold.
        situation: What the guards look at.
        trigger: The trigger.

    Returns:
        The edge that fires, leading where the Machine leads, or ``None``; and everything found.
    """
    path, reason = situation.seen.path, situation.reason
    lifecycle = rulebook.lifecycle(path.lifecycle)
    edge = lifecycle.edge(path.state, trigger, reason)
    if edge is None:
        return None, {}
    found: dict[str, Found] = {
        name: lifecycle.guards[name].ask(situation) for name in dict.fromkeys(edge.guards)
    }
    machine = rulebook.machine(path.lifecycle)
    dest = machine.find_destination(path.state, trigger, reason, found)
    if dest is None:
        return None, found
    return (edge if dest == edge.dest else replace(edge, dest=dest)), found


def decide_timer(
    rulebook: Rulebook, situation: Situation, timer: Timer
) -> tuple[Edge | None, Situation, Findings]:
    """Try a timer's steps in order.

    Returns:
        The first edge that fires, or ``None``; the situation with that step's reason; and what
        every step that was tried has found.
    """
    path = situation.seen.path
    found: dict[str, Found] = {}
    for route in rulebook.plan(path.lifecycle).timer(path.state, timer):
        tried = situation.giving(route.reason)
        if route.fires(tried, found):
            return route.edge, tried, found
    return None, situation, found


def check_decision(
    rulebook: Rulebook, situation: Situation, timer: Timer, taken: Edge | None, findings: Findings
) -> None:
    """Make sure that the Machine decides a timer's steps as its plan has decided them.

    Raises:
        MachineMismatchError: A step fires in one of the two only, or leads somewhere else.
    """
    path = situation.seen.path
    machine = rulebook.machine(path.lifecycle)
    for route in rulebook.plan(path.lifecycle).timer(path.state, timer):
        trigger = route.edge.trigger
        dest = machine.find_destination(path.state, trigger, route.reason, findings)
        if dest != (route.edge.dest if route.edge is taken else None):
            raise MachineMismatchError(path.lifecycle, path.state, trigger)
        if route.edge is taken:
            return
