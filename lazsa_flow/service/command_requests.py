"""Requests of commands: made by one person, and carried out by the approval of another.

The command runs in the transaction of the approval, in the name of the person who requested it, by
its own method: so it is checked as ever, and is carried out once or not at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.errors import ConflictError, InputError, NotFoundError
from lazsa_flow.lifecycle.canonical import canonical
from lazsa_flow.service.approvals import approve, is_one_person
from lazsa_flow.service.command_request import (
    CommandRequest,
    read_arguments,
    read_request,
    read_requester,
    seal_request,
)
from lazsa_flow.service.part import Part
from lazsa_flow.service.requestable import find_command
from lazsa_flow.service.requests import request_fields
from lazsa_flow.service.rules_digest import rules_digest
from lazsa_flow.store.inner_store import open_inner
from lazsa_flow.store.request_rows import NumberedRequest, RequestEnd, RequestRow
from lazsa_flow.store.schema_revision import HEAD

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lazsa_flow.lifecycle.merged_ids import MergedIds
    from lazsa_flow.lifecycle.model import Actor
    from lazsa_flow.service.context import Context
    from lazsa_flow.store.transaction import SqlTransaction

_EXPECTED: Final = "the number of a request, as lazsa-flow approval list shows"


class Requests(Part):
    """Requests of commands, and what becomes of them."""

    def request_command(
        self, command: str, arguments: Mapping[str, object], *, actor: Actor, key: str | None = None
    ) -> CommandRequest:
        """Request a command, for another person to approve; until then nothing is done.

        The command is tried first, and undone: what would be refused now is no request.

        Args:
            command: The command, such as ``resume``: a method that is marked as requestable.
            arguments: Its arguments as JSON values, without actor and key; no personal data.
            actor: Who asks; they must be allowed to give the command.
            key: The idempotency key.

        Returns:
            The request, which waits.

        Raises:
            NotFoundError: No such command may be requested.
            InputError: An argument is unknown, missing or wrong.
            NotAllowedError: The actor may not give the command.
            KeyReusedError: The key was used for another command.
        """
        found = find_command(self._service, command)
        asked = {"requested": command, "arguments": dict(arguments)}
        request = request_fields("request_command", actor, **asked)

        def run(context: Context) -> CommandRequest:
            def record(transaction: SqlTransaction) -> int:
                inner = self._runtime.on_store(open_inner(context.store, transaction))
                inner.dry_run(lambda own: found.run(self._service, own, actor, arguments))
                return _add(context, transaction, command, arguments, actor)

            now = context.clock.now()
            number = context.run_idempotent(key, request, now, record, changes_rules=True)
            return _find(context, number)

        return self._runtime.run_command(run)

    def command_requests(self, *, ended: bool = False) -> list[CommandRequest]:
        """Return the requests that wait for an approval, oldest first.

        Args:
            ended: Whether those that were carried out, refused or withdrawn are returned, too.
        """
        context = self._runtime.context
        with context.store.begin(write=False) as transaction:
            now = context.clock.now()
            found = transaction.requests(ended=ended)
            return [read_request(transaction, each, now) for each in found]

    def command_request(self, number: int) -> CommandRequest:
        """Return a request.

        Args:
            number: Its number.

        Raises:
            NotFoundError: There is none of this number.
        """
        return _find(self._runtime.context, number)

    def approve_request(
        self, number: int, *, actor: Actor, key: str | None = None
    ) -> CommandRequest:
        """Approve what another person requested: the command is carried out at once, in one go.

        Args:
            number: The request's number.
            actor: Another person than who requested it, allowed to give the same command; two ids
                that differ only in case, or that were merged, are one person.
            key: The idempotency key.

        Returns:
            The request, as carried out.

        Raises:
            NotFoundError: There is no such request.
            ConflictError: The same person requested it, it has ended, or the rules or the release
                have changed since.
            NotAllowedError: The actor may not give the command.
            KeyReusedError: The key was used for another command.
        """

        def carry_out(
            context: Context, transaction: SqlTransaction, found: NumberedRequest
        ) -> None:
            now, row, merged = context.clock.now(), found.row, context.rulebook.merged
            _check_other_person(found, actor, merged)
            if reasons := read_request(transaction, found, now).stale:
                raise ConflictError(found.name, f"{'; '.join(reasons)}; request it again")
            approve(transaction, seal_request(found), merged, actor=actor, now=now)
            inner = self._runtime.on_store(open_inner(context.store, transaction))
            command = find_command(self._service, row.command)
            command.run(self._service, inner, read_requester(row), read_arguments(row))
            transaction.end_request(number, RequestEnd("carried_out", str(actor), "", now))

        done = self._end("approve_request", number, carry_out, actor=actor, key=key)
        self._runtime.store.clear_log()  # as a command does by itself that deletes texts
        return done

    def refuse_request(
        self, number: int, *, actor: Actor, reason: str, key: str | None = None
    ) -> CommandRequest:
        """Refuse what another person requested: it can be approved no more.

        Args:
            number: The request's number.
            actor: Another person than who requested it, allowed to give the same command.
            reason: Why; no personal data.
            key: The idempotency key.

        Returns:
            The request, as it has ended.

        Raises:
            NotFoundError: There is no such request.
            ConflictError: The same person requested it, or it has ended.
            InputError: No reason is given.
            NotAllowedError: The actor may not give the command.
            KeyReusedError: The key was used for another command.
        """

        def refuse(context: Context, transaction: SqlTransaction, found: NumberedRequest) -> None:
            _check_other_person(found, actor, context.rulebook.merged)
            end = RequestEnd("refused", str(actor), reason.strip(), context.clock.now())
            transaction.end_request(number, end)

        _check_reason("refuse_request", reason)
        return self._end("refuse_request", number, refuse, actor=actor, key=key, reason=reason)

    def withdraw_request(
        self, number: int, *, actor: Actor, reason: str, key: str | None = None
    ) -> CommandRequest:
        """Withdraw one's own request: it can be approved no more.

        Args:
            number: The request's number.
            actor: Who requested it.
            reason: Why; no personal data.
            key: The idempotency key.

        Returns:
            The request, as it has ended.

        Raises:
            NotFoundError: There is no such request.
            ConflictError: Another person requested it, or it has ended.
            InputError: No reason is given.
            NotAllowedError: The actor may not give the command.
            KeyReusedError: The key was used for another command.
        """

        def withdraw(context: Context, transaction: SqlTransaction, found: NumberedRequest) -> None:
            if not is_one_person(found.row.actor, str(actor), context.rulebook.merged):
                what = f"{found.row.actor} requested it, and nobody else withdraws it; refuse it"
                raise ConflictError(found.name, what)
            end = RequestEnd("withdrawn", str(actor), reason.strip(), context.clock.now())
            transaction.end_request(number, end)

        _check_reason("withdraw_request", reason)
        return self._end("withdraw_request", number, withdraw, actor=actor, key=key, reason=reason)

    def _end(
        self,
        name: str,
        number: int,
        end: Callable[[Context, SqlTransaction, NumberedRequest], None],
        *,
        actor: Actor,
        key: str | None,
        **asked: str,
    ) -> CommandRequest:
        """End a request that waits, and return it.

        Args:
            name: The command that ends it.
            number: The request's number.
            end: Records how it ends; runs with the lock of the rules, so that nobody else does.
            actor: Who acts; they must be allowed to give the requested command.
            key: The idempotency key.
            asked: What else tells this command from another.
        """

        def run(context: Context) -> CommandRequest:
            def record(transaction: SqlTransaction) -> int:
                found = _load(transaction, number)
                permit = find_command(self._service, found.row.command).permit
                country = read_arguments(found.row).get("country")
                context.check_command(permit, actor, country=country)
                if done := found.end:
                    outcome = done.outcome.replace("_", " ")
                    raise ConflictError(found.name, f"{outcome} already, by {done.actor}")
                end(context, transaction, found)
                return number

            request = request_fields(name, actor, number=number, **asked)
            now = context.clock.now()
            context.run_idempotent(key, request, now, record, changes_rules=True)
            return _find(context, number)

        return self._runtime.run_command(run)


def _add(
    context: Context,
    transaction: SqlTransaction,
    command: str,
    arguments: Mapping[str, object],
    actor: Actor,
) -> int:
    """Add a request, with the approval of who asks; return its number."""
    now = context.clock.now()
    row = RequestRow(
        command=command,
        arguments=canonical(dict(arguments)).decode(),
        actor=str(actor),
        actor_country=actor.country,
        actor_team=actor.team,
        rules=rules_digest(transaction),
        release=HEAD,
        recorded_at=now,
    )
    made = NumberedRequest(transaction.add_request(row), row)
    merged = context.rulebook.merged
    approve(transaction, seal_request(made), merged, actor=actor, now=now)
    return made.number


def _check_reason(where: str, reason: str) -> None:
    """Let a reason pass that is given.

    Raises:
        InputError: It is empty.
    """
    if not reason.strip():
        raise InputError.of(where, "reason", reason, "why, in a few words")


def _check_other_person(found: NumberedRequest, actor: Actor, merged: MergedIds) -> None:
    """Let another person pass than who requested a command.

    Raises:
        ConflictError: It is the same one.
    """
    if is_one_person(found.row.actor, str(actor), merged):
        what = f"{found.row.actor} requested it, and {actor} is the same person"
        raise ConflictError(found.name, f"{what}; another person must decide")


def _load(transaction: SqlTransaction, number: int) -> NumberedRequest:
    """Load a request.

    Raises:
        NotFoundError: There is none of this number.
    """
    for found in transaction.requests(number):
        return found
    raise NotFoundError("request", str(number), expected=_EXPECTED)


def _find(context: Context, number: int) -> CommandRequest:
    """Return a request by its number, as it stands now."""
    with context.store.begin(write=False) as transaction:
        return read_request(transaction, _load(transaction, number), context.clock.now())
