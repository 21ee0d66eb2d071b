"""A process writes to the file that its path names, or not at all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import VirtualClock
from lazsa_flow.errors import ReplacedError
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.logs import LOGGER
from tests.chaos.population import START, fill_backlog

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = START.replace(year=START.year + 4)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with years of work due."""
    file = tmp_path_factory.mktemp("filled") / "lazsa.db"
    fill_backlog(f"sqlite:///{file}", 12)
    return file


@pytest.fixture
def file(filled: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copy(filled, tmp_path / "lazsa.db"))


@pytest.fixture
def programme(file: Path) -> Iterator[Programme]:
    """The programme on it."""
    with Programme.open(f"sqlite:///{file}", clock=VirtualClock(NOW)) as opened:
        yield opened


def content(*files: Path) -> list[bytes]:
    """Return the bytes of files."""
    return [file.read_bytes() for file in files]


def test_a_file_that_was_replaced_is_written_no_more(
    programme: Programme,
    file: Path,
    filled: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither the file that has no name any more nor the new one is written to, and it is told."""
    monkeypatch.setattr(LOGGER, "propagate", True)
    programme.sweep(chunk=5, done=lambda did: True)
    kept = tmp_path / "kept.db"
    os.link(file, kept)  # the old file, by another name
    files = kept, file.with_name("lazsa.db-wal")
    before = content(*files)
    Path(shutil.copy(filled, tmp_path / "new.db")).replace(file)
    for write in (
        programme.sweep,
        lambda: programme.withdraw_nomination("award-1", actor=Actor("employee", "emp-1")),
        lambda: programme.pause(actor=Actor("operator", "op-1"), reason="night"),
        programme.purge,
        programme.next_due,
    ):
        with pytest.raises(ReplacedError, match="start this process again"):
            write()
    assert content(*files) == before
    assert content(file) == content(filled)
    assert "database.replaced" in caplog.text


def test_a_file_that_is_put_back_is_written_again(programme: Programme, file: Path) -> None:
    """Moved away and back it is the same file, and nothing has to be started again."""
    away = file.with_name("away.db")
    file.rename(away)
    with pytest.raises(ReplacedError):
        programme.sweep()
    away.rename(file)
    assert programme.sweep().moved
