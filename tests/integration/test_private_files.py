"""Whatever lazsa_flow writes can be read by its own user alone, however lax the umask is."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from lazsa_flow.award.cli.app import app
from lazsa_flow.award.programme import Programme
from lazsa_flow.notices.files import FileChannel, FileSettings
from lazsa_flow.private_files import create_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.integration.world import World


@pytest.fixture(autouse=True)
def lax() -> Iterator[None]:
    """Take no bit away from any file's mode."""
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder: Path) -> set[tuple[str, int]]:
    """Return the kind and mode of all that lies in a folder."""
    return {
        ("folder" if each.is_dir() else "file", stat.S_IMODE(each.stat().st_mode))
        for each in folder.rglob("*")
    }


def test_the_database_and_its_log(tmp_path: Path) -> None:
    """The database is private from its first byte on, and so are its log and the log's index."""
    url = f"sqlite:///{tmp_path / 'lazsa.db'}"
    Programme.migrate(url)
    with Programme.open(url) as programme:
        programme.purge()
        assert {file.name for file in tmp_path.iterdir()} == {
            "lazsa.db",
            "lazsa.db-shm",
            "lazsa.db-wal",
        }
        assert modes(tmp_path) == {("file", 0o600)}


def test_a_mode_that_somebody_has_given_stays(tmp_path: Path) -> None:
    """A database that an operator has opened to a group is migrated and keeps its mode."""
    file = tmp_path / "lazsa.db"
    file.touch()
    file.chmod(0o640)
    Programme.migrate(f"sqlite:///{file}")
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_notices(world: World, tmp_path: Path) -> None:
    """Notices that are written as files are private, and the folders that are made for them."""
    world.nominate()
    out = tmp_path / "deep" / "notices"
    channel = FileChannel(FileSettings(directory=str(out)))
    with world.programme.open_relay(channels={"files": channel}) as relay:
        relay.drain()
    assert modes(tmp_path / "deep") == {("file", 0o600), ("folder", 0o700)}


@pytest.mark.parametrize(
    "words",
    [
        ("graph", "award", "-o"),
        ("graph", "award", "--format", "html", "-o"),
        ("notices", "preview", "awarded", "-o"),
    ],
)
def test_pages_and_pictures(world: World, tmp_path: Path, words: tuple[str, ...]) -> None:
    """A picture, a page and a notice that are written into a file are private."""
    file = tmp_path / "written"
    env = {"LAZSA_DATABASE_URL": f"sqlite:///{tmp_path / 'lazsa.db'}"}
    done = CliRunner().invoke(app, [*words, str(file)], env=env)
    assert done.exit_code == 0, done.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    """Only the folders that are made are private."""
    tmp_path.chmod(0o755)
    create_folder(tmp_path / "new" / "newer")
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
    assert modes(tmp_path) == {("folder", 0o700)}
