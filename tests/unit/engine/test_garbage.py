"""Whoever sweeps holds the search for garbage off, and others sweep in the same process."""

from __future__ import annotations

import gc

from lazsa_flow.engine.garbage import uncollected


def test_it_is_held_off_until_the_last_who_sweeps_has_ended() -> None:
    """The end of one of two sweeps leaves it off, that of the other puts it on again."""
    seen = []
    with uncollected():
        with uncollected():
            seen.append(gc.isenabled())
        seen.append(gc.isenabled())
    assert (seen, gc.isenabled()) == ([False, False], True)
