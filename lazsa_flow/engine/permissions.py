"""May this actor pull this trigger?

Denied unless a permit of the edge covers the role, the reason and the relation to the path. An
actor whose role is held in one country acts on no path of another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.errors import NotAllowedError
from lazsa_flow.lifecycle.model import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from lazsa_flow.lifecycle.model import Actor, Snapshot
    from lazsa_flow.lifecycle.table import Edge, Permit


def authorize(edge: Edge, seen: Snapshot, actor: Actor, reason: str | None) -> None:
    """Let an actor pass who may pull an edge's trigger for a reason.

    Raises:
        NotAllowedError: No permit covers it; it tells who may.
    """
    nominators = {nomination.nominator for nomination in seen.nominations}
    for permit in edge.permits:
        if (
            permit.role != SYSTEM
            and permit.admits(actor.role, reason)
            and related(
                permit,
                actor,
                subject=seen.path.subject,
                country=seen.path.country,
                nominators=nominators,
            )
        ):
            return
    raise NotAllowedError(actor=str(actor), action=edge.trigger, rule=rule(edge, reason))


def related(
    permit: Permit,
    actor: Actor,
    *,
    subject: str | None,
    country: str | None,
    nominators: Collection[str] = (),
) -> bool:
    """Tell whether an actor stands in a permit's relation to a subject in a country.

    Args:
        permit: What asks for the relation.
        actor: Who; a role held in one country acts in no other.
        subject: Whose affair it is; ``None`` where it is nobody's in particular.
        country: Where; ``None`` where it concerns all countries.
        nominators: Who nominated the subject.
    """
    if actor.country is not None and actor.country != country:
        return False
    match permit.relation:
        case "self":
            return subject in actor.names
        case "nominator":
            return not actor.names.isdisjoint(nominators)
        case "country":
            return country is not None and actor.country == country
        case _:
            return True


def rule(edge: Edge, reason: str | None) -> str:
    """Say who may pull an edge's trigger for a reason."""
    return rule_of(p for p in edge.permits if not p.reasons or reason in p.reasons)


def rule_of(permits: Iterable[Permit]) -> str:
    """Say whom permits admit."""
    who = [
        permit.role if permit.relation == "any" else f"{permit.role} ({permit.relation})"
        for permit in permits
    ]
    return f"only {', '.join(dict.fromkeys(who))}"
