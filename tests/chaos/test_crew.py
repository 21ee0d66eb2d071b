"""Who is kept going can be ended at any moment."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from tests.chaos.crew import TICKER, Unit

if TYPE_CHECKING:
    from pathlib import Path


def test_a_unit_that_has_only_just_started_is_killed(tmp_path: Path) -> None:
    """A kill that comes before the process has a group of its own is not lost."""
    for number in range(20):
        unit = Unit(TICKER, {}, tmp_path / f"{number}.log")
        unit.signal(signal.SIGKILL)
        unit.process.join(30)
        assert unit.process.exitcode == -signal.SIGKILL
