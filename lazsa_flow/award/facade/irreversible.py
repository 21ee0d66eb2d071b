"""Commands that cannot be undone: each takes ``dry_run=True``, which writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.award.commands import erasure, suspensions
from lazsa_flow.award.facade.sellers import Sellers
from lazsa_flow.award.permissions import check_command
from lazsa_flow.lifecycle.model import Actor

if TYPE_CHECKING:
    from datetime import date

    from lazsa_flow.award.store.transaction import AwardTransaction
    from lazsa_flow.service.replan import Planned

HOST: Final = Actor("host", "host")


class Irreversible(Sellers):
    """The commands that cannot be undone."""

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
        """
        if dry_run:
            return self.dry_run(
                lambda own: own.suspend_cycle(country, cycle_on, actor=actor, key=key)
            ).result
        return self._command(
            lambda context: suspensions.suspend_cycle(
                context, country, cycle_on, actor=actor, key=key
            )
        )

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
        """
        if dry_run:
            return self.dry_run(
                lambda own: own.lift_suspension(country, cycle_on, actor=actor, key=key)
            ).result
        return self._command(
            lambda context: suspensions.lift_suspension(
                context, country, cycle_on, actor=actor, key=key
            )
        )

    def unpark(self, path: str, *, actor: Actor, dry_run: bool = False) -> int:
        """Let a path that was set aside go on; return how many timers are pending again.

        Args:
            path: The path's reference.
            actor: Who asks.
            dry_run: Return how many timers it would be, and write nothing.

        Raises:
            NotFoundError: There is no such path.
        """
        if dry_run:
            return self.dry_run(lambda own: own.unpark(path, actor=actor)).result
        check_command("unpark", actor)
        context = self.context

        def run(transaction: AwardTransaction) -> int:
            seen = context.load(transaction, path, self.clock.now())
            return transaction.unpark(seen.path.id)

        return self.store.transact(run)

    def unpark_all(self, *, actor: Actor, dry_run: bool = False) -> dict[str, int]:
        """Let every path that was set aside go on.

        Args:
            actor: Who asks.
            dry_run: Return what would go on, and write nothing.

        Returns:
            How many timers of each path are pending again, by the path's reference.
        """
        check_command("unpark", actor)
        return {
            ref: self.unpark(ref, actor=actor, dry_run=dry_run) for ref, _failure in self.parked()
        }

    def erase(
        self, seller: str, *, actor: Actor, key: str | None = None, dry_run: bool = False
    ) -> int:
        """Delete a seller's personal data; a sitting ambassador retires first.

        Files that are imported later bring nothing of them back; see :meth:`readmit`. Where the
        deleted texts can still be read is told by :meth:`deleted_texts_remain`.

        Args:
            seller: Whose; the id of a nominator or reviewer is good, too.
            actor: Who asks; the journal names them at whatever ends.
            key: The idempotency key.
            dry_run: Return how many texts it would be, and write nothing; what would end is told
                by :meth:`dry_run`.

        Returns:
            How many texts were deleted.

        Raises:
            NotFoundError: Nothing is recorded of such a person.
            ConflictError: A compliance case or an appeal is open: the erasure is held.
        """
        if dry_run:
            return self.dry_run(lambda own: own.erase(seller, actor=actor, key=key)).result
        return self._command(
            lambda context: erasure.erase_person(context, seller, actor=actor, key=key)
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
        """
        erasure.readmit_person(self.context, person, actor=actor, key=key)

    def deleted_texts_remain(self) -> str:
        """Say where texts that were erased or purged can still be read."""
        return self.store.deleted_texts_remain()

    def purge(self, *, actor: Actor = HOST, dry_run: bool = False) -> int:
        """Delete every text that has been kept long enough; return how many.

        Args:
            actor: Who asks.
            dry_run: Return how many it would be, and write nothing.
        """
        if dry_run:
            return self.dry_run(lambda own: own.purge(actor=actor)).result
        return erasure.purge_texts(self.context, actor=actor)
