"""Goals: which guards on figures stand between a path and the state that it hopes for.

A guard that tells its reading is one on figures. It is out of reach on a date if what it measures
cannot hold by then whatever is still recorded: where time alone changes it, not before a later
date; otherwise because only figures dated later than anybody can record before the date would do.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from lazsa_flow.engine.rulebook import clock_actor
from lazsa_flow.errors import HostCodeError
from lazsa_flow.foresight.rehearsed_date import Shortfall
from lazsa_flow.service.unmet_guards import guards_ahead

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import date, datetime

    from lazsa_flow.lifecycle.guards import Guard
    from lazsa_flow.lifecycle.model import GuardContext, Snapshot
    from lazsa_flow.lifecycle.table import Lifecycle
    from lazsa_flow.service.context import Context

_ONE_DAY: Final = timedelta(days=1)
_ACTOR: Final = "rehearsal"


def read_shortfalls(
    context: Context, path_ids: Collection[int], on: date
) -> dict[int, tuple[Shortfall, ...]]:
    """Return the guards on figures that stand between each path and its goal on a date.

    Args:
        context: On the scratch database, before anything has been decided there.
        path_ids: The paths.
        on: The date.
    """
    now, tables = context.clock.now(), context.rulebook.lifecycles
    with context.store.listing() as listing:
        found = listing.evidence(path_ids, on=on)
    ahead: dict[tuple[str, str], Sequence[Guard]] = {}
    shortfalls = {}
    for seen in found:
        place = seen.path.lifecycle, seen.path.state
        if place not in ahead:
            ahead[place] = _readings_ahead(tables.get(place[0]), place[1])
        shortfalls[seen.path.id] = tuple(_list_shortfalls(context, seen, ahead[place], on, now))
    return shortfalls


def _readings_ahead(table: Lifecycle | None, state: str) -> Sequence[Guard]:
    """Return the guards on figures that stand between a state and the goal."""
    guards = [table.guards[name] for name in guards_ahead(table, state)] if table else []
    return [guard for guard in guards if guard.reading is not None]


def _list_shortfalls(
    context: Context, seen: Snapshot, guards: Sequence[Guard], on: date, now: datetime
) -> Iterator[Shortfall]:
    if not guards:
        return
    at = context.rulebook.calendar(seen.path.country).start(on).at
    asked = context.rulebook.guard_context(seen, at=at, recorded_at=now, actor=clock_actor(_ACTOR))
    for guard in guards:
        if (found := _shortfall(guard, asked, on)) is not None:
            yield found


def _shortfall(guard: Guard, asked: GuardContext, on: date) -> Shortfall | None:
    """Return what a guard on figures lacks; ``None`` where it holds, tells no reading, or raises.

    The runs tell what becomes of a path whose guard raises.
    """
    try:
        reading = None if guard.holds(asked) else guard.examine(asked).reading
    except HostCodeError:
        return None
    if reading is None or reading.met:
        return None
    last = on if guard.by_clock else on - _ONE_DAY
    earliest = reading.earliest
    until = earliest if earliest is not None and earliest > last else None
    return Shortfall(guard.name, reading.figure, reading.margin, until)
