"""How does the page look? Photograph it: ``PYTHONPATH=. .venv/bin/python docs/screenshots.py``.

The demo's three years are run, and the page of its last day is shown to a browser: on light paper,
on dark paper with a path's story, and on a phone. Look at the pictures before you commit them.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lazsa_flow.award.demo.run import DATABASE, run_story
from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import VirtualClock
from lazsa_flow.graph.page import page
from tests.browser import DESK, PHONE, Browser

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER: Final = Path(__file__).resolve().parent / "graph"
STORY: Final = "award-51"
"""A path of the demo that was refused at its renewals, and why."""


def _choose(selector: str) -> Callable[[Browser], None]:
    return lambda browser: browser.run(
        "document.querySelector(arguments[0]).dispatchEvent(new MouseEvent('click'))", selector
    )


def _search(browser: Browser) -> None:
    browser.one("#name").send_keys(STORY)
    browser.one("#search button").click()


def _made(folder: Path) -> Path:
    """Tell the demo's story and write its page."""
    told = run_story(folder / "demo", sellers=None, years=3, seed=1, resume=False)
    url = f"sqlite:///{told.out / DATABASE}"
    with Programme.open(url) as programme:
        last = max(row["recorded_at"] for row in programme.journal())
    with Programme.open(url, clock=VirtualClock(datetime.fromisoformat(last))) as programme:
        file = folder / "page.html"
        file.write_text(page(programme.picture(names=[STORY])), "utf-8")
    return file


def main() -> None:
    """Write every picture again."""
    shots = {
        "light": (DESK, False, _choose("[data-state=s3]")),
        "dark": (DESK, True, _search),
        "phone": (PHONE, False, _choose("[data-state=s2]")),
    }
    browser = Browser()
    with tempfile.TemporaryDirectory() as folder:
        file = _made(Path(folder))
        for name, (size, dark, act) in shots.items():
            browser.look(size=size, dark=dark)
            browser.open(file)
            act(browser)
            browser.frame()
            browser.driver.save_screenshot(str(FOLDER / f"{name}.png"))
            sys.stdout.write(f"docs/graph/{name}.png\n")
    browser.close()


if __name__ == "__main__":
    main()
