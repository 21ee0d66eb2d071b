"""Approvals: a command that one person asks for and another one carries out.

The first approval is the request, the second one carries it out. Ids are compared as persons: two
that differ only in case, or that were merged, are one person, who approves once. An approval holds
for just the digest that it was given for, so that nothing is approved that has changed since.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from lazsa_flow.errors import ConflictError
from lazsa_flow.lifecycle.ids import same_person
from lazsa_flow.store.request_rows import ApprovalRow

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from lazsa_flow.lifecycle.merged_ids import MergedIds
    from lazsa_flow.lifecycle.model import Actor
    from lazsa_flow.store.transaction import SqlTransaction

PERSONS: Final = 2
"""So many persons must approve."""


class Approval(NamedTuple):
    """An approval by one person.

    Attributes:
        actor: Who approved, as ``role:id``.
        at: When.

    Units:
        Instants are aware, in UTC.
    """

    actor: str
    at: datetime


class Request(NamedTuple):
    """A command that several persons must approve.

    Attributes:
        command: The command.
        about: What it is about, such as a name.
        digest: The digest of all that it would do.
    """

    command: str
    about: str
    digest: str


def is_approved(approvals: Iterable[Approval]) -> bool:
    """Return whether as many persons have approved as must."""
    return len(tuple(approvals)) >= PERSONS


def approvals_of(
    rows: Iterable[ApprovalRow], request: Request, merged: MergedIds
) -> tuple[Approval, ...]:
    """Return the approvals of a request, the first one of each person.

    Args:
        rows: The approvals of its command.
        request: The request.
        merged: Which ids are one person's.
    """
    found: list[Approval] = []
    for row in rows:
        if (row.about, row.digest) != (request.about, request.digest):
            continue
        if not any(is_one_person(row.actor, each.actor, merged) for each in found):
            found.append(Approval(row.actor, row.recorded_at))
    return tuple(found)


def approve(
    transaction: SqlTransaction, request: Request, merged: MergedIds, *, actor: Actor, now: datetime
) -> tuple[Approval, ...]:
    """Record that a person approves a request; return every approval of it.

    The caller holds the lock of the rules, so that two persons approve one after the other.

    Args:
        transaction: The command's.
        request: What is approved.
        merged: Which ids are one person's.
        actor: Who approves.
        now: The present instant.

    Raises:
        ConflictError: This person has approved it already, or it needs no further approval.
    """
    found = approvals_of(transaction.approvals(request.command), request, merged)
    for each in found:
        if is_one_person(each.actor, str(actor), merged):
            what = f"{each.actor} has approved it already, and {actor} is the same person"
            raise ConflictError(request.about, f"{what}; another person must approve")
    if is_approved(found):
        who = " and ".join(each.actor for each in found)
        raise ConflictError(request.about, f"approved already, by {who}")
    row = ApprovalRow(request.about, request.digest, str(actor), now)
    transaction.add_approval(request.command, row)
    return (*found, Approval(str(actor), now))


def is_one_person(one: str, other: str, merged: MergedIds) -> bool:
    """Return whether two actors, as ``role:id``, are one person whatever their roles."""
    names = [merged.names_of(each.partition(":")[2]) for each in (one, other)]
    return any(same_person(a, b) for a in names[0] for b in names[1])
