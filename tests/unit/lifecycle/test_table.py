"""A table checks itself, and each error names the offender (design.md, rule 1)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lazsa_flow.award.evidence import NOMINATIONS, PANEL
from lazsa_flow.errors import LifecycleError
from lazsa_flow.lifecycle.effects import Begin, End, FireOther, Notify, Schedule
from lazsa_flow.lifecycle.roles import Recipient, Relation
from lazsa_flow.lifecycle.table import Edge, Permit, State, Step, Timer
from tests.factories import found, guard, policy, table

AJAR, SHUT = State("ajar", "waiting", open=True), State("shut", "success", final=True)
OPENING = Edge("open", (), "ajar", (Permit("seller"),))
CLOSE = Edge("close", ("ajar",), "shut", (Permit("system"),), ("ready",))
EVENING = Timer("evening", ("ajar",), "dusk", steps=(Step("close"),))


def problems(**changes: Any) -> tuple[str, ...]:
    """Return what is wrong with the tiny table, changed."""
    with pytest.raises(LifecycleError) as caught:
        table(**changes)
    assert caught.value.lifecycle == "door"
    return caught.value.problems


def opening(*effects: Any, **changes: Any) -> dict[str, Any]:
    """Return a change of the opening edge."""
    parts: dict[str, Any] = {"permits": (Permit("seller"),), "effects": effects}
    return {"opening": Edge("open", dest="ajar", **{"sources": (), **parts, **changes})}


BROKEN: list[tuple[str, dict[str, Any], str]] = [
    ("a state named twice", {"states": (AJAR, SHUT, SHUT)}, "state shut: named 2 times"),
    ("a timer named twice", {"timers": (EVENING, EVENING)}, "timer evening: named 2 times"),
    (
        "an edge to nowhere",
        {"edges": (CLOSE, Edge("lift", ("ajar",), "gone", (Permit("seller"),)))},
        "edge lift to gone: no state gone",
    ),
    (
        "an edge from nowhere",
        {"edges": (CLOSE, Edge("lift", ("gone",), "ajar", (Permit("seller"),)))},
        "edge lift to ajar: no state gone",
    ),
    (
        "an edge without a source",
        {"edges": (CLOSE, Edge("lift", (), "ajar", (Permit("seller"),)))},
        "edge lift to ajar: no source",
    ),
    ("an opening with a source", opening(sources=("shut",)), "opening open: it has a source"),
    (
        "an edge that nobody may fire",
        {"edges": (CLOSE, Edge("lift", ("ajar",), "shut", ()))},
        "edge lift to shut: nobody may fire it",
    ),
    (
        "a role that is none",
        opening(permits=(Permit("ghost"),)),
        "edge open to ajar: no role ghost",
    ),
    ("a role named twice", {"roles": ("seller", "seller")}, "role seller: named 2 times"),
    (
        "the clock's role",
        {"roles": ("seller", "system")},
        "role system: is built in and cannot be declared",
    ),
    (
        "a role that is no name",
        {"roles": ("seller", "Big Boss")},
        "role 'Big Boss': not a name of a-z, 0-9 and _",
    ),
    (
        "a relation that is none",
        opening(permits=(Permit("seller", relation="cousin"),)),
        "edge open to ajar: no relation cousin",
    ),
    (
        "a built-in relation",
        {"relations": (Relation("self", lambda _actor, _seen: True),)},
        "relation self: is built in and cannot be declared",
    ),
    (
        "a recipient that is none",
        opening(Notify("opened", to="ghost")),
        "edge open to ajar: no recipient ghost",
    ),
    (
        "a built-in recipient",
        {"recipients": (Recipient("subject"),)},
        "recipient subject: is built in and cannot be declared",
    ),
    (
        "an urgent role that is none",
        {"preempts_timers": frozenset({"ghost"})},
        "preempts_timers: no role ghost",
    ),
    (
        "an opening that asks for a panel",
        {
            **opening(guards=("ready",)),
            "guards": {"ready": replace(guard(), reads=NOMINATIONS.readable)},
        },
        "edge open to ajar: guard ready reads nominations, which a path that opens has not",
    ),
    (
        "an opening's effect that asks for a panel",
        {
            **opening(Notify("opened", when="ready")),
            "guards": {"ready": replace(guard(), reads=PANEL.readable)},
        },
        "edge open to ajar: guard ready reads panel, which a path that opens has not",
    ),
    ("an edge's guard", opening(guards=("steady",)), "edge open to ajar: no guard steady"),
    ("an edge's instant", opening(effective="dawn"), "edge open to ajar: no instant dawn"),
    (
        "an effect's guard",
        opening(Notify("hello", when="steady")),
        "edge open to ajar: no guard steady",
    ),
    ("an effect's timer", opening(Schedule("noon")), "edge open to ajar: no timer noon"),
    (
        "an effect's round",
        opening(Schedule("evening", round="never")),
        "edge open to ajar: no round never",
    ),
    ("an effect that begins nothing", opening(Begin("")), "edge open to ajar: begins nothing"),
    (
        "a fire of no edge of the system's",
        opening(FireOther("lock", state="ajar", reason="leaving")),
        "edge open to ajar: fires no edge of the system's: lock (leaving) from ajar",
    ),
    (
        "a fire from a state without the edge",
        opening(FireOther("close", state="shut", reason="late")),
        "edge open to ajar: fires no edge of the system's: close (late) from shut",
    ),
    (
        "a timer in no state",
        {"timers": (Timer("evening", ("ajar", "gone"), "dusk", steps=(Step("close"),)),)},
        "timer evening: no state gone",
    ),
    (
        "a timer at no instant",
        {"timers": (Timer("evening", ("ajar",), "dawn", steps=(Step("close"),)),)},
        "timer evening: no instant dawn",
    ),
    (
        "a timer of nothing",
        {"timers": (Timer("evening", ("ajar",), "dusk"),)},
        "timer evening: neither a trigger nor an effect",
    ),
    (
        "a timer with both triggers and effects",
        {
            "timers": (
                Timer("evening", ("ajar",), "dusk", (Step("close"),), effects=(Notify("late"),)),
            )
        },
        "timer evening: has triggers, so its effects stand on their edges",
    ),
    (
        "a decision of which only the latest is sent",
        {"timers": (Timer("evening", ("ajar",), "dusk", (Step("close"),), only_latest=True),)},
        "timer evening: only_latest, yet it is no reminder that sets itself again",
    ),
    (
        "a decision that restarts",
        {"timers": (Timer("evening", ("ajar",), "dusk", (Step("close"),), restarts=("ajar",)),)},
        "timer evening: has triggers, so it is no reminder that could restart",
    ),
    (
        "a reminder that restarts elsewhere",
        {
            "timers": (
                Timer("evening", ("ajar",), "dusk", effects=(Notify("late"),), restarts=("shut",)),
            )
        },
        "timer evening: restarts in shut, where it does not live",
    ),
    (
        "a recipient",
        {"timers": (Timer("evening", ("ajar",), "dusk", effects=(Notify("late", to="cat"),)),)},
        "timer evening: no recipient cat",
    ),
    (
        "a timer's trigger",
        {"timers": (Timer("evening", ("ajar",), "dusk", steps=(Step("slam"),)),)},
        "timer evening: names no edge of the clock's: slam",
    ),
    (
        "a timer's reason",
        {"timers": (Timer("evening", ("ajar",), "dusk", steps=(Step("close", "wind"),)),)},
        "timer evening: names no edge of the clock's: close (wind)",
    ),
    (
        "a timer that tries what only people may",
        {"timers": (Timer("evening", ("ajar",), "dusk", steps=(Step("lock", "leaving"),)),)},
        "timer evening: names no edge of the clock's: lock (leaving)",
    ),
    (
        "a timer outside its edge's states",
        {"timers": (Timer("evening", ("shut",), "dusk", steps=(Step("close"),)),)},
        "timer evening: names no edge of the clock's: close",
    ),
    (
        "an effect of a refused timer",
        {
            "timers": (
                Timer("evening", ("ajar",), "dusk", (Step("close"),), on_refused=(Schedule("x"),)),
            )
        },
        "timer evening: no timer x",
    ),
    (
        "a guard under another name",
        {"guards": {"ready": guard("steady")}},
        "guard ready: registered under another name than its own, steady",
    ),
    (
        "two edges of one trigger and reason",
        {"edges": (CLOSE, Edge("close", ("ajar",), "ajar", (Permit("seller"),)))},
        "edge close (None) from ajar: stands 2 times",
    ),
    (
        "a state that is never reached",
        {"states": (AJAR, SHUT, State("bricked_up", "failure", final=True))},
        "state bricked_up: never reached",
    ),
    (
        "a state without an exit",
        {"states": (AJAR, State("shut", "success"))},
        "state shut: not final, yet no edge leads out of it",
    ),
    (
        "a state that leads to itself alone",
        {
            "states": (AJAR, State("shut", "success")),
            "edges": (CLOSE, Edge("knock", ("shut",), "shut", (Permit("seller"),))),
        },
        "state shut: not final, yet no edge leads out of it",
    ),
    (
        "a promise of no timer",
        {"promised": {"noon": Notify("other")}},
        "promised noon: no timer noon",
    ),
    (
        "a promise with a condition",
        {"promised": {"evening": Notify("other", when="ready")}},
        "promised evening: its notice has a condition, which nobody asks",
    ),
    ("a happy path through nowhere", {"happy_path": ("ajar", "gone")}, "happy_path: no state gone"),
]


def test_recipients_are_those_declared_and_the_subject() -> None:
    """A notice can always be for the path's subject, and else for whom the table declares."""
    made = table(recipients=(Recipient("clerks"),))
    assert [each.name for each in made.all_recipients] == ["subject", "clerks"]


