"""Lists of the page: who is in a state and who is held by a guard, all of them, and as a file."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pytest

from lazsa_flow.award.programme import Programme
from lazsa_flow.graph.page import page
from tests.integration.world import World

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser import Browser
MANY = 45


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the page of 45 nominees, of whom one alone has a story in it."""
    folder = tmp_path_factory.mktemp("crowded")
    url = f"sqlite:///{folder / 'lazsa.db'}"
    Programme.migrate(url)
    world = World(url)
    with world.programme:
        for number in range(MANY):
            seller = f"s-{number:02}" if number else "=1+1"
            world.facts(seller, country="TH" if number % 9 == 1 else "SG")
            world.nominate(seller)
        file = folder / "page.html"
        picture = world.programme.picture(limit=1, others=1000)
        assert (len(picture.residents), len(picture.others)) == (2, MANY - 2)
        file.write_text(page(picture), "utf-8")
    return file


@pytest.fixture
def listed(browser: Browser, crowded: Path) -> Browser:
    """The page, opened on its one crowded state."""
    browser.look()
    browser.driver.get("about:blank")
    browser.open(f"{crowded.as_uri()}#state=nominated")
    return browser


def paths(browser: Browser) -> list[str]:
    """Return the paths that are shown."""
    return browser.texts("#details tbody button")


def press(browser: Browser, text: str) -> None:
    """Press the button of the list that bears a text."""
    buttons = browser.all("#details .list button")
    next(each for each in buttons if each.accessible_name.startswith(text)).click()


def test_every_path_is_listed_page_after_page(listed: Browser) -> None:
    """The next page follows until everybody was shown once, those opened last first."""
    shown = paths(listed)
    assert "1 to 20 of 45" in listed.text("#details")
    for _ in range(2):
        press(listed, "Next page")
        shown += paths(listed)
    assert shown == [f"award-{number}" for number in range(MANY, 0, -1)]
    assert listed.run("return document.activeElement.closest('.list') !== null")
    assert listed.complaints() == []


def test_a_list_is_searched_filtered_and_sorted(listed: Browser) -> None:
    """A search keeps its caret, a filter keeps whom it names, and a head sorts both ways."""
    box = listed.one("#details input[type=search]")
    box.send_keys("s-4")
    assert paths(listed) == ["award-45", "award-44", "award-43", "award-42", "award-41"]
    assert listed.run("return document.activeElement.value") == "s-4"
    listed.driver.switch_to.active_element.send_keys("0")
    assert paths(listed) == ["award-41"]
    listed.one("#details input[type=search]").clear()
    press(listed, "Path")
    assert paths(listed)[:3] == ["award-1", "award-2", "award-3"]
    assert listed.one("#details th[aria-sort]").get_attribute("aria-sort") == "ascending"
    press(listed, "Path")
    assert paths(listed)[0] == "award-45"
    listed.one("#country option[value=TH]").click()
    assert paths(listed) == ["award-38", "award-29", "award-20", "award-11", "award-2"]
    listed.one("#country option[value='']").click()


def test_a_list_is_handed_over_as_a_file(listed: Browser, tmp_path: Path) -> None:
    """The file has every row that is selected, and nothing that a spreadsheet would compute."""
    behaviour = {"behavior": "allow", "downloadPath": str(tmp_path)}
    listed.driver.execute_cdp_cmd("Browser.setDownloadBehavior", behaviour)
    press(listed, "CSV")
    listed.wait(lambda: [each for each in tmp_path.iterdir() if each.suffix == ".csv"])
    [file] = tmp_path.iterdir()
    rows = list(csv.DictReader(file.read_text("utf-8").splitlines()))
    assert len(rows) == MANY
    assert {row["Path"]: row["Subject"] for row in rows}["award-1"] == "'=1+1"
    assert file.name == "nominated.csv"


def test_a_path_without_its_story_is_told_all_the_same(listed: Browser) -> None:
    """A path whose story is not in the file has its state, what comes next, and a command."""
    press(listed, "Next page")
    listed.one("#details tbody button").click()
    assert listed.text("#details h2") == "award-25"
    assert "graph award --format html --path award-25" in listed.text("#details")
    assert listed.run("return location.hash") == "#path=award-25"


def test_guards_open_to_whom_they_hold(browser: Browser, crowded: Path) -> None:
    """A trigger tells how many guards it has and opens each to everybody that it holds."""
    browser.driver.get("about:blank")
    browser.open(f"{crowded.as_uri()}#trigger=open_review")
    data = json.loads(browser.run("return document.getElementById('data').textContent"))
    [arrow] = [each for each in data["arrows"] if each["trigger"] == "open_review"]
    parts = browser.all("#details details")
    assert len(parts) == len(arrow["guards"])
    browser.open(f"{crowded.as_uri()}#trigger=award")
    assert "11 guards" in browser.text("#details")
    assert "0 paths" in browser.text("#details")
