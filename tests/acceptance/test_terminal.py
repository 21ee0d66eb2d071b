"""What a command writes on a real terminal, and what into a pipe."""

from __future__ import annotations

import os
import pty
import re
import subprocess
from typing import TYPE_CHECKING, Final

import pytest

from tests.acceptance.shell import SCRIPT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

COLOUR: Final = re.compile(r"\x1b\[[0-9;]*3[0-9]")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a migrated database."""
    folder = tmp_path_factory.mktemp("terminal")
    subprocess.run([SCRIPT, "migrate"], cwd=folder, check=True, capture_output=True)
    return folder


def _on_a_terminal(folder: Path, *words: str, **variables: str) -> str:
    """Return what a command writes where its output and its errors are a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [SCRIPT, *words],
        cwd=folder,
        env={**_plain(), "TERM": "xterm-256color", "COLUMNS": "60", **variables},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    written = bytearray()
    while part := _read(ours):
        written += part
    os.close(ours)
    assert process.wait() == 0, written
    return written.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # the other side was closed
        return b""


def _plain() -> Mapping[str, str]:
    hidden = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM", "LAZSA_DATABASE_URL")
    return {name: value for name, value in os.environ.items() if name not in hidden}


def test_work_that_goes_on_shows_a_bar_on_a_terminal(folder: Path) -> None:
    """A backup shows a bar with its time, and takes it away at the end."""
    shown = _on_a_terminal(folder, "backup", "one.db")
    assert re.search(r"backup.*━.*0:00:0\d", shown)
    assert "\x1b[2K" in shown  # the bar's line is erased
    assert "checked." in shown.replace("\r\n", " ")
    assert COLOUR.search(shown)


def test_no_color_takes_colours_away(folder: Path) -> None:
    """On a terminal the bar has no colours with ``NO_COLOR``; the text is the same."""
    plain = _on_a_terminal(folder, "verify", NO_COLOR="1")
    assert not COLOUR.search(plain)
    assert "verify" in plain
    assert "0 rows of 0 paths, 0 faults." in plain


def test_a_table_in_a_pipe_is_plain(folder: Path) -> None:
    """Into a pipe go no control characters and no box, and each row is one line."""
    done = subprocess.run(
        (SCRIPT, "policy", "list"), cwd=folder, env=_plain(), capture_output=True, check=True
    )
    written = done.stdout.decode()
    assert done.stderr == b""
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u2500-\u257f]", written)
    assert sum(line.startswith("award/") for line in written.splitlines()) == 1
