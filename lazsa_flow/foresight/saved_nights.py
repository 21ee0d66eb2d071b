"""Nights: rehearsals that are saved, and approved by two persons before the date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow import foresight
from lazsa_flow.lifecycle.values import EMPTY
from lazsa_flow.service.entrance import checked
from lazsa_flow.service.part import Part, exposed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from lazsa_flow.foresight.saved_rehearsal import SavedRehearsal
    from lazsa_flow.lifecycle.model import Actor
    from lazsa_flow.service.runtime import Runtime


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
        records = foresight.rehearsal_records
        asked = records.SaveRequest(name, on, now, country, dict(assume))
        return self._runtime.run_command(
            lambda context: records.save_rehearsal(
                context, self._runtime, asked, actor=actor, key=key
            )
        )

    def nights(self) -> list[SavedRehearsal]:
        """Return the saved rehearsals, oldest first, without their outcomes: they are long.

        Whether the outcomes of one are those that were saved is checked where it is shown,
        approved or started.
        """
        return foresight.rehearsal_records.list_rehearsals(self._runtime.context)

    def night(self, name: str) -> SavedRehearsal:
        """Return a saved rehearsal.

        Args:
            name: Its name.

        Raises:
            NotFoundError: There is none of this name.
        """
        return foresight.rehearsal_records.find_rehearsal(self._runtime.context, name)

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
        return self._runtime.run_command(
            lambda context: foresight.rehearsal_records.approve_rehearsal(
                context, name, actor=actor, key=key
            )
        )


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
