"""Where does the fault happen? Servers, databases and folders of the run's own."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import VirtualClock
from tests import factories
from tests.chaos.audit import Snapshot, undisturbed
from tests.chaos.crew import Crew
from tests.chaos.population import START, fill_backlog, fill_boundaries
from tests.servers import (
    Postgres,
    Redis,
    drop_database,
    make_database,
    postgres_server,
    redis_server,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


class Stage:
    """A folder, a PostgreSQL and a Redis, as a context manager.

    Args:
        brief: A dose: small populations and short waits, for the suite.
        fsync: Whether PostgreSQL waits for the disk, as it does in earnest.
    """

    def __init__(self, *, brief: bool = False, fsync: bool = False) -> None:
        self.brief = brief
        self._fsync = fsync
        self._stack = ExitStack()
        self._filled: dict[tuple[str, int], str] = {}
        self._undisturbed: dict[str, Snapshot] = {}
        self._numbers = 0

    def __enter__(self) -> Self:
        self.folder = Path(tempfile.mkdtemp(prefix="lazsa-chaos-"))
        self._stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
        return self

    def __exit__(self, *_exc: object) -> None:
        self._stack.close()

    @cached_property
    def postgres(self) -> Postgres:
        """The PostgreSQL server."""
        return self._stack.enter_context(postgres_server(fsync=self._fsync))

    @cached_property
    def redis(self) -> Redis:
        """The Redis server."""
        return self._stack.enter_context(redis_server())

    def sized(self, full: int, brief: int) -> int:
        """Return a size: that of the full run, or of the dose."""
        return brief if self.brief else full

    def pristine(self, dialect: str, sellers: int) -> str:
        """Return a database with a backlog, to be copied and never touched."""
        if (dialect, sellers) not in self._filled:
            url = self.empty(dialect)
            fill_backlog(url, sellers)
            self._filled[dialect, sellers] = url
        return self._filled[dialect, sellers]

    def backlog(self, dialect: str, sellers: int) -> tuple[str, Snapshot]:
        """Return a database with a backlog, and what comes of it undisturbed."""
        source = self.pristine(dialect, sellers)
        if source not in self._undisturbed:
            self._undisturbed[source] = undisturbed(self.copy(source))
        return self.copy(source), self._undisturbed[source]

    def boundaries(
        self, dialect: str, instants: Sequence[datetime], *, until: datetime | None = None
    ) -> tuple[str, Snapshot]:
        """Return a database with timers due at instants, and what comes of it undisturbed."""
        url = self.nominated(dialect, instants)
        return url, undisturbed(self.copy(url), until or max(instants))

    def nominated(self, dialect: str, instants: Sequence[datetime]) -> str:
        """Return a database with timers due at instants."""
        url = self.empty(dialect)
        fill_boundaries(url, instants)
        return url

    def small(self, dialect: str) -> str:
        """Return a database with a small backlog, and a seller more whom nobody has nominated."""
        url = self.empty(dialect)
        fill_backlog(url, 12)
        with Programme.open(url, clock=VirtualClock(START)) as programme:
            factories.record_facts(programme, [factories.facts(seller="late")])
        return url

    def drop(self, url: str) -> None:
        """Drop a copy that is done with."""
        if url.startswith("sqlite"):
            Path(url.removeprefix("sqlite:///")).unlink()
        else:
            drop_database(self.postgres.url("postgres"), url.rpartition("/")[2])

    def copy(self, url: str) -> str:
        """Return a copy of a database that nobody has open."""
        self._numbers += 1
        if url.startswith("sqlite"):
            file = self.folder / f"{self._numbers}.db"
            shutil.copy(url.removeprefix("sqlite:///"), file)
            return f"sqlite:///{file}"
        return make_database(
            self.postgres.url("postgres"), f"copy_{self._numbers}", template=url.rpartition("/")[2]
        )

    def crew(self, database: str) -> Crew:
        """Return a crew on a database and this stage's Redis, which is emptied."""
        import redis

        redis.Redis.from_url(self.redis.url).flushall()
        return Crew(database, self.redis.url, self.folder, lead_s=1.0 if self.brief else None)

    def empty(self, dialect: str) -> str:
        """Return the URL of an empty database."""
        self._numbers += 1
        if dialect == "sqlite":
            return f"sqlite:///{self.folder / str(self._numbers)}.db"
        return self.postgres.fresh()
