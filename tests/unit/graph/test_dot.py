"""The chart as DOT text."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final

import pytest

from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.graph.chart import build_chart
from lazsa_flow.graph.dot import dot, escape_dot_name
from tests.factories import table
from tests.unit.graph.hostile import HOSTILE, hostile_table

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN: Final = re.compile(
    r"""(?P<space>\s+) | (?P<string>"(?:[^"\\\n]|\\.)*") | (?P<arrow>->)
      | (?P<id>[A-Za-z_][A-Za-z0-9_]*) | (?P<mark>[\[\]{}=,;])""",
    re.VERBOSE,
)


def tokens(text: str) -> Iterator[tuple[str, str]]:
    """Cut DOT text into tokens as Graphviz's scanner does; anything else is an error."""
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        assert found, f"no token at {text[at : at + 40]!r}"
        at = found.end()
        if found.lastgroup != "space":
            yield str(found.lastgroup), found.group()


def statements(text: str) -> list[tuple[str, dict[str, str]]]:
    """Parse our DOT text into its statements: what they are about, with their attributes."""
    stream = list(tokens(text))
    assert [kind for kind, _ in stream[:3]] == ["id", "string", "mark"]
    assert stream[-1] == ("mark", "}")
    found: list[tuple[str, dict[str, str]]] = []
    head, inside = "", False
    attributes: dict[str, str] = {}
    body = iter(stream[3:-1])
    for kind, token in body:
        if token == "[":
            inside = True
        elif token == "]":
            assert next(body) == ("mark", ";")
            found.append((head, attributes))
            head, attributes, inside = "", {}, False
        elif not inside:
            assert kind in {"id", "arrow"}
            head += token
        elif token != ",":
            assert kind == "id"
            assert next(body) == ("mark", "=")
            kind_of_value, value = next(body)
            assert kind_of_value == "string"
            attributes[token] = value[1:-1]
    assert not inside
    assert not head
    return found


def shown(label: str) -> list[str]:
    """Return the lines that Graphviz shows for a label."""
    lines = re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], label).split("\n")
    return [html.unescape(line) for line in lines]


def _of(head: str, text: str) -> list[dict[str, str]]:
    return [attributes for about, attributes in statements(text) if about == head]


def test_every_state_and_arrow_is_written_once() -> None:
    """The graph has a statement for each node and arrow of the chart, and four of its own."""
    drawn = build_chart(AWARD)
    heads = [head for head, _ in statements(dot(drawn))]
    assert heads == [
        *("graph", "node", "edge", "start"),
        *(node.id for node in drawn.nodes),
        *(f"{arrow.source or 'start'}->{arrow.dest}" for arrow in drawn.arrows),
    ]


def test_the_happy_path_is_heavy_and_timers_are_dashed() -> None:
    """Weight and width mark the happy path, a dashed line what a timer tries."""
    text = dot(build_chart(table()))
    [opening] = _of("start->s0", text)
    close, lock = _of("s0->s1", text)
    assert (opening["penwidth"], opening["weight"]) == ("3", "10")
    assert "style" not in opening
    assert close["style"] == "dashed"
    assert "style" not in lock
    fall_due = _of("s4->s3", dot(build_chart(AWARD)))
    assert not any("weight" in arrow for arrow in fall_due)


def test_reasons_and_guards_stand_under_the_trigger() -> None:
    """A label begins with title and code name of the trigger; then its reasons, then its guards."""
    [award] = _of("s1->s2", dot(build_chart(AWARD)))
    assert shown(award["label"]) == [
        "Grant the award",
        "award",
        "[Panel quorum, Panel approval, Tenure,",
        "Compliance, Sales (GMV), Chat response rate,",
        "Cancellation rate, Retention of buyers, Trainer activities,",
        "No open case, No award held now]",
    ]
    assert award["tooltip"].startswith("system [quorum, panel_approval, tenure, ")
    [remove] = _of("s6->s7", dot(build_chart(AWARD)))
    assert shown(remove["label"]) == [
        "Remove from Reconnect",
        "remove",
        "(left, re_awarded, code_of_conduct)",
    ]
    assert remove["tooltip"] == "seller (left), system (re_awarded), compliance (code_of_conduct)"
    [member] = _of("s6", dot(build_chart(AWARD, locale="id")))
    assert shown(member["label"]) == ["Anggota Reconnect", "reconnect"]


def test_a_final_state_has_two_rings() -> None:
    """Terminal states, and only they, are ringed twice."""
    rings = {
        node.final: {a.get("peripheries") for a in _of(node.id, dot(build_chart(AWARD)))}
        for node in build_chart(AWARD).nodes
    }
    assert rings == {True: {"2"}, False: {None}}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_breaks_no_statement(name: str) -> None:
    """Whatever a name holds, the graph has the statements it would have with a tame one."""
    text = dot(build_chart(hostile_table(name)))
    tame = dot(build_chart(hostile_table("tame")))
    assert len(text.splitlines()) == len(tame.splitlines())
    assert [(head, list(attributes)) for head, attributes in statements(text)] == [
        (head, list(attributes)) for head, attributes in statements(tame)
    ]
    text.encode()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_shown_as_it_is(name: str) -> None:
    """A name is neither lost nor read as an order: unescaped, it is the name, on one line."""
    printable = "".join(char if char.isprintable() else " " for char in name)
    assert shown(escape_dot_name(name)) == [" ".join(printable.split()) or "(no name)"]
