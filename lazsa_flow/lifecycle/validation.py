"""Validation of a lifecycle's table: all problems are reported together.

Each check yields what it finds in words that name the offender; a table with any finding is never
made.
"""

from __future__ import annotations

import re
from collections import Counter
from string import Formatter
from typing import TYPE_CHECKING, Final

from lazsa_flow.errors import shown
from lazsa_flow.lifecycle.effects import Begin, Effect, FireOther, Notify, Schedule
from lazsa_flow.lifecycle.evidence import find_source_problems, readable_names
from lazsa_flow.lifecycle.guards import FIELDS, find_unreadable
from lazsa_flow.lifecycle.model import SYSTEM
from lazsa_flow.lifecycle.path_data import find_model_problems
from lazsa_flow.lifecycle.roles import BUILT_IN_RELATIONS, SUBJECT
from lazsa_flow.lifecycle.titles import find_title_problems

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lazsa_flow.lifecycle.parts import Edge, TableParts, Timer

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_FIELDS: Final = " or ".join(f"{{{name}}}" for name in FIELDS)


def find_problems(table: TableParts) -> Iterator[str]:
    """Find every contradiction in a table."""
    names = [state.name for state in table.states]
    yield from _doubles("state", names)
    yield from _doubles("timer", [timer.name for timer in table.timers])
    yield from _actor_problems(table)
    for edge in (table.opening, *table.edges):
        yield from _edge_problems(table, edge, set(names))
    yield from _opening_problems(table)
    if table.opening.sources:
        yield f"opening {table.opening.trigger}: it has a source"
    for timer in table.timers:
        yield from _timer_problems(table, timer, set(names))
    yield from find_source_problems(table.evidence)
    yield from _guard_name_problems(table)
    yield from _overlaps(table)
    yield from _promise_problems(table)
    yield from find_title_problems(table)
    reached = _reached(table)
    for state in table.states:
        if state.name not in reached:
            yield f"state {state.name}: never reached"
        leaves = any(state.name in e.sources and e.dest != state.name for e in table.edges)
        if not state.final and not leaves:
            yield f"state {state.name}: not final, yet no edge leads out of it"
    for name in table.happy_path:
        if name not in names:
            yield f"happy_path: no state {name}"


def _doubles(kind: str, names: list[str]) -> Iterator[str]:
    for name, times in Counter(names).items():
        if times > 1:
            yield f"{kind} {name}: named {times} times"


def _actor_problems(table: TableParts) -> Iterator[str]:
    """Find roles, relations and recipients that cannot be declared."""
    relations = [each.name for each in table.relations]
    recipients = [each.name for each in table.recipients]
    for kind, names, taken in (
        ("role", list(table.roles), {SYSTEM}),
        ("relation", relations, BUILT_IN_RELATIONS),
        ("recipient", recipients, {SUBJECT}),
    ):
        yield from _doubles(kind, names)
        for name in names:
            if not _NAME.fullmatch(name):
                yield f"{kind} {shown(name)}: not a name of a-z, 0-9 and _"
            elif name in taken:
                yield f"{kind} {name}: is built in and cannot be declared"
    unknown = sorted(table.preempts_timers - table.all_roles)
    yield from (f"preempts_timers: no role {name}" for name in unknown)


def _label(edge: Edge) -> str:
    return f"edge {edge.trigger} to {edge.dest}"


def _edge_problems(table: TableParts, edge: Edge, states: set[str]) -> Iterator[str]:
    for name in (*edge.sources, edge.dest):
        if name not in states:
            yield f"{_label(edge)}: no state {name}"
    if edge is not table.opening and not edge.sources:
        yield f"{_label(edge)}: no source"
    if not edge.permits:
        yield f"{_label(edge)}: nobody may fire it"
    yield from _permit_problems(table, edge)
    for guard in edge.guards:
        if guard not in table.guards:
            yield f"{_label(edge)}: no guard {guard}"
    if edge.effective is not None and edge.effective not in table.instants:
        yield f"{_label(edge)}: no instant {edge.effective}"
    yield from _effect_problems(table, _label(edge), edge.effects)
    yield from _data_problems(edge)


def _data_problems(edge: Edge) -> Iterator[str]:
    """Find data that cannot be checked, or that nobody could hand over."""
    if edge.data is None:
        return
    for problem in find_model_problems(edge.data):
        yield f"{_label(edge)}: {problem}"
    if edge.timed:
        yield f"{_label(edge)}: takes data, which the system never hands over"


def _permit_problems(table: TableParts, edge: Edge) -> Iterator[str]:
    relations = {*BUILT_IN_RELATIONS, *(each.name for each in table.relations)}
    for permit in edge.permits:
        if permit.role not in table.all_roles:
            yield f"{_label(edge)}: no role {permit.role}"
        if permit.relation not in relations:
            yield f"{_label(edge)}: no relation {permit.relation}"


def _opening_problems(table: TableParts) -> Iterator[str]:
    """Find guards that ask a path that opens what it cannot have yet."""
    opening = table.opening
    of_paths = readable_names(each for each in table.evidence if each.rows.by == "path")
    names = [*opening.guards, *(effect.when for effect in opening.effects if effect.when)]
    for name in dict.fromkeys(names):
        guard = table.guards.get(name)
        for each in sorted(of_paths & ((guard and guard.reads) or frozenset())):
            yield f"{_label(opening)}: guard {name} reads {each}, which a path that opens has not"


