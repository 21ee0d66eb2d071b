"""Records of rehearsals: saved under a name, listed, and approved by two persons."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lazsa_flow.engine.sealed_outcomes import digest_of_text, read_outcomes
from lazsa_flow.errors import ConflictError, NotFoundError
from lazsa_flow.foresight.saved_rehearsal import (
    SavedRehearsal,
    read_conditions,
    write_outcomes,
)
from lazsa_flow.lifecycle.calendar import instant_text
from lazsa_flow.lifecycle.values import EMPTY
from lazsa_flow.service.approvals import approvals_of, approve
from lazsa_flow.service.requests import request_fields
from lazsa_flow.service.rules_digest import rules_digest
from lazsa_flow.service.run_once import request_digest
from lazsa_flow.service.sealed_rehearsals import APPROVE, list_reasons, seal_of
from lazsa_flow.store.night_rows import RehearsalRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from lazsa_flow.foresight.rehearsal import Rehearsal
    from lazsa_flow.lifecycle.model import Actor
    from lazsa_flow.service.context import Context
    from lazsa_flow.service.runtime import Runtime
    from lazsa_flow.store.transaction import SqlTransaction

SAVE: Final = "save_rehearsal"
_EXPECTED: Final = "the name of a saved rehearsal, as lazsa-flow night list shows"


class SaveRequest(NamedTuple):
    """A rehearsal to save: its name, and what it asks.

    Attributes:
        name: The name, which no other saved rehearsal has.
        on: The date.
        now: Ask as if at this instant, aware; ``None``: the present one.
        country: Of this country; ``None``: of all.
        assume: What is taken as given.
    """

    name: str
    on: date
    now: datetime | None
    country: str | None
    assume: Mapping[str, str]

    def fields(self, actor: Actor) -> dict[str, Any]:
        """Return what tells this request from others, as JSON values."""
        return request_fields(
            SAVE,
            actor,
            name=self.name,
            on=self.on.isoformat(),
            now=self.now and instant_text(self.now),
            country=self.country,
            assume=self.assume,
        )


def save_rehearsal(
    context: Context, runtime: Runtime, asked: SaveRequest, *, actor: Actor, key: str | None
) -> SavedRehearsal:
    """Rehearse a date and save it; see :meth:`.saved_nights.Nights.save_rehearsal`."""
    context.check_command(SAVE, actor, country=asked.country)
    request = asked.fields(actor)
    if _is_done(context, key, request):
        return find_rehearsal(context, asked.name)
    at = context.clock.now()  # what is recorded from now on may not be foreseen
    found = _rehearse(runtime, asked)
    save = partial(_save, context, asked, found, actor, at)
    context.run_idempotent(key, request, at, save, changes_rules=True)
    return replace(find_rehearsal(context, asked.name), rehearsal=found)


def list_rehearsals(context: Context) -> list[SavedRehearsal]:
    """Return the saved rehearsals, oldest first, without their outcomes."""
    with context.store.begin(write=False) as transaction:
        return _read(context, transaction, transaction.rehearsals())


def approve_rehearsal(
    context: Context, name: str, *, actor: Actor, key: str | None
) -> SavedRehearsal:
    """Approve a saved rehearsal; see :meth:`.saved_nights.Nights.approve_night`."""
    context.check_command(APPROVE, actor, country=actor.country)
    now = context.clock.now()

    def record(transaction: SqlTransaction) -> bool:
        row = load_rehearsal(transaction, name)
        context.check_command(APPROVE, actor, country=row.country)
        if reasons := list_reasons(transaction, row):
            raise ConflictError(name, f"{'; '.join(reasons)}; save a new rehearsal")
        approve(transaction, seal_of(row), context.rulebook.merged, actor=actor, now=now)
        return True

    request = request_fields(APPROVE, actor, name=name)
    context.run_idempotent(key, request, now, record, changes_rules=True)
    return find_rehearsal(context, name)


def _is_done(context: Context, key: str | None, request: Mapping[str, Any]) -> bool:
    """Return whether a key has run this request, so that nothing need be rehearsed again.

    Raises:
        KeyReusedError: The key was used for another command.
    """
    if key is None:
        return False
    with context.store.begin(write=False) as transaction:
        return transaction.recall(key, request_digest(key, request)) is not None


def _rehearse(runtime: Runtime, asked: SaveRequest) -> Rehearsal:
    """Rehearse a date; what that needs is imported here, for other commands do not need it."""
    from lazsa_flow.foresight.rehearse import rehearse_for

    return rehearse_for(
        runtime, SAVE, on=asked.on, now=asked.now, country=asked.country, assume=asked.assume
    )


def _save(
    context: Context,
    asked: SaveRequest,
    found: Rehearsal,
    actor: Actor,
    at: datetime,
    transaction: SqlTransaction,
) -> bool:
    """Save a rehearsal, sealed with the rules and the database.

    Raises:
        ConflictError: Another one was saved under this name.
    """
    if transaction.rehearsal(asked.name):
        raise ConflictError(asked.name, "a rehearsal was saved under this name already")
    outcomes = write_outcomes(found)
    transaction.add_rehearsal(
        RehearsalRow(
            name=asked.name,
            cycle_on=found.on,
            asked_at=found.now,
            country=asked.country,
            conditions=json.dumps(dict(found.conditions), sort_keys=True),
            database_id=transaction.need_database_id(context.new_salt, at),
            rules=rules_digest(transaction),
            outcomes=outcomes,
            sha256=digest_of_text(outcomes),
            actor=str(actor),
            recorded_at=at,
            paths=len(found.outcomes),
        )
    )
    return True


def load_rehearsal(transaction: SqlTransaction, name: str) -> RehearsalRow:
    """Load a saved rehearsal.

    Raises:
        NotFoundError: There is none of this name.
    """
    if row := transaction.rehearsal(name):
        return row
    raise NotFoundError("saved rehearsal", name, expected=_EXPECTED)


def find_rehearsal(context: Context, name: str) -> SavedRehearsal:
    """Return a saved rehearsal.

    Raises:
        NotFoundError: There is none of this name.
    """
    with context.store.begin(write=False) as transaction:
        [found] = _read(context, transaction, [load_rehearsal(transaction, name)])
    return found


def _read(
    context: Context, transaction: SqlTransaction, rows: Iterable[RehearsalRow]
) -> list[SavedRehearsal]:
    """Return saved rehearsals with their approvals."""
    approvals = transaction.approvals(APPROVE)
    return [
        SavedRehearsal(
            name=row.name,
            on=row.cycle_on,
            now=row.asked_at,
            country=row.country,
            conditions=read_conditions(row.conditions),
            paths=row.paths,
            outcomes=EMPTY if row.outcomes is None else read_outcomes(row.outcomes),
            sha256=row.sha256,
            saved_by=row.actor,
            saved_at=row.recorded_at,
            approvals=approvals_of(approvals, seal_of(row), context.rulebook.merged),
            stale=list_reasons(transaction, row),
        )
        for row in rows
    ]
