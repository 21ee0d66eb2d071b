"""What the checks share: the deployment that is examined, each part opened once."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, runtime_checkable

from lazsa_flow.clock import SystemClock
from lazsa_flow.config import Config
from lazsa_flow.service.configuration import read_rulebook
from lazsa_flow.service.installed import load_application
from lazsa_flow.store.inspection.database import InspectedDatabase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from lazsa_flow.clock import Clock
    from lazsa_flow.engine.rulebook import Rulebook
    from lazsa_flow.service.context import Application

Status = Literal["ok", "warning", "fault"]
Need = Literal["application", "config", "database", "schema", "rules"]


@dataclass(frozen=True, slots=True)
class Check:
    """What one check found, and what to do about it unless it is ok."""

    name: str
    status: Status
    found: str


class Examination:
    """A deployment that is examined; close it.

    Args:
        url: The database's URL.
        redis: The broker's; ``None`` where one process does everything.
        directory: The deployment's own configuration.
        clock: The present instant.
    """

    def __init__(
        self, url: str, redis: str | None, directory: Path | None, clock: Clock | None
    ) -> None:
        self.url = url
        self.redis = redis
        self.directory = directory
        self.clock: Clock = clock or SystemClock()

    @property
    def now(self) -> datetime:
        """The present instant."""
        return self.clock.now()

    @cached_property
    def config(self) -> Config:
        """The deployment's configuration."""
        return Config.load(self.directory)

    @cached_property
    def application(self) -> Application:
        """What the installed service adds to the library."""
        return load_application()

    @cached_property
    def database(self) -> InspectedDatabase:
        """The database."""
        return InspectedDatabase(self.url, self.application.store_class)

    @cached_property
    def schema(self) -> bool:
        """Whether the schema is at this release's revision, or does not say at which."""
        found, wanted = self.database.revisions()
        return found in (None, wanted)

    @cached_property
    def rules(self) -> Rulebook:
        """The tables, countries and policies in force."""
        config = self.config
        return read_rulebook(self.database.store, config.lifecycles, config.countries)

    def has(self, need: Need) -> bool:
        """Return whether a part can be opened; the check that opens it reports why not."""
        try:
            return bool(getattr(self, need))
        except Exception:  # another check reports it
            return False

    @contextmanager
    def read(self) -> Iterator[Any]:
        """Open a transaction that only reads."""
        with self.database.read() as transaction:
            yield transaction

    def close(self) -> None:
        """Close the database."""
        if "database" in self.__dict__:
            self.database.close()


class ListedCheck(NamedTuple):
    """A check.

    Attributes:
        name: What its findings are called.
        run: Looks, and yields what it finds.
        needs: The parts without which it cannot run.
    """

    name: str
    run: Callable[[Examination], Iterator[Check]]
    needs: tuple[Need, ...] = ()


@runtime_checkable
class HasDoctorChecks(Protocol):
    """An application that brings checks of its own."""

    def doctor_checks(self) -> Sequence[ListedCheck]:
        """Return the checks, in the order in which they run."""
        ...
