"""Re-planning: every pending timer under a rule that changes moves with it.

The change and the new timers are one transaction; see :mod:`.releasing`.

Source:
    programme.md, "Who and where" and "Versions and data".
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from lazsa_flow.engine.replan import replan
from lazsa_flow.lifecycle.calendar import instant_text, parse_instant
from lazsa_flow.lifecycle.stored_recipients import STORED_SUBJECT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from lazsa_flow.engine.rulebook import Rulebook
    from lazsa_flow.engine.values import Change
    from lazsa_flow.lifecycle.calendar import Calendar
    from lazsa_flow.lifecycle.model import Actor, Path
    from lazsa_flow.store.transaction import SqlTransaction

_CHUNK = 1000
_INSTANTS = ("was", "will_be")


@dataclass(frozen=True, slots=True)
class Planned:
    """One timer that a change of rules moves.

    Attributes:
        path: The path's reference.
        subject: The subject's id.
        timer: The timer's name.
        was: Its instant before, ``None`` where it is new.
        will_be: Its instant from now on, ``None`` where it falls away.

    Units:
        Instants are aware, in UTC.
    """

    path: str
    subject: str
    timer: str
    was: datetime | None
    will_be: datetime | None


def in_country(path: Path, country: str, calendar: Calendar, now: datetime) -> Path:
    """Return a path as it would be in another country; its round is one that is held there."""
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
            yield from _list_planned(change)


def _list_planned(change: Change) -> Iterator[Planned]:
    was = {timer.name: timer.due_at for timer in change.cancelled}
    will_be = {timer.name: timer.due_at for timer in change.scheduled}
    for name in sorted({*was, *will_be}):
        yield Planned(
            change.after.ref, change.after.subject, name, was.get(name), will_be.get(name)
        )


def planned_fields(planned: Planned) -> dict[str, Any]:
    """Return a planned timer as JSON values."""
    fields = asdict(planned)
    fields[STORED_SUBJECT] = fields.pop("subject")
    instants = {name: at and instant_text(at) for name, at in fields.items() if name in _INSTANTS}
    return {**fields, **instants}


def planned_of(fields: dict[str, Any]) -> Planned:
    """Read a planned timer from its JSON values."""
    instants = {name: fields[name] and parse_instant(fields[name]) for name in _INSTANTS}
    others = {name: value for name, value in fields.items() if name != STORED_SUBJECT}
    return Planned(**{**others, "subject": fields[STORED_SUBJECT], **instants})
