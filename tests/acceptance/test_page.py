"""The page in a real browser: click, slide, search, filter, and read what is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from selenium.webdriver.common.keys import Keys

from lazsa_flow.graph.chart import build_chart
from lazsa_flow.graph.page import page
from tests.browser import PHONE, SMALL, Browser
from tests.integration.world import APRIL
from tests.unit.graph.hostile import HOSTILE, hostile_chain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium.webdriver.remote.webelement import WebElement


@pytest.fixture
def opened(browser: Browser, told: Path) -> Iterator[Browser]:
    """The page, just opened, all of it in sight; at the end nothing was complained of."""
    browser.look()
    browser.open(told)
    browser.one("[data-zoom=fit]").click()
    browser.frame()
    yield browser
    assert browser.complaints() == []
    assert browser.run("return typeof hacked") == "undefined"


def state(browser: Browser, name: str) -> WebElement:
    """Return the group of a state, by its name."""
    return browser.one(f"[data-state={ids(browser)[name]}]")


def ids(browser: Browser) -> dict[str, str]:
    """Return the made-up id of each state, by its name."""
    found: dict[str, str] = browser.run(
        "const { states } = JSON.parse(document.getElementById('data').textContent);"
        "return Object.fromEntries(states.map(({ name, id }) => [name, id]));"
    )
    return found


def label(browser: Browser, trigger: str, timer: str = "") -> WebElement:
    """Return the group of the label of a trigger that a timer may try."""
    found = browser.run(
        "const { arrows } = JSON.parse(document.getElementById('data').textContent);"
        "const is = new Set(arrows.filter(({ trigger, timers }) => trigger === arguments[0]"
        "  && (!arguments[1] || timers.includes(arguments[1]))).map(({ id }) => id));"
        "return [...document.querySelectorAll('.label')].find(({ dataset }) =>"
        "  dataset.arrows.split(' ').some((id) => is.has(id)));",
        trigger,
        timer,
    )
    assert found is not None, (trigger, timer)
    group: WebElement = found
    return group


def flow(browser: Browser, trigger: str, timer: str = "") -> str:
    """Return what the label of a trigger says of moves."""
    group = label(browser, trigger, timer)
    return str(browser.run("return arguments[0].querySelector('.flow').textContent", group))


def counts(browser: Browser) -> dict[str, str]:
    """Return the figure of each state that has somebody in it, with its word."""
    found = {name: browser.text(f"[data-state={id_}] .count") for name, id_ in ids(browser).items()}
    return {name: count for name, count in found.items() if not count.startswith("0 ")}


def visited(browser: Browser) -> set[str]:
    """Return the names of the states that a story has been in."""
    on = {each.get_attribute("data-state") for each in browser.all(".state.visited")}
    return {name for name, id_ in ids(browser).items() if id_ in on}


def search(browser: Browser, name: str) -> None:
    """Type a name into the search, and Enter."""
    box = browser.one("#name")
    box.clear()
    box.send_keys(name, Keys.ENTER)


def slide(browser: Browser, key: str) -> None:
    """Press a key on the slider."""
    browser.one("#time").send_keys(key)


def test_it_opens_on_now(opened: Browser) -> None:
    """The figures of now stand in the states, and how often each trigger was pulled in all."""
    assert opened.text("#when") == "now, 2021-04-03 04:00 UTC"
    assert counts(opened) == {"nominated": "2 now", "renewal_due": "1 now", "renewed": "1 now"}
    assert flow(opened, "award", "cycle_date") == "2 in all"
    assert flow(opened, "renew") == "1 in all"
    label(opened, "award", "cycle_date").click()
    assert "2 moves in all countries, in all until now" in opened.text("#details")


def test_a_state_tells_who_is_there(opened: Browser) -> None:
    """A click on a state lists who is there, since when, and what comes next and when."""
    state(opened, "renewal_due").click()
    assert opened.text("#details h2") == "Renewal due"
    [row] = opened.texts("#details tbody tr")
    assert row.split() == [
        *("award-2", "s2,", "Seller", "Ambassador", "·", "SG", "2021-04-01"),
        *("End", "of", "grace", "2021-05-01", "00:00", "+08:00", "Singapore"),
    ]


def test_a_trigger_tells_who_is_held_and_by_which_guard(opened: Browser) -> None:
    """A click on a label lists those who are held there, guard by guard."""
    label(opened, "renew").click()
    assert opened.text("#details h2") == "Renew"
    told = opened.text("#details")
    assert "Who is held here now, and by which guard" in told
    assert "quorum: 1" in told
    assert "award-2: 2 reviewers from 2 teams" in told


def test_the_slider_goes_back_to_the_past(opened: Browser) -> None:
    """At an earlier stop the figures are those of that day's end."""
    slide(opened, Keys.HOME)
    assert opened.text("#when") == f"end of {APRIL} (local time of each country)"
    assert counts(opened) == {"awarded": "2 then"}
    assert flow(opened, "award", "cycle_date") == "2 moves"
    opened.one("#later").click()
    assert opened.text("#when") == "end of 2020-10-01 (local time of each country)"
    assert flow(opened, "award", "cycle_date") == "0 moves"
    assert "since the end of 2020-04-01 until the end of 2020-10-01" in opened.text("#details")
    opened.one("#moves option[value=all]").click()
    assert flow(opened, "award", "cycle_date") == "2 in all"


