"""A relay that is killed between sending a mail and marking it (design.md, rule 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.chaos.relay import campaign

if TYPE_CHECKING:
    from pathlib import Path

KILLS = 5


def test_a_kill_costs_one_repeat(tmp_path: Path) -> None:
    """Every notice arrives; a kill -9 between send and mark repeats that one, with its key."""
    toll = campaign(f"sqlite:///{tmp_path / 'lazsa.db'}", kills=KILLS, seed=7)
    assert len(toll.received) == toll.notices
    assert toll.repeats == toll.kills
