"""Permissions of administrative commands.

Triggers have their permits on the edges of the lifecycles' tables; what is not a trigger has them
here. Denied unless a permit covers the role and its relation to the seller or country.

Source:
    programme.md, "The lifecycles" and "The panel".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.lifecycle.table import Permit
from lazsa_flow.service.permissions import OPERATING_COMMANDS, check_permits

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from lazsa_flow.lifecycle.model import Actor

_DATA: Final = (Permit("host"), Permit("operator"))
_NOMINATOR: Final = tuple(
    Permit(role, relation="nominator") for role in ("employee", "ambassador", "seller")
)

COMMANDS: Final[Mapping[str, tuple[Permit, ...]]] = {
    **OPERATING_COMMANDS,
    "import_facts": _DATA,
    "import_contacts": _DATA,
    "import_nominations": _DATA,
    "import_scorecards": _DATA,
    "import_turnover": _DATA,
    "nominate": (Permit("employee"), Permit("ambassador"), Permit("seller", relation="self")),
    "complete_nomination": _NOMINATOR,
    "withdraw_nomination": _NOMINATOR,
    "assign_reviewer": (Permit("team", relation="country"), Permit("manager")),
    "unassign_reviewer": (Permit("team", relation="country"), Permit("manager")),
    "set_aside_card": (Permit("manager"), Permit("compliance")),
    "score": (Permit("reviewer", relation="country"),),
    "recuse": (Permit("reviewer", relation="country"),),
    "open_case": (Permit("compliance"),),
    "close_case": (Permit("compliance"),),
    "reconnect_step": (Permit("seller", relation="self"), Permit("team", relation="country")),
    "appeal": (Permit("manager"),),
    "see_panel": (
        Permit("team", relation="country"),
        Permit("manager"),
        Permit("compliance"),
    ),
    "announce": (Permit("team", relation="country"), Permit("manager")),
    "give_perk": (Permit("team", relation="country"), Permit("manager")),
    "record_taken_out": (Permit("team", relation="country"), Permit("manager")),
    "consent": (Permit("seller", relation="self"),),
    "record_shown": (Permit("employee"),),
    "merge_sellers": (Permit("host"),),
    "unmerge_sellers": (Permit("host"),),
    "suspend_cycle": (Permit("manager"),),
    "lift_suspension": (Permit("manager"),),
    "erase": (Permit("seller", relation="self"), Permit("host")),
    "readmit": (Permit("seller", relation="self"), Permit("host")),
    "purge": _DATA,
}
"""Every administrative command with its permits."""


def check_command(
    command: str,
    actor: Actor,
    *,
    subject: str | None = None,
    country: str | None = None,
    nominators: Collection[str] = (),
) -> None:
    """Check that an actor may give a command.

    Args:
        command: One of :data:`COMMANDS`.
        actor: Who asks.
        subject: The seller it is about, if it is about one.
        country: The country it is about; an actor whose role is held in one country gives no
            command about another, nor one about all.
        nominators: Who nominated the seller, where that matters.

    Raises:
        NotAllowedError: No permit covers it; the message names who may.
    """

    def has_nominated(_relation: str) -> bool:
        return not actor.names.isdisjoint(nominators)

    check_permits(COMMANDS, command, actor, subject=subject, country=country, holds=has_nominated)
