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
    from collections.abc import Collection, Iterator
    from datetime import date, datetime

    from lazsa_flow.lifecycle.guards import Guard
    from lazsa_flow.lifecycle.model import GuardContext, Snapshot
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
    now = context.clock.now()
    with context.store.listing() as listing:
        found = listing.evidence(path_ids, on=on)
    return {seen.path.id: tuple(_list_shortfalls(context, seen, on, now)) for seen in found}


def _list_shortfalls(
    context: Context, seen: Snapshot, on: date, now: datetime
) -> Iterator[Shortfall]:
    table = context.rulebook.lifecycles.get(seen.path.lifecycle)
    names = guards_ahead(table, seen.path.state) if table else ()
    if table is None or not names:
        return
    at = context.rulebook.calendar(seen.path.country).start(on).at
    asked = context.rulebook.guard_context(seen, at=at, recorded_at=now, actor=clock_actor(_ACTOR))
    for name in names:
        if (found := _shortfall(table.guards[name], asked, on)) is not None:
            yield found


def _shortfall(guard: Guard, asked: GuardContext, on: date) -> Shortfall | None:
    """Return what a guard on figures lacks; ``None`` where it holds, tells no reading, or raises.

    The runs tell what becomes of a path whose guard raises.
    """
    try:
        verdict = guard.examine(asked)
    except HostCodeError:
        return None
    reading = verdict.reading
    if verdict.held or reading is None or reading.met:
        return None
    last = on if guard.by_clock else on - _ONE_DAY
    earliest = reading.earliest
    until = earliest if earliest is not None and earliest > last else None
    return Shortfall(guard.name, reading.figure, reading.margin, until)
