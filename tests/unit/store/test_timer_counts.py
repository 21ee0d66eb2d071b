"""The rows that count timers are the same whichever order the database gives the timers in."""

from __future__ import annotations

from itertools import permutations
from typing import Any

from lazsa_flow.engine.values import Change
from lazsa_flow.store.timer_counts import count_timers
from tests.factories import path, timer, utc

NEVER_ASKED: Any = None
"""No timer is set, so neither the connection nor the writer is needed."""


def test_rows_stand_by_place() -> None:
    """Pending timers are read in no order; their counts are written in one."""
    timers = [timer(name) for name in ("review_opens", "cycle_date", "reminder")]
    before, after = path("nominated", seq=3), path("withdrawn", seq=4)
    written = [
        count_timers(
            NEVER_ASKED,
            NEVER_ASKED,
            [Change(before, after, utc(2026, 9, 1), None, cancelled=cancelled)],
            (),
        )
        for cancelled in permutations(timers)
    ]
    assert [row[-2:] for row in written[0]] == [
        ("cycle_date", -1),
        ("reminder", -1),
        ("review_opens", -1),
    ]
    assert all(each == written[0] for each in written)
