"""May this actor pull this trigger?

Denied unless a permit of the edge covers the role, the reason and the relation to the path. An
actor whose role is held in one country acts on no path of another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.domain.lifecycle import SYSTEM
from lazsa_flow.errors import NotAllowedError

if TYPE_CHECKING:
    from lazsa_flow.domain.lifecycle import Edge, Permit
    from lazsa_flow.domain.model import Actor, Evidence


def check_right(edge: Edge, seen: Evidence, actor: Actor, reason: str | None) -> None:
    """Let an actor pass who may pull an edge's trigger for a reason.

    Raises:
        NotAllowedError: No permit covers it; it tells who may.
    """
    for permit in edge.permits:
        if (
            permit.role != SYSTEM
            and permit.admits(actor.role, reason)
            and _related(permit, seen, actor)
        ):
            return
    raise NotAllowedError(actor=str(actor), action=edge.trigger, rule=rule(edge, reason))


def _related(permit: Permit, seen: Evidence, actor: Actor) -> bool:
    path = seen.path
    if actor.country is not None and actor.country != path.country:
        return False
    match permit.relation:
        case "self":
            return actor.id == path.subject
        case "nominator":
            return any(nomination.nominator == actor.id for nomination in seen.nominations)
        case "country":
            return actor.country == path.country
        case "any":
            return True


def rule(edge: Edge, reason: str | None) -> str:
    """Say who may pull an edge's trigger for a reason."""
    who = [
        permit.role if permit.relation == "any" else f"{permit.role} ({permit.relation})"
        for permit in edge.permits
        if not permit.reasons or reason in permit.reasons
    ]
    return f"only {', '.join(dict.fromkeys(who))}"
