"""How do operators pause the timers, and managers close the books?

While the timers are paused nothing fires by the clock; what falls due waits, and keeps its instant.
Books are closed with their figures, once every timer in them is explained and none is parked.

Source:
    programme.md, "The lifecycles" and "The books".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.commands.context import Context, actor_fields
from lazsa_flow.commands.rights import check_command
from lazsa_flow.domain.model import Record
from lazsa_flow.errors import ConflictError
from lazsa_flow.store.schema import PROGRAMME

if TYPE_CHECKING:
    from lazsa_flow.domain.model import Actor
    from lazsa_flow.engine.ledger import Book
    from lazsa_flow.store.transaction import SqlTransaction


def pause(context: Context, *, paused: bool, actor: Actor, key: str | None) -> None:
    """Pause the timers, or let them go on."""
    check_command("pause", actor)
    value = "paused" if paused else "running"
    now = context.clock.now()

    def run(transaction: SqlTransaction) -> bool:
        said = transaction.records_of(PROGRAMME)
        if (bool(said) and said[-1].value == "paused") != paused:
            record = Record("timers", "", value, None, str(actor), now.date(), now)
            transaction.add_record(PROGRAMME, record)
        return True

    context.once(key, {"command": "pause", "value": value, **actor_fields(actor)}, now, run)


def close_books(context: Context, book: Book, *, actor: Actor, key: str | None) -> None:
    """Close one country's books of a cycle date, with their figures.

    Raises:
        NotAllowedError: The actor may not.
        ConflictError: They do not balance, a path is parked, or they are closed already.
    """
    check_command("close_books", actor, country=book.country)
    name = f"{book.country} {book.on}"
    if book.unexplained or book.parked:
        what = f"{book.unexplained} timers are unexplained and {book.parked} parked"
        raise ConflictError(name, what)
    now = context.clock.now()

    def run(transaction: SqlTransaction) -> bool:
        if not transaction.close_book(book, str(actor), now):
            raise ConflictError(name, "closed already")
        return True

    context.once(key, {"command": "close_books", "books": name, **actor_fields(actor)}, now, run)
