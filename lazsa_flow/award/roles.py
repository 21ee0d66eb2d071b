"""Roles, relations and recipients of the award programme's lifecycles.

Source:
    programme.md, "The lifecycles" and "The panel".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, get_args

from lazsa_flow.award.evidence import NOMINATIONS
from lazsa_flow.lifecycle.roles import Recipient, Relation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lazsa_flow.lifecycle.model import Actor, Snapshot

_NOMINATIONS_ALONE: Final = frozenset({NOMINATIONS.name})

AwardRole = Literal[
    "seller",
    "employee",
    "ambassador",
    "reviewer",
    "team",
    "compliance",
    "onboarding",
    "operator",
    "manager",
    "host",
]
"""Who can act in the programme. ``team`` is a country's SE Community Team."""
ROLES: Final[tuple[str, ...]] = get_args(AwardRole)

SELLER: Final = Recipient("seller")
"""The path's subject, by the name that the programme's notices are stored under."""
TEAM: Final = Recipient("team")


def _has_nominated(actor: Actor, seen: Snapshot) -> bool:
    return any(nomination.nominator in actor.names for nomination in seen[NOMINATIONS])


NOMINATOR: Final = Relation("nominator", _has_nominated, reads=_NOMINATIONS_ALONE)
"""Anyone who nominated the path's subject."""


def _standing_nominators(seen: Snapshot) -> Iterable[str]:
    """Return those whose nomination is in force, without the subject, who knows already."""
    return (
        f"{each.source}:{each.nominator}"
        for each in seen[NOMINATIONS]
        if not each.withdrawn and each.nominator != seen.path.subject
    )


def _incomplete_nominators(seen: Snapshot) -> Iterable[str]:
    """Return those whose standing nomination is incomplete.

    The subject is included: only the nominator can complete one, and that may be the subject.
    """
    return (
        f"{each.source}:{each.nominator}"
        for each in seen[NOMINATIONS]
        if not each.withdrawn and not each.complete
    )


AWARD_RECIPIENTS: Final = (
    SELLER,
    Recipient("nominators", _standing_nominators, reads=_NOMINATIONS_ALONE),
    Recipient("incomplete_nominators", _incomplete_nominators, reads=_NOMINATIONS_ALONE),
    Recipient("panel"),
    Recipient("country_lead"),
    TEAM,
    Recipient("group"),
    Recipient("reviewers"),
)
"""Whom the award's notices are for. ``group`` is the chat group of the country's Reconnect members;
``reviewers`` are those seated in the path's round whose card is missing when the notice leaves."""