def test_roles_are_a_closed_set() -> None:
    """A table names at once every role, relation and recipient that it uses without declaring."""
    edge = Edge("lift", ("ajar",), "shut", (Permit("cook", relation="cousin"), Permit("host")))
    assert problems(roles=(), relations=(), recipients=(), edges=(CLOSE, edge)) == (
        "edge open to ajar: no role seller",
        "edge lift to shut: no role cook",
        "edge lift to shut: no relation cousin",
    )


@pytest.mark.parametrize(
    ("changes", "problem"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN]
)
def test_a_broken_table_names_its_offender(changes: dict[str, Any], problem: str) -> None:
    """One fault gives one problem, and it names what is at fault (design.md, rule 1)."""
    assert problems(**changes) == (problem,)


def test_every_fault_is_reported_at_once() -> None:
    """A table with several faults is told all of them."""
    found = problems(timers=(), happy_path=("gone",))
    assert found == ("edge open to ajar: no timer evening", "happy_path: no state gone")


def test_a_sound_table_is_made() -> None:
    """A table that holds together can be looked up by name."""
    door = table()
    assert door.initial == "ajar"
    assert door.state("shut") == SHUT
    assert door.timer("evening") == EVENING
    assert [edge.trigger for edge in door.exits("ajar")] == ["close", "lock"]
    assert door.exits("shut") == ()
    assert door.living("ajar") == {"evening"}
    assert door.living("shut") == frozenset()
    with pytest.raises(KeyError):
        door.state("gone")
    with pytest.raises(KeyError):
        door.timer("noon")


