"""What is known of a subject reaches a path that opens, and one that another path's move fires."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.award.evidence import FACTS, NOMINATIONS, PANEL
from lazsa_flow.clock import VirtualClock
from lazsa_flow.engine.fire import fire
from lazsa_flow.engine.loading import load_one
from lazsa_flow.engine.opening import open_path
from lazsa_flow.engine.sweep import sweep
from lazsa_flow.engine.sweep_result import SweepResult
from lazsa_flow.lifecycle.effects import FireOther, Notify
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.lifecycle.table import Edge, Permit, State, Timer
from tests.contract.changes import AT, DUE, opening
from tests.contract.changes import write as put
from tests.factories import CYCLE, card, facts, guard, path, record, rulebook, table, timer

if TYPE_CHECKING:
    from lazsa_flow.award.store.store import AwardStore
    from lazsa_flow.lifecycle.table import Lifecycle

SUBJECT = "seller-1"
OWNER = Actor("seller", SUBJECT)


def summary(context: Any) -> tuple[bool, str, None]:
    """Find out all that is known of the subject, in one line."""
    seen = context.snapshot
    points = seen[FACTS] and seen[FACTS].ncp_points
    others = sorted(f"{each.ref} {each.state}" for each in seen.others)
    told = f"{points}; {len(seen.records)}; {others}; {sorted(seen.taken)}"
    return True, f"{told}; {seen[PANEL].cards} cards; {len(seen[NOMINATIONS])} nominations", None


def doors() -> Lifecycle:
    """Return a door that, as it closes, has the night bar the one that was shut before."""
    night = Permit("system", ("night",))
    bar = FireOther("bar", "shut", "night")
    return table(
        guards={"ready": replace(guard(), check=summary)},
        opening=replace(table().opening, guards=("ready",)),
        states=(*table().states, State("barred", "success", final=True)),
        edges=(
            Edge("close", ("ajar",), "shut", (Permit("system"), Permit("seller")), (), (bar,)),
            Edge("bar", ("shut",), "barred", (night,), ("ready",)),
            Edge("lock", ("ajar",), "shut", (Permit("seller", ("leaving",)),)),
        ),
        timers=(*table().timers, Timer("bell", ("shut",), "dusk", effects=(Notify("rung"),))),
    )


def fill(store: AwardStore) -> None:
    """Put in two paths of the subject's, with all that can be recorded about them."""
    shut = path("shut", id=2, lifecycle="door", head="2" * 64)
    bell = timer("bell", DUE + timedelta(days=5), path_id=2, decides=False)
    put(
        store,
        opening(path("ajar", lifecycle="door"), slot="take", scheduled=(timer(due_at=DUE),)),
        opening(shut, scheduled=(bell,)),
        opening(path(id=3, subject="seller-3"), claims=(("records", "k-1"),)),
    )
    with store.begin() as transaction:
        for _ in range(3):
            transaction.next_path_id()  # of those that were put in by hand
        early, late = CYCLE - timedelta(days=20), CYCLE + timedelta(days=1)
        points = ((early, 9), (CYCLE, 7), (late, 1))
        told = [facts(seller=SUBJECT, as_of=on, ncp_points=n) for on, n in points]
        transaction.add_facts([*told, facts(seller="seller-3", ncp_points=5)], AT)
        transaction.add_record(SUBJECT, record("case", "closed"))
        transaction.add_scorecard(2, CYCLE, card("r-1", "books"), as_of=CYCLE, recorded_at=AT)
        transaction.add_nomination(
            2,
            event="made",
            source="employee",
            nominator="e-1",
            complete=True,
            as_of=CYCLE,
            recorded_at=AT,
        )


@pytest.mark.parametrize("cycle_on", [None, CYCLE])
def test_a_path_that_opens(store: AwardStore, cycle_on: Any) -> None:
    """Facts of the date judged, records, other paths and what is taken; no panel can be yet."""
    fill(store)
    rules = rulebook(doors())
    with store.begin() as transaction:
        opened = path(
            "", id=9, lifecycle="door", seq=0, cycle_on=cycle_on, data={"claims": ["k-1", "k-2"]}
        )
        seen = transaction.load_opening(opened, on=CYCLE)
        assert summary(rules.guard_context(seen, at=DUE, recorded_at=DUE, actor=OWNER))[1] == (
            "7; 1; ['door-1 ajar', 'door-2 shut']; ['k-1']; 0 cards; 0 nominations"
        )
        assert transaction.load_opening(opened, on=CYCLE, sources=())[FACTS] is None
    with store.begin() as transaction:
        _, move = open_path(
            transaction,
            rules,
            "door",
            "seller-3",
            "SG",
            actor=Actor("seller", "seller-3"),
            now=DUE,
            cycle_on=cycle_on,
            data={"claims": ["k-1"]},
        )
    [verdict] = move.verdicts
    assert verdict["measured"] == (
        "5; 0; ['award-3 under_review']; ['k-1']; 0 cards; 0 nominations"
    )


@pytest.mark.parametrize("timed", [True, False])
def test_a_path_that_is_fired_by_another(store: AwardStore, timed: bool) -> None:
    """All that is known of that path, and its timers end with its state."""
    fill(store)
    rules = rulebook(doors())
    if timed:
        assert sweep(store, rules, VirtualClock(DUE)) == SweepResult(moved=1)
    else:
        with store.begin() as transaction:
            seen = load_one(transaction, 1, CYCLE)
            fire(transaction, rules, seen, "close", actor=OWNER, now=DUE)
    [row] = [row for row in store.journal() if row["path"] == "door-2"]
    assert row["verdicts"][0]["measured"] == ("7; 1; ['door-1 shut']; []; 1 cards; 1 nominations")
    assert store.due(DUE + timedelta(days=30), None) == []
