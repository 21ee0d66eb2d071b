"""What doctor finds in a database that is harmed within a transaction, and mended by its end."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Final

from lazsa_flow.award.store.store import AwardStore
from lazsa_flow.clock import VirtualClock
from lazsa_flow.config import Config
from lazsa_flow.runner.doctor.examination import Examination
from lazsa_flow.runner.doctor.registry import CHECKS, run_checks
from lazsa_flow.store.connect import connect
from lazsa_flow.store.host_transaction import BoundStore
from lazsa_flow.store.inspection.database import InspectedDatabase

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    import sqlalchemy as sa

    from lazsa_flow.runner.doctor import Check
    from lazsa_flow.runner.doctor.examination import ListedCheck

NAMES: Final = frozenset(
    {
        *("schema", "rules", "references", "slots", "sequences"),
        *("dates", "words", "timers", "instants"),
    }
)
"""The checks that look into the database."""
DATABASE: Final = tuple(check for check in CHECKS if check.name in NAMES)


@cache
def shipped() -> Config:
    """Return the configuration that ships, read once."""
    return Config.load()


@cache
def engine_of(url: str) -> sa.Engine:
    """Return an engine that keeps its statements, and no connection in between."""
    return connect(url)


@contextmanager
def undone(url: str) -> Iterator[sa.Connection]:
    """Lend a connection whose transaction is rolled back in the end."""
    engine = engine_of(url)
    try:
        with engine.connect() as connection:
            transaction = connection.begin()
            yield connection
            if transaction.is_active:
                transaction.rollback()
    finally:
        engine.dispose()


def faults(connection: sa.Connection, now: datetime, *names: str) -> list[str]:
    """Return the faults that some checks find, or all that look into the database.

    Args:
        connection: In a transaction, whose changes are seen.
        now: The present instant.
        names: The checks.
    """
    checks = [check for check in DATABASE if not names or check.name in names]
    return [f"{each.name}: {each.found}" for each in found(connection, now, checks)]


def found(connection: sa.Connection, now: datetime, checks: Sequence[ListedCheck]) -> list[Check]:
    """Return what checks find that is not ok."""
    url = connection.engine.url.render_as_string(hide_password=False)
    examination = Examination(url, None, None, VirtualClock(now))
    database = InspectedDatabase(url, AwardStore)
    own = database.store
    database.store = BoundStore(connection, like=own)
    examination.__dict__.update(database=database, config=shipped())
    try:
        return [each for each in run_checks(examination, checks) if each.status != "ok"]
    finally:
        database.store = own
        database.close()
