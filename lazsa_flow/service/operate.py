"""Operations: pausing timers, and closing the books.

What is paused does not fire by the clock: everything, a country, a cycle date, or a country's cycle
date. What falls due waits, and keeps its instant.
Books are closed with their figures, once every timer in them is explained and none is parked.

Source:
    programme.md, "The lifecycles" and "The books".
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from lazsa_flow.errors import ConflictError, InputError
from lazsa_flow.lifecycle.calendar import instant_text, parse_instant
from lazsa_flow.lifecycle.pauses import Pause
from lazsa_flow.service.requests import actor_fields, check_text, request_fields

if TYPE_CHECKING:
    from lazsa_flow.engine.ledger import Book
    from lazsa_flow.lifecycle.model import Actor
    from lazsa_flow.service.context import Context
    from lazsa_flow.store.transaction import SqlTransaction


def pause(
    context: Context,
    country: str | None,
    cycle: date | None,
    *,
    actor: Actor,
    reason: str,
    key: str | None,
) -> Pause:
    """Pause timers; see :meth:`lazsa_flow.service.service.FlowService.pause`.

    Returns:
        The pause in force: the earlier one if the same was paused already.
    """
    context.check_command("pause", actor, country=country)
    _check_scope(context, country, cycle)
    check_text("pause", "reason", reason)
    now = context.clock.now()

    def run(transaction: SqlTransaction) -> dict[str, Any]:
        for pause in transaction.pauses():
            if (pause.country, pause.cycle) == (country, cycle):
                return _pause_fields(pause)
        made = Pause(country, cycle, str(actor), now, reason.strip())
        transaction.add_pause(made)
        return _pause_fields(made)

    scope = _scope_fields(country, cycle)
    request = request_fields("pause", actor, **scope, reason=reason)
    return _pause_of(context.run_idempotent(key, request, now, run))


def resume(
    context: Context,
    country: str | None,
    cycle: date | None,
    *,
    actor: Actor,
    reason: str,
    key: str | None,
) -> None:
    """Lift a pause; see :meth:`lazsa_flow.service.service.FlowService.resume`.

    Raises:
        ConflictError: Just this is not paused; the pauses in force are named.
    """
    context.check_command("pause", actor, country=country)
    _check_scope(context, country, cycle)
    check_text("resume", "reason", reason)
    now = context.clock.now()

    def run(transaction: SqlTransaction) -> bool:
        lifted = transaction.lift_pause(
            country, cycle, actor=str(actor), reason=reason.strip(), at=now
        )
        if not lifted:
            scopes = "; ".join(each.scope for each in transaction.pauses()) or "none"
            scope = Pause(country, cycle, str(actor), now).scope
            raise ConflictError(scope, f"not paused; in force: {scopes}")
        return True

    scope = _scope_fields(country, cycle)
    request = request_fields("resume", actor, **scope, reason=reason)
    context.run_idempotent(key, request, now, run)


def _check_scope(context: Context, country: str | None, cycle: date | None) -> None:
    """Let a country and a cycle date pass that there are.

    Raises:
        NotFoundError: There is no such country.
        InputError: It is no cycle date of the country, or of any.
    """
    codes = context.rulebook.countries if country is None else [context.country(country).code]
    calendars = [context.rulebook.calendar(code) for code in codes]
    if cycle is not None and not any(calendar.is_cycle(cycle) for calendar in calendars):
        expected = f"a cycle date of {country or 'a country'}"
        raise InputError.of("pause", "cycle", str(cycle), expected)


def _scope_fields(country: str | None, cycle: date | None) -> dict[str, Any]:
    return {"country": country, "cycle": cycle and cycle.isoformat()}


def _pause_fields(pause: Pause) -> dict[str, Any]:
    scope = _scope_fields(pause.country, pause.cycle)
    since = instant_text(pause.since)
    return {**scope, "actor": pause.actor, "since": since, "reason": pause.reason}


def _pause_of(fields: dict[str, Any]) -> Pause:
    cycle = fields["cycle"] and date.fromisoformat(fields["cycle"])
    return Pause(**{**fields, "cycle": cycle, "since": parse_instant(fields["since"])})


def close_books(context: Context, book: Book, *, actor: Actor, key: str | None) -> None:
    """Close one country's books of a cycle date, with their figures.

    Raises:
        NotAllowedError: The actor may not.
        ConflictError: They do not balance, a path is parked, or they are closed already.
    """
    context.check_command("close_books", actor, country=book.country)
    name = f"{book.country} {book.on}"
    now = context.clock.now()
    lost = context.store.count_lost(now).get((book.country, book.on), 0)
    if (unexplained := book.unexplained + lost) or book.parked:
        what = f"{unexplained} timers are unexplained and {book.parked} parked"
        raise ConflictError(name, what)

    def run(transaction: SqlTransaction) -> bool:
        if not transaction.close_book(book, str(actor), now):
            raise ConflictError(name, "closed already")
        return True

    context.run_idempotent(
        key, {"command": "close_books", "books": name, **actor_fields(actor)}, now, run
    )
