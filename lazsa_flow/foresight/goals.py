"""Goals: which guards on figures stand between a path and the state that it hopes for.

A guard that tells its reading is one on figures. It is out of reach on a date if what it measures
cannot hold by then whatever is still recorded: where time alone changes it, not before a later
date; otherwise because only figures dated later than anybody can record before the date would do.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from lazsa_flow.engine.evidence_read import sources_named
from lazsa_flow.engine.rulebook import clock_actor
from lazsa_flow.errors import HostCodeError
from lazsa_flow.foresight.classes import find_goal
from lazsa_flow.foresight.rehearsed_date import Shortfall
from lazsa_flow.lifecycle.guards import all_read
from lazsa_flow.service.unmet_guards import guards_ahead

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from lazsa_flow.foresight.outcomes import RunOutcome
    from lazsa_flow.lifecycle.guards import Guard
    from lazsa_flow.lifecycle.model import GuardContext, Snapshot
    from lazsa_flow.lifecycle.table import Lifecycle
    from lazsa_flow.service.context import Context

_ONE_DAY: Final = timedelta(days=1)
_ACTOR: Final = "rehearsal"


def read_shortfalls(
    context: Context, decided: Mapping[int, RunOutcome | None], on: date
) -> dict[int, tuple[Shortfall, ...]]:
    """Return the guards on figures that stand between paths and their goals on a date.

    Args:
        context: On the scratch database, before anything has been decided there.
        decided: The paths, each with what became of it as recorded. A guard that held
            then is not asked again.
        on: The date.

    Returns:
        The guards by the number of the path.
    """
    now, tables = context.clock.now(), context.rulebook.lifecycles
    ahead: dict[tuple[str, str], Sequence[Guard]] = {}
    shortfalls = {}
    with context.store.listing() as listing:
        for sources, path_ids in _group_by_sources(tables, decided).items():
            for seen in listing.evidence(path_ids, on=on, sources=sources):
                place, outcome = (seen.path.lifecycle, seen.path.state), decided[seen.path.id]
                if place not in ahead:
                    ahead[place] = _readings_ahead(tables.get(place[0]), place[1])
                guards = _list_unmet(ahead[place], outcome)
                shortfalls[seen.path.id] = tuple(_list_shortfalls(context, seen, guards, on, now))
    return shortfalls


def _group_by_sources(
    tables: Mapping[str, Lifecycle], decided: Mapping[int, RunOutcome | None]
) -> dict[frozenset[str] | None, list[int]]:
    """Group the paths that have not reached their goal by the sources that must be read of them.

    They are the sources of every guard on figures that did not hold or was not asked; ``None``
    stands for all.
    """
    goals = {name: find_goal(table) for name, table in tables.items()}
    read: dict[tuple[str, frozenset[str]], frozenset[str]] = {}
    groups: defaultdict[frozenset[str] | None, list[int]] = defaultdict(list)
    for path_id, outcome in decided.items():
        if outcome is None or outcome.lifecycle not in tables:
            groups[None].append(path_id)
        elif outcome.guards or outcome.outcome not in goals[outcome.lifecycle].triggers:
            key = outcome.lifecycle, outcome.held
            if key not in read:
                read[key] = _sources_of_readings(tables[outcome.lifecycle], outcome.held)
            groups[read[key]].append(path_id)
    return groups


def _sources_of_readings(table: Lifecycle, held: Collection[str]) -> frozenset[str]:
    guards = (guard for guard in table.guards.values() if guard.name not in held)
    return sources_named(table, all_read(guard for guard in guards if guard.reading is not None))


def _readings_ahead(table: Lifecycle | None, state: str) -> Sequence[Guard]:
    """Return the guards on figures that stand between a state and the goal."""
    guards = [table.guards[name] for name in guards_ahead(table, state)] if table else []
    return [guard for guard in guards if guard.reading is not None]


def _list_shortfalls(
    context: Context,
    seen: Snapshot,
    guards: Sequence[tuple[Guard, bool]],
    on: date,
    now: datetime,
) -> Iterator[Shortfall]:
    if not guards:
        return
    at = context.rulebook.calendar(seen.path.country).start(on).at
    asked = context.rulebook.guard_context(seen, at=at, recorded_at=now, actor=clock_actor(_ACTOR))
    for guard, unmet in guards:
        if (found := _find_shortfall(guard, asked, on, unmet=unmet)) is not None:
            yield found


def _list_unmet(
    guards: Iterable[Guard], outcome: RunOutcome | None
) -> Sequence[tuple[Guard, bool]]:
    """Return the guards that are not known to hold, each with whether it is known not to."""
    if outcome is None:
        return [(guard, False) for guard in guards]
    return [(each, each.name in outcome.guards) for each in guards if each.name not in outcome.held]


def _find_shortfall(
    guard: Guard, asked: GuardContext, on: date, *, unmet: bool
) -> Shortfall | None:
    """Return what a guard on figures lacks; ``None`` where it holds, tells no reading, or raises.

    The runs tell what becomes of a path whose guard raises.

    Args:
        guard: The guard.
        asked: What it may read.
        on: The date.
        unmet: Whether it is known not to hold.
    """
    try:
        reading = None if not unmet and guard.holds(asked) else guard.read(asked)
    except HostCodeError:
        return None
    if reading is None or reading.met:
        return None
    last = on if guard.by_clock else on - _ONE_DAY
    earliest = reading.earliest
    until = earliest if earliest is not None and earliest > last else None
    return Shortfall(guard.name, reading.figure, reading.margin, until)