def test_an_edge_is_named_by_trigger_and_reason() -> None:
    """Within a state, a trigger and its reason mean one edge or none."""
    door = table()
    assert door.edge("ajar", "close", None) is door.edges[0]
    assert door.edge("ajar", "lock", "leaving") is door.edges[1]
    assert door.edge("ajar", "lock", None) is None
    assert door.edge("ajar", "slam", None) is None
    assert door.edge("shut", "close", None) is None


def test_every_kind_of_effect_is_taken() -> None:
    """Effects that the table can carry out pass, on edges and on timers."""
    effects = (
        Notify("hello", when="ready"),
        Begin("openness"),
        End("openness", of="subject"),
        Schedule("evening", round="tomorrow"),
    )
    closing = Edge("close", ("ajar",), "shut", (Permit("system", ("wind",)),))
    door = table(
        edges=(closing, *table().edges),
        timers=(EVENING, Timer("bell", ("ajar",), "dusk", effects=(Notify("late"),))),
        **opening(*effects, FireOther("close", state="ajar", reason="wind")),
    )
    assert door.living("ajar") == {"evening", "bell"}


@pytest.mark.parametrize(
    ("permit", "role", "reason", "admitted"),
    [
        (Permit("seller"), "seller", None, True),
        (Permit("seller"), "seller", "leaving", False),
        (Permit("seller"), "host", None, False),
        (Permit("seller", ("leaving",)), "seller", "leaving", True),
        (Permit("seller", ("leaving",)), "seller", None, False),
        (Permit("seller", ("leaving",)), "seller", "late", False),
        (Permit("seller", ("leaving",)), "host", "leaving", False),
    ],
)
def test_what_no_permit_names_is_denied(
    permit: Permit, role: str, reason: str | None, admitted: bool
) -> None:
    """Who may do what is a rule per trigger and reason (programme.md, The lifecycles)."""
    assert permit.admits(role, reason) is admitted


