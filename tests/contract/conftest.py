"""One suite, every store: a fresh database of each dialect for whoever asks.

What is written here and in ``test_store.py`` says nothing of a dialect but in :data:`DIALECTS` and
:func:`fresh`; what only one of them promises stands in a file of its own.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.clock import VirtualClock
from lazsa_flow.config import Config
from lazsa_flow.lifecycles.award import AWARD
from lazsa_flow.programme import Programme
from lazsa_flow.store.sqlstore import SqlStore
from tests.factories import utc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DIALECTS = ("sqlite", "postgresql")


@pytest.fixture(params=DIALECTS)
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Return what makes an empty database and returns its URL, as often as it is called."""
    numbers = count(1)
    if request.param == "postgresql":
        make: Callable[[], str] = request.getfixturevalue("postgres")
        return make
    return lambda: f"sqlite:///{tmp_path}/{next(numbers)}.db"


@pytest.fixture
def url(fresh: Callable[[], str]) -> str:
    """Return the URL of an empty database."""
    return fresh()


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    """Open a store on a migrated database."""
    opened = SqlStore(url)
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def config() -> Config:
    """Return what ships, with the award alone."""
    return Config.load(lifecycles=[AWARD])


@pytest.fixture
def play(fresh: Callable[[], str], config: Config) -> Iterator[Callable[..., Programme]]:
    """Return what opens the programme on a fresh database at noon of 1 June 2026."""
    opened: list[Programme] = []

    def make(**options: Any) -> Programme:
        clock = VirtualClock(utc(2026, 6, 1, 4))
        address = fresh()
        Programme.migrate(address, config=config, clock=clock)
        opened.append(Programme.open(address, config=config, clock=clock, **options))
        return opened[-1]

    yield make
    for programme in opened:
        programme.close()
