"""An auditor who may not write reads a database all the same, and changes nothing beside it."""

from __future__ import annotations

import ctypes
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from lazsa_flow import Actor, UnavailableError
from lazsa_flow.award.cli.app import app
from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import SystemClock
from lazsa_flow.store.connect import read_only_url
from lazsa_flow.viewer import viewer
from tests.integration.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

NOBODY = 65534
CAPABILITY_VERSION_3 = 0x20080522
PASS_FILE_MODES = 1 << 1 | 1 << 2 | 1 << 3
"""CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH and CAP_FOWNER (linux/capability.h)."""
ROOT = os.geteuid() == 0
QUESTIONS = (
    "explain s1",
    "show s1",
    "history award-1",
    "due --until 2020-05-01",
    "ledger",
    "parked",
)


@pytest.fixture
def folder(migrated: Path) -> Iterator[Path]:
    """A folder with a database in it, where anybody may look."""
    made = Path(tempfile.mkdtemp(prefix="lazsa-read-only-", dir="/tmp"))
    shutil.copy(migrated, made / "lazsa.db")
    yield made
    made.chmod(0o755)
    shutil.rmtree(made)


def test_a_restored_database_is_read_before_anybody_writes(folder: Path) -> None:
    """A command that only reads opens a file without a write-ahead log, and leaves it so."""
    file = folder / "lazsa.db"
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA journal_mode = DELETE").fetchone() == ("delete",)
    before = file.read_bytes()
    with Programme.open(read_only_url(f"sqlite:///{file}")) as programme:
        assert programme.verify().faults == ()
    assert file.read_bytes() == before


@contextmanager
def forbidden(folder: Path, *, file: int = 0o444, beside: int = 0o555) -> Iterator[None]:
    """Take the right to write away: from the files, from the folder, and from root.

    Root gives up what lets it pass file modes, and stays root: another user could not read the
    package itself where this clone lies in a folder of root's own.
    """
    for each in folder.iterdir():
        each.chmod(file)
    folder.chmod(beside)
    if not ROOT:
        yield
        return
    for each in (folder, *folder.iterdir()):
        os.chown(each, NOBODY, NOBODY)
    before = _effective_capabilities()
    _set_effective_capabilities(before & ~PASS_FILE_MODES)
    try:
        yield
    finally:
        _set_effective_capabilities(before)


class _CapabilityHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _CapabilitySet(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable"))


def _capabilities() -> tuple[_CapabilityHeader, ctypes.Array[_CapabilitySet]]:
    """Return this thread's capabilities as ``capget`` (2) gives them: low and high 32 bits."""
    header = _CapabilityHeader(CAPABILITY_VERSION_3, 0)
    sets = (_CapabilitySet * 2)()
    if ctypes.CDLL(None, use_errno=True).capget(ctypes.byref(header), sets):
        raise OSError(ctypes.get_errno(), "capget")
    return header, sets


def _effective_capabilities() -> int:
    return int(_capabilities()[1][0].effective)


def _set_effective_capabilities(effective: int) -> None:
    """Set the low 32 bits of this thread's effective capabilities."""
    header, sets = _capabilities()
    sets[0].effective = effective
    if ctypes.CDLL(None, use_errno=True).capset(ctypes.byref(header), sets):
        raise OSError(ctypes.get_errno(), "capset")


def ask(folder: Path, words: str) -> str:
    """Type a question; return its answer."""
    done = CliRunner().invoke(app, [*words.split(), "--database", f"sqlite:///{folder}/lazsa.db"])
    assert done.exit_code == 0, (words, done.exception, done.output)
    return done.stdout


@pytest.fixture
def world(folder: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world in that folder, with a nominee, on whose clock the command line goes."""
    world = World(f"sqlite:///{folder}/lazsa.db")
    world.nominate()
    monkeypatch.setattr(SystemClock, "now", lambda _clock: world.clock.now())
    return world


@pytest.mark.parametrize("rights", [(0o444, 0o555), (0o444, 0o755), (0o644, 0o555)])
@pytest.mark.parametrize("writer", ["gone", "at work"])
def test_questions_are_answered(
    world: World, folder: Path, writer: str, rights: tuple[int, int]
) -> None:
    """Each question is answered as to whoever may write, and no file is made or changed."""
    expected = [ask(folder, words) for words in QUESTIONS]
    if writer == "gone":
        world.programme.close()
    before = {each.name: each.read_bytes() for each in folder.iterdir()}
    assert ("lazsa.db-wal" in before) == (writer == "at work")
    with forbidden(folder, file=rights[0], beside=rights[1]):
        assert [ask(folder, words) for words in QUESTIONS] == expected
    assert {each.name: each.read_bytes() for each in folder.iterdir()} == before


def test_doctor_and_viewer(world: World, folder: Path) -> None:
    """The doctor examines it, and the viewer shows it."""
    world.programme.close()
    url = f"sqlite:///{folder}/lazsa.db"
    words = ["doctor", "--database", url]
    CliRunner().invoke(app, words)
    with forbidden(folder):
        done = CliRunner().invoke(app, words)
        assert done.exception is None or isinstance(done.exception, SystemExit)
        assert "schema" in done.stdout
        with Programme.open(url, clock=world.clock) as programme:
            client = TestClient(viewer(programme, authenticate=lambda asking: True))
            for page in ("/", "/due?until=2020-05-01", "/lifecycle/award/story.json?name=s1"):
                assert client.get(page).status_code == 200


def test_what_would_write_is_refused(world: World, folder: Path) -> None:
    """A command is refused in our own words."""
    world.programme.close()
    with (
        forbidden(folder),
        Programme.open(f"sqlite:///{folder}/lazsa.db", clock=world.clock) as programme,
        pytest.raises(UnavailableError, match="READONLY"),
    ):
        programme.nominate("s1", actor=Actor("employee", "e-9"))


def test_a_writer_who_comes_later_is_seen(world: World, folder: Path) -> None:
    """A reader that found no writer sees what one writes afterwards."""
    world.programme.close()
    url = f"sqlite:///{folder}/lazsa.db"
    with forbidden(folder):
        reader = Programme.open(url, clock=world.clock)
        assert len(reader.history("award-1")) == 1
    folder.chmod(0o755)
    (folder / "lazsa.db").chmod(0o644)
    with Programme.open(url, clock=world.clock) as writer:
        writer.fire("award-1", "withdraw", actor=Actor("seller", "s1"), reason="nominee")
        with forbidden(folder):
            assert len(reader.history("award-1")) == 2
    with forbidden(folder), reader:
        assert len(reader.history("award-1")) == 2
