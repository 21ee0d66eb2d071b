"""Whoever sweeps holds the search for garbage off, and others sweep in the same process."""

from __future__ import annotations

import gc

from lazsa_flow.engine.gc_pause import gc_paused


def test_it_is_held_off_until_the_last_who_sweeps_has_ended() -> None:
    """The end of one of two sweeps leaves it off, that of the other puts it on again."""
    seen = []
    with gc_paused():
        with gc_paused():
            seen.append(gc.isenabled())
        seen.append(gc.isenabled())
    assert (seen, gc.isenabled()) == ([False, False], True)