def _timer_problems(table: TableParts, timer: Timer, states: set[str]) -> Iterator[str]:
    label = f"timer {timer.name}"
    for name in timer.states:
        if name not in states:
            yield f"{label}: no state {name}"
    if timer.at not in table.instants:
        yield f"{label}: no instant {timer.at}"
    if not timer.steps and not timer.effects:
        yield f"{label}: neither a trigger nor an effect"
    yield from _restart_problems(timer, label)
    sets = {each.timer for each in timer.effects if isinstance(each, Schedule)}
    if timer.only_latest and timer.name not in sets:
        yield f"{label}: only_latest, yet it is no reminder that sets itself again"
    if timer.steps and timer.effects:
        yield f"{label}: has triggers, so its effects stand on their edges"
    for step in timer.steps:
        if not any(
            edge.trigger == step.trigger
            and set(edge.sources) & set(timer.states)
            and any(permit.admits(SYSTEM, step.reason) for permit in edge.permits)
            for edge in table.edges
        ):
            reason = f" ({step.reason})" if step.reason else ""
            yield f"{label}: names no edge of the clock's: {step.trigger}{reason}"
    yield from _effect_problems(table, label, (*timer.effects, *timer.on_refused))


def _promise_problems(table: TableParts) -> Iterator[str]:
    for name, notice in table.promised.items():
        label = f"promised {name}"
        if name not in {timer.name for timer in table.timers}:
            yield f"{label}: no timer {name}"
        if notice.when is not None:
            yield f"{label}: its notice has a condition, which nobody asks"
        yield from _effect_problems(table, label, (notice,))


def _restart_problems(timer: Timer, label: str) -> Iterator[str]:
    if timer.steps and timer.restarts:
        yield f"{label}: has triggers, so it is no reminder that could restart"
    for name in timer.restarts:
        if name not in timer.states:
            yield f"{label}: restarts in {name}, where it does not live"


def _effect_problems(table: TableParts, label: str, effects: Iterable[Effect]) -> Iterator[str]:
    recipients = {SUBJECT, *(each.name for each in table.recipients)}
    for effect in effects:
        if effect.when is not None and effect.when not in table.guards:
            yield f"{label}: no guard {effect.when}"
        if isinstance(effect, Schedule):
            if effect.timer not in {timer.name for timer in table.timers}:
                yield f"{label}: no timer {effect.timer}"
            if effect.round is not None and effect.round not in table.rounds:
                yield f"{label}: no round {effect.round}"
        if isinstance(effect, FireOther) and not any(
            edge.trigger == effect.trigger
            and effect.state in edge.sources
            and any(permit.admits(SYSTEM, effect.reason) for permit in edge.permits)
            for edge in table.edges
        ):
            yield (
                f"{label}: fires no edge of the system's: "
                f"{effect.trigger} ({effect.reason}) from {effect.state}"
            )
        if isinstance(effect, Notify) and effect.to not in recipients:
            yield f"{label}: no recipient {effect.to}"
        if isinstance(effect, Begin) and not effect.what:
            yield f"{label}: begins nothing"


def _guard_name_problems(table: TableParts) -> Iterator[str]:
    for name, guard in table.guards.items():
        if guard.name != name:
            yield f"guard {name}: registered under another name than its own, {guard.name}"
        for each in sorted(find_unreadable(guard.reads or (), table.evidence)):
            yield f"guard {name}: reads {each}, which there is not"
        yield from _wording_problems(name, guard.wording)


def _wording_problems(name: str, wording: str) -> Iterator[str]:
    """Find what a guard's wording asks to be filled in and nothing fills."""
    try:
        parts = [part[1:] for part in Formatter().parse(wording) if part[1] is not None]
    except (TypeError, ValueError) as error:
        yield f"guard {name}: its wording cannot be filled in: {error}"
        return
    for field, spec, conversion in parts:
        shown = f"{{{field}{f'!{conversion}' if conversion else ''}{f':{spec}' if spec else ''}}}"
        if field not in FIELDS:
            yield f"guard {name}: its wording has the field {shown}, expected {_FIELDS}"
        elif spec or conversion:
            yield f"guard {name}: its wording formats {shown}, expected plain {_FIELDS}"


def _overlaps(table: TableParts) -> Iterator[str]:
    """Find edges that one (state, trigger, reason) would name twice."""
    seen: Counter[tuple[str, str, str | None]] = Counter()
    for edge in table.edges:
        seen.update(
            (source, edge.trigger, reason) for source in edge.sources for reason in edge.reasons
        )
    for (source, trigger, reason), times in seen.items():
        if times > 1:
            yield f"edge {trigger} ({reason}) from {source}: stands {times} times"


def _reached(table: TableParts) -> set[str]:
    reached = {table.opening.dest}
    grown = True
    while grown:
        more = {edge.dest for edge in table.edges if reached & set(edge.sources)} - reached
        reached |= more
        grown = bool(more)
    return reached
