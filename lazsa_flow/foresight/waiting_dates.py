"""Dates that wait: cycle dates that are due, and start only once approved; and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lazsa_flow.lifecycle.calendar import instant_text
from lazsa_flow.service.approvals import is_approved
from lazsa_flow.service.sealed_rehearsals import find_approvals, list_reasons

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from lazsa_flow.engine.night_run import CycleStart
    from lazsa_flow.lifecycle.merged_ids import MergedIds
    from lazsa_flow.service.context import Context
    from lazsa_flow.store.store import SqlStore
    from lazsa_flow.store.transaction import SqlTransaction


class WaitingDate(NamedTuple):
    """A cycle date that is due and waits for approval and start.

    Attributes:
        on: The date.
        countries: The countries in which it has begun.
        since: When it began in the first of them.
        next: The command to give next.

    Units:
        Instants are aware, in UTC.
    """

    on: date
    countries: tuple[str, ...]
    since: datetime
    next: str

    @property
    def reason(self) -> str:
        """What it waits for, and what to do next."""
        return f"waits for approval and start; next: {self.next}"

    def __str__(self) -> str:
        return f"cycle {self.on} in {', '.join(self.countries)} {self.reason}"

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "cycle": self.on.isoformat(),
            "countries": list(self.countries),
            "since": instant_text(self.since),
            "next": self.next,
        }


def read_waiting_dates(context: Context) -> list[WaitingDate]:
    """Return the cycle dates that are due to a service and wait for approval and start."""
    held = context.store.nights(context.clock.now()).held
    return list_waiting_dates(context.store, context.rulebook.merged, held)


def list_waiting_dates(
    store: SqlStore, merged: MergedIds, held: Sequence[CycleStart]
) -> list[WaitingDate]:
    """Return the dates that wait, with what to do next.

    Args:
        store: Where rehearsals are saved.
        merged: Which ids are one person's.
        held: The dates that wait, by country.
    """
    if not held:
        return []
    with store.begin(write=False) as transaction:
        held = [each for each in held if transaction.is_night_waiting(each.country, each.at)]
        dates = sorted({each.on for each in held})
        return [
            _waiting(transaction, merged, sorted(each for each in held if each.on == on))
            for on in dates
        ]


def _waiting(
    transaction: SqlTransaction, merged: MergedIds, starts: Sequence[CycleStart]
) -> WaitingDate:
    on, since = starts[0].on, min(each.at for each in starts)
    following = _find_next(transaction, merged, on, since)
    return WaitingDate(on, tuple(each.country for each in starts), since, following)


def _find_next(transaction: SqlTransaction, merged: MergedIds, on: date, since: datetime) -> str:
    """Return the command that brings a date nearer to its start.

    A date that is over can be rehearsed as of the instant at which it began.
    """
    rows = [
        row
        for row in transaction.rehearsals()
        if row.cycle_on == on and not list_reasons(transaction, row)
    ]
    for row in reversed(rows):
        if is_approved(find_approvals(transaction, row, merged)):
            return f"lazsa-flow night start {row.name}"
    for row in reversed(rows):
        return f"lazsa-flow night approve {row.name} --as manager:ID"
    asked = f"--on {on} --now {since:%Y-%m-%dT%H:%M:%SZ}"
    return f"lazsa-flow rehearse {asked} --save NAME --as operator:ID"
