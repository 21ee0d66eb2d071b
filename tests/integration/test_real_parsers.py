"""What lazsa_flow writes, read by those for whom it is written: Mermaid, Graphviz and XState."""

from __future__ import annotations

import html
import json
import random
import re
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

import pytest

import tests.node
from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.award.lifecycles.entry import ENTRY
from lazsa_flow.award.lifecycles.trainer import TRAINER
from lazsa_flow.engine.machine import TableMachine, Trial
from lazsa_flow.graph.chart import build_chart
from lazsa_flow.graph.dot import dot
from lazsa_flow.graph.engine import run_graphviz
from lazsa_flow.graph.mermaid import mermaid
from lazsa_flow.graph.xstate import build_xstate_machine, clock_event, name_event
from tests.golden.regenerate import counted
from tests.node import ask
from tests.unit.graph.hostile import HOSTILE, hostile_table

if TYPE_CHECKING:
    from pathlib import Path

    from lazsa_flow.graph.chart import Chart
    from lazsa_flow.lifecycle.guards import Found
    from lazsa_flow.lifecycle.table import Lifecycle

TABLES: Final = (AWARD, ENTRY, TRAINER)
CHARTS: Final[dict[str, Chart]] = {
    **{table.name: build_chart(table) for table in TABLES},
    "counted": counted(),
    **{
        f"hostile {number}": build_chart(hostile_table(name)) for number, name in enumerate(HOSTILE)
    },
}
WALKS: Final = 1000
STEPS: Final = 12


def plain(name: str) -> str:
    """Return a name as it may be shown: on one line."""
    shown = "".join(char if char.isprintable() else " " for char in name)
    return " ".join(shown.split()) or "(no name)"


def test_a_missing_parser_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The parsers are installed again where the lockfile is another or a package is not there."""
    lock, stamp = tmp_path / "package-lock.json", tmp_path / "node_modules" / ".lock"
    package = tmp_path / "node_modules" / "axe-core" / "package.json"
    lock.write_text(json.dumps({"packages": {"": {}, "node_modules/axe-core": {}}}))
    package.parent.mkdir(parents=True)
    monkeypatch.setattr(tests.node, "FOLDER", tmp_path)
    monkeypatch.setattr(tests.node, "MODULES", stamp.parent)
    assert not tests.node.is_complete()
    stamp.write_bytes(lock.read_bytes())
    assert not tests.node.is_complete()
    package.write_text("{}")
    assert tests.node.is_complete()
    stamp.write_text("{}")
    assert not tests.node.is_complete()


@pytest.fixture(scope="module")
def parsed() -> dict[str, Any]:
    """What Mermaid's own parser makes of each chart."""
    found = ask({"mermaid": [mermaid(drawn) for drawn in CHARTS.values()]})
    return dict(zip(CHARTS, found, strict=True))


@pytest.mark.parametrize("name", CHARTS)
def test_mermaid_parses(parsed: dict[str, Any], name: str) -> None:
    """Mermaid finds each state and arrow of the chart, and nothing else; names stay themselves."""
    drawn, found = CHARTS[name], parsed[name]
    assert "error" not in found, found
    assert found["type"] == "stateDiagram"
    states = {each["id"]: each["label"] for each in found["states"]}
    ends = {key for key in states if key.startswith("root_")}
    assert set(states) - ends == {node.id for node in drawn.nodes}
    for node in drawn.nodes:
        here = "" if node.count is None else f" ({node.count})"
        title, code = map(plain, (drawn.titles.state(node.label), node.label))
        assert (
            mermaid_text(states[node.id]) == f"{title}<br>{code}{here}"
        )  # as its sanitizer writes it
    arrows = [(each["start"], each["end"]) for each in found["edges"]]
    final = [(node.id, "root_end") for node in drawn.nodes if node.final]
    expected = [(arrow.source or "root_start", arrow.dest) for arrow in drawn.arrows]
    assert sorted(arrows) == sorted(expected + final)


def mermaid_text(label: str) -> str:
    """Return what Mermaid shows for a label: it keeps ``#60;`` under marks of its own."""
    return html.unescape(re.sub("ﬂ°°([0-9]+)¶ß", r"&#\1;", label))


