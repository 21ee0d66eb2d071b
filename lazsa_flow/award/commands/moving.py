"""Moves between countries: a seller goes to another country's team.

The country on record changes and every pending timer of the seller's is re-planned, in one
transaction.

Source:
    programme.md, "Who and where".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lazsa_flow.errors import no_seller
from lazsa_flow.service.replan import in_country, planned_fields, planned_of, replan_paths
from lazsa_flow.service.requests import request_fields

if TYPE_CHECKING:
    from lazsa_flow.lifecycle.model import Actor
    from lazsa_flow.service.context import Context
    from lazsa_flow.service.replan import Planned
    from lazsa_flow.store.transaction import SqlTransaction


def move_country(
    context: Context, seller: str, country: str, *, actor: Actor, key: str | None
) -> list[Planned]:
    """Move a seller to another country: team, title, zone and future instants; never the anchor.

    Whether or not a path is open: the country is the seller's, and later paths open in it.
    """
    context.country(country)
    now = context.clock.now()
    with context.store.begin(write=False) as transaction:
        paths = transaction.paths_of(seller)
    request = request_fields("move_country", actor, seller=seller, country=country)

    def run(transaction: SqlTransaction) -> list[dict[str, Any]]:
        paths = transaction.paths_of(seller)
        known = transaction.country_of(seller)
        if known is None and not paths:
            raise no_seller(seller)
        context.check_command("move_country", actor, subject=seller)
        calendar = context.rulebook.calendar(country)

        ids = [path.id for path in paths]
        context.check_settled(transaction, ids, now)
        if known != country:
            today = calendar.local_date(now)
            transaction.add_country_of(
                seller, country, actor=str(actor), as_of=today, recorded_at=now
            )
        planned = replan_paths(
            transaction,
            context.rulebook,
            ids,
            lambda path: in_country(path, country, calendar, now),
            actor,
            now,
            "moved_country",
        )
        return [planned_fields(each) for each in planned]

    with context.fire_overdue([path.id for path in paths]):
        found = context.run_idempotent(key, request, now, run)
    # a key of the first release remembers only that the seller has moved
    return [planned_of(fields) for fields in found] if isinstance(found, list) else []
