"""What is foreseen on a lifecycle's page, in a real browser: in words, in place, for everybody."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from lazsa_flow import Programme, VirtualClock
from lazsa_flow.foresight.foreseen_moves import show_foreseen
from lazsa_flow.graph.page import page
from tests.browser import DESK, PHONE, Browser
from tests.chaos.population import fill_backlog
from tests.factories import utc

if TYPE_CHECKING:
    from pathlib import Path

NOW: Final = utc(2021, 1, 1, 4)
ON: Final = date(2021, 4, 1)


def test_the_page_shows_the_foreseen_next_to_the_past(browser: Browser, tmp_path: Path) -> None:
    """Words and not colour alone say what is foreseen; nothing overlaps, and all can use it."""
    url, file, report = (
        f"sqlite:///{tmp_path}/a.db",
        tmp_path / "page.html",
        tmp_path / "april.json",
    )
    fill_backlog(url, 6)
    with Programme.open(url, clock=VirtualClock(NOW)) as programme:
        programme.sweep()
        programme.rehearse(on=ON).write_report(report)
        shown = show_foreseen(programme, programme.picture(), str(report))
    file.write_text(page(shown), "utf-8")
    browser.look()
    browser.open(file)
    assert "Foreseen for 2021-04-01, in all countries" in browser.texts("#details h3")
    rows = browser.texts("#details .compared tbody tr")
    assert any(row.endswith("foreseen") for row in rows)
    assert "asked on the record of 2021-01-01 04:00 UTC" in browser.text("#details")
    for size, dark in ((DESK, False), ((640, 900), False), (PHONE, True)):
        browser.look(size=size, dark=dark)
        for place in ("#time=foreseen", "#time=foreseen&trigger=renew"):
            browser.driver.get("about:blank")
            browser.open(f"{file.as_uri()}{place}")
            assert "foreseen by rehearsal" in browser.text("#when")
            assert browser.find_violations(*(["color-contrast"] if dark else [])) == []
            assert not browser.scrolls_sideways()
            assert browser.run(_MISPLACED) == []
            marked = browser.run(_MARKED)
            assert marked
            assert all(each.endswith(" foreseen") for each in marked)
    browser.one("#earlier").click()
    assert browser.run(_MARKED) == []
    assert browser.complaints() == []


_MARKED: Final = (
    "return [...document.querySelectorAll('.drawing .flow.foreseen')]"
    ".map((each) => each.textContent).filter((each) => each);"
)
_MISPLACED: Final = """
const found = [];
const place = (each) => each.getBoundingClientRect();
for (const shown of document.querySelectorAll(".drawing .flow.foreseen")) {
  if (!shown.textContent) continue;
  const own = place(shown);
  const box = place(shown.parentNode.querySelector("rect"));
  if (own.left < box.left || own.right > box.right) found.push(`outside: ${shown.textContent}`);
  for (const other of shown.parentNode.querySelectorAll("text")) {
    const its = place(other);
    const meets = its.left < own.right && own.left < its.right && its.top < own.bottom - 2
      && own.top < its.bottom - 2;
    if (other !== shown && other.textContent && meets) found.push(other.textContent);
  }
  if (own.height < 9) found.push(`small: ${shown.textContent}`);
}
return found;
"""
