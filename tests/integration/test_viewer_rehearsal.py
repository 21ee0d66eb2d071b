"""The viewer's page of what comes next: what a coming date brings, filtered, bounded, as CSV."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from lazsa_flow import InputError
from lazsa_flow.foresight.rehearse import Foresight
from lazsa_flow.viewer import viewer
from tests.integration.world import World

if TYPE_CHECKING:
    from pathlib import Path

    from lazsa_flow.foresight.rehearsal import Rehearsal


@pytest.fixture(scope="module")
def world(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Two nominees before the first cycle date."""
    import shutil

    file = tmp_path_factory.mktemp("foreseen") / "lazsa.db"
    shutil.copy(migrated, file)
    world = World(f"sqlite:///{file}")
    for seller in ("s2", "s3"):
        world.nominate(seller)
    return world


def open_viewer(world: World, **options: Any) -> TestClient:
    """Return a browser that is let in."""
    options = {"authenticate": lambda _asking: True, "fresh_s": 60.0, **options}
    return TestClient(viewer(world.programme, **options))


def test_it_shows_what_the_next_date_brings(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Page, filters and CSV show one rehearsal, which runs once for each set of conditions."""
    ran: list[dict[str, Any]] = []
    rehearse = Foresight.rehearse

    def count(self: Foresight, **asked: Any) -> Rehearsal:
        ran.append(asked)
        return rehearse(self, **asked)

    monkeypatch.setattr(Foresight, "rehearse", count)
    browser = open_viewer(world)
    page = browser.get("/rehearsal").text
    assert "What comes next" in page
    assert re.search(r"2 paths\. Foreseen for 2020-04-01, not recorded\. Assumed: nothing", page)
    assert "lazsa-flow rehearse --on 2020-04-01 --report report.html" in page
    held = browser.get("/rehearsal?facts=held&panel=approves").text
    assert "latest figures are taken to hold" in held
    assert "lazsa-flow rehearse --on 2020-04-01 --facts held --panel approves" in held
    rows = list(
        csv.DictReader(io.StringIO(browser.get("/rehearsal?outcome=carry_over&format=csv").text))
    )
    assert [row["subject"] for row in rows] == ["s2", "s3"]
    assert rows[0]["before"] == "under_review"
    assert "No path is as the filters say" in browser.get("/rehearsal?outcome=award").text
    assert browser.get("/rehearsal?country=SG&search=s3&sort=-guards").text.count("carry_over") > 1
    assert [asked["assume"]["facts"] for asked in ran] == ["as-recorded", "held"]


def test_what_cannot_be_rehearsed_is_said(world: World) -> None:
    """A later date can be chosen; another one, or what is assumed nowhere, is refused by name."""
    browser = open_viewer(world)
    assert "2 paths" in browser.get("/rehearsal?on=2020-10-01").text
    wrong = browser.get("/rehearsal?on=2020-10-02")
    assert wrong.status_code == 400
    assert "2020-10-02" in wrong.text
    assert browser.get("/rehearsal?facts=hold").status_code == 400


def test_more_than_a_page_rehearses_is_left_to_the_command(world: World) -> None:
    """Beyond the limit nothing is rehearsed, and the page has the command to copy."""
    page = open_viewer(world, rehearse_at_most=1).get("/rehearsal").text
    assert "More than 1 timers are due until 2020-04-01" in page
    assert "lazsa-flow rehearse --on 2020-04-01" in page
    with pytest.raises(InputError, match="rehearse_at_most: got -1"):
        open_viewer(world, rehearse_at_most=-1)


def test_the_dates_are_those_to_come(world: World) -> None:
    """The page offers the coming cycle dates, and none that is past."""
    page = open_viewer(world).get("/rehearsal").text
    offered = re.findall(r'"/rehearsal\?on=([\d-]+)"', page)
    assert offered == [str(date(2020, 10, 1)), str(date(2021, 4, 1)), str(date(2021, 10, 1))]
