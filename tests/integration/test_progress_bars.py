"""Every command that can take longer than a second shows that it works, to whoever looks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest
from typer.testing import CliRunner

from lazsa_flow.award.cli.app import app
from tests.acceptance.shell import SAMPLE

if TYPE_CHECKING:
    from pathlib import Path

BACKUP: Final = "backup.db"
FACTS: Final = "facts.csv"
OPERATOR: Final = "--as operator:o-1 --yes"
COMMANDS: Final = {
    "migrate": "migrate",
    f"import facts {FACTS}": "facts",
    "verify": "verify",
    "doctor": "doctor",
    f"backup {BACKUP}": "backup",
    f"restore {BACKUP} --yes": "restore",
    "rehearse --on 2099-04-01": "rehearse",
    f"timers replan {OPERATOR}": "timers replan",
    f"purge {OPERATOR}": "purge",
    "purge --as operator:o-1 --dry-run": "purge",
}
"""Commands, in the order in which they are typed, and what stands before their bars."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands are typed."""
    folder = tmp_path_factory.mktemp("bars")
    (folder / FACTS).write_text("\n".join(SAMPLE.read_text("utf-8").splitlines()[:20]), "utf-8")
    return folder


@pytest.fixture(scope="module")
def told(folder: Path) -> dict[str, str]:
    """What each command writes to standard error on a terminal."""
    return {typed: _type(folder, typed, FORCE_COLOR="1") for typed in COMMANDS}


def _type(folder: Path, typed: str, **variables: str) -> str:
    words = [str(folder / word) if word in (BACKUP, FACTS) else word for word in typed.split()]
    words += ["--database", f"sqlite:///{folder / 'lazsa.db'}"]
    done = CliRunner().invoke(app, words, env={"NO_COLOR": "1", **variables})
    assert done.exception is None or typed == "doctor", (typed, done.output, done.exception)
    return done.stderr


@pytest.mark.parametrize("typed", COMMANDS)
def test_a_bar_is_drawn_on_a_terminal(told: dict[str, str], typed: str) -> None:
    """On standard error, beside what is done."""
    assert re.search(f"{COMMANDS[typed]} +━", told[typed])


def test_where_nobody_looks_nothing_is_drawn(told: dict[str, str], folder: Path) -> None:
    """Into a pipe goes no bar."""
    assert told
    for typed in ("verify", "purge --as operator:o-1 --dry-run"):
        assert _type(folder, typed, FORCE_COLOR="") == ""
