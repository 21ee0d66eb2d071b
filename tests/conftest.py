"""Servers that any test may ask for, one of each a session."""

from __future__ import annotations

import os
from itertools import count
from typing import TYPE_CHECKING

import pytest

from tests.servers import make_database, postgres_server, redis_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[], str]]:
    """Return what makes an empty PostgreSQL database and returns its URL."""
    given = os.environ.get("LAZSA_TEST_POSTGRES_URL")
    if given:
        numbers = count(1)
        yield lambda: make_database(given, f"lazsa_test_{os.getpid()}_{next(numbers)}")
        return
    with postgres_server() as server:
        yield server.fresh


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """Return the URL of a Redis server."""
    given = os.environ.get("LAZSA_TEST_REDIS_URL")
    if given:
        yield given
        return
    with redis_server() as server:
        yield server.url
