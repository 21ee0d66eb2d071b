"""Servers that any test may ask for, one of each a session; and what coverage is measured of."""

from __future__ import annotations

import gc
import importlib
import logging
import os
import pkgutil
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import typer.main
import typer.testing
from coverage import Coverage
from hypothesis import HealthCheck, settings

from tests.prepared import prepare
from tests.servers import make_database, postgres_server, redis_server

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

UNITS: Final = Path(__file__).parent / "unit"
MEASURED: Final = tuple(UNITS / name for name in ("award", "config", "engine", "lifecycle"))
"""Unit tests of what is measured, which must cover it by themselves."""
LONG: Final = (
    "acceptance/test_demo.py",
    "acceptance/test_wheel.py",
    "integration/test_break_rules.py",
    "integration/test_benchmarks.py",
    "chaos/test_faults.py",
    "acceptance/test_workers.py",
    "acceptance/test_notices.py",
    "acceptance/test_page_story.py",
    "acceptance/test_page.py",
    "acceptance/test_page_lists.py",
    "acceptance/test_page_address.py",
    "acceptance/test_page_foreseen.py",
    "acceptance/test_viewer_pages.py",
    "acceptance/test_legibility.py",
    "acceptance/test_view.py",
    "acceptance/test_blocks.py",
)
"""Files whose tests take seconds each: they begin first, so that none runs alone at the end.

Those that share what is slow to make, as a browser, stand together: one process runs them.
"""
# a busy machine is no fault of the code
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")
prepare()
typer.testing._get_command = typer.main.get_command  # type: ignore[attr-defined]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect without measuring coverage, and without looking for garbage.

    What is measured is imported before, for its definitions count. A test process holds thousands
    of tests and all that they import until the end: it looks less often for garbage, and not among
    these, which takes a tenth of its time.
    """
    gc.disable()
    _import_measured()
    with _coverage_resting():
        collected = yield
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()
    return collected


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long tests first; all others stay in their order."""
    tests = Path(__file__).parent
    places = {tests / name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path, len(LONG)))


def _import_measured() -> None:
    """Import all that coverage is measured of, where it is."""
    measured = Coverage.current()
    sources: Any = measured.get_option("run:source") if measured else ()
    for name in sources:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            importlib.import_module(module.name)


@contextmanager
def _coverage_resting() -> Iterator[None]:
    """Let the measuring of coverage rest for a while, where it goes on."""
    resting: list[Coverage] = []
    # a worker of pytest-xdist has two, one within the other: the outer goes on when the inner
    # one stops
    while (measured := Coverage.current()) is not None:
        measured.stop()
        resting.append(measured)
    try:
        yield
    finally:
        for measured in reversed(resting):
            measured.start()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Measure coverage in the unit tests of what is measured alone.

    To trace the others as well doubles their time.
    """
    if any(folder in item.path.parents for folder in MEASURED):
        return (yield)
    with _coverage_resting():
        return (yield)


@pytest.fixture(autouse=True)
def _restore_loggers() -> Iterator[None]:
    """Give the loggers back as they were: a command that ran in this process sets them up."""
    loggers = [logging.getLogger(name) for name in ("lazsa_flow", "dramatiq")]
    found = [(each, each.handlers, each.level, each.propagate) for each in loggers]
    yield
    for logger, handlers, level, propagate in found:
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)


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
