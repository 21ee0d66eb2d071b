"""Who is kept going can be ended at any moment."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from tests.chaos.crew import Unit

if TYPE_CHECKING:
    from pathlib import Path

LASTING = ("http.server", "--bind", "127.0.0.1", "0")
"""A command that does not end by itself, however late the kill comes."""


def test_a_unit_that_has_only_just_started_is_killed(tmp_path: Path) -> None:
    """A kill that comes before the process has a group of its own is not lost."""
    for number in range(20):
        unit = Unit(LASTING, {}, tmp_path / f"{number}.log")
        unit.signal(signal.SIGKILL)
        unit.process.join(30)
        assert unit.process.exitcode == -signal.SIGKILL
