"""Permissions of administrative commands, as any deployment has them.

Triggers have their permits on the edges of the lifecycles' tables; what is not a trigger has them
here. Denied unless a permit covers the role and its relation to the subject or country. An
application adds its own commands to these, or replaces them (:class:`.context.Application`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.engine.permissions import describe_permits, matches_relation
from lazsa_flow.errors import NotAllowedError
from lazsa_flow.lifecycle.table import Permit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lazsa_flow.lifecycle.model import Actor

OPERATING_COMMANDS: Final[Mapping[str, tuple[Permit, ...]]] = {
    "move_country": (Permit("host"),),
    "release_policy": (Permit("manager"),),
    "release_country": (Permit("manager"),),
    "replan_timers": (Permit("operator"), Permit("manager")),
    "unpark": (Permit("operator"),),
    "pause": (Permit("operator"),),
    "save_rehearsal": (Permit("operator"), Permit("manager")),
    "approve_night": (Permit("manager"),),
    "start_night": (Permit("operator"), Permit("manager")),
    "set_pace": (Permit("operator"), Permit("manager")),
    "pause_night": (Permit("operator"), Permit("manager")),
    "resume_night": (Permit("operator"), Permit("manager")),
    "accept_differences": (Permit("manager"),),
    "retry_notices": (Permit("operator"),),
    "close_books": (Permit("manager"),),
    "erase": (Permit("host"),),
}
"""The commands that every deployment has, with the permits of each."""


def check_permits(
    permits: Mapping[str, tuple[Permit, ...]],
    command: str,
    actor: Actor,
    *,
    subject: str | None = None,
    country: str | None = None,
    holds: Callable[[str], bool] = lambda relation: False,
) -> None:
    """Let an actor pass who may give a command.

    Args:
        permits: Every command with its permits.
        command: The command.
        actor: Who asks.
        subject: The subject it is about, if it is about one.
        country: The country it is about; an actor whose role is held in one country gives no
            command about another, nor one about all.
        holds: Decides a relation that is not built in, by its name.

    Raises:
        NotAllowedError: No permit covers it; the message names who may.
    """
    for permit in permits[command]:
        if permit.admits(actor.role, None) and matches_relation(
            permit, actor, subject=subject, country=country, holds=holds
        ):
            return
    raise NotAllowedError(actor=str(actor), action=command, rule=describe_permits(permits[command]))
