"""Mermaid: a chart as a state diagram.

A ``stateDiagram-v2``, which GitHub and most documentation tools draw. States have generated ids;
in a name, everything but ASCII letters, digits and ``_`` is written as a numeric entity, so that
Mermaid's lexer cannot misread it: it ends a label at ``:`` and ``;``, begins a comment at ``%%``,
and takes any line that contains ``direction LR`` for a command, which is why spaces in a name are
entities too.

A label's first line is read: the title of a state, or ``Title [titles of guards]`` at an arrow.
The second line has the code names: of a state, or ``trigger by role/role (reasons), role (reasons)
with data [guards]``, where ``clock`` means a timer, and the system's other moves read ``system``.
States on the happy path have a bold border, those of the path that is drawn a dashed one. If paths
were counted, their number follows a state's code name in brackets, and the number of moves follows
an arrow's label.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lazsa_flow.graph.metrics import one_line
from lazsa_flow.graph.palette import INKS, LIGHT
from lazsa_flow.lifecycle.model import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lazsa_flow.graph.chart import Arrow, Chart, Who
    from lazsa_flow.lifecycle.titles import Titles

_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_]")
_ENDS: Final = "[*]"
_BREAK: Final = "<br/>"


def mermaid(chart: Chart) -> str:
    """Write a chart as the text of a Mermaid state diagram, ending in a newline."""
    return "\n".join(_write_lines(chart)) + "\n"


def escape_mermaid_name(name: str) -> str:
    """Write a name so that Mermaid shows it and never runs or parses it."""
    return _UNSAFE.sub(lambda found: f"#{ord(found.group())};", one_line(name))


def _write_lines(chart: Chart) -> Iterator[str]:
    yield "stateDiagram-v2"
    yield "    direction TB"
    for meaning, ink in INKS.items():
        yield f"    classDef {meaning} fill:{ink.fill},color:{ink.text},stroke:{ink.line}"
    yield "    classDef happy stroke-width:3px"
    if chart.trail:
        yield f"    classDef visited stroke:{LIGHT.trail},stroke-width:4px,stroke-dasharray:6"
    visited = {leg.node for leg in chart.trail}
    for node in chart.nodes:
        here = "" if node.count is None else f"#32;#40;{node.count}#41;"
        title, code = map(escape_mermaid_name, (chart.titles.state(node.label), node.label))
        yield f'    state "{title}{_BREAK}{code}{here}" as {node.id}'
    for node in chart.nodes:
        yield f"    class {node.id} {node.meaning}"
        if node.happy:
            yield f"    class {node.id} happy"
        if node.id in visited:
            yield f"    class {node.id} visited"
    for arrow in chart.arrows:
        label = _write_arrow_label(arrow, chart.titles)
        yield f"    {arrow.source or _ENDS} --> {arrow.dest} : {label}"
    for node in chart.nodes:
        if node.final:
            yield f"    {node.id} --> {_ENDS}"


def _write_arrow_label(arrow: Arrow, titles: Titles) -> str:
    clock = "clock" if arrow.timers else SYSTEM
    who = ", ".join(_write_who(who, clock) for who in arrow.who)
    data = f" with {_join_names(arrow.data)}" if arrow.data else ""
    flow = "" if arrow.flow is None else f" ({arrow.flow} times)"
    title = escape_mermaid_name(titles.trigger(arrow.trigger))
    read = f"{title}{_write_guards(map(titles.guard, arrow.guards))}"
    code = f"{escape_mermaid_name(arrow.trigger)} by {who}{data}{_write_guards(arrow.guards)}{flow}"
    return f"{read}{_BREAK}{code}"


def _write_guards(names: Iterable[str]) -> str:
    joined = _join_names(names)
    return f" [{joined}]" if joined else ""


def _write_who(who: Who, clock: str) -> str:
    roles = "/".join(clock if role == SYSTEM else escape_mermaid_name(role) for role in who.roles)
    return f"{roles} ({_join_names(who.reasons)})" if who.reasons else roles


def _join_names(names: Iterable[str]) -> str:
    return ", ".join(map(escape_mermaid_name, names))