@pytest.mark.parametrize("name", CHARTS)
def test_graphviz_parses(name: str) -> None:
    """Graphviz finds each state and arrow of the chart, and shows their names as they are."""
    drawn = CHARTS[name]
    picture = run_graphviz(dot(drawn), form="svg")
    nodes, edges = groups(picture, "node"), groups(picture, "edge")
    assert {title for title, _ in nodes} == {"start", *(node.id for node in drawn.nodes)}
    for node in drawn.nodes:
        count = [] if node.count is None else [str(node.count)]
        title, code = map(plain, (drawn.titles.state(node.label), node.label))
        assert dict(nodes)[node.id] == [title, code, *count]
    arrows = sorted(f"{arrow.source or 'start'}->{arrow.dest}" for arrow in drawn.arrows)
    assert sorted(title for title, _ in edges) == arrows


def groups(picture: str, kind: str) -> list[tuple[str, list[str]]]:
    """Return the title and texts of each of Graphviz's groups of a kind."""
    space = "{http://www.w3.org/2000/svg}"
    root = ET.fromstring(picture[picture.index("<svg") :])
    return [
        (
            next(group.iter(f"{space}title")).text or "",
            [text.text or "" for text in group.iter(f"{space}text")],
        )
        for group in root.iter(f"{space}g")
        if group.get("class") == kind
    ]


class Here:
    """A path that walks here: the engine's own machine decides each event."""

    def __init__(self, table: Lifecycle) -> None:
        self.table = table
        self.machine = TableMachine(table)
        self.state = table.initial

    def send(self, name: str, held: list[str]) -> str:
        """Take an event, with these guards held; return the state."""
        findings: dict[str, Found] = {
            guard: (guard in held, None, None) for guard in self.table.guards
        }
        for trigger, reason in self._tries(name):
            trial = Trial(self.state, reason, findings)
            if self.table.edge(self.state, trigger, reason) and self.machine.fires(trial, trigger):
                self.state = trial.state
                break
        return self.state

    def _tries(self, name: str) -> list[tuple[str, str | None]]:
        for timer in self.table.timers:
            if clock_event(timer.name) == name:
                alive = self.state in timer.states
                return [(step.trigger, step.reason) for step in timer.steps] if alive else []
        trigger, _, reason = name.partition(".")
        return [(trigger, reason or None)]


def events(table: Lifecycle, state: str | None = None) -> list[str]:
    """Return every event of a table, or those that a state listens to."""
    edges = table.edges if state is None else table.exits(state)
    pulled = [name_event(edge.trigger, reason) for edge in edges for reason in edge.reasons]
    timers = [timer for timer in table.timers if timer.steps and state in (None, *timer.states)]
    return sorted({*pulled, *(clock_event(timer.name) for timer in timers)})


def walks(table: Lifecycle) -> tuple[list[list[tuple[str, list[str]]]], list[list[str]]]:
    """Draw random walks; return their events with the guards held, and the states come to here."""
    draw = random.Random(20261001)
    every, heard = events(table), {each.name: events(table, each.name) for each in table.states}
    sent, come = [], []
    for _ in range(WALKS):
        here = Here(table)
        taken: list[tuple[str, list[str]]] = []
        states: list[str] = []
        for _ in range(STEPS):
            likely = heard[here.state] if draw.random() < 0.8 else []
            name = draw.choice(likely or every)
            odds = draw.choice((0.5, 0.97, 1.0))
            held = [guard for guard in table.guards if draw.random() < odds]
            taken.append((name, held))
            states.append(here.send(name, held))
        sent.append(taken)
        come.append(states)
    return sent, come


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_xstate_walks_as_the_engine_does(table: Lifecycle) -> None:
    """A thousand random sequences of events lead through the same states there and here."""
    sent, come = walks(table)
    assert ask(
        {"machines": [{"machine": build_xstate_machine(build_chart(table)), "walks": sent}]}
    ) == [come]
    assert {state for states in come for state in states} >= {state.name for state in table.states}


def test_xstate_loads_a_hostile_table() -> None:
    """A machine whose every name is hostile starts, and an event moves it."""
    asked = []
    for name in HOSTILE:
        made = build_xstate_machine(build_chart(hostile_table(name)))
        [clock] = [each for each in made["states"][made["initial"]]["on"] if "clock." in each]
        asked.append({"machine": made, "walks": [[[clock, [name, f"{name}."]]]]})
    assert ask({"machines": asked}) == [[["s1"]] for _ in HOSTILE]
