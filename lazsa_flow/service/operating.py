"""Commands of operators and managers: pauses, parked paths, lost timers, closing the books."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lazsa_flow import service
from lazsa_flow.errors import NotFoundError
from lazsa_flow.service.part import Part
from lazsa_flow.service.questions import Questions
from lazsa_flow.service.requestable import requestable

if TYPE_CHECKING:
    from datetime import date

    from lazsa_flow.lifecycle.model import Actor
    from lazsa_flow.lifecycle.pauses import Pause
    from lazsa_flow.service.replan import Planned
    from lazsa_flow.store.transaction import SqlTransaction


class Operating(Part):
    """The commands of operators and managers."""

    @requestable("pause")
    def pause(
        self,
        *,
        actor: Actor,
        reason: str = "",
        country: str | None = None,
        cycle: date | None = None,
        paused: bool = True,
        key: str | None = None,
    ) -> Pause | None:
        """Pause timers: all, or those of a country, of a cycle date, or of both.

        No process fires one of them any more, but for the chunk that it has in hand; what falls
        due waits, and keeps its day. A command on a path with an overdue timer that is paused is
        refused, but for compliance's.

        Args:
            actor: An operator.
            reason: Why, for those who find it paused; no personal data.
            country: Of this country alone.
            cycle: Only timers that are counted in the books of this cycle date.
            paused: ``False`` resumes instead, if just this is paused.
            key: The idempotency key.

        Returns:
            The pause in force; ``None`` where it was resumed.

        Raises:
            NotFoundError: There is no such country.
            InputError: It is no cycle date.
            KeyReusedError: The key was used for another command.
            NotAllowedError: The actor may not do this.
        """
        if not paused:
            if any(
                (each.country, each.cycle) == (country, cycle)
                for each in Questions(self._runtime).pauses()
            ):
                self.resume(actor=actor, reason=reason, country=country, cycle=cycle, key=key)
            return None
        return self._runtime.run_command(
            lambda context: service.operate.pause(
                context, country, cycle, actor=actor, reason=reason, key=key
            )
        )

    @requestable("pause")
    def resume(
        self,
        *,
        actor: Actor,
        reason: str = "",
        country: str | None = None,
        cycle: date | None = None,
        key: str | None = None,
    ) -> None:
        """Lift a pause of exactly this scope; overdue timers then fire with their own instants.

        Args:
            actor: An operator.
            reason: Why.
            country: As it was paused.
            cycle: As it was paused.
            key: The idempotency key.

        Raises:
            ConflictError: Just this is not paused; the pauses in force are named.
            KeyReusedError: The key was used for another command.
            NotAllowedError: The actor may not do this.
        """
        self._runtime.run_command(
            lambda context: service.operate.resume(
                context, country, cycle, actor=actor, reason=reason, key=key
            )
        )

    @requestable("close_books")
    def close_ledger(
        self, country: str, cycle_on: date, *, actor: Actor, key: str | None = None
    ) -> None:
        """Close a country's books of a cycle date, once they balance and nothing is parked.

        Args:
            country: The country's code.
            cycle_on: The cycle date, local to the country.
            actor: Who acts.
            key: The idempotency key.

        Raises:
            NotFoundError: There are no such books.
            ConflictError: They do not balance, something is parked, or they are closed already.
            KeyReusedError: The key was used for another command.
            NotAllowedError: The actor may not do this.
        """
        self._runtime.context.country(country)
        for book in Questions(self._runtime).ledger():
            if (book.country, book.on) == (country, cycle_on):
                self._runtime.run_command(
                    partial(service.operate.close_books, book=book, actor=actor, key=key)
                )
                return
        raise NotFoundError("books", f"{country} {cycle_on}")

    def close_books(
        self, country: str, cycle_on: date, *, actor: Actor, key: str | None = None
    ) -> None:
        """Close the books: the earlier name of :meth:`close_ledger`.

        Args:
            country: The country's code.
            cycle_on: The cycle date, local to the country.
            actor: Who acts.
            key: The idempotency key.

        Raises:
            KeyReusedError: The key was used for another command.
            NotAllowedError: The actor may not do this.
        """
        self.close_ledger(country, cycle_on, actor=actor, key=key)

    def unpark(self, path: str, *, actor: Actor, dry_run: bool = False) -> int:
        """Let a path that was set aside go on; return how many timers are pending again.

        Args:
            path: The path's reference.
            actor: Who asks.
            dry_run: Return how many timers it would be, and write nothing.

        Returns:
            The number of timers.

        Raises:
            NotFoundError: There is no such path.
            NotAllowedError: The actor may not do this.
        """
        if dry_run:
            return self._dry_run(lambda own: own.unpark(path, actor=actor))
        context = self._runtime.context
        context.check_command("unpark", actor)

        def run(transaction: SqlTransaction) -> int:
            seen = context.load(transaction, path, self._runtime.clock.now())
            return transaction.unpark(seen.path.id)

        return self._runtime.store.transact(run)

    @requestable("unpark")
    def unpark_all(self, *, actor: Actor, dry_run: bool = False) -> dict[str, int]:
        """Let every path that was set aside go on.

        Args:
            actor: Who asks.
            dry_run: Return what would go on, and write nothing.

        Returns:
            How many timers of each path are pending again, by the path's reference.

        Raises:
            NotAllowedError: The actor may not do this.
        """
        self._runtime.context.check_command("unpark", actor)
        return {
            ref: self.unpark(ref, actor=actor, dry_run=dry_run)
            for ref, _failure in Questions(self._runtime).parked()
        }

    @requestable("replan_timers")
    def replan_timers(self, *, actor: Actor, key: str | None = None) -> list[Planned]:
        """Set timers to the instants that local dates and zones give now, and set missing ones.

        For after new data of a time zone, and where rows of timers were lost: what ``doctor`` names
        is put right, in one transaction, and journaled on every path that it concerns. Timers of
        parked paths wait until those are unparked.

        Args:
            actor: Who acts.
            key: The idempotency key.

        Returns:
            Every timer that is set, with its instants before and from now on.

        Raises:
            NotAllowedError: The actor is neither an operator nor a manager.
            KeyReusedError: The key was used for another command.
        """
        return self._runtime.run_command(
            lambda context: service.timers.replan_timers(context, actor=actor, key=key)
        )
