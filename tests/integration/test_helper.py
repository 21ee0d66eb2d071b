"""A sweep with a helper process ends as one without it, whatever becomes of the helper."""

from __future__ import annotations

import multiprocessing
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from lazsa_flow.clock import VirtualClock
from lazsa_flow.errors import InputError
from lazsa_flow.programme import Programme
from lazsa_flow.runner import helper
from tests.chaos.audit import audit, undisturbed
from tests.chaos.population import START, fill_backlog

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lazsa_flow.engine.sweep import Chunk

NOW = START.replace(year=START.year + 4)


@pytest.fixture
def backlog(tmp_path: Path) -> str:
    """Return a database with years of work due."""
    url = f"sqlite:///{tmp_path / 'backlog.db'}"
    fill_backlog(url, 90)
    return url


def swept(backlog: str, tmp_path: Path, done: Callable[[Chunk], bool]) -> tuple[int, int]:
    """Sweep with a helper, compare with a sweep without, and return what both counted."""
    alone = tmp_path / "alone.db"
    shutil.copy(backlog.removeprefix("sqlite:///"), alone)
    wanted = undisturbed(f"sqlite:///{alone}", NOW)
    total = helper.sweep(backlog, VirtualClock(NOW), chunk=7, done=done).total
    assert audit(backlog, wanted, until=NOW).problems == []
    fired = sum(status not in ("cancelled", "pending") for status, _ in wanted.timers.values())
    return total, fired


def test_both_together_do_what_one_does(backlog: str, tmp_path: Path) -> None:
    """design.md, rule 4: each timer once, in order, and every chunk of either is told."""
    chunks: list[Chunk] = []
    total, fired = swept(backlog, tmp_path, lambda did: chunks.append(did) is not None)
    assert total == fired == sum(did.swept.total for did in chunks)


def test_a_helper_that_dies_is_not_missed(backlog: str, tmp_path: Path) -> None:
    """A helper killed in the midst of its work leaves nothing undone and nothing doubled."""

    def kill(_did: Chunk) -> bool:
        for child in multiprocessing.active_children():
            child.kill()
        return False

    swept(backlog, tmp_path, kill)


def test_a_sweep_that_is_told_to_end_ends(backlog: str) -> None:
    """One chunk and no more, and no process stays behind."""
    assert helper.sweep(backlog, VirtualClock(NOW), chunk=7, done=lambda did: True).total <= 7
    assert multiprocessing.active_children() == []
    with Programme.open(backlog, clock=VirtualClock(NOW)) as programme:
        assert programme.next_due() is not None


def test_a_helper_ends_with_who_started_it(backlog: str) -> None:
    """A sweep that is killed leaves no helper behind that would go on by itself."""
    command = [
        sys.executable,
        "-m",
        "lazsa_flow",
        "sweep",
        "--helper",
        "--now",
        NOW.isoformat(),
        "--yes",
    ]
    with subprocess.Popen([*command, "--database", backlog], stdout=subprocess.DEVNULL) as sweep:
        children: list[psutil.Process] = []
        while sweep.poll() is None and not children:
            children = [
                c for c in psutil.Process(sweep.pid).children() if "spawn_main" in str(c.cmdline())
            ]
        sweep.kill()
    assert children
    _, alive = psutil.wait_procs(children, timeout=60)
    assert not alive


def test_on_postgresql_more_workers_help() -> None:
    """A database with several writers is told what to do instead."""
    with pytest.raises(InputError, match="start more workers"):
        helper.sweep("postgresql://someone@example/name", VirtualClock(NOW))
