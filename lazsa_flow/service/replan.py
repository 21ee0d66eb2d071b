"""Changes that re-plan timers: a seller moves.

Each is one transaction: the rule changes, and every pending timer under it is re-planned.
Releases, which do so too, stand in :mod:`.releasing`, suspended cycles in :mod:`.suspensions`.

Source:
    programme.md, "Who and where" and "Versions and data".
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from lazsa_flow.engine.replan import replan
from lazsa_flow.errors import no_seller
from lazsa_flow.lifecycle.calendar import instant_text, parse_instant
from lazsa_flow.service.requests import request_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from lazsa_flow.engine.ports import Change
    from lazsa_flow.engine.rulebook import Rulebook
    from lazsa_flow.lifecycle.calendar import Calendar
    from lazsa_flow.lifecycle.model import Actor, Path
    from lazsa_flow.service.context import Context
    from lazsa_flow.store.transaction import SqlTransaction

_CHUNK = 1000
_INSTANTS = ("was", "will_be")


@dataclass(frozen=True, slots=True)
class Planned:
    """One timer that a change of rules moves.

    Attributes:
        was: Its instant before, ``None`` where it is new.
        will_be: Its instant from now on, ``None`` where it falls away.
    """

    path: str
    subject: str
    timer: str
    was: datetime | None
    will_be: datetime | None


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


def in_country(path: Path, country: str, calendar: Calendar, now: datetime) -> Path:
    """Return a path as it is in another country; a round to come is one that is held there."""
    cycle_on = path.cycle_on
    if cycle_on is not None and cycle_on > calendar.local_date(now):
        cycle_on = calendar.held_from(cycle_on)
    return replace(path, country=country, cycle_on=cycle_on)


def replan_paths(
    transaction: SqlTransaction,
    rulebook: Rulebook,
    ids: Iterable[int],
    become: Callable[[Path], Path],
    actor: Actor,
    now: datetime,
    reason: str,
    *,
    overdue: bool = False,
) -> Iterator[Planned]:
    """Re-plan the timers of paths, and yield every one that moves.

    Args:
        transaction: Where.
        rulebook: The rules that hold from now on.
        ids: The paths.
        become: A path in, the path as it will be out: another round, another country, or the same.
        actor: Who changes the rules.
        now: The present instant.
        reason: The code for the journal.
        overdue: Whether timers that are due already follow a change of zone.
    """
    remaining = iter(ids)
    while batch := list(islice(remaining, _CHUNK)):
        changes: list[Change] = []
        for seen in transaction.load_chunk(batch, before=None, on=now.date()):
            after = become(seen.path)
            change = replan(
                rulebook, seen, after, actor=actor, now=now, reason=reason, overdue=overdue
            )
            if change is not None:
                changes.append(change)
        transaction.write_chunk(changes)
        for change in changes:
            yield from _planned(change)


def _planned(change: Change) -> Iterator[Planned]:
    was = {timer.name: timer.due_at for timer in change.cancelled}
    will_be = {timer.name: timer.due_at for timer in change.scheduled}
    for name in sorted({*was, *will_be}):
        yield Planned(
            change.after.ref, change.after.subject, name, was.get(name), will_be.get(name)
        )


def planned_fields(planned: Planned) -> dict[str, Any]:
    """Return a planned timer as JSON values."""
    fields = asdict(planned)
    fields["seller"] = fields.pop("subject")  # the stored name
    instants = {name: at and instant_text(at) for name, at in fields.items() if name in _INSTANTS}
    return {**fields, **instants}


def planned_of(fields: dict[str, Any]) -> Planned:
    """Read a planned timer from its JSON values."""
    instants = {name: fields[name] and parse_instant(fields[name]) for name in _INSTANTS}
    others = {name: value for name, value in fields.items() if name != "seller"}
    return Planned(**{**others, "subject": fields["seller"], **instants})
