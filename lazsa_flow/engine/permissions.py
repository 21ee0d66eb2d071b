"""Permissions: whether an actor may pull a trigger.

Denied unless a permit of the edge covers the role, the reason and the relation to the path. An
actor whose role is held in one country acts on no path of another. The relations ``any``, ``self``
and ``country`` are decided here; a lifecycle decides those that it declares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.errors import NotAllowedError
from lazsa_flow.lifecycle.model import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lazsa_flow.lifecycle.model import Actor, Snapshot
    from lazsa_flow.lifecycle.table import Edge, Lifecycle, Permit


def authorize(
    lifecycle: Lifecycle, edge: Edge, seen: Snapshot, actor: Actor, reason: str | None
) -> None:
    """Make sure that an actor may pull an edge's trigger for a reason.

    Raises:
        NotAllowedError: No permit covers it; it names who may.
        HostCodeError: A relation of the lifecycle raised, or returned no bool.
    """

    def holds(relation: str) -> bool:
        return lifecycle.relation(relation).decide(actor, seen)

    for permit in edge.permits:
        if (
            permit.role != SYSTEM
            and permit.admits(actor.role, reason)
            and matches_relation(
                permit,
                actor,
                subject=seen.path.subject,
                country=seen.path.country,
                holds=holds,
            )
        ):
            return
    raise NotAllowedError(
        actor=str(actor), action=edge.trigger, rule=describe_edge_rule(edge, reason)
    )


def matches_relation(
    permit: Permit,
    actor: Actor,
    *,
    subject: str | None,
    country: str | None,
    holds: Callable[[str], bool],
) -> bool:
    """Return whether an actor stands in a permit's relation to a subject in a country.

    Args:
        permit: What asks for the relation.
        actor: Who; a role held in one country acts in no other.
        subject: Whose affair it is; ``None`` where it is nobody's in particular.
        country: Where; ``None`` where it concerns all countries.
        holds: Decides a relation that is not built in, by its name.
    """
    if actor.country is not None and actor.country != country:
        return False
    match permit.relation:
        case "any":
            return True
        case "self":
            return subject in actor.names
        case "country":
            return country is not None and actor.country == country
        case own:
            return holds(own)


def describe_edge_rule(edge: Edge, reason: str | None) -> str:
    """Say who may pull an edge's trigger for a reason."""
    return describe_permits(p for p in edge.permits if not p.reasons or reason in p.reasons)


def describe_permits(permits: Iterable[Permit]) -> str:
    """Describe who is permitted."""
    who = [
        permit.role if permit.relation == "any" else f"{permit.role} ({permit.relation})"
        for permit in permits
    ]
    return f"only {', '.join(dict.fromkeys(who))}"
