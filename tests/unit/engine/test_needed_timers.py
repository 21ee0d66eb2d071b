"""Which timers a path must have, by its table and its journal."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from lazsa_flow.engine.needed_timers import (
    History,
    JournalEntry,
    Missing,
    TimerEntry,
    missing_timers,
)
from lazsa_flow.lifecycle.calendar import instant_text
from lazsa_flow.lifecycle.effects import Notify, Schedule
from lazsa_flow.lifecycle.table import Edge, Permit, State, Step, Timer
from tests.factories import guard, table, utc

if TYPE_CHECKING:
    from lazsa_flow.lifecycle.table import Lifecycle

SET = utc(2026, 9, 1)
DAY = timedelta(days=1)
HOUSE = table(
    name="house",
    states=(
        State("ajar", "waiting", open=True),
        State("open", "waiting", open=True),
        State("shut", "success", final=True),
    ),
    opening=Edge(
        "build",
        (),
        "ajar",
        (Permit("seller"),),
        effects=(Notify("built"), Schedule("evening"), Schedule("bell")),
    ),
    edges=(
        Edge("widen", ("ajar", "open"), "open", (Permit("seller"),)),
        Edge(
            "turn",
            ("open",),
            "open",
            (Permit("seller"),),
            effects=(Schedule("evening", round="tomorrow"),),
        ),
        Edge("close", ("ajar", "open"), "shut", (Permit("system"),), ("ready",)),
    ),
    timers=(
        Timer(
            "evening",
            ("ajar", "open"),
            "dusk",
            steps=(Step("close"),),
            on_refused=(
                Schedule("evening", round="tomorrow", when="ready"),
                Schedule("night", when="late"),
                Schedule("knock", when="late"),
            ),
        ),
        Timer("night", ("ajar", "open"), "dusk", steps=(Step("close"),)),
        Timer("bell", ("ajar",), "dusk", effects=(Notify("rung"), Schedule("bell"))),
        Timer("knock", ("ajar", "open"), "dusk", effects=(Notify("knocked"),)),
    ),
    guards={"ready": guard(), "late": guard("late")},
)


def built(at: int = 0) -> JournalEntry:
    """Return the row that builds a house."""
    return row(1, "build", None, "ajar", days=at)


def row(
    seq: int,
    trigger: str | None,
    source: str | None,
    dest: str,
    *,
    days: int = 0,
    reason: str | None = None,
    actor: str = "seller:s1",
) -> JournalEntry:
    """Return a row of the house's journal, so many days after it was built."""
    at = instant_text(SET + days * DAY)
    return JournalEntry(seq, at, trigger, source, dest, reason, actor)


def entry(name: str, status: str = "pending", days: int = 10) -> TimerEntry:
    """Return a timer, due so many days after the house was built."""
    return TimerEntry(name, status, instant_text(SET + days * DAY))


def missing(
    rows: list[JournalEntry],
    *timers: TimerEntry,
    state: str | None = None,
    parked: bool = False,
    lifecycle: Lifecycle = HOUSE,
) -> list[Missing]:
    """Return what a house lacks."""
    found = History(1, "house", state or rows[-1].dest, parked, tuple(rows), timers)
    return list(missing_timers(lifecycle, found))


REFUSED = row(2, None, "ajar", "ajar", days=10, reason="refused", actor="system:evening")


def test_what_a_move_sets_must_wait() -> None:
    """A timer that the opening sets, and that is neither there nor over, is missing."""
    assert missing([built()], entry("evening"), entry("bell")) == []
    assert missing([built()], entry("bell")) == [Missing("evening", SET)]
    assert missing([built()], entry("evening"), entry("bell", "cancelled")) == [
        Missing("bell", SET)
    ]


@pytest.mark.parametrize("status", ["cancelled", "pendng", "parked", "fired"])
def test_another_status_is_no_waiting(status: str) -> None:
    """One that is over without a row that says so, or parked while its path is not, is missing."""
    assert missing([built()], entry("evening", status), entry("bell")) == [Missing("evening", SET)]


def test_a_parked_path_has_its_timers_parked() -> None:
    """Timers that are parked with their path are there."""
    timers = entry("evening", "parked"), entry("bell", "parked")
    assert missing([built()], *timers, parked=True) == []


def test_what_leaves_its_states_is_no_longer_needed() -> None:
    """A move keeps the timers that live in the state that it leads to, and no others."""
    rows = [built(), row(2, "widen", "ajar", "open", days=1)]
    assert missing(rows, entry("evening"), entry("bell", "cancelled")) == []
    assert missing(rows) == [Missing("evening", SET)]
    closed = [*rows, row(3, "close", "open", "shut", days=10, actor="system:evening")]
    assert missing(closed) == []


def test_a_new_round_begins_without_the_timers_before() -> None:
    """What was set before a new round is not needed after it."""
    rows = [
        built(),
        row(2, "widen", "ajar", "open", days=1),
        row(3, "turn", "open", "open", days=2),
    ]
    assert missing(rows) == [Missing("evening", SET + 2 * DAY)]


