"""Command requests: what one person asked for, and another approves, as it is stored and shown."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.engine.journal import digest
from lazsa_flow.errors import MalformedError
from lazsa_flow.lifecycle.calendar import instant_text
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.lifecycle.values import freeze
from lazsa_flow.service.approvals import Request
from lazsa_flow.service.rules_digest import rules_digest
from lazsa_flow.store.schema_revision import HEAD

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from lazsa_flow.store.request_rows import NumberedRequest, RequestRow
    from lazsa_flow.store.transaction import SqlTransaction

WAITING: Final = "waiting"
VALID: Final = timedelta(days=30)
"""For so long a request can be approved."""


@dataclass(frozen=True, slots=True)
class CommandRequest:
    """A command that one person requested, for another one to approve.

    Attributes:
        number: Its number.
        command: The command.
        arguments: The command's arguments as JSON values.
        requested_by: Who asked, as ``role:id``.
        requested_at: When.
        outcome: ``waiting``, ``carried_out``, ``refused`` or ``withdrawn``.
        ended_by: Who approved, refused or withdrew it, as ``role:id``.
        ended_at: When.
        reason: Why it was refused or withdrawn.
        stale: Why it can be approved no more; empty while it can, and once it has ended.

    Units:
        Instants are aware, in UTC.
    """

    number: int
    command: str
    arguments: Mapping[str, Any]
    requested_by: str
    requested_at: datetime
    outcome: str
    ended_by: str | None
    ended_at: datetime | None
    reason: str
    stale: tuple[str, ...]

    @property
    def waiting(self) -> bool:
        """Whether it waits for an approval."""
        return self.outcome == WAITING

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "number": self.number,
            "command": self.command,
            "arguments": dict(self.arguments),
            "requested_by": self.requested_by,
            "requested_at": instant_text(self.requested_at),
            "outcome": self.outcome,
            "ended_by": self.ended_by,
            "ended_at": self.ended_at and instant_text(self.ended_at),
            "reason": self.reason,
            "stale": list(self.stale),
        }


def read_request(
    transaction: SqlTransaction, found: NumberedRequest, now: datetime
) -> CommandRequest:
    """Return a stored request, with why it can be approved no more.

    Args:
        transaction: The one that loaded it.
        found: What is stored.
        now: The present instant.
    """
    row, end = found.row, found.end
    return CommandRequest(
        number=found.number,
        command=row.command,
        arguments=freeze(read_arguments(row)),
        requested_by=row.actor,
        requested_at=row.recorded_at,
        outcome=end.outcome if end else WAITING,
        ended_by=end and end.actor,
        ended_at=end and end.recorded_at,
        reason=end.reason if end else "",
        stale=() if end else _list_reasons(transaction, row, now),
    )


def _list_reasons(transaction: SqlTransaction, row: RequestRow, now: datetime) -> tuple[str, ...]:
    """List why a request can be approved no more."""
    reasons = []
    if row.release != HEAD:
        reasons.append("it was requested under another release")
    if row.rules != rules_digest(transaction):
        reasons.append("the rules have changed since it was requested")
    if now >= row.recorded_at + VALID:
        reasons.append(f"it was requested {VALID.days} days ago or longer")
    return tuple(reasons)


def seal_request(found: NumberedRequest) -> Request:
    """Return what is approved: the digest of all that a request says."""
    row = found.row
    fields = {**row._asdict(), "recorded_at": instant_text(row.recorded_at)}
    return Request(row.command, found.name, digest(fields))


def read_arguments(row: RequestRow) -> dict[str, Any]:
    """Return a request's arguments as JSON values.

    Raises:
        MalformedError: They cannot be read.
    """
    try:
        found: dict[str, Any] = json.loads(row.arguments)
    except ValueError:
        raise MalformedError("arguments of a request") from None
    return found


def read_requester(row: RequestRow) -> Actor:
    """Return who asked for a command."""
    role, _, id_ = row.actor.partition(":")
    return Actor(role, id_, row.actor_country, row.actor_team)
