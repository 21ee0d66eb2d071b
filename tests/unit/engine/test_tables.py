"""A lifecycle's table has a digest that changes with what it decides, and with nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.award.lifecycles.entry import ENTRY
from lazsa_flow.award.lifecycles.trainer import TRAINER
from lazsa_flow.engine.tables import compare_tables, digest_of, text_of
from lazsa_flow.lifecycle.table import Permit, Step

if TYPE_CHECKING:
    from lazsa_flow.lifecycle.table import Lifecycle


def told(changed: Lifecycle) -> tuple[str, ...]:
    """Return how the award's table differs from a changed one."""
    return compare_tables(text_of(AWARD), text_of(changed))


RECORDED = {
    "award": "ef63a500797429121403810d410387f3468086b6ac1b2b0b115929009507933b",
    "entry": "d404748190df11c43f493a7626e765b3293d2110f44a5e9556055a62487915a2",
    "trainer": "54e2b8234a309445d2a4bd4517c7cae86aa52810c1f4623a9bbac99174f1633a",
}
"""Digests of the tables that ship, as databases have them."""


def test_the_digests_that_databases_have() -> None:
    """A table that says the same has the digest that was recorded, whatever its parts are called.

    Who changes what a table says on purpose records its new digest here.
    """
    assert {each.name: digest_of(each) for each in (AWARD, ENTRY, TRAINER)} == RECORDED


def test_the_same_table_has_the_same_digest() -> None:
    """It hangs on no order of roles, title or drawing."""
    same = replace(
        AWARD,
        title="Another title",
        happy_path=(),
        preempts_timers=frozenset(AWARD.preempts_timers),
    )
    assert digest_of(same) == digest_of(AWARD)
    assert told(same) == ()
    assert digest_of(ENTRY) != digest_of(AWARD)


def test_what_is_added_removed_or_changed_is_named() -> None:
    """States, edges, timers, guards and urgent roles, each by its name."""
    closing = next(edge for edge in AWARD.edges if edge.trigger == "close_account")
    fall_due = next(edge for edge in AWARD.edges if edge.trigger == "fall_due")
    other = replace(fall_due, permits=(*fall_due.permits, Permit("operator")))
    edges = [other if edge is fall_due else edge for edge in AWARD.edges if edge is not closing]
    timer = next(timer for timer in AWARD.timers if timer.name == "due_date")
    timers = [replace(t, steps=(Step("fall_due"),) * 2) if t is timer else t for t in AWARD.timers]
    state = AWARD.states[0]
    states = [replace(s, final=not s.final) if s is state else s for s in AWARD.states]
    name, guard = next((n, g) for n, g in AWARD.guards.items() if g.reads is not None)
    changed = replace(
        AWARD,
        edges=tuple(edges),
        timers=tuple(timers),
        states=tuple(states),
        guards={**AWARD.guards, name: replace(guard, reads=None)},
        preempts_timers=frozenset({*AWARD.preempts_timers, "manager"}),
    )
    found = told(changed)
    assert f"state {state.name} changed" in found
    assert "timer due_date changed" in found
    assert f"guard {name} changed" in found
    assert "urgent role manager added" in found
    assert any(line.startswith("edge fall_due from awarded") for line in found)
    removed = [line for line in found if line.endswith("removed")]
    assert removed == ["edge close_account from nominated, under_review for account_closed removed"]


@pytest.mark.parametrize("reason", ["lapsed", "not_renewed"])
def test_an_edge_is_named_by_its_reasons(reason: str) -> None:
    """Two edges of one trigger are told apart."""
    assert reason in text_of(AWARD)


def test_what_decides_is_part_of_the_digest() -> None:
    """Whether several paths may be open, and which reminders are sent, is told of a table."""
    several = replace(TRAINER, several_open=True)
    assert digest_of(several) != digest_of(TRAINER)
    assert "state prospect changed" in compare_tables(text_of(TRAINER), text_of(several))
