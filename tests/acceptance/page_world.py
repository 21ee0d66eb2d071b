"""A browser and a small programme's page, which all acceptance tests of a process share."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from lazsa_flow.award.programme import Programme
from lazsa_flow.graph.page import page
from tests.browser import Browser
from tests.integration.world import APRIL, DUE, EMPLOYEE, World, convene

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lazsa_flow.graph.timeline import Picture

HOSTILE_SELLER = "</script><img src=x onerror=hacked=1>"


@pytest.fixture(scope="session")
def running_browser() -> Iterator[Browser]:
    """Start one browser for all tests: a start costs more than most of them."""
    opened = Browser()
    yield opened
    opened.close()


@pytest.fixture
def browser(running_browser: Browser) -> Browser:
    """Return the browser as if just started: an empty page, as wide as a desk, nothing logged."""
    running_browser.driver.get("about:blank")
    running_browser.look()
    running_browser.complaints()
    return running_browser


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the page of a small programme.

    Three sellers have come to the night of 1 April 2021: s1 of Singapore is renewed, s2 is in grace
    for want of a quorum, s3 of Thailand is nominated; so is a seller with a hostile name.
    """
    folder = tmp_path_factory.mktemp("page")
    url = f"sqlite:///{folder / 'lazsa.db'}"
    Programme.migrate(url)
    world = World(url)
    with world.programme:
        convene(world.programme)
        paths = [world.nominate("s1"), world.nominate("s2")]
        world.go(APRIL - timedelta(days=12)).panel(paths[0]).panel(paths[1])
        world.go(DUE - timedelta(days=12))
        world.panel(paths[0]).panel(paths[1], cards=2)
        for seller in ("s1", "s2"):
            world.facts(seller, as_of=DUE - timedelta(days=12))
        world.facts("s3", country="TH").nominate("s3")
        world.nominate(HOSTILE_SELLER)
        world.go(DUE + timedelta(days=2))
        file = folder / "page.html"
        file.write_text(page(world.programme.picture()), "utf-8")
    return file


@pytest.fixture(scope="session")
def told_twice(tmp_path_factory: pytest.TempPathFactory) -> Picture:
    """Return the picture of a seller who has withdrawn once, and has been nominated again."""
    url = f"sqlite:///{tmp_path_factory.mktemp('twice') / 'lazsa.db'}"
    Programme.migrate(url)
    world = World(url)
    with world.programme:
        first = world.nominate("s1")
        world.programme.withdraw_nomination(first, actor=EMPLOYEE)
        world.nominate("s1")
        return world.programme.picture(names=["s1"])
