"""A story on the page: what comes next and when, what guards see, notices; usable by everybody."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from lazsa_flow.award.programme import Programme
from lazsa_flow.graph.chart import build_chart
from lazsa_flow.graph.page import page
from tests.browser import PHONE
from tests.factories import table
from tests.integration.world import APRIL, World, convene

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser import Browser
PLACES = ("", "#state=nominated", "#trigger=award", "#trigger=renew", "#path=award-2", "#nobody")


@pytest.fixture(scope="module")
def candidate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the page of a candidate whose panel is short of one card, opened on the story."""
    folder = tmp_path_factory.mktemp("candidate")
    url = f"sqlite:///{folder / 'lazsa.db'}"
    Programme.migrate(url)
    world = World(url)
    with world.programme:
        convene(world.programme)
        path = world.nominate("s1")
        world.go(APRIL - timedelta(days=12)).panel(path, cards=2)
        file = folder / "page.html"
        file.write_text(page(world.programme.picture(names=["s1"]), opens_on="s1"), "utf-8")
    return file


def test_a_story_tells_what_comes_next(browser: Browser, candidate: Path) -> None:
    """Each pending timer has its instant and zone, and its steps in order with their prospects."""
    browser.look()
    browser.driver.get("about:blank")
    browser.open(candidate)
    shown = browser.text("#details")
    assert "Next: Cycle date at 2020-04-01 00:00 +08:00 Singapore." in shown
    [coming, evidence, notices] = browser.all("#details details")
    steps = coming.text.split("Cycle date at 2020-04-01 00:00 +08:00 Singapore\n")[1].split("\n")
    assert steps[0].startswith("Grant the award: would not fire: Panel quorum")
    assert steps[1].startswith("Put off to the next cycle: would fire now")
    browser.run("arguments[0].open = arguments[1].open = true", evidence, notices)
    assert "Panel quorum\n" in evidence.text
    assert "2 reviewers from 2 teams" in evidence.text
    assert "3 reviewers from 3 teams" in evidence.text
    assert "nominated to seller: waits" in notices.text
    assert "+08:00 Singapore" in notices.text
    assert browser.complaints() == []


def test_everybody_can_use_it(browser: Browser, told: Path, candidate: Path) -> None:
    """axe-core finds nothing on any view, at a desk or on a phone, and nothing sticks out.

    The colours are the same on both: contrast is looked at on the desk alone, in light and dark.
    """
    found: dict[str, list[str]] = {}
    for address in (*(f"{told.as_uri()}{place}" for place in PLACES), candidate.as_uri()):
        browser.look()
        browser.driver.get("about:blank")
        browser.open(address)
        browser.run("for (const each of document.querySelectorAll('details')) each.open = true")
        problems = browser.find_violations()
        browser.look(dark=True)
        problems += browser.find_violations("color-contrast")
        wide = browser.scrolls_sideways()
        browser.look(size=PHONE)
        problems += browser.find_violations(contrast=False)
        problems += ["scrolls sideways"] * (wide or browser.scrolls_sideways())
        if problems:
            found[address.rpartition("#")[2]] = problems
    assert found == {}


def test_a_table_alone_can_be_used(browser: Browser, tmp_path: Path) -> None:
    """A page without figures has no dead controls, and axe-core finds nothing."""
    file = tmp_path / "table.html"
    file.write_text(page(build_chart(table())), "utf-8")
    browser.look()
    browser.open(file)
    assert not browser.one("#time").is_displayed()
    assert browser.find_violations() == []
