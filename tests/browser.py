"""A real browser, without a head: Debian's chromium, driven by selenium.

Where it is not installed the tests that need it are skipped; ``./dev test`` installs it where it is
root, and CI always has it.
"""

from __future__ import annotations

import shutil
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import pytest
from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.node import MODULES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from selenium.webdriver.remote.webelement import WebElement

CHROMIUM: Final = shutil.which("chromium")
DRIVER: Final = shutil.which("chromedriver")
PHONE: Final = (390, 844)
DESK: Final = (1400, 900)
SMALL: Final = (400, 300)
"""A window that is soon drawn, where what is in sight does not matter."""
_PATIENCE_S: Final = 20
# what is drawn anew while it is read is read again
_NOT_YET: Final = (NoSuchElementException, StaleElementReferenceException)
_OPTIONS: Final = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
)


@cache
def _read_axe() -> str:
    file = MODULES / "axe-core" / "axe.min.js"
    assert file.is_file(), "run `./dev test` once: it installs axe-core"
    return file.read_text("utf-8")


class Browser:
    """One browser with one window."""

    def __init__(self) -> None:
        if CHROMIUM is None or DRIVER is None:
            pytest.skip("no chromium here: as root, ./dev test installs it")
        options = Options()
        options.binary_location = CHROMIUM
        for each in _OPTIONS:
            options.add_argument(each)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(DRIVER))
        self.look()

    def look(self, *, size: tuple[int, int] = DESK, dark: bool = False) -> None:
        """Set the window's size, and which colours the reader prefers."""
        width, height = size
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme, still]})

    def open(self, where: Path | str) -> None:
        """Open a file or an address, and wait until the page's script has run."""
        self.driver.get(where if isinstance(where, str) else where.as_uri())
        self.wait(lambda: self.run("return document.documentElement.dataset.ready") == "yes")

    def run(self, script: str, *arguments: object) -> Any:
        """Run a script in the page."""
        return self.driver.execute_script(script, *arguments)

    def wait(self, until: Callable[[], object]) -> None:
        """Wait until something is so."""
        patient = WebDriverWait(self.driver, _PATIENCE_S, ignored_exceptions=_NOT_YET)
        patient.until(lambda _: until())

    def one(self, selector: str) -> WebElement:
        """Return the first element that a selector finds."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[WebElement]:
        """Return every element that a selector finds."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        """Return the text that an element shows."""
        return self.one(selector).text

    def texts(self, selector: str) -> list[str]:
        """Return what every element shows that a selector finds."""
        return [element.text for element in self.all(selector)]

    def complaints(self) -> list[str]:
        """Return what the browser has logged since it was last asked: errors, broken policies."""
        return [entry["message"] for entry in self.driver.get_log("browser")]  # type: ignore[no-untyped-call]

    def find_violations(self, *rules: str, contrast: bool = True) -> list[str]:
        """Return what axe-core finds wrong with the page for keyboards and screen readers.

        Args:
            rules: The rules that are checked; by default all, WCAG's and axe's best practices.
            contrast: Whether colours are looked at where all rules are checked.

        Returns:
            Each rule that is broken, with the elements that break it.
        """
        if not self.run("return 'axe' in window"):
            self.driver.execute_cdp_cmd("Runtime.evaluate", {"expression": _read_axe()})
        found = self.driver.execute_async_script(
            "const done = arguments[2], options = {resultTypes: ['violations']};"
            "if (arguments[0].length) options.runOnly = arguments[0];"
            "else options.rules = {'color-contrast': {enabled: arguments[1]}};"
            "axe.run(options).then((all) => done(all.violations.map((each) =>"
            " `${each.id}: ${each.nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`)));",
            list(rules),
            contrast,
        )
        return list(found)

    def scrolls_sideways(self) -> bool:
        """Return whether the page is wider than the window."""
        return bool(self.run("return document.documentElement.scrollWidth > innerWidth"))

    def frame(self) -> None:
        """Wait until what was changed is drawn."""
        self.driver.execute_async_script(
            "const done = arguments[0];"
            "requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done)));"
        )

    def close(self) -> None:
        """Close the browser."""
        self.driver.quit()
