"""Each test plays in a world of its own; see :mod:`tests.integration.world`."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import VirtualClock
from tests.integration.world import START, World, convene

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path as FilePath


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> FilePath:
    """A database with the schema, and panels that are convened."""
    file = tmp_path_factory.mktemp("migrated") / "lazsa.db"
    url = f"sqlite:///{file}"
    Programme.migrate(url)
    with Programme.open(url, clock=VirtualClock(START)) as programme:
        convene(programme)
    return file


@pytest.fixture
def world(migrated: FilePath, tmp_path: FilePath) -> Iterator[World]:
    """A world of its own; at the end its books balance and its journal verifies."""
    shutil.copy(migrated, tmp_path / "lazsa.db")
    world = World(f"sqlite:///{tmp_path / 'lazsa.db'}")
    with world.programme:
        yield world
        world.sweep()
        assert not [book for book in world.programme.books() if book.unexplained]
        world.programme.verify_journal()
