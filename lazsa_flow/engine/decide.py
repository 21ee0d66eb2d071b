"""Which edge, if any, does a path take?

Every guard of the edge is evaluated, so that each unmet one is known; then the plan decides as the
machine would. A timer tries its steps in order and takes the first that fires; what all the steps
found is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lazsa_flow.domain.guards import Found
    from lazsa_flow.domain.lifecycle import Edge, Timer
    from lazsa_flow.domain.model import Situation
    from lazsa_flow.engine.journal import Findings
    from lazsa_flow.engine.rules import Rulebook


def decide_edge(
    rulebook: Rulebook, situation: Situation, trigger: str
) -> tuple[Edge | None, Findings]:
    """Try one trigger, with the situation's reason.

    Args:
        rulebook: Whose tables hold.
        situation: What the guards look at.
        trigger: The trigger.

    Returns:
        The edge that fires, or ``None``, and everything found.
    """
    path = situation.seen.path
    route = rulebook.plan(path.lifecycle).edge(path.state, trigger, situation.reason)
    found: dict[str, Found] = {}
    if route is None or not route.fires(situation, found):
        return None, found
    return route.edge, found


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
