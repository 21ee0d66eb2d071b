"""The chart as an XState machine."""

from __future__ import annotations

import json
import re

import pytest

from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.graph.chart import build_chart
from lazsa_flow.graph.xstate import build_xstate_machine, name_event, xstate
from tests.factories import table
from tests.unit.graph.hostile import HOSTILE, hostile_table


def test_a_small_machine_in_full() -> None:
    """States under their names, events with their reason, timers as the clock's events."""
    assert json.loads(xstate(build_chart(table()))) == {
        "id": "door",
        "description": "A door",
        "initial": "ajar",
        "states": {
            "ajar": {
                "description": "Ajar\najar",
                "tags": ["waiting"],
                "meta": {"meaning": "waiting", "final": False, "happy": True},
                "on": {
                    "close": [
                        close := {
                            "target": "shut",
                            "description": "Close (close), at Evening, by system, if Ready",
                            "meta": {"by": [{"roles": ["system"], "reasons": []}], "happy": True},
                            "guard": {"type": "all", "params": {"guards": ["ready"]}},
                        }
                    ],
                    "lock.leaving": [
                        {
                            "target": "shut",
                            "description": "Lock (lock), by seller as leaving",
                            "meta": {
                                "by": [{"roles": ["seller"], "reasons": ["leaving"]}],
                                "happy": True,
                            },
                        }
                    ],
                    "clock.evening": [close],
                },
            },
            "shut": {
                "description": "Shut\nshut",
                "tags": ["success"],
                "meta": {"meaning": "success", "final": True, "happy": True},
            },
        },
    }


def test_a_timer_tries_its_steps_in_order() -> None:
    """The cycle date's event has a transition for each step that leads from the state."""
    states = build_xstate_machine(build_chart(AWARD))["states"]
    steps = states["under_review"]["on"]["clock.cycle_date"]
    targets = [step["target"] for step in steps]
    assert targets == ["awarded", "under_review", "declined", "declined", "declined"]
    assert [step["target"] for step in states["nominated"]["on"]["clock.cycle_date"]] == [
        "declined"
    ]


def test_figures_and_a_story_stand_in_meta() -> None:
    """Counts, flows, and what a path went through are there for whoever reads the machine."""
    rows = [{"source": None, "dest": "ajar", "trigger": "open", "reason": None}]
    drawn = build_chart(table()).counting({"ajar": 7}, {"a2": 3}).tracing(rows)
    ajar = build_xstate_machine(drawn)["states"]["ajar"]
    assert (ajar["meta"]["count"], ajar["meta"]["visited"]) == (7, True)
    assert ajar["on"]["lock.leaving"][0]["meta"]["flow"] == 3


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_no_order_to_xstate(name: str) -> None:
    """Keys, targets and events hold nothing that XState reads as more than a name."""
    made = json.loads(xstate(build_chart(hostile_table(name))))
    assert made["initial"] in made["states"]
    for state in made["states"].values():
        for type_, transitions in state.get("on", {}).items():
            assert re.fullmatch(r"[\w%-]+(\.[\w%-]+)*", type_, re.ASCII)
            assert all(each["target"] in made["states"] for each in transitions)


def test_an_event_keeps_trigger_and_reason_apart() -> None:
    """A dot in a name is no dot between names."""
    assert name_event("retire", "resigned") == "retire.resigned"
    assert name_event("a.b") == "a%2Eb"
    assert name_event("*") == "%2A"
