"""Pages of the viewer in a real browser: for eyes, keyboards, screen readers and phones."""

from __future__ import annotations

import threading
import time
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pytest
import uvicorn
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from lazsa_flow import Actor
from lazsa_flow.award.programme import Programme
from lazsa_flow.engine.night_run import STOPPED, NightOutcome
from lazsa_flow.store import night_runs
from lazsa_flow.viewer import viewer
from tests.browser import PHONE, Browser
from tests.factories import night_run
from tests.integration.world import APRIL, World, convene

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGES: Final = (
    "/",
    "/lifecycles",
    "/paths?lifecycle=award&country=SG",
    "/due?until=2021-04-01",
    "/parked",
    "/panels",
    "/panel/SG/2020-10-01?sort=-cards",
    "/panel/SG/2020-05-05",
    "/reviewers/SG/2020-10-01",
    *(
        "/books",
        "/outbox?state=held",
        "/deliveries",
        "/policies",
        "/rehearsal",
        "/nights",
        "/nights/april",
    ),
    *("/cases?state=", "/appeals?filed=no", "/members?group=invited", "/bars"),
    "/health",
    "/nowhere",
)
DARK: Final = ("/", "/parked", "/panels", "/nights", "/nights/april")
"""Pages that together show every colour."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A small programme: a candidate, a nominee whose path is parked, an ambassador."""
    url = f"sqlite:///{tmp_path_factory.mktemp('viewer') / 'lazsa.db'}"
    Programme.migrate(url)
    world = World(url)
    with world.programme:
        convene(world.programme)
        world.ambassador("s1")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("lazsa_flow.engine.batch.group.DecisionGroup.take", _fail)
            world.now(date(2020, 4, 2)).nominate("s2")
            world.now(date(2020, 9, 20))
            while not world.programme.parked():
                world.sweep()
                world.now(world.programme.next_due() or APRIL)
        world.nominate("s3")
        add_night(world)
        yield world


def add_night(world: World) -> None:
    """Save a rehearsal, and let its night be stopped by what differs."""
    on = date(2021, 4, 1)
    world.programme.save_rehearsal("april", on=on, actor=Actor("operator", "o-1"))
    with world.programme._runtime.store.begin() as transaction:
        transaction.add_night_run(night_run(name="april", on=on, phase=STOPPED, compared=1))
        [run] = transaction.night_runs()
        outcome = NightOutcome(1, "award-1", "carry_over", "under_review", None)
        now = world.clock.now()
        night_runs.add_findings(transaction._connection, run.id, [(outcome, None, False)], now)


def _fail(*_: Any) -> None:
    raise ZeroDivisionError


@pytest.fixture(scope="module")
def address(world: World) -> Iterator[str]:
    """Serve the viewer of the programme, and return where."""
    app = viewer(world.programme, authenticate=lambda _: True, fresh_s=0.25)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def test_every_page_can_be_used_by_everybody(browser: Browser, address: str) -> None:
    """axe-core finds nothing, in light and dark; on a phone no page scrolls sideways."""
    found = {}
    for page in PAGES:
        browser.look()
        browser.open(f"{address}{page}")
        said = [each for each in browser.complaints() if "404" not in each]
        said += browser.find_violations()
        if page in DARK:
            browser.look(dark=True)
            said += browser.find_violations("color-contrast")
        browser.look(size=PHONE)
        said += ["scrolls sideways"] * browser.scrolls_sideways()
        if said:
            found[page] = said
    assert found == {}


def test_the_keyboard_reaches_everything(browser: Browser, address: str) -> None:
    """The first stop skips the navigation; each stop is seen; the end of the page is reached."""
    browser.look()
    browser.open(f"{address}/parked")
    browser.one("body").send_keys(Keys.TAB)
    assert browser.run("return document.activeElement.className") == "skip"
    browser.driver.switch_to.active_element.send_keys(Keys.ENTER)
    assert browser.run("return document.activeElement.id") == "content"
    stops = []
    for _ in range(60):
        browser.driver.switch_to.active_element.send_keys(Keys.TAB)
        name = browser.run("return document.activeElement.id || document.activeElement.tagName")
        if name == "BODY":
            break
        outline = browser.run("return getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", name
        stops.append(name)
        if name == "hold":
            break
    assert stops[-1] == "hold", stops
    assert "BUTTON" in stops


def test_a_command_is_copied(browser: Browser, address: str) -> None:
    """Each parked path has its command, and a button that copies or selects it."""
    browser.look()
    browser.open(f"{address}/parked")
    assert "lazsa-flow unpark award-2 --as operator:YOU" in browser.texts("td code")
    browser.one("td .copy").click()
    label = "return document.querySelector('td .copy').textContent"
    browser.wait(lambda: browser.run(label) in ("Copied", "Selected"))


def test_filters_and_order_are_in_the_address(browser: Browser, address: str) -> None:
    """A form and links change the address; back leads back; what holds is marked."""
    browser.look()
    browser.open(f"{address}/paths")
    browser.one("[name=search]").send_keys("s3")
    browser.one("form button").click()
    browser.wait(lambda: "search=s3" in browser.driver.current_url)
    assert browser.texts("tbody td:nth-child(2)") == ["s3"]
    browser.driver.find_element(By.LINK_TEXT, "PH").click()
    browser.wait(lambda: "country=PH" in browser.driver.current_url)
    assert "search=s3" in browser.driver.current_url
    assert browser.text(".choices a[aria-current]:not([href='/paths'])")
    assert "There are no paths in PH" in browser.text(".empty")
    browser.driver.back()
    browser.wait(lambda: browser.texts("tbody td:nth-child(2)") == ["s3"])


def test_an_open_page_takes_in_what_happens(browser: Browser, address: str, world: World) -> None:
    """Figures change without a reload, where the reader is stays, and updates can be paused."""
    browser.look()
    browser.open(f"{address}/paths")
    rows = "return document.querySelectorAll('tbody tr').length"
    count = browser.run(rows)
    browser.run("document.querySelector('tbody tr:last-child a').focus()")
    focused = browser.run("return document.activeElement.getAttribute('href')")
    world.nominate("s4")
    browser.wait(lambda: browser.run(rows) == count + 1)
    assert browser.run("return document.activeElement.getAttribute('href')") == focused
    browser.one("#hold").click()
    assert browser.text("#refreshed") == "Updates are paused."
    assert [each for each in browser.complaints() if "404" not in each] == []


def test_an_answer_that_comes_after_the_pause_changes_nothing(
    browser: Browser, address: str, world: World
) -> None:
    """Who pauses while the page is asked for sees neither new figures nor another message."""
    browser.look()
    browser.open(f"{address}/paths")
    rows = "return document.querySelectorAll('tbody tr').length"
    count = browser.run(rows)
    browser.run(
        "const real = window.fetch; window.asked = window.answered = 0;"
        "window.fetch = async (...all) => { window.asked++; const answer = await real(...all);"
        " await new Promise((go) => setTimeout(go, 1500)); window.answered++; return answer; }"
    )
    world.nominate("s9")
    browser.wait(lambda: browser.run("return window.asked > window.answered"))
    browser.run("document.getElementById('hold').click()")
    assert browser.text("#refreshed") == "Updates are paused."
    browser.wait(lambda: browser.run("return window.asked === window.answered"))
    browser.frame()
    assert browser.text("#refreshed") == "Updates are paused."
    assert browser.run(rows) == count
