"""The table of a lifecycle as data: its digest, and how one differs from another.

A database is run by one table of each lifecycle. What is described here is all that decides where
a path goes and when: states, edges with their permits, guards and effects, timers, and whose
commands come before a timer. Titles and what graphs draw are left out.

Databases keep these digests. So parts and effects stand here under the names that they had when
the first was written: ``urgent``, ``otherwise``, and ``Begin`` of ``claims`` for ``Reserve``.
"""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from lazsa_flow.engine.journal import canonical, digest
from lazsa_flow.lifecycle.effects import Reserve
from lazsa_flow.lifecycle.path_data import describe_model

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lazsa_flow.lifecycle.effects import Effect
    from lazsa_flow.lifecycle.table import Edge, Lifecycle, State, Timer

PARTS = ("states", "edges", "timers", "guards", "urgent")


def content_of(lifecycle: Lifecycle) -> dict[str, Any]:
    """Return what a table says, as JSON values by the names of its parts."""
    return {
        "states": {each.name: _state(lifecycle, each) for each in lifecycle.states},
        "edges": {
            _name(edge): _edge_content(edge) for edge in (lifecycle.opening, *lifecycle.edges)
        },
        "timers": {timer.name: _timer(timer) for timer in lifecycle.timers},
        "guards": {
            name: None if guard.reads is None else sorted(guard.reads)
            for name, guard in lifecycle.guards.items()
        },
        "urgent": dict.fromkeys(sorted(lifecycle.preempts_timers), True),
    }


def text_of(lifecycle: Lifecycle) -> str:
    """Return what a table says as canonical JSON."""
    return canonical(content_of(lifecycle)).decode()


def digest_of(lifecycle: Lifecycle) -> str:
    """Return the digest of what a table says."""
    return digest(content_of(lifecycle))


def compare_tables(before: str, after: str) -> tuple[str, ...]:
    """Return how one table differs from another.

    Args:
        before: What the one says, as :func:`text_of` writes it.
        after: What the other says.

    Returns:
        A line for each state, edge, timer, guard or urgent role that is added, removed or changed.
    """
    old, new = json.loads(before), json.loads(after)
    return tuple(line for part in PARTS for line in _list_differences(part, old[part], new[part]))


def _list_differences(part: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    called = {"urgent": "urgent role"}.get(part, part.removesuffix("s"))
    for name in sorted({*old, *new}):
        if name not in old:
            yield f"{called} {name} added"
        elif name not in new:
            yield f"{called} {name} removed"
        elif old[name] != new[name]:
            yield f"{called} {name} changed"


def _name(edge: Edge) -> str:
    sources = ", ".join(edge.sources) or "new"
    reasons = ", ".join(sorted(reason for reason in edge.reasons if reason))
    return f"{edge.trigger} from {sources}{f' for {reasons}' if reasons else ''}"


def _state(lifecycle: Lifecycle, state: State) -> dict[str, Any]:
    several = {"several": True} if state.open and lifecycle.several_open else {}
    return {"open": state.open, "final": state.final, **several}


def _edge_content(edge: Edge) -> dict[str, Any]:
    return {
        "sources": list(edge.sources),
        "dest": edge.dest,
        "permits": [[each.role, list(each.reasons), each.relation] for each in edge.permits],
        "guards": list(edge.guards),
        "effects": _effect_contents(edge.effects),
        "effective": edge.effective,
        **({} if edge.data is None else {"data": describe_model(edge.data)}),
    }


def _timer(timer: Timer) -> dict[str, Any]:
    return {
        "states": list(timer.states),
        "at": timer.at,
        "steps": [[step.trigger, step.reason] for step in timer.steps],
        "effects": _effect_contents(timer.effects),
        "otherwise": _effect_contents(timer.on_refused),
        **({"restarts": list(timer.restarts)} if timer.restarts else {}),
        **({"only_latest": True} if timer.only_latest else {}),
    }


def _effect_contents(effects: Sequence[Effect]) -> list[dict[str, Any]]:
    return [
        {"effect": "Begin", "what": effect.scope, "of": "claims", "when": effect.when}
        if isinstance(effect, Reserve)
        else {"effect": type(effect).__name__}
        | {field.name: getattr(effect, field.name) for field in fields(effect)}
        for effect in effects
    ]
