"""A proof finds what a table allows, and fails where a fault was put into it."""

from __future__ import annotations

from typing import Any, Final

import pytest

from lazsa_flow import InputError, ProofRules, Property, prove
from lazsa_flow.foresight.proof.choices import CannotHappenError, Choices, GuardSight, try_all
from lazsa_flow.foresight.proof.world import PathFacts, World
from lazsa_flow.lifecycle.effects import Notify, Schedule
from lazsa_flow.lifecycle.guards import all_of, any_of, none_of
from lazsa_flow.lifecycle.table import Edge, Permit, State, Step, Timer
from tests.factories import guard, table
from tests.legibility.lifecycles import list_shipped

CLOCK: Final = (Permit("system"),)
SET: Final = (Schedule("evening"),)
CLOSE: Final = Edge("close", ("ajar",), "shut", CLOCK, ("ready",))
LOCK: Final = Edge("lock", ("ajar",), "shut", (Permit("seller", ("leaving",)),))
SLAM: Final = Edge("slam", ("ajar",), "shut", CLOCK)
AJAR: Final = State("ajar", "waiting", open=True)
SHUT: Final = State("shut", "success", final=True)
FAULTS: Final[dict[str, dict[str, Any]]] = {
    "waiting_paths_move_on": {
        "opening": Edge("open", (), "ajar", (Permit("seller"),)),
        "edges": (CLOSE,),
    },
    "refused_timers_leave_a_way": {"edges": (CLOSE,)},
    "steps_leave_no_gap": {
        "timers": (
            Timer(
                "evening",
                ("ajar",),
                "dusk",
                steps=(Step("close"),),
                on_refused=(Notify("awarded", when="ready"),),
            ),
        )
    },
    "steps_do_not_overlap": {
        "edges": (CLOSE, LOCK, SLAM),
        "timers": (Timer("evening", ("ajar",), "dusk", steps=(Step("slam"), Step("close"))),),
    },
    "edges_can_be_taken": {"edges": (CLOSE, LOCK, SLAM)},
    "states_are_entered": {
        "states": (AJAR, SHUT, State("slammed", "success", final=True)),
        "edges": (CLOSE, LOCK, Edge("slam", ("ajar",), "slammed", CLOCK)),
    },
    "timers_wait_where_they_live": {
        "timers": (
            Timer("evening", ("ajar",), "dusk", steps=(Step("close"),)),
            Timer("morning", ("ajar",), "dusk", effects=(Notify("awarded"),)),
        )
    },
    "final_states_decide_nothing": {
        "edges": (Edge("close", ("ajar", "shut"), "shut", CLOCK, ("ready",)), LOCK),
        "timers": (Timer("evening", ("ajar", "shut"), "dusk", steps=(Step("close"),)),),
    },
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_property_fails_on_a_table_that_breaks_it(name: str) -> None:
    """A sound table is proved; with a fault in it, the property fails and says where."""
    assert prove(table()).holds
    proof = prove(table(**FAULTS[name]))
    failure = next(each for each in proof.failures if each.failed.name == name)
    assert failure.moves or failure.what
    assert failure.failed.says in str(proof)
    assert prove(table(**FAULTS[name]), without=[each.failed.name for each in proof.failures]).holds


def test_a_failure_is_printed_with_its_shortest_way_and_its_picture() -> None:
    """Text and JSON name each step; the picture marks the states on the way."""
    proof = prove(table(edges=(CLOSE,)))
    text, document = str(proof), proof.document()
    assert "1. open by seller, new to ajar" in text
    assert "2. timer evening is refused in ajar [without ready]" in text
    assert "o --open--> ajar --evening refused--> ajar" in text
    failed = {each["property"]: each for each in document["failures"]}
    assert [step["timer"] for step in failed["refused_timers_leave_a_way"]["path"]] == [
        None,
        "evening",
    ]
    assert "visited" in failed["refused_timers_leave_a_way"]["mermaid"]


@pytest.mark.parametrize("name", ["entry", "invoice", "trainer"])
def test_the_tables_that_ship_are_proved(name: str) -> None:
    """Nothing that holds for every lifecycle fails for one that ships."""
    proof = prove(list_shipped()[name])
    assert proof.holds, str(proof)


def test_a_host_adds_properties_of_its_own() -> None:
    """A property of a few lines is held, and fails where it does not hold."""
    told = Property(
        "shutting_is_told",
        "The seller is told when the door shuts.",
        on_move=lambda _, move: move.dest != "shut" or move.tells("subject"),
    )
    proof = prove(table(), ProofRules((told,)))
    assert [each.failed.name for each in proof.failures] == ["shutting_is_told"]
    assert [move.trigger for move in proof.failures[0].moves] == ["open", "lock"]


def test_a_meaning_decides_what_a_guard_says() -> None:
    """A guard that never holds leaves its edge untaken; a name of no guard is refused."""
    proof = prove(table(), ProofRules(meanings={"ready": lambda _: False}))
    assert "close by system never happens from ajar" in str(proof)
    with pytest.raises(InputError, match="steady"):
        prove(table(), ProofRules(meanings={"steady": lambda _: False}))
    with pytest.raises(InputError, match="no_such"):
        prove(table(), without=["no_such"])


def test_combined_guards_answer_by_their_parts() -> None:
    """Every way in which the parts can answer is tried, and no other."""
    one, two = guard("one"), guard("two")
    both = all_of("both", one, two, wording="both")
    either = any_of("either", one, two, wording="either")
    neither = none_of("neither", one, two, wording="neither")
    sight = GuardSight(PathFacts(1, "ajar"), World((PathFacts(1, "ajar"),)))

    def answers(choices: Choices) -> tuple[bool, ...]:
        return tuple(choices.ask(each, sight) for each in (one, two, both, either, neither))

    assert set(try_all({}, answers)) == {
        (first, second, first and second, first or second, not (first or second))
        for first in (True, False)
        for second in (True, False)
    }
    for each, held in ((both, True), (either, False), (neither, True), (either, True)):

        def demand(choices: Choices, each: Any = each, held: bool = held) -> bool:
            choices.require(each, sight, held=held)
            return choices.ask(each, sight)

        assert set(try_all({}, demand)) == {held}
    with pytest.raises(CannotHappenError):
        Choices({"one": lambda _: False}, ()).require(both, sight)
