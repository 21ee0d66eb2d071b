"""Requested commands and approvals within one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import sqlalchemy as sa

from lazsa_flow.store import schema
from lazsa_flow.store.closed_books import BookSide

if TYPE_CHECKING:
    from datetime import datetime


class RequestRow(NamedTuple):
    """A requested command, as it is stored.

    Attributes:
        command: The command's name.
        arguments: Its arguments, as canonical JSON.
        actor: Who asked, as ``role:id``.
        actor_country: The country in which they hold their role, if one.
        actor_team: Their team, if they are of one.
        rules: The digest of the rules in force.
        release: The schema's revision.
        recorded_at: When.
    """

    command: str
    arguments: str
    actor: str
    actor_country: str | None
    actor_team: str | None
    rules: str
    release: str
    recorded_at: datetime


class RequestEnd(NamedTuple):
    """How a request ended, as it is stored.

    Attributes:
        outcome: ``carried_out``, ``refused`` or ``withdrawn``.
        actor: By whom, as ``role:id``.
        reason: Why it was refused or withdrawn.
        recorded_at: When.
    """

    outcome: str
    actor: str
    reason: str
    recorded_at: datetime


class NumberedRequest(NamedTuple):
    """A request with its number, and how it ended if it has."""

    number: int
    row: RequestRow
    end: RequestEnd | None = None

    @property
    def name(self) -> str:
        """What errors and approvals call it."""
        return f"request {self.number}"


class ApprovalRow(NamedTuple):
    """An approval, as it is stored.

    Attributes:
        about: What the command is about.
        digest: The digest of all that it would do.
        actor: Who approved, as ``role:id``.
        recorded_at: When.
    """

    about: str
    digest: str
    actor: str
    recorded_at: datetime


class RequestSide(BookSide):
    """One transaction on a SQL database, as far as it concerns requests and approvals."""

    def requests(self, number: int | None = None, *, ended: bool = True) -> list[NumberedRequest]:
        """Return the requests, or the one of a number, oldest first.

        Args:
            number: The number.
            ended: Whether those that have ended are returned, too.
        """
        table, ends = schema.requests, schema.request_ends
        asked = [table.c[name] for name in RequestRow._fields]
        told = [ends.c[name] for name in RequestEnd._fields]
        query = sa.select(table.c.id, *asked, *told).join(
            ends, ends.c.request_id == table.c.id, isouter=True
        )
        if number is not None:
            query = query.where(table.c.id == number)
        if not ended:
            query = query.where(ends.c.request_id.is_(None))
        return [
            NumberedRequest(
                number,
                RequestRow(*values[: len(asked)]),
                None if values[len(asked)] is None else RequestEnd(*values[len(asked) :]),
            )
            for number, *values in self._connection.execute(query.order_by(table.c.id))
        ]

    def add_request(self, row: RequestRow) -> int:
        """Record a request; return its number."""
        made = self._connection.execute(
            sa.insert(schema.requests).returning(schema.requests.c.id), row._asdict()
        )
        return int(made.scalar_one())

    def end_request(self, number: int, end: RequestEnd) -> None:
        """Record how a request ended."""
        row = {"request_id": number, **end._asdict()}
        self._connection.execute(sa.insert(schema.request_ends), row)

    def approvals(self, command: str) -> list[ApprovalRow]:
        """Return every approval of a command, oldest first."""
        table = schema.approvals
        query = sa.select(*(table.c[field] for field in ApprovalRow._fields))
        found = self._connection.execute(
            query.where(table.c.command == command).order_by(table.c.id)
        )
        return [ApprovalRow(*row) for row in found]

    def add_approval(self, command: str, row: ApprovalRow) -> None:
        """Record an approval."""
        self._connection.execute(sa.insert(schema.approvals), {"command": command, **row._asdict()})
