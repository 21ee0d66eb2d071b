"""Properties that must hold for every lifecycle, whatever it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.foresight.proof.properties import Gap, PathSituation, Property, Space, Taken
from lazsa_flow.lifecycle.effects import FireOther
from lazsa_flow.lifecycle.model import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazsa_flow.foresight.proof.world import PossibleMove

LINKED: Final = "linked"


def _moves_on(seen: PathSituation) -> bool:
    state = seen.lifecycle.state(seen.path.state)
    if state.final or not (state.open or state.meaning == "waiting"):
        return True
    return seen.decides or any(move.roles for move in seen.moves)


def _refusal_leaves_a_way(before: PathSituation, move: PossibleMove) -> bool:
    if not move.refused:
        return True
    finder = before.finder
    if finder.decides(move.path):
        return True
    return any(each.roles for each in finder.moves(move.after, move.path))


def _refusal_is_foreseen(before: PathSituation, move: PossibleMove) -> bool:
    """Tell whether one of the effects for a timer that is refused applies, where it has any."""
    if not move.refused or not before.lifecycle.timer(str(move.timer)).on_refused:
        return True
    return bool(move.scheduled or move.notices) or before.finder.decides(move.path)


def _steps_fire(space: Space) -> Iterator[Gap]:
    """Find steps of timers whose place an earlier step always takes, or that no guards let pass."""
    for timer in space.lifecycle.timers:
        for step in timer.steps:
            sources = [
                state
                for state in timer.states
                if space.lifecycle.edge(state, step.trigger, step.reason) is not None
            ]
            for source in sources:
                if Taken(source, step.trigger, step.reason, timer.name) not in space.taken:
                    words = f"{step.trigger}{f' ({step.reason})' if step.reason else ''}"
                    what = f"timer {timer.name} never takes its step {words} from {source}"
                    yield Gap(what, space.entered.get(source))


def _edges_fire(space: Space) -> Iterator[Gap]:
    lifecycle = space.lifecycle
    linked = {
        (effect.state, effect.trigger, effect.reason)
        for edge in (lifecycle.opening, *lifecycle.edges)
        for effect in edge.effects
        if isinstance(effect, FireOther)
    }
    taken = {(each.source, each.trigger, each.reason, bool(each.by)) for each in space.taken}
    for edge in lifecycle.edges:
        for permit in edge.permits:
            for reason in permit.reasons or (None,):
                for source in edge.sources:
                    by_clock = permit.role == SYSTEM
                    if (source, edge.trigger, reason, by_clock) in taken:
                        continue
                    if (source, edge.trigger, reason) in linked:
                        continue
                    words = f"{edge.trigger}{f' ({reason})' if reason else ''} by {permit.role}"
                    yield Gap(f"{words} never happens from {source}", space.entered.get(source))


def _states_entered(space: Space) -> Iterator[Gap]:
    for state in space.lifecycle.states:
        if state.name not in space.entered:
            yield Gap(f"no path ever comes into {state.name}", None)


def _timers_set(space: Space) -> Iterator[Gap]:
    for timer in space.lifecycle.timers:
        for state in timer.states:
            if not any(each.source == state and each.by == timer.name for each in space.taken):
                yield Gap(f"timer {timer.name} never waits in {state}", space.entered.get(state))


def _cleared(before: PathSituation, move: PossibleMove) -> bool:
    """Tell whether a path that has come to a final state waits for nothing."""
    state = before.lifecycle.state(move.dest)
    return not state.final or not before.finder.decides(move.path)


GENERIC: Final = (
    Property(
        "waiting_paths_move_on",
        "A path that waits has a timer that may move it, or somebody may.",
        in_situation=_moves_on,
    ),
    Property(
        "refused_timers_leave_a_way",
        "After a timer none of whose steps fired, another timer or a person can move the path.",
        on_move=_refusal_leaves_a_way,
    ),
    Property(
        "steps_leave_no_gap",
        "Where no step of a timer fires, one of its effects for that applies, if it has any.",
        on_move=_refusal_is_foreseen,
    ),
    Property(
        "steps_do_not_overlap",
        "Each step of a timer can be the one that fires.",
        on_space=_steps_fire,
    ),
    Property(
        "edges_can_be_taken",
        "Each edge can be taken from each of its states by everybody whom it permits.",
        on_space=_edges_fire,
    ),
    Property("states_are_entered", "Each state can be entered.", on_space=_states_entered),
    Property(
        "timers_wait_where_they_live",
        "Each timer can fall due in each of its states.",
        on_space=_timers_set,
    ),
    Property(
        "final_states_decide_nothing",
        "Nothing that decides waits for a path in a final state.",
        on_move=_cleared,
    ),
)
