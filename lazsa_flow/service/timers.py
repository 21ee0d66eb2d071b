"""Timers that are not as table, calendar and zone data would have them: found, and planned again.

Two things bring them about: new data of a time zone, by which a stored instant is no longer the
beginning of its local date; and rows that somebody has deleted or changed. ``lazsa-flow doctor``
names both, ``lazsa-flow timers replan`` puts both right, in one transaction, journaled.

Source:
    programme.md, "Who and where": a cycle date begins at local midnight of the subject's country.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.engine.needed_timers import missing_timers
from lazsa_flow.engine.replan import needed_timer, repair_timers, right_moment
from lazsa_flow.engine.values import Change
from lazsa_flow.errors import LazsaError, MalformedError, NotFoundError
from lazsa_flow.lifecycle.model import TimerRow
from lazsa_flow.service.replan import Planned, planned_fields, planned_of
from lazsa_flow.service.requests import actor_fields
from lazsa_flow.store.column_types import read_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from lazsa_flow.engine.needed_timers import History, Missing
    from lazsa_flow.engine.rulebook import Rulebook
    from lazsa_flow.lifecycle.calendar import Moment
    from lazsa_flow.lifecycle.model import Actor, Snapshot
    from lazsa_flow.service.context import Context
    from lazsa_flow.store.inspection.inspector import Inspection
    from lazsa_flow.store.inspection.timers import StoredInstant
    from lazsa_flow.store.transaction import SqlTransaction

_CHUNK: Final = 1000
_ANY_DAY: Final = date(2000, 1, 1)
"""Whose facts do not matter here."""
_REASON: Final = "timers_replanned"


@dataclass(frozen=True, slots=True)
class Misplaced:
    """A timer whose stored instant is not what its local date and zone give.

    Attributes:
        timer: As it is stored.
        right: The date and instant that it should have.
        zone: The zone that it should be computed in.
    """

    path: str
    timer: TimerRow
    right: Moment
    zone: str


@dataclass(frozen=True, slots=True)
class Needed:
    """A timer that a path should have and has not.

    Attributes:
        timer: As it should be; ``None`` if that is unknown.
    """

    path_id: int
    path: str
    name: str
    timer: TimerRow | None


def find_misplaced(transaction: SqlTransaction, rulebook: Rulebook) -> Iterator[Misplaced]:
    """Yield the timers that wait for an instant that is not the right one."""
    inspection = transaction.inspect()
    for stored in inspection.stored_instants():
        timer = _read(stored)
        if timer is None or stored.country not in rulebook.countries:
            continue  # malformed, or a country that nobody knows: named as such
        calendar = rulebook.calendar(stored.country)
        if timer.zone == calendar.zone and timer.due_at == calendar.start(timer.due_on).at:
            continue
        yield from _find_misplaced(transaction, rulebook, inspection, stored, timer)


def _find_misplaced(
    transaction: SqlTransaction,
    rulebook: Rulebook,
    inspection: Inspection,
    stored: StoredInstant,
    timer: TimerRow,
) -> Iterator[Misplaced]:
    zone = rulebook.calendar(stored.country).zone
    waiting = {(each.path_id, each.name): each for each in inspection.timers_at(stored)}
    for seen in _evidence(transaction, sorted({path_id for path_id, _ in waiting})):
        for path_id, name in sorted(waiting):
            if path_id != seen.path.id or not _is_known(rulebook, seen, name):
                continue
            own = _own(seen, name, timer)
            right = right_moment(rulebook, seen, own)
            if (right.at, right.on, zone) == (own.due_at, own.due_on, own.zone):
                continue
            if right.at != own.due_at and inspection.ended_at(path_id, name, right.at):
                continue  # it fell due at the right instant, and was set again within that day
            yield Misplaced(seen.path.ref, own, right, zone)


def find_missing(
    transaction: SqlTransaction, rulebook: Rulebook, now: datetime
) -> Iterator[Needed]:
    """Yield the timers that paths should have by table and journal, and have not.

    A reminder that would come too late now, as its table has it, is not missing.
    """
    places = [
        (lifecycle.name, state.name)
        for lifecycle in rulebook.lifecycles.values()
        for state in lifecycle.states
        if lifecycle.living(state.name)
    ]
    found: dict[int, list[Missing]] = {}
    for history in transaction.inspect().histories(places) if places else ():
        if lost := _find_missing(rulebook, history):
            found[history.path_id] = lost
    for seen in _evidence(transaction, sorted(found)):
        for missing in found.pop(seen.path.id):
            yield from _find_needed(transaction, rulebook, seen, missing, now)


def _find_missing(rulebook: Rulebook, history: History) -> list[Missing]:
    try:
        return list(missing_timers(rulebook.lifecycle(history.lifecycle), history))
    except ValueError:  # a malformed instant, which is named as such
        return []


def _find_needed(
    transaction: SqlTransaction,
    rulebook: Rulebook,
    seen: Snapshot,
    missing: Missing,
    now: datetime,
) -> Iterator[Needed]:
    timer = None
    try:
        if missing.when is not None:  # its condition is asked of what was known at that instant
            on = rulebook.calendar(seen.path.country).local_date(missing.set_at)
            [seen] = transaction.load_chunk([seen.path.id], before=missing.set_at, on=on)
        timer = needed_timer(rulebook, seen, missing, now)
    except LazsaError:  # a host's table raised: it is missing, and cannot be planned
        yield Needed(seen.path.id, seen.path.ref, missing.name, None)
        return
    if timer is not None:
        yield Needed(seen.path.id, seen.path.ref, missing.name, timer)


def replan_timers(context: Context, *, actor: Actor, key: str | None) -> list[Planned]:
    """Set timers to the instants that dates and zones give now, and set those that are missing."""
    context.check_command("replan_timers", actor)
    now = context.clock.now()

    def run(transaction: SqlTransaction) -> list[dict[str, Any]]:
        planned = _replan_all(transaction, context.rulebook, actor, now)
        return [planned_fields(each) for each in planned]

    request = {"command": "replan_timers", **actor_fields(actor)}
    found = context.run_idempotent(key, request, now, run)
    return [planned_of(fields) for fields in found]


def _replan_all(
    transaction: SqlTransaction, rulebook: Rulebook, actor: Actor, now: datetime
) -> list[Planned]:
    moments: dict[int, list[tuple[TimerRow, Moment]]] = {}
    for each in find_misplaced(transaction, rulebook):
        if each.timer.status == "pending":  # those of parked paths wait until they are unparked
            moments.setdefault(each.timer.path_id, []).append((each.timer, each.right))
    needed: dict[int, list[TimerRow]] = {}
    for lost in find_missing(transaction, rulebook, now):
        if lost.timer is not None:
            needed.setdefault(lost.path_id, []).append(lost.timer)
    moved_timers: list[Planned] = []
    ids = sorted({*moments, *needed})
    for chunk in _split_chunks(ids):
        changes = []
        for seen in transaction.load_chunk(chunk, before=None, on=now.date()):
            own = moments.get(seen.path.id, ()), needed.get(seen.path.id, ())
            change = repair_timers(rulebook, seen, *own, actor=actor, now=now, reason=_REASON)
            changes.append(change)
            moved_timers += _list_planned(seen, *own)
        transaction.write_chunk(changes)
    transaction.recount_timers()
    return moved_timers


def add_reminders(transaction: SqlTransaction, rulebook: Rulebook, now: datetime) -> int:
    """Set the reminders that paths should have by tables that have changed; return how many.

    Like a reminder itself, that writes no journal row. What decides something is left alone: if
    such a timer is missing, it was lost, and doctor reports it.

    Args:
        transaction: Where.
        rulebook: The rules with the tables of this release.
        now: The present instant; only reminders that are still to come are set.
    """
    needed: dict[int, list[TimerRow]] = {}
    for each in find_missing(transaction, rulebook, now):
        if each.timer is not None and not each.timer.decides and each.timer.due_at > now:
            needed.setdefault(each.path_id, []).append(each.timer)
    for chunk in _split_chunks(sorted(needed)):
        transaction.write_chunk(
            [
                Change(seen.path, seen.path, now, None, scheduled=tuple(needed[seen.path.id]))
                for seen in transaction.load_chunk(chunk, before=None, on=now.date())
            ]
        )
    return sum(map(len, needed.values()))


def _list_planned(
    seen: Snapshot, moments: Iterable[tuple[TimerRow, Moment]], needed: Iterable[TimerRow]
) -> Iterator[Planned]:
    ref, subject = seen.path.ref, seen.path.subject
    for timer, right in moments:
        yield Planned(ref, subject, timer.name, timer.due_at, right.at)
    for timer in needed:
        yield Planned(ref, subject, timer.name, None, timer.due_at)


def _evidence(transaction: SqlTransaction, ids: Sequence[int]) -> Iterator[Snapshot]:
    """Load paths in chunks; one that cannot be read is left out, and named as such elsewhere."""
    for chunk in _split_chunks(ids):
        try:
            yield from transaction.load_chunk(chunk, before=None, on=_ANY_DAY)
        except MalformedError:
            if len(chunk) > 1:
                half = len(chunk) // 2
                yield from _evidence(transaction, chunk[:half])
                yield from _evidence(transaction, chunk[half:])


def _split_chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for first in range(0, len(ids), _CHUNK):
        yield ids[first : first + _CHUNK]


def _is_known(rulebook: Rulebook, seen: Snapshot, name: str) -> bool:
    try:
        rulebook.lifecycle(seen.path.lifecycle).timer(name)
    except (KeyError, NotFoundError):
        return False
    return True


def _own(seen: Snapshot, name: str, timer: TimerRow) -> TimerRow:
    """Return a path's own row of a timer, or what is known of one that is parked."""
    for each in seen.timers:
        if each.name == name and each.due_at == timer.due_at:
            return each
    return replace(timer, path_id=seen.path.id, name=name, status="parked")


def _read(stored: StoredInstant) -> TimerRow | None:
    """Read an instant as it is stored; ``None`` where it is malformed."""
    try:
        due_at, due_on = read_instant(stored.due_at), date.fromisoformat(stored.due_on)
    except (ValueError, TypeError):
        return None
    return TimerRow(0, "", due_at, due_on, stored.zone, stored.country, due_on)
