"""What operators and managers tell the programme: pauses, and closing the books."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lazsa_flow.award.facade.questions import Questions
from lazsa_flow.errors import NotFoundError
from lazsa_flow.service import operate

if TYPE_CHECKING:
    from datetime import date

    from lazsa_flow.lifecycle.model import Actor
    from lazsa_flow.lifecycle.pauses import Pause


class Operating(Questions):
    """The commands of operators and managers."""

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
        """
        if not paused:
            if any((each.country, each.cycle) == (country, cycle) for each in self.pauses()):
                self.resume(actor=actor, reason=reason, country=country, cycle=cycle, key=key)
            return None
        return self._command(
            lambda context: operate.pause(
                context, country, cycle, actor=actor, reason=reason, key=key
            )
        )

    def resume(
        self,
        *,
        actor: Actor,
        reason: str = "",
        country: str | None = None,
        cycle: date | None = None,
        key: str | None = None,
    ) -> None:
        """Lift a pause of just this scope; what has fallen due meanwhile fires at its own instant.

        Args:
            actor: An operator.
            reason: Why.
            country: As it was paused.
            cycle: As it was paused.
            key: The idempotency key.

        Raises:
            ConflictError: Just this is not paused; the pauses in force are named.
        """
        self._command(
            lambda context: operate.resume(
                context, country, cycle, actor=actor, reason=reason, key=key
            )
        )

    def close_ledger(
        self, country: str, cycle_on: date, *, actor: Actor, key: str | None = None
    ) -> None:
        """Close a country's books of a cycle date, once they balance and nothing is parked.

        Raises:
            NotFoundError: There are no such books.
            ConflictError: They do not balance, something is parked, or they are closed already.
        """
        self.context.country(country)
        for book in self.books():
            if (book.country, book.on) == (country, cycle_on):
                self._command(partial(operate.close_books, book=book, actor=actor, key=key))
                return
        raise NotFoundError("books", f"{country} {cycle_on}")

    def close_books(
        self, country: str, cycle_on: date, *, actor: Actor, key: str | None = None
    ) -> None:
        """Close the books: the earlier name of :meth:`close_ledger`."""
        self.close_ledger(country, cycle_on, actor=actor, key=key)
