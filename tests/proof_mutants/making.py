"""Mutants by rule: every table that differs from a sound one by a single fault."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lazsa_flow.lifecycle.effects import Effect
    from lazsa_flow.lifecycle.table import Edge, Lifecycle, Timer


@dataclass(frozen=True)
class Mutant:
    """A table with one fault.

    Attributes:
        name: Which fault.
        build: Builds it; raises ``LifecycleError`` where the load check catches the fault.
    """

    name: str
    build: Callable[[], Lifecycle]


def make_mutants(table: Lifecycle) -> Iterator[Mutant]:
    """Yield every mutant of a table, in the table's order."""
    yield from _edge_mutants(table)
    yield from _timer_mutants(table)
    yield from _flag_mutants(table)


def _mutant(table: Lifecycle, name: str, **changes: Any) -> Mutant:
    return Mutant(f"{table.name}: {name}", lambda: replace(table, **changes))


def _edge_mutants(table: Lifecycle) -> Iterator[Mutant]:
    for place, edge in enumerate(table.edges):
        label = label_edge(edge)
        rest = (*table.edges[:place], *table.edges[place + 1 :])
        yield _mutant(table, f"{label} dropped", edges=rest)
        for what, changed in _changed_edges(table, edge):
            edges = (*table.edges[:place], changed, *table.edges[place + 1 :])
            yield _mutant(table, f"{label}: {what}", edges=edges)
    for what, changed in _changed_edges(table, table.opening):
        yield _mutant(table, f"{label_edge(table.opening)}: {what}", opening=changed)


def label_edge(edge: Edge) -> str:
    """Name an edge by its trigger, sources, reasons and destination."""
    reasons = "/".join(sorted(filter(None, edge.reasons)))
    sources = "/".join(edge.sources) or "new"
    return f"edge {edge.trigger}{f' ({reasons})' if reasons else ''} {sources} to {edge.dest}"


def _changed_edges(table: Lifecycle, edge: Edge) -> Iterator[tuple[str, Edge]]:
    for place, guard in enumerate(edge.guards):
        yield f"guard {guard} dropped", replace(edge, guards=_without(edge.guards, place))
    for place, effect in enumerate(edge.effects):
        changed = replace(edge, effects=_without(edge.effects, place))
        yield f"effect {label_effect(effect)} dropped", changed
    if len(edge.sources) > 1:
        for place, source in enumerate(edge.sources):
            yield f"source {source} dropped", replace(edge, sources=_without(edge.sources, place))
    for state in table.states:
        if state.name != edge.dest:
            yield f"destination {state.name}", replace(edge, dest=state.name)
    yield f"confirm {not edge.confirm}", replace(edge, confirm=not edge.confirm)


def label_effect(effect: Effect) -> str:
    """Name an effect by its kind and what it is about."""
    about = [str(getattr(effect, name)) for name in effect.__dataclass_fields__ if name != "when"]
    when = f" when {effect.when}" if effect.when else ""
    return f"{type(effect).__name__}({', '.join(about)}{when})"


def _timer_mutants(table: Lifecycle) -> Iterator[Mutant]:
    for place, timer in enumerate(table.timers):
        rest = _without(table.timers, place)
        yield _mutant(table, f"timer {timer.name} dropped", timers=rest)
        for what, changed in _changed_timers(timer):
            timers = (*table.timers[:place], changed, *table.timers[place + 1 :])
            yield _mutant(table, f"timer {timer.name}: {what}", timers=timers)


def _changed_timers(timer: Timer) -> Iterator[tuple[str, Timer]]:
    for place, step in enumerate(timer.steps):
        label = f"{step.trigger}{f' ({step.reason})' if step.reason else ''}"
        yield f"step {label} dropped", replace(timer, steps=_without(timer.steps, place))
        if place:
            before, after = timer.steps[: place - 1], timer.steps[place + 1 :]
            swapped = (*before, step, timer.steps[place - 1], *after)
            yield f"step {label} before the one before it", replace(timer, steps=swapped)
    if len(timer.steps) > 2:
        yield "steps reversed", replace(timer, steps=timer.steps[::-1])
    for field in ("effects", "on_refused"):
        effects: tuple[Effect, ...] = getattr(timer, field)
        for place, effect in enumerate(effects):
            changes: dict[str, Any] = {field: _without(effects, place)}
            yield f"{field} {label_effect(effect)} dropped", replace(timer, **changes)
    if len(timer.on_refused) > 1:
        yield "on_refused dropped", replace(timer, on_refused=())
    if len(timer.states) > 1:
        for place, state in enumerate(timer.states):
            yield f"state {state} dropped", replace(timer, states=_without(timer.states, place))
    yield f"only_latest {not timer.only_latest}", replace(timer, only_latest=not timer.only_latest)


def _flag_mutants(table: Lifecycle) -> Iterator[Mutant]:
    for place, state in enumerate(table.states):
        for flag in ("open", "final"):
            changes: dict[str, Any] = {flag: not getattr(state, flag)}
            changed = replace(state, **changes)
            states = (*table.states[:place], changed, *table.states[place + 1 :])
            name = f"state {state.name}: {flag} {getattr(changed, flag)}"
            yield _mutant(table, name, states=states)
    several = not table.several_open
    yield _mutant(table, f"several_open {several}", several_open=several)


def _without(items: tuple[Any, ...], place: int) -> tuple[Any, ...]:
    return (*items[:place], *items[place + 1 :])
