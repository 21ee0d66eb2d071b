"""The roles: who each is, what each may do, and whom notices are for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from docs.pages.authorisation import ORDER
from docs.pages.lifecycles import TABLES
from docs.pages.markdown import HEADER, table
from lazsa_flow.award.permissions import COMMANDS
from lazsa_flow.lifecycle.model import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterator

ROLES: Final = {
    "seller": "A seller: the subject of paths, and in store entry the applicant.",
    "employee": "An employee of the marketplace, who nominates, and handpicks trainers.",
    "ambassador": "A seller who holds the award; nominates only while sitting.",
    "reviewer": "An employee on the panel of a country and cycle.",
    "team": "The SE Community Team of a country.",
    "compliance": "Opens and closes cases, and ends a standing for code of conduct.",
    "onboarding": "Decides on applications for a store.",
    "manager": "Releases policies and countries, closes the books, suspends cycles.",
    "operator": "Runs the deployment: imports, pauses, parked paths, parked notices.",
    "host": "The service that embeds the library, where no person stands behind a command.",
    "system": "The clock: timers, and moves that are part of another. Nobody can act as it.",
}
"""Who has each role."""
RECIPIENTS: Final = {
    "seller": "the path's seller",
    "nominators": "everyone who nominated, while the nomination stands",
    "incomplete_nominators": "everyone who has still to complete a nomination",
    "panel": "the mailbox of the country's panel",
    "country_lead": "the mailbox of the country lead",
    "team": "the mailbox of the country's team",
    "group": "the chat group of the country's Reconnect members",
    "reviewers": "seated reviewers whose card is missing when the notice leaves",
}
"""Whom a notice for each recipient reaches."""
_INTRODUCTION: Final = f"""\
{HEADER}

# Roles and recipients

A role is given with each command: `--as ROLE:ID`, `Actor(role, id)`. The host says who somebody
is; the library says what that role may do. With a country (`--country PH`), a role is held in
that country alone. The same cell by cell is in [who may do what](authorisation.md).

## Roles
"""
_RECIPIENTS: Final = """\
## Recipients

Whom notices are for. A route in [`lazsa.toml`](configuration.md) names the channel for each.
"""


def render() -> str:
    """Render the roles with all that each may do, and the recipients."""
    rows = ((f"`{role}`", ROLES[role], *_may_do(role)) for role in ORDER)
    names = {each.name for table_ in TABLES for each in table_.recipients}
    reached = [(f"`{name}`", text) for name, text in RECIPIENTS.items()]
    assert names <= RECIPIENTS.keys(), names - RECIPIENTS.keys()
    head = ("role", "who", "triggers that it may pull", "commands that it may give")
    return "\n".join(
        (_INTRODUCTION, table(head, rows), _RECIPIENTS, table(("recipient", "reaches"), reached))
    )


def _may_do(role: str) -> Iterator[str]:
    triggers = {
        f"`{lifecycle.name}`: " + ", ".join(f"`{name}`" for name in names)
        for lifecycle in TABLES
        if (names := _triggers_of(role, lifecycle.name))
    }
    yield "<br>".join(sorted(triggers))
    commands = [
        f"`{name}`"
        for name, permits in sorted(COMMANDS.items())
        if any(permit.role == role for permit in permits)
    ]
    yield ", ".join(commands)


def _triggers_of(role: str, lifecycle: str) -> list[str]:
    found = next(each for each in TABLES if each.name == lifecycle)
    edges = (found.opening, *found.edges)
    named = [edge.trigger for edge in edges if any(permit.role == role for permit in edge.permits)]
    return list(dict.fromkeys(named))


assert set(ROLES) == {*ORDER, SYSTEM}, "a role that nobody describes"
