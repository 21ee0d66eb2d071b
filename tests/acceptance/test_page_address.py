"""The page's address opens what it names and names what is shown; frames without a size."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import pytest
from selenium.webdriver.common.keys import Keys

from lazsa_flow.graph.page import frame, page
from tests.browser import PHONE, Browser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lazsa_flow.graph.timeline import Picture
SCALE = (
    "const part = arguments[0].contentDocument.querySelector('.svg-pan-zoom_viewport');"
    "return part ? part.transform.baseVal.consolidate().matrix.a : 0;"
)


@pytest.fixture
def quiet(browser: Browser) -> Iterator[Browser]:
    """The browser, of which nothing was complained at the end."""
    browser.look()
    browser.driver.get("about:blank")
    browser.complaints()
    yield browser
    assert browser.complaints() == []


def visit(browser: Browser, file: Path, address: str = "") -> None:
    """Open a page anew at an address within it."""
    browser.driver.get("about:blank")
    browser.open(f"{file.as_uri()}{address}")


def hash_of(browser: Browser) -> str:
    """Return the address within the page."""
    return str(browser.run("return location.hash"))


def test_a_search_goes_into_the_address(quiet: Browser, told: Path) -> None:
    """What is looked at can be sent as a link, and the back button leads to the view before."""
    visit(quiet, told)
    assert hash_of(quiet) == ""
    quiet.one("#name").send_keys("s2", Keys.ENTER)
    assert hash_of(quiet) == "#path=award-2"
    quiet.run("document.querySelector('[data-state=s2]').dispatchEvent(new MouseEvent('click'))")
    assert hash_of(quiet) == "#state=awarded"
    quiet.one("#country option[value=SG]").click()
    quiet.one("#time").send_keys(Keys.HOME)
    assert hash_of(quiet) == "#state=awarded&country=SG&time=2020-04-01"
    quiet.driver.back()
    quiet.wait(lambda: hash_of(quiet) == "#state=awarded")
    assert quiet.text("#when").startswith("now, ")
    quiet.driver.back()
    quiet.wait(lambda: quiet.text("#details h2") == "award-2")


def test_a_link_opens_what_it_names(quiet: Browser, told: Path) -> None:
    """A state, a trigger, a story's step, a country and a time are read from the address."""
    visit(quiet, told, "#state=awarded&country=SG&time=2020-04-01")
    assert "2 paths in SG, end of 2020-04-01 (Asia/Singapore time)" in quiet.text("#details")
    visit(quiet, told, "#trigger=fall_due&moves=period")
    assert quiet.run("return document.querySelectorAll('.label.chosen').length") == 1
    assert "since the end of" in quiet.text("#details")
    visit(quiet, told, "#path=award-2&scene=2")
    assert quiet.run("return document.querySelectorAll('.state.visited').length") == 2
    visit(quiet, told, "#award-2")
    assert quiet.text("#details h2") == "award-2"
    for strange in ("#state=none&country=XX&time=yesterday", "#%E0%A4%A", "#=&&=", "#scene=9"):
        visit(quiet, told, strange)
        assert quiet.text("#details h2") in ("LazSA award", "Not found")


def test_a_page_opens_on_the_story_that_was_asked_for(
    quiet: Browser, told_twice: Picture, tmp_path: Path
) -> None:
    """Of a subject's paths the current one is told, and the others are listed and can be told."""
    file = tmp_path / "story.html"
    file.write_text(page(told_twice, opens_on="s1"), "utf-8")
    visit(quiet, file)
    assert quiet.text("#details h2") == "award-2"
    assert hash_of(quiet) == "#path=award-2"
    assert quiet.all(".state.here")
    assert "Other paths of s1" in quiet.text("#details")
    quiet.one("#details ul button").click()
    assert quiet.text("#details h2") == "award-1"
    visit(quiet, file, "#state=nominated")
    assert hash_of(quiet) == "#state=nominated"
    visit(quiet, file, "#s1")
    assert quiet.text("#details h2") == "award-2"


@pytest.mark.parametrize("hidden", ["display: none", "width: 0; height: 0; border: 0"])
def test_a_frame_that_is_shown_later_is_drawn(
    quiet: Browser, told: Path, tmp_path: Path, hidden: str
) -> None:
    """A page whose frame has no size when its script runs is drawn as soon as it has one."""
    outer = tmp_path / "outer.html"
    source = escape(told.read_text("utf-8"), quote=True)
    outer.write_text(f'<iframe srcdoc="{source}" style="{hidden}"></iframe>', "utf-8")
    quiet.driver.get(outer.as_uri())
    inner = quiet.one("iframe")
    ready = "const page = arguments[0].contentDocument.documentElement; return page.dataset.ready"
    quiet.wait(lambda: quiet.run(ready, inner) == "yes")
    quiet.run("arguments[0].contentDocument.querySelector('[data-zoom=fit]').click()", inner)
    quiet.run(
        "const page = arguments[0].contentDocument;"
        "page.getElementById('name').value = 's2'; page.getElementById('tell').click();",
        inner,
    )
    quiet.run("arguments[0].style.cssText = 'width: 900px; height: 600px'", inner)
    quiet.wait(lambda: quiet.run(SCALE, inner) > 0.1)
    quiet.run("arguments[0].style.cssText = 'display: none'", inner)
    quiet.frame()
    quiet.run("arguments[0].contentWindow.dispatchEvent(new Event('resize'))", inner)
    quiet.run("arguments[0].contentDocument.querySelector('[data-zoom=in]').click()", inner)
    quiet.run("arguments[0].style.cssText = 'width: 400px; height: 500px'", inner)
    quiet.frame()
    quiet.wait(lambda: quiet.run(SCALE, inner) > 0.1)


def test_a_notebooks_cell_is_drawn(quiet: Browser, told_twice: Picture, tmp_path: Path) -> None:
    """An exported notebook has the page in a sandboxed frame, below what one sees at first."""
    outer = tmp_path / "notebook.html"
    outer.write_text(f"<div style='height: 3000px'></div>{frame(told_twice)}", "utf-8")
    quiet.driver.get(outer.as_uri())
    inner = quiet.one("iframe")
    quiet.driver.switch_to.frame(inner)
    try:
        quiet.wait(lambda: quiet.run("return document.documentElement.dataset.ready") == "yes")
        quiet.one("#name").send_keys("s1", Keys.ENTER)
        assert quiet.text("#details h2") == "award-2"
        scale = "document.querySelector('.svg-pan-zoom_viewport').getCTM().a"
        quiet.wait(lambda: quiet.run(f"return {scale}") > 0.1)
    finally:
        quiet.driver.switch_to.default_content()


@pytest.mark.parametrize("size", [(1440, 900), PHONE, (320, 480), (2560, 1300)])
def test_the_legend_is_always_in_sight(quiet: Browser, told: Path, size: tuple[int, int]) -> None:
    """At any size the legend stands under the picture, whole, whatever the picture's zoom."""
    quiet.look(size=size)
    visit(quiet, told)
    quiet.one("[data-zoom=in]").click()
    inside = quiet.run(
        "const frame = document.getElementById('picture').getBoundingClientRect();"
        "return [...document.querySelectorAll('#legend li')].map((each) => {"
        "  const at = each.getBoundingClientRect();"
        "  return at.left >= frame.left && at.right <= frame.right && at.bottom <= frame.bottom;"
        "});"
    )
    assert inside
    assert all(inside)