def test_what_is_to_come_is_called_due(opened: Browser) -> None:
    """At a coming stop the page shows which timers pend, and says that it foretells nothing."""
    slide(opened, Keys.END)
    assert "what is due" in opened.text("#when")
    assert "Nothing here is a forecast" in opened.text("#details")
    assert "Due date: 1" in opened.texts("#details li")
    opened.one("#country option[value=TH]").click()
    assert "Due date: 1" not in opened.texts("#details li")
    opened.one("#country option[value='']").click()
    assert counts(opened) == {"nominated": "2 now", "renewal_due": "1 now", "renewed": "1 now"}
    assert flow(opened, "fall_due") == "due 1"


def test_one_country_alone(opened: Browser) -> None:
    """The filter leaves the figures and the names of one country."""
    opened.one("#country option[value=TH]").click()
    assert counts(opened) == {"nominated": "1 now"}
    state(opened, "nominated").click()
    assert opened.texts("#details tbody button") == ["award-3"]
    opened.one("#country option[value='']").click()
    assert len(opened.texts("#details tbody button")) == 2


def test_a_path_is_drawn_and_told(opened: Browser) -> None:
    """A search draws a path's way on the picture, and tells it with each refusal's reason."""
    search(opened, "s2")
    assert opened.text("#details h2") == "award-2"
    story = opened.texts("#details ol > li")
    assert story[0].startswith("2020-02-10 12:00 +08:00 Singapore Nominate → Nominated")
    assert "stays Renewal due (refused)" in story[-1]
    assert "quorum not met: 2 reviewers from 2 teams" in story[-1]
    assert visited(opened) == {"nominated", "under_review", "awarded", "renewal_due"}
    for trigger in ("nominate", "open_review", "award", "fall_due"):
        assert "taken" in str(label(opened, trigger).get_attribute("class")).split()
    assert len(opened.all(".label.taken")) == 4


def test_a_scene_can_be_picked(opened: Browser) -> None:
    """A click on a scene draws the story up to it."""
    search(opened, "award-2")
    opened.all("#details ol button")[1].click()
    assert opened.one(".state.here") == state(opened, "under_review")
    assert len(opened.all(".state.visited")) == 2
    assert opened.one("#details li.current > button").text.endswith(
        "Open the review → Under review"
    )


