"""The chart: a lifecycle as nodes and arrows, for any format."""

from __future__ import annotations

import pytest

from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.graph.chart import Arrow, Node, Who, build_chart
from lazsa_flow.lifecycle.table import Edge, Permit, State, Step, Timer
from tests.factories import guard, table
from tests.unit.graph.hostile import HOSTILE, hostile_table


def test_a_state_becomes_a_node() -> None:
    """Nodes have made-up ids in the table's order, and tell what each state is."""
    assert build_chart(table()).nodes == (
        Node("s0", "ajar", "waiting", initial=True, final=False, happy=True),
        Node("s1", "shut", "success", initial=False, final=True, happy=True),
    )


def test_an_edge_becomes_an_arrow_for_each_source() -> None:
    """The opening comes first, without a source; an edge from two states is two arrows."""
    edge = Edge("close", ("ajar", "wide"), "shut", (Permit("system"),), ("ready",))
    lifecycle = table(
        states=(State("ajar", "waiting"), State("wide", "waiting"), State("shut", "success")),
        edges=(
            edge,
            Edge("push", ("ajar",), "wide", (Permit("seller"),)),
            Edge("reopen", ("shut",), "ajar", (Permit("seller"),)),
        ),
    )
    ends = [(arrow.source, arrow.dest, arrow.trigger) for arrow in build_chart(lifecycle).arrows]
    assert ends == [
        (None, "s0", "open"),
        ("s0", "s2", "close"),
        ("s1", "s2", "close"),
        ("s0", "s1", "push"),
        ("s2", "s0", "reopen"),
    ]


def test_an_arrow_tells_who_when_and_whether_a_timer_tries_it() -> None:
    """An arrow carries roles with their reasons, guards, and the timers that try it."""
    opening, close, lock = build_chart(table()).arrows
    assert opening == Arrow(
        "a0",
        None,
        "s0",
        "open",
        (Who(("seller",), ()),),
        (),
        timed=False,
        timers=(),
        happy=True,
    )
    assert close == Arrow(
        id="a1",
        source="s0",
        dest="s1",
        trigger="close",
        who=(Who(("system",), ()),),
        guards=("ready",),
        timed=True,
        timers=("evening",),
        happy=True,
    )
    assert (lock.timers, lock.timed, lock.reasons, lock.roles) == (
        (),
        False,
        ("leaving",),
        ("seller",),
    )


def test_edges_that_differ_only_in_who_gives_which_reason_are_one_arrow() -> None:
    """Two edges of one trigger, ends and guards are drawn once, roles of a reason together."""
    lifecycle = table(
        edges=(
            *table().edges,
            Edge(
                "lock",
                ("ajar",),
                "shut",
                (Permit("host", ("fire",)), Permit("team", ("fire",)), Permit("host", ("flood",))),
            ),
        )
    )
    lock = build_chart(lifecycle).arrows[-1]
    assert len(build_chart(lifecycle).arrows) == 3
    assert lock.who == (
        Who(("seller",), ("leaving",)),
        Who(("host", "team"), ("fire",)),
        Who(("host",), ("flood",)),
    )
    assert lock.roles == ("seller", "host", "team")
    assert lock.reasons == ("leaving", "fire", "flood")


def test_edges_with_other_guards_or_timers_stay_apart() -> None:
    """What only guards tell apart must be seen as two arrows, and so what only a timer tries."""
    lifecycle = table(
        edges=(
            Edge("close", ("ajar",), "shut", (Permit("system", ("wind",)),), ("ready",)),
            Edge("close", ("ajar",), "shut", (Permit("system", ("hand",)),)),
            Edge("close", ("ajar",), "shut", (Permit("seller", ("late",)),)),
        ),
        timers=(
            Timer(
                "evening", ("ajar",), "dusk", steps=(Step("close", "wind"), Step("close", "hand"))
            ),
        ),
        guards={"ready": guard()},
    )
    arrows = build_chart(lifecycle).arrows[1:]
    assert [(a.reasons, a.guards, a.timers) for a in arrows] == [
        (("wind",), ("ready",), ("evening",)),
        (("hand",), (), ("evening",)),
        (("late",), (), ()),
    ]


def test_a_timer_tries_an_edge_only_out_of_its_own_states() -> None:
    """A timer that does not live in a state tries none of the edges that lead from it."""
    arrows = {(arrow.source, arrow.trigger): arrow for arrow in build_chart(AWARD).arrows}
    assert arrows["s3", "renew"].timers == ("renewal_decision", "grace_end")
    assert arrows["s0", "open_review"].timers == ("review_opens",)
    assert arrows["s6", "remove"].timers == ()
    assert arrows["s6", "remove"].timed


def test_the_happy_path_of_the_award() -> None:
    """The award's happy path runs from the nomination to the renewal, each step once."""
    drawn = build_chart(AWARD)
    names = {node.id: node.label for node in drawn.nodes}
    steps = [
        (names.get(arrow.source or "", ""), names[arrow.dest], arrow.trigger)
        for arrow in drawn.arrows
        if arrow.happy
    ]
    assert steps == [
        ("", "nominated", "nominate"),
        ("nominated", "under_review", "open_review"),
        ("under_review", "awarded", "award"),
        ("awarded", "renewal_due", "fall_due"),
        ("renewal_due", "renewed", "renew"),
    ]


def test_a_lifecycle_without_a_happy_path() -> None:
    """Where the table names no happy path, nothing is drawn heavy."""
    drawn = build_chart(table(happy_path=()))
    assert not any(node.happy for node in drawn.nodes)
    assert not any(arrow.happy for arrow in drawn.arrows)


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_raw_and_ids_are_ours(name: str) -> None:
    """No name, however hostile, becomes part of an id."""
    drawn = build_chart(hostile_table(name))
    assert [node.id for node in drawn.nodes] == ["s0", "s1"]
    assert drawn.nodes[0].label == drawn.title == drawn.name == name
