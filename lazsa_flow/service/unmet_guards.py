"""The guards that are unmet on a path: those ahead of an open one, those recorded of another."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lazsa_flow.engine.explain import evaluate_guards
from lazsa_flow.engine.rulebook import clock_actor
from lazsa_flow.errors import GuardError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import datetime

    from lazsa_flow.lifecycle.model import Snapshot
    from lazsa_flow.lifecycle.table import Lifecycle
    from lazsa_flow.service.context import Context
    from lazsa_flow.store.listing import Listing


def unmet_guards(
    context: Context, listing: Listing, rows: Iterable[Mapping[str, Any]]
) -> dict[int, tuple[str, ...]]:
    """Return the unmet guards of each path, for :class:`~lazsa_flow.service.list_rows.Listed`."""
    now, tables = context.clock.now(), context.rulebook.lifecycles
    found, ahead = {}, {}
    for row in rows:
        table = tables.get(row["lifecycle"])
        guards = guards_ahead(table, row["state"]) if table else ()
        if guards:
            ahead[row["id"]] = guards
        else:
            found[row["id"]] = tuple(recorded_unmet(table, json.loads(row["verdicts"])))
    for seen in listing.evidence(ahead, on=now.date()) if ahead else ():
        found[seen.path.id] = tuple(not_held(context, seen, ahead[seen.path.id], now))
    return found


def recorded_unmet(table: Lifecycle | None, verdicts: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the guards that did not hold at a move, but for those of ways that nobody hopes for."""
    return recorded_unmet_of(list_hoped_guards(table), verdicts)


def recorded_unmet_of(
    guards: Collection[str], verdicts: Iterable[Mapping[str, Any]]
) -> Iterator[str]:
    """Yield those of some guards that did not hold at a move."""
    for each in verdicts:
        if not each["held"] and each["name"] in guards:
            yield each["name"]


def list_hoped_guards(table: Lifecycle | None) -> frozenset[str]:
    """Return the guards of the ways that people hope for."""
    return frozenset(
        name
        for edge in (table.edges if table else ())
        if table and edge.dest in table.happy_path and edge.dest not in edge.sources
        for name in edge.guards
    )


def guards_ahead(table: Lifecycle, state: str) -> tuple[str, ...]:
    """Return the guards that block the way from an open state to the next one on the happy path.

    They are those of the edges along the lifecycle's happy path, up to its first active state.
    """
    active = {each.name for each in table.states if each.meaning == "active"}
    open_states = {each.name for each in table.states if each.open}
    happy, guards = list(table.happy_path), []
    while state in open_states and state in happy:
        later = happy[happy.index(state) + 1 :] or happy[happy.index(state) - 1 :][:1]
        edges = [edge for edge in table.exits(state) if edge.dest in later]
        if not edges:
            break
        guards += [name for name in edges[0].guards if name not in guards]
        state = edges[0].dest
        if state in active:
            break
    return tuple(guards)


def not_held(
    context: Context, seen: Snapshot, guards: Iterable[str], now: datetime
) -> Iterator[str]:
    """Yield the guards that do not hold today; one that fails does not hold."""
    table = context.rulebook.lifecycle(seen.path.lifecycle)
    guard_context = context.rulebook.guard_context(
        seen, at=now, recorded_at=now, actor=clock_actor("list")
    )
    for name in guards:
        try:
            (verdict,) = evaluate_guards(table, guard_context, (name,))
        except GuardError:
            yield name
            continue
        if not verdict.held:
            yield name
