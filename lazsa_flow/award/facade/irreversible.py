"""Commands that cannot be undone: each takes ``dry_run=True``, which writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.award import commands
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.service.part import Part
from lazsa_flow.service.requestable import requestable

if TYPE_CHECKING:
    from datetime import date

    from lazsa_flow.service.replan import Planned

HOST: Final = Actor("host", "host")


class Irreversible(Part):
    """The commands that cannot be undone."""

    @requestable("suspend_cycle")
    def suspend_cycle(
        self,
        country: str,
        cycle_on: date,
        *,
        actor: Actor,
        key: str | None = None,
        dry_run: bool = False,
    ) -> list[Planned]:
        """Suspend a cycle to come: nominees carry over, renewals run to the next one held.

        Args:
            country: Which country's.
            cycle_on: Its cycle date.
            actor: Who asks.
            key: The idempotency key.
            dry_run: Return what would move, and write nothing.

        Returns:
            Every timer that moved.

        Raises:
            KeyReusedError: The key was used for another command.
            NotAllowedError: The actor may not do this.
        """
        if dry_run:
            return self._dry_run(
                lambda own: own.suspend_cycle(country, cycle_on, actor=actor, key=key)
            )
        return self._runtime.run_command(
            lambda context: commands.suspensions.suspend_cycle(
                context, country, cycle_on, actor=actor, key=key
            )
        )

    @requestable("lift_suspension")
    def lift_suspension(
        self,
        country: str,
        cycle_on: date,
        *,
        actor: Actor,
        key: str | None = None,
        dry_run: bool = False,
    ) -> list[Planned]:
        """Hold a suspended cycle after all: nominees and renewals that belong to it go back.

        Args:
            country: Which country's.
            cycle_on: Its cycle date; until its nomination window closes.
            actor: Who asks.
            key: The idempotency key.
            dry_run: Return what would move, and write nothing.

        Returns:
            Every timer that moved.

        Raises:
            ConflictError: The cycle is not suspended, or its window has closed.
            KeyReusedError: The key was used for another command.
            NotAllowedError: The actor may not do this.
        """
        if dry_run:
            return self._dry_run(
                lambda own: own.lift_suspension(country, cycle_on, actor=actor, key=key)
            )
        return self._runtime.run_command(
            lambda context: commands.suspensions.lift_suspension(
                context, country, cycle_on, actor=actor, key=key
            )
        )

    @requestable("erase")
    def erase(
        self, seller: str, *, actor: Actor, key: str | None = None, dry_run: bool = False
    ) -> int:
        """Delete a seller's personal data; a sitting ambassador retires first.

        Files that are imported later bring nothing of them back; see :meth:`readmit`. Where the
        deleted texts can still be read is returned by :meth:`deleted_texts_remain`.

        Args:
            seller: Whose; the id of a nominator or reviewer is good, too.
            actor: Who asks; the journal names them on every path that ends.
            key: The idempotency key.
            dry_run: Return how many texts it would be, and write nothing; what would end is listed
                by :meth:`dry_run`.

        Returns:
            How many texts were deleted.

        Raises:
            NotFoundError: Nothing is recorded of such a person.
            ConflictError: A compliance case or an appeal is open: the erasure is held.
            KeyReusedError: The key was used for another command.
            NotAllowedError: The actor may not do this.
        """
        if dry_run:
            return self._dry_run(lambda own: own.erase(seller, actor=actor, key=key))
        return self._runtime.run_command(
            lambda context: commands.erasure.erase_person(context, seller, actor=actor, key=key)
        )

    def readmit(self, person: str, *, actor: Actor, key: str | None = None) -> None:
        """Let files be imported again for somebody who was erased and has come back.

        Args:
            person: The seller, nominator or reviewer.
            actor: Who asks: the person, or the host for them.
            key: The idempotency key.

        Raises:
            NotFoundError: No such person was erased.
            ConfigError: Persons were erased under a secret that this process does not have.
            KeyReusedError: The key was used for another command.
            NotAllowedError: The actor may not do this.
        """
        commands.erasure.readmit_person(self._runtime.context, person, actor=actor, key=key)

    @requestable("purge")
    def purge(self, *, actor: Actor = HOST, dry_run: bool = False) -> int:
        """Delete every text that has been kept long enough; return how many.

        Args:
            actor: Who asks.
            dry_run: Return how many it would be, and write nothing.

        Returns:
            The number of texts.

        Raises:
            NotAllowedError: The actor may not do this.
        """
        if dry_run:
            return self._dry_run(lambda own: own.purge(actor=actor))
        return commands.erasure.purge_texts(self._runtime.context, actor=actor)
