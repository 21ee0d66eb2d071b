"""Whether subjects are decided apart, so that a rehearsal may leave some of them out of a run."""

from __future__ import annotations

from dataclasses import replace

from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.award.lifecycles.entry import ENTRY
from lazsa_flow.foresight.date_runs import decides_apart
from lazsa_flow.lifecycle.effects import Reserve


def test_subjects_are_apart_unless_timers_take_keys() -> None:
    """What people reserve is no reason to run everything again; what a timer reserves is."""
    assert decides_apart([AWARD, ENTRY])
    edges = tuple(
        replace(each, effects=(*each.effects, Reserve("seats")))
        if each.trigger == "award"
        else each
        for each in AWARD.edges
    )
    assert not decides_apart([ENTRY, replace(AWARD, edges=edges)])