def test_what_an_edge_tells_of_itself() -> None:
    """An edge knows its reasons, and whether the clock may pull it."""
    edge = Edge("lock", ("ajar",), "shut", (Permit("seller", ("a", "b")), Permit("host")))
    assert edge.reasons == {"a", "b", None}
    assert not edge.timed
    assert CLOSE.timed


@pytest.mark.parametrize(
    ("wording", "problem"),
    [
        ("pay {amount}", "has the field {amount}, expected {measured} or {required}"),
        ("{}", "has the field {}, expected {measured} or {required}"),
        ("{0}", "has the field {0}, expected {measured} or {required}"),
        ("{measured.real}", "has the field {measured.real}, expected {measured} or {required}"),
        ("{measured[0]}", "has the field {measured[0]}, expected {measured} or {required}"),
        ("{Measured!r}", "has the field {Measured!r}, expected {measured} or {required}"),
        ("{measured:.2f}", "formats {measured:.2f}, expected plain {measured} or {required}"),
        ("{required!r:>9}", "formats {required!r:>9}, expected plain {measured} or {required}"),
    ],
)
def test_a_wording_asks_for_nothing_that_there_is_not(wording: str, problem: str) -> None:
    """What could not be filled in is found when the table is made: guard and field are named."""
    worded = replace(guard(), wording=f"First {{required}}, then {wording}.")
    [found] = problems(guards={"ready": worded})
    assert found == f"guard ready: its wording {problem}"


@pytest.mark.parametrize("wording", ["{", "}", "{measured", None, 5, b"{measured}"])
def test_a_wording_that_is_none(wording: Any) -> None:
    """Braces that do not match, and what is no text, are found as well."""
    [found] = problems(guards={"ready": replace(guard(), wording=wording)})
    assert found.startswith("guard ready: its wording cannot be filled in: ")


def test_a_sound_wording() -> None:
    """Both fields, neither, and braces that are meant."""
    for wording in ("{measured} of {required}", "Wait.", "{{soon}} {measured}"):
        sound = table(guards={"ready": replace(guard(), wording=wording)})
        assert sound.guards["ready"].verdict(found(True, 1), policy()).wording


def test_a_lifecycle_is_one_line() -> None:
    """It says how large the lifecycle is; the opening edge counts as well."""
    assert repr(table()) == "<Lifecycle door: 2 states, 3 edges, 1 timers, 1 guards>"
