"""The viewer's page of nights: saved rehearsals, what each lacks, and requests that wait."""

from __future__ import annotations

import csv
import io
import shutil
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from lazsa_flow import Actor
from lazsa_flow.viewer import viewer
from tests.integration.world import APRIL, OCTOBER, World

if TYPE_CHECKING:
    from pathlib import Path

OPERATOR = Actor("operator", "o-1")
ONE, TWO = (Actor("manager", name) for name in ("m-1", "m-2"))


@pytest.fixture
def world(migrated: Path, tmp_path: Path) -> World:
    """A nominee before the first cycle date."""
    file = tmp_path / "lazsa.db"
    shutil.copy(migrated, file)
    world = World(f"sqlite:///{file}")
    world.nominate("s2")
    return world


def test_each_night_shows_what_it_lacks(world: World) -> None:
    """State, approvals, what is missing and the command to copy stand in page and CSV."""
    programme = world.programme
    browser = TestClient(viewer(programme, authenticate=lambda _asking: True, fresh_s=0.0))
    assert "No rehearsal was saved." in browser.get("/nights").text
    programme.save_rehearsal("stale", on=APRIL, actor=OPERATOR)
    programme.suspend_cycle("TH", OCTOBER, actor=ONE)
    programme.save_rehearsal("april", on=APRIL, actor=OPERATOR)
    programme.save_rehearsal("singapore", on=APRIL, country="SG", actor=OPERATOR)
    programme.approve_night("april", actor=ONE)
    for actor in (ONE, TWO):
        programme.approve_night("singapore", actor=actor)
    programme.pause(actor=OPERATOR, reason="figures")
    programme.request_command("resume", {}, actor=OPERATOR)

    page = browser.get("/nights").text
    assert "lazsa-flow night approve april --as manager:YOU" in page
    assert "lazsa-flow rehearse --on 2020-04-01 --save stale-again --as operator:YOU" in page
    assert "the rules have changed since it was saved" in page
    assert "lazsa-flow approval give 1 --as ROLE:YOU" in page
    rows = {row["name"]: row for row in _read_csv(browser, "")}
    assert {name: (row["state"], row["missing"]) for name, row in rows.items()} == {
        "singapore": ("approved", ""),
        "april": ("not approved", "1 more approval"),
        "stale": ("stale", "the rules have changed since it was saved"),
    }
    assert rows["singapore"]["approved_by"] == "manager:m-1, manager:m-2"
    assert [row["name"] for row in _read_csv(browser, "state=approved")] == ["singapore"]
    assert [row["name"] for row in _read_csv(browser, "country=TH&sort=name")] == ["april", "stale"]
    assert [row["name"] for row in _read_csv(browser, "search=sing")] == ["singapore"]


def _read_csv(browser: TestClient, query: str) -> list[dict[str, str]]:
    """Read the list as a file."""
    return list(csv.DictReader(io.StringIO(browser.get(f"/nights?format=csv&{query}").text)))
