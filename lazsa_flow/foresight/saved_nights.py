"""Nights: rehearsals that are saved, and approved by two persons before the date."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

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
from lazsa_flow.service.entrance import checked
from lazsa_flow.service.part import Part, exposed
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


class Nights(Part):
    """Rehearsals that were saved, and their approvals."""

    def save_rehearsal(
        self,
        name: str,
        *,
        actor: Actor,
        on: date,
        now: datetime | None = None,
        country: str | None = None,
        assume: Mapping[str, str] = EMPTY,
        key: str | None = None,
    ) -> SavedRehearsal:
        """Rehearse a date, and save what it will bring under a name, for others to approve.

        It is sealed with the digest of the rules and the identity of the database.

        Args:
            name: The name, which no other saved rehearsal has.
            actor: Who saves it.
            on: The date: a cycle date, where the countries have any.
            now: Ask as if at this instant, aware; the present by default.
            country: Of this country; of all by default.
            assume: What is taken as given, such as ``{"facts": "held"}``.
            key: The idempotency key.

        Raises:
            ConflictError: Another rehearsal was saved under this name.
            InputError: The date is no cycle date, lies in the past, or is suspended; or there is
                no such assumption.
            NotFoundError: There is no such country.
            NotAllowedError: The actor may not do this.
            KeyReusedError: The key was used for another command.
            ContendedError: Another process holds the database's lock for itself.
            DamagedError: The database's file is damaged.
            SchemaError: The database is another release's, or run by other lifecycle tables.
            UnavailableError: The database cannot be read, or there is no room for the copy.
        """
        asked = {"on": on.isoformat(), "now": now and instant_text(now), "country": country}
        request = request_fields(SAVE, actor, name=name, **asked, assume=dict(assume))

        def run(context: Context) -> SavedRehearsal:
            context.check_command(SAVE, actor, country=country)
            if _is_done(context, key, request):
                return _find(context, name)
            at = context.clock.now()  # what is recorded from now on may not be foreseen
            found = _rehearse(self._runtime, on, now, country, assume)
            save = partial(_save, context, name, found, country, str(actor), at)
            context.run_idempotent(key, request, at, save, changes_rules=True)
            return replace(_find(context, name), rehearsal=found)

        return self._runtime.run_command(run)

    def nights(self) -> list[SavedRehearsal]:
        """Return the saved rehearsals, oldest first, without their outcomes: they are long.

        Whether the outcomes of one are those that were saved is checked where it is shown,
        approved or started.
        """
        context = self._runtime.context
        with context.store.begin(write=False) as transaction:
            return _read(context, transaction, transaction.rehearsals())

    def night(self, name: str) -> SavedRehearsal:
        """Return a saved rehearsal.

        Args:
            name: Its name.

        Raises:
            NotFoundError: There is none of this name.
        """
        return _find(self._runtime.context, name)

    def approve_night(self, name: str, *, actor: Actor, key: str | None = None) -> SavedRehearsal:
        """Approve a saved rehearsal; the second approval, by another person, approves the night.

        Args:
            name: Its name.
            actor: A manager; two ids that differ only in case, or that were merged, are one
                person, who approves once.
            key: The idempotency key.

        Returns:
            The saved rehearsal with its approvals.

        Raises:
            NotFoundError: There is none of this name.
            ConflictError: This person has approved it, two others have, the rules have changed
                since it was saved, or it is one of another database.
            NotAllowedError: The actor may not do this.
            KeyReusedError: The key was used for another command.
        """

        def run(context: Context) -> SavedRehearsal:
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
            return _find(context, name)

        return self._runtime.run_command(run)


@checked
class NightCommands:
    """The nights of a service of any lifecycle, with what is handed over checked first.

    Args:
        runtime: The runtime of the service.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    save_rehearsal = exposed(Nights.save_rehearsal)
    nights = exposed(Nights.nights)
    night = exposed(Nights.night)
    approve_night = exposed(Nights.approve_night)


def _is_done(context: Context, key: str | None, request: Mapping[str, Any]) -> bool:
    """Return whether a key has run this request, so that nothing need be rehearsed again.

    Raises:
        KeyReusedError: The key was used for another command.
    """
    if key is None:
        return False
    with context.store.begin(write=False) as transaction:
        return transaction.recall(key, request_digest(key, request)) is not None


def _rehearse(
    runtime: Runtime,
    on: date,
    now: datetime | None,
    country: str | None,
    assume: Mapping[str, str],
) -> Rehearsal:
    """Rehearse a date; what that needs is imported here, for other commands do not need it."""
    from lazsa_flow.foresight.rehearse import rehearse_for

    return rehearse_for(runtime, SAVE, on=on, now=now, country=country, assume=assume)


def _save(
    context: Context,
    name: str,
    found: Rehearsal,
    country: str | None,
    actor: str,
    at: datetime,
    transaction: SqlTransaction,
) -> bool:
    """Save a rehearsal, sealed with the rules and the database.

    Raises:
        ConflictError: Another one was saved under this name.
    """
    if transaction.rehearsal(name):
        raise ConflictError(name, "a rehearsal was saved under this name already")
    outcomes = write_outcomes(found)
    transaction.add_rehearsal(
        RehearsalRow(
            name=name,
            cycle_on=found.on,
            asked_at=found.now,
            country=country,
            conditions=json.dumps(dict(found.conditions), sort_keys=True),
            database_id=transaction.need_database_id(context.new_salt, at),
            rules=rules_digest(transaction),
            outcomes=outcomes,
            sha256=digest_of_text(outcomes),
            actor=actor,
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


def _find(context: Context, name: str) -> SavedRehearsal:
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