def test_a_reminder_may_be_over() -> None:
    """A reminder that says itself that it is over is not missing; what it sets then must wait."""
    over, again = entry("bell", "reminded", 5), SET + 5 * DAY
    assert missing([built()], entry("evening"), over, entry("bell", days=6)) == []
    assert missing([built()], entry("evening"), over) == [Missing("bell", again)]
    later = entry("bell", "reminded", 9)
    assert missing([built()], entry("evening"), over, later) == [Missing("bell", SET + 9 * DAY)]


def test_a_reminder_may_set_another() -> None:
    """What a reminder sets may be over, too."""
    own = table(
        timers=(
            Timer("evening", ("ajar",), "dusk", effects=(Schedule("bell"),)),
            Timer("bell", ("ajar",), "dusk", effects=(Notify("rung"),)),
        ),
    )
    rows = [row(1, "open", None, "ajar")]
    over = entry("evening", "reminded", 5)
    assert missing(rows, over, entry("bell", "reminded", 7), lifecycle=own) == []
    assert missing(rows, over, lifecycle=own) == [Missing("bell", SET + 5 * DAY)]


def test_a_condition_held_where_another_timer_of_it_is_there() -> None:
    """Timers that a refusal sets under one condition are there together."""
    assert missing([built(), REFUSED], entry("night", days=20), entry("bell", days=11)) == [
        Missing("knock", SET + 10 * DAY)
    ]
    both = entry("night", days=20), entry("knock", "reminded", 12)
    assert missing([built(), REFUSED], *both, entry("bell", days=11)) == []


def test_a_condition_is_asked_again_where_none_of_them_is_there() -> None:
    """Where a refusal has left nothing of what it may set, each condition is to be asked."""
    at = SET + 10 * DAY
    refused = entry("evening", "refused", 10)
    assert missing([built(), REFUSED], entry("bell", days=11), refused) == [
        Missing("evening", at, "ready"),
        Missing("knock", at, "late"),
        Missing("night", at, "late"),
    ]
    replanned = row(3, None, "ajar", "ajar", days=11, reason="moved_country", actor="host:h")
    assert len(missing([built(), REFUSED, replanned], entry("bell", days=11))) == 3


def test_a_condition_is_not_asked_of_a_path_that_has_moved_since() -> None:
    """What the conditions were asked of is gone: nothing is said."""
    moved = row(3, "widen", "ajar", "open", days=11)
    assert missing([built(), REFUSED, moved]) == []


def test_a_condition_keeps_what_is_needed_already() -> None:
    """A timer that waits anyway is needed, whether or not it is set again under a condition."""
    own = table(
        timers=(
            Timer("evening", ("ajar",), "dusk", steps=(Step("close"),)),
            Timer(
                "bell",
                ("ajar",),
                "dusk",
                steps=(Step("close"),),
                on_refused=(Schedule("evening", when="ready"),),
            ),
        ),
        opening=Edge(
            "open",
            (),
            "ajar",
            (Permit("seller"),),
            effects=(Schedule("evening"), Schedule("bell")),
        ),
    )
    refused = row(2, None, "ajar", "ajar", days=5, reason="refused", actor="system:bell")
    assert missing([row(1, "open", None, "ajar"), refused], lifecycle=own) == [
        Missing("evening", SET)
    ]


@pytest.mark.parametrize(
    "strange",
    [
        row(2, "fly", "ajar", "ajar", days=1),
        row(2, "widen", "ajar", "limbo", days=1),
        row(2, "widen", "limbo", "open", days=1),
    ],
)
def test_a_row_of_another_table_says_nothing(strange: JournalEntry) -> None:
    """Where a table has changed, what was set before a move that it does not know is not known."""
    assert missing([built(), strange], state="ajar") == []


def test_an_opening_of_another_table_says_nothing() -> None:
    """A path that was opened into another state than the table's is not judged by it."""
    assert missing([row(1, "build", None, "open")]) == []


def test_a_refusal_of_an_unknown_timer_changes_nothing() -> None:
    """What is left is needed, whatever a timer was called that the table no longer has."""
    ghost = row(2, None, "ajar", "ajar", days=1, reason="refused", actor="system:ghost")
    assert missing([built(), ghost], entry("bell")) == [Missing("evening", SET)]


def test_a_reminder_that_restarts_is_missing_after_its_round_has_changed() -> None:
    """What a change of rules sets again must wait, too; where it lives, and unless it is over."""
    bell = Timer("bell", ("ajar",), "dusk", effects=(Notify("rung"),), restarts=("ajar",))
    kept = tuple(each for each in HOUSE.timers if each.name != "bell")
    own = replace(HOUSE, timers=(*kept, bell))
    suspended = row(2, None, "ajar", "ajar", days=20, reason="suspended", actor="manager:m1")
    over = entry("bell", "reminded", 10)
    rows = [built(), suspended]
    lost = [Missing("bell", SET + 20 * DAY, restarted=True)]
    assert missing(rows, entry("evening", days=30), over, lifecycle=own) == lost
    pends = entry("bell", days=29)
    assert missing(rows, entry("evening", days=30), over, pends, lifecycle=own) == []
    again = entry("bell", "reminded", 29)
    assert missing(rows, entry("evening", days=30), over, again, lifecycle=own) == []
    assert missing(rows, entry("evening", days=30), over) == [Missing("bell", SET + 10 * DAY)]
