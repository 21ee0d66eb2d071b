"""One suite, every store: a fresh database of each dialect for whoever asks.

What is written here and in ``test_store.py`` says nothing of a dialect but in :data:`DIALECTS` and
:func:`make`; what only one of them promises stands in a file of its own.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.award.programme import Programme
from lazsa_flow.award.store.store import AwardStore
from lazsa_flow.clock import VirtualClock
from lazsa_flow.config import Config
from lazsa_flow.store.schema_revision import VERSION_TABLE
from tests.factories import utc
from tests.servers import copy_database, count_rows, empty_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DIALECTS = ("sqlite", "postgresql")
START = utc(2026, 6, 1, 4)


@pytest.fixture(scope="session", params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    """Name the dialect that everything is run on."""
    return str(request.param)


@pytest.fixture(scope="session")
def make(
    dialect: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], str]:
    """Return what makes an empty database and returns its URL, as often as it is called."""
    if dialect == "postgresql":
        return request.getfixturevalue("postgres")  # type: ignore[no-any-return]
    folder, numbers = tmp_path_factory.mktemp("sqlite"), count(1)
    return lambda: f"sqlite:///{folder}/{next(numbers)}.db"


class Pool:
    """Lends copies of a database.

    Those on PostgreSQL that were given back are emptied and lent again, unless a test has added
    rows to the tables that are kept.

    Args:
        template: The database, to which nobody is connected.
        make: Makes an empty database and returns its URL.
        kept: The append-only tables that are not emptied, since nearly no test adds to them.
    """

    def __init__(self, template: str, make: Callable[[], str], *kept: str) -> None:
        self._template = template
        self._make = make
        self._kept = kept
        self._idle: list[str] = []
        self._as_made: list[int] | None = None

    @contextmanager
    def lend(self) -> Iterator[str]:
        """Lend one."""
        if self._idle:
            empty_database(url := self._idle.pop(), but=self._kept)
        else:
            copy_database(self._template, url := self._make())
        on_server = url.startswith("postgresql")
        if on_server and self._as_made is None:
            self._as_made = count_rows(url, self._kept)
        yield url
        if on_server and count_rows(url, self._kept) == self._as_made:
            self._idle.append(url)


@pytest.fixture(scope="session")
def schemas(make: Callable[[], str]) -> Pool:
    """Databases with the schema and nothing in it."""
    opened = AwardStore(url := make())
    opened.migrate()
    opened.close()
    return Pool(url, make, VERSION_TABLE)


@pytest.fixture(scope="session")
def stages(make: Callable[[], str], config: Config) -> Pool:
    """Databases on which the programme can be opened, and nothing has happened."""
    Programme.migrate(url := make(), config=config, clock=VirtualClock(START))
    return Pool(url, make, VERSION_TABLE, "lazsa_policies", "lazsa_countries", "lazsa_lifecycles")


@pytest.fixture
def url(schemas: Pool) -> Iterator[str]:
    """Return the URL of a database with the schema and nothing in it."""
    with schemas.lend() as url:
        yield url


@pytest.fixture
def store(url: str) -> Iterator[AwardStore]:
    """Open a store on that database."""
    opened = AwardStore(url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def config() -> Config:
    """Return what ships, with the award alone."""
    return Config.load(lifecycles=[AWARD])


class Play:
    """Opens the programme on fresh databases at noon of 1 June 2026."""

    def __init__(self, stages: Pool, config: Config) -> None:
        self._stages = stages
        self._config = config
        self._open: dict[Programme, ExitStack] = {}

    def __call__(self, **options: Any) -> Programme:
        """Open it."""
        stack = ExitStack()
        url = stack.enter_context(self._stages.lend())
        opened = Programme.open(url, config=self._config, clock=VirtualClock(START), **options)
        self._open[stack.enter_context(opened)] = stack
        return opened

    def end(self, *programmes: Programme) -> None:
        """Close these, or all, and give their databases back."""
        for programme in programmes or tuple(self._open):
            self._open.pop(programme).close()


@pytest.fixture
def play(stages: Pool, config: Config) -> Iterator[Play]:
    """Return what opens the programme on a fresh database at noon of 1 June 2026."""
    play = Play(stages, config)
    yield play
    play.end()