def test_an_unknown_name_is_told(opened: Browser) -> None:
    """A name that the file does not hold is told, with what to do; nothing is drawn."""
    search(opened, "<b>nobody</b>")
    assert "“<b>nobody</b>”" in opened.text("#details")
    assert "lazsa-flow view" in opened.text("#details")
    assert not opened.all(".taken")


def test_the_keyboard_reaches_everything(opened: Browser) -> None:
    """States and labels take the focus, tell their figures, and open on Enter; Escape leaves."""
    group = state(opened, "renewed")
    assert group.get_attribute("role") == "button"
    assert group.accessible_name.endswith("1 now")
    opened.run("arguments[0].focus()", group)
    opened.driver.switch_to.active_element.send_keys(Keys.ENTER)
    assert opened.text("#details h2") == "Renewed"
    assert opened.one("#details").get_attribute("aria-live") == "polite"
    opened.one("body").send_keys(Keys.ESCAPE)
    assert opened.text("#details h2") == "LazSA award"
    focusable = opened.all(".state[tabindex='0'], .label[tabindex='0']")
    assert len(focusable) == len(opened.all(".state, .label"))


def test_what_takes_the_focus_comes_into_sight(opened: Browser) -> None:
    """Zoomed in, a state that is out of sight is brought into the middle by the focus."""
    group = state(opened, "removed")
    for _ in range(6):
        opened.one("[data-zoom=in]").click()
    opened.frame()
    opened.run("arguments[0].focus()", group)
    opened.frame()
    inside = opened.run(
        "const at = arguments[0].getBoundingClientRect();"
        "const frame = document.getElementById('drawing').getBoundingClientRect();"
        "return at.top >= frame.top && at.bottom <= frame.bottom;",
        group,
    )
    assert inside


@pytest.mark.parametrize("dark", [False, True])
def test_both_papers(browser: Browser, told: Path, dark: bool) -> None:
    """The page follows the reader's preference, and the button turns it over."""
    browser.look(dark=dark)
    browser.open(told)
    paper = "return getComputedStyle(document.querySelector('.lazsa-chart .paper')).fill"
    papers = ["rgb(255, 255, 255)", "rgb(13, 20, 29)"]
    assert browser.run(paper) == papers[dark]
    browser.one("#theme").click()
    assert browser.run(paper) == papers[not dark]


def test_on_a_phone_nothing_sticks_out(browser: Browser, told: Path) -> None:
    """At a phone's width the page is no wider than the screen, and can be used."""
    browser.look(size=PHONE)
    browser.open(told)
    assert browser.run("return document.documentElement.scrollWidth") <= PHONE[0]
    search(browser, "s2")
    assert browser.text("#details h2") == "award-2"
    assert browser.run("return document.documentElement.scrollWidth") <= PHONE[0]


def test_hostile_names_run_nothing(browser: Browser, tmp_path: Path) -> None:
    """Fifty hostile names, ten a page: it opens, shows its states, and nothing of it runs."""
    assert len(set(HOSTILE)) >= 50
    browser.look(size=SMALL)  # most of the time goes into drawing
    for first in range(0, len(HOSTILE), 10):
        names = HOSTILE[first : first + 10]
        file = tmp_path / f"{first}.html"
        file.write_text(page(build_chart(hostile_chain(names))), "utf-8")
        browser.open(file)
        every, states = browser.run(
            "const shown = [...document.querySelectorAll('.state')].map((each) => {"
            "  each.dispatchEvent(new MouseEvent('click'));"
            "  return document.querySelector('#details h2').textContent; });"
            "const data = JSON.parse(document.getElementById('data').textContent);"
            "const titles = new Set(data.states.map((each) => each.title));"
            "const every = shown.every((each) => titles.delete(each)) && titles.size === 0;"
            "return [every, shown.length];"
        )
        assert (every, states) == (True, len(names) + 1)
        assert browser.run("return typeof hacked") == "undefined"
    assert browser.complaints() == []
