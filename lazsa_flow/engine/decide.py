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
    from lazsa_flow.engine.journal import Findings
    from lazsa_flow.engine.rulebook import Rulebook
    from lazsa_flow.lifecycle.guards import Found
    from lazsa_flow.lifecycle.model import GuardContext
    from lazsa_flow.lifecycle.table import Edge, Timer


def decide_edge(
    rulebook: Rulebook, context: GuardContext, trigger: str
) -> tuple[Edge | None, Findings]:
    """Try one trigger, with the context's reason: the Machine decides.

    Args:
        rulebook: Whose tables hold.
        context: What the guards look at.
        trigger: The trigger.

    Returns:
        The edge that fires, leading where the Machine leads, or ``None``; and everything found.
    """
    path, reason = context.snapshot.path, context.reason
    lifecycle = rulebook.lifecycle(path.lifecycle)
    edge = lifecycle.edge(path.state, trigger, reason)
    if edge is None:
        return None, {}
    found: dict[str, Found] = {
        name: lifecycle.guards[name].ask(context) for name in dict.fromkeys(edge.guards)
    }
    machine = rulebook.machine(path.lifecycle)
    dest = machine.find_destination(path.state, trigger, reason, found)
    if dest is None:
        return None, found
    return (edge if dest == edge.dest else replace(edge, dest=dest)), found


def decide_timer(
    rulebook: Rulebook, context: GuardContext, timer: Timer
) -> tuple[Edge | None, GuardContext, Findings]:
    """Try a timer's steps in order.

    Returns:
        The first edge that fires, or ``None``; the context with that step's reason; and what
        every step that was tried has found.
    """
    path = context.snapshot.path
    found: dict[str, Found] = {}
    for route in rulebook.plan(path.lifecycle).timer(path.state, timer):
        tried = context.giving(route.reason)
        if route.fires(tried, found):
            return route.edge, tried, found
    return None, context, found


def check_decision(
    rulebook: Rulebook, context: GuardContext, timer: Timer, taken: Edge | None, findings: Findings
) -> None:
    """Make sure that the Machine decides a timer's steps as its plan has decided them.

    Raises:
        MachineMismatchError: A step fires in one of the two only, or leads somewhere else.
    """
    path = context.snapshot.path
    machine = rulebook.machine(path.lifecycle)
    for route in rulebook.plan(path.lifecycle).timer(path.state, timer):
        trigger = route.edge.trigger
        dest = machine.find_destination(path.state, trigger, route.reason, findings)
        if dest != (route.edge.dest if route.edge is taken else None):
            raise MachineMismatchError(path.lifecycle, path.state, trigger)
        if route.edge is taken:
            return
