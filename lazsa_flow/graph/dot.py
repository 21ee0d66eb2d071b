r"""DOT: a chart as Graphviz reads it.

Nodes have generated ids; every other text is a double-quoted string in which ``\``, ``"`` and ``&``
are escaped, because Graphviz interprets ``\N`` and the like in labels and resolves HTML entities.

States, triggers and guards read as their titles; the code name of a state or trigger is the second
line. Reasons, the fields of its data and guards follow a trigger; the tooltip says which roles may
give which reason, and names the guards. The happy path is drawn bold, and its weight keeps it
straight; a timer's steps are dashed. A final state has two rings. If paths were counted, their
number follows a state's code name and a trigger's title. One path's history has its own colour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.graph.metrics import one_line
from lazsa_flow.graph.palette import INKS, LIGHT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lazsa_flow.graph.chart import Arrow, Chart, Node, Who
    from lazsa_flow.lifecycle.titles import Titles

_START: Final = "start"
_BREAK: Final = r"\n"
_TRAIL: Final = {"color": LIGHT.trail, "penwidth": "4"}
_A_LINE: Final = 3
"""How many names are set side by side, so that a label grows down rather than wide."""


def dot(chart: Chart) -> str:
    """Write a chart as the text of a Graphviz digraph, ending in a newline."""
    return "\n".join(_write_lines(chart)) + "\n"


def escape_dot_name(name: str) -> str:
    """Write a name so that it stays within double quotes and is shown as it is."""
    plain = one_line(name).replace("&", "&amp;")
    return plain.replace("\\", "\\\\").replace('"', '\\"')


def _write_lines(chart: Chart) -> Iterator[str]:
    yield f'digraph "{escape_dot_name(chart.name)}" {{'
    yield f'    graph [label="{escape_dot_name(chart.title)}", labelloc="t", rankdir="TB"];'
    yield '    node [shape="box", style="filled,rounded", fontname="Inter"];'
    yield '    edge [fontname="Inter", fontsize="10"];'
    yield f'    {_START} [shape="point", label="", tooltip="", width="0.15"];'
    visited = {leg.node for leg in chart.trail}
    taken = {leg.arrow for leg in chart.trail}
    for node in chart.nodes:
        drawn = _of_node(node, chart.titles) | (_TRAIL if node.id in visited else {})
        yield f"    {node.id} [{_write_attributes(drawn)}];"
    for arrow in chart.arrows:
        drawn = _of_arrow(arrow, chart.titles) | (_TRAIL if arrow.id in taken else {})
        yield f"    {arrow.source or _START} -> {arrow.dest} [{_write_attributes(drawn)}];"
    yield "}"


def _of_node(node: Node, titles: Titles) -> dict[str, str]:
    ink = INKS[node.meaning]
    count = "" if node.count is None else f"{_BREAK}{node.count}"
    attributes = {
        "label": f"{_write_name(titles.state(node.label), node.label)}{count}",
        "tooltip": node.meaning,
        "fillcolor": ink.fill,
        "fontcolor": ink.text,
        "color": ink.line,
    }
    if node.happy:
        attributes["penwidth"] = "3"
    if node.final:
        attributes["peripheries"] = "2"
    return attributes


def _of_arrow(arrow: Arrow, titles: Titles) -> dict[str, str]:
    attributes = {
        "label": _write_arrow_label(arrow, titles),
        "tooltip": _write_arrow_tooltip(arrow),
    }
    if arrow.timers:
        attributes["style"] = "dashed"
    if arrow.happy:
        attributes |= {"penwidth": "3", "weight": "10"}
    return attributes


def _write_arrow_label(arrow: Arrow, titles: Titles) -> str:
    flow = "" if arrow.flow is None else f" ({arrow.flow})"
    rows = [_write_name(titles.trigger(arrow.trigger), arrow.trigger, after_title=flow)]
    if arrow.reasons:
        rows.append(f"({_wrap_names(arrow.reasons)})")
    if arrow.data:
        rows.append(f"+ {_wrap_names(arrow.data)}")
    if arrow.guards:
        rows.append(f"[{_wrap_names(list(map(titles.guard, arrow.guards)))}]")
    return _BREAK.join(rows)


def _write_name(title: str, code: str, *, after_title: str = "") -> str:
    """Write a title, and the code name in a second line."""
    return f"{escape_dot_name(title)}{after_title}{_BREAK}{escape_dot_name(code)}"


def _write_arrow_tooltip(arrow: Arrow) -> str:
    who = ", ".join(map(_write_who, arrow.who))
    return f"{who} [{', '.join(map(escape_dot_name, arrow.guards))}]" if arrow.guards else who


def _write_who(who: Who) -> str:
    roles = "/".join(map(escape_dot_name, who.roles))
    return f"{roles} ({', '.join(map(escape_dot_name, who.reasons))})" if who.reasons else roles


def _wrap_names(names: Sequence[str]) -> str:
    shown = [escape_dot_name(name) for name in names]
    rows = [", ".join(shown[at : at + _A_LINE]) for at in range(0, len(shown), _A_LINE)]
    return f",{_BREAK}".join(rows)


def _write_attributes(attributes: Mapping[str, str]) -> str:
    return ", ".join(f'{name}="{value}"' for name, value in attributes.items())
