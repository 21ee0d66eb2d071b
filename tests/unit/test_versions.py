"""The command that checks the other versions of Python says so where there is none."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests import versions

if TYPE_CHECKING:
    import pytest


def test_none_found(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Without another version the command fails, and says which were looked for."""
    monkeypatch.setattr(versions, "find_pythons", dict)
    assert versions.main() == 1
    assert "No other Python from 3.11" in capsys.readouterr().err


def test_the_running_version_is_none_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each minor version is found once, where it runs, and never the one that looks."""
    running = Path(sys.executable)
    other = f"3.{13 if sys.version_info.minor == 12 else 12}.1"
    monkeypatch.setattr(versions, "_candidates", lambda _version: [Path("/none"), running])
    monkeypatch.setattr(versions, "_version_of", lambda python: other if python == running else "")
    assert versions.find_pythons() == {other: running}
