"""XState: a chart as a machine that XState runs and its editors open.

The JSON of a machine (XState 5). An event is a trigger, with its reason after a dot; a timer is
an event ``clock.NAME``, whose transitions are the timer's steps in their order, so that the first
whose guard holds is taken, as the engine takes it. JSON has no code, so a machine needs one guard
from its caller: ``all``, which returns whether every guard named in ``params.guards`` holds::

    setup({guards: {all: ({event}, {guards}) => guards.every((name) => event.held.includes(name))}})

A state's description is its title and, in a second line, its code name; a transition's says in
titles what it does, by whom and under which guards.

The key of a state is its name if that is a plain word, else its generated id. In an event, all but
letters, digits and ``_`` is percent-encoded, because XState interprets ``*`` and ``.``.

Source:
    stately.ai/docs: "Machines", "Guards", "Event descriptors"; XState 5.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from lazsa_flow.graph.metrics import one_line
from lazsa_flow.graph.wording import describe_arrow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazsa_flow.graph.chart import Arrow, Chart, Node

_PLAIN: Final = re.compile(r"(?!s[0-9]+$)[a-z][a-z0-9_]*", re.ASCII)
"""A word that is no made-up id and means nothing to XState."""
CLOCK: Final = "clock"


def xstate(chart: Chart) -> str:
    """Write a chart as the JSON of an XState machine, ending in a newline."""
    return json.dumps(build_xstate_machine(chart), indent=2) + "\n"


def build_xstate_machine(chart: Chart) -> dict[str, Any]:
    """Return a chart as an XState machine, in JSON values."""
    initial = next(node for node in chart.nodes if node.initial)
    return {
        "id": _choose_key(chart.name, "lifecycle"),
        "description": one_line(chart.title),
        "initial": state_key(initial),
        "states": {state_key(node): _build_state(chart, node) for node in chart.nodes},
    }


def state_key(node: Node) -> str:
    """Return the key of a state."""
    return _choose_key(node.label, node.id)


def name_event(trigger: str, reason: str | None = None) -> str:
    """Return the type of the event that pulls a trigger, giving a reason."""
    return ".".join(_encode_name(name) for name in (trigger, reason) if name is not None)


def clock_event(timer: str) -> str:
    """Return the type of the event that a timer falls due."""
    return f"{CLOCK}.{_encode_name(timer)}"


def _choose_key(name: str, otherwise: str) -> str:
    return name if _PLAIN.fullmatch(name) else otherwise


def _encode_name(name: str) -> str:
    return quote(one_line(name), safe="").replace(".", "%2E").replace("~", "%7E")


def _build_state(chart: Chart, node: Node) -> dict[str, Any]:
    out = [arrow for arrow in chart.arrows if arrow.source == node.id]
    on = dict(_list_state_events(chart, node, out))
    meta: dict[str, Any] = {"meaning": node.meaning, "final": node.final, "happy": node.happy}
    if node.count is not None:
        meta["count"] = node.count
    if any(leg.node == node.id for leg in chart.trail):
        meta["visited"] = True
    return {
        "description": f"{one_line(chart.titles.state(node.label))}\n{one_line(node.label)}",
        "tags": [node.meaning],
        "meta": meta,
        **({"on": on} if on else {}),
    }


def _list_state_events(
    chart: Chart, node: Node, out: list[Arrow]
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield every event that a state listens to, with its transitions in order."""
    by_event: dict[str, list[dict[str, Any]]] = {}
    for arrow in out:
        for reason in arrow.reasons or (None,):
            by_event.setdefault(name_event(arrow.trigger, reason), []).append(
                _build_transition(chart, arrow)
            )
    yield from by_event.items()
    for clock in chart.clocks:
        if node.id in clock.states and clock.steps:
            steps = [
                _build_transition(chart, arrow)
                for trigger, reason in clock.steps
                for arrow in out
                if arrow.trigger == trigger and reason in (arrow.reasons or (None,))
            ]
            yield clock_event(clock.name), steps


def _build_transition(chart: Chart, arrow: Arrow) -> dict[str, Any]:
    by = [{"roles": list(who.roles), "reasons": list(who.reasons)} for who in arrow.who]
    meta: dict[str, Any] = {"by": by, "happy": arrow.happy}
    if arrow.flow is not None:
        meta["flow"] = arrow.flow
    if any(leg.arrow == arrow.id for leg in chart.trail):
        meta["taken"] = True
    if arrow.data:
        meta["data"] = list(arrow.data)
    found: dict[str, Any] = {
        "target": state_key(chart.node(arrow.dest)),
        "description": one_line(describe_arrow(chart.titles, arrow)),
        "meta": meta,
    }
    if arrow.guards:
        found["guard"] = {"type": "all", "params": {"guards": list(arrow.guards)}}
    return found
