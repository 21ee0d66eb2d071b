"""The viewer's page of nights: saved rehearsals, what each lacks, and requests that wait."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from datetime import date
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from lazsa_flow import Actor
from lazsa_flow.engine.sealed_outcomes import digest_of_text
from lazsa_flow.viewer import viewer
from tests.factories import midnight, record_night_rule
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
    assert rows["singapore"]["night"] == "not started"
    assert "lazsa-flow night start singapore --as operator:YOU" in page
    assert rows["singapore"]["approved_by"] == "manager:m-1, manager:m-2"
    assert [row["name"] for row in _read_csv(browser, "state=approved")] == ["singapore"]
    assert [row["name"] for row in _read_csv(browser, "country=TH&sort=name")] == ["april", "stale"]
    assert [row["name"] for row in _read_csv(browser, "search=sing")] == ["singapore"]


def test_a_night_is_followed_while_it_moves(world: World) -> None:
    """Phase, moved of due, rate, countries and the commands of the phase; who differs, and why."""
    programme = world.programme
    browser = TestClient(viewer(programme, authenticate=lambda _asking: True, fresh_s=0.0))
    world.nominate("s3")
    programme.save_rehearsal("april", on=APRIL, actor=OPERATOR)
    for actor in (ONE, TWO):
        programme.approve_night("april", actor=actor)
    _foretell(world, "april", "wrong", outcome="award")
    assert browser.get("/nights/other").status_code == 404
    waiting = browser.get("/nights/wrong").text
    assert "This night was not started." in waiting
    assert "lazsa-flow night start wrong --as operator:YOU" in waiting

    world.now(date(2020, 3, 31)).sweep()
    world.now(midnight(APRIL, "SG"))
    record_night_rule(programme, required=True)
    programme.start_night("wrong", actor=OPERATOR, canary=1, rate=500)
    moving = browser.get("/nights/wrong").text
    assert re.search(r"Night of 2020-04-01: canary\. 0 outcomes were compared", moving)
    assert "0 of 2" in moving
    assert "500/s" in moving
    assert "lazsa-flow night pause wrong --reason REASON --as operator:YOU" in moving
    assert "lazsa-flow night pace wrong --rate 200/s --as operator:YOU" in moving
    programme.pause_night("wrong", actor=OPERATOR, reason="look")
    assert "lazsa-flow night resume wrong --as operator:YOU" in browser.get("/nights/wrong").text
    programme.resume_night("wrong", actor=OPERATOR)
    programme.sweep()

    stopped = browser.get("/nights/wrong").text
    assert "Night of 2020-04-01: stopped. 1 outcomes were compared: 1 differ (100.00 %" in stopped
    assert "1 of 2" in stopped
    resume = "lazsa-flow night resume wrong --reason REASON --as manager:YOU"
    assert resume in stopped
    text = browser.get("/nights/wrong?format=csv").text
    [row] = csv.DictReader(io.StringIO(text))
    assert (row["country"], row["foretold"], row["outcome"]) == ("SG", "award", "carry_over")
    assert row["guards"]
    assert "as it was foretold" in browser.get("/nights/wrong?evidence=recorded+since").text
    [listed] = _read_csv(browser, "search=wrong")
    assert listed["night"] == "stopped"


def _foretell(world: World, name: str, other: str, *, outcome: str) -> None:
    """Approve a copy of a rehearsal that foretells another outcome of every path."""
    programme = world.programme
    outcomes = {
        path: [each.country, each.class_, outcome, "awarded"]
        for path, each in programme.night(name).outcomes.items()
    }
    text = json.dumps(outcomes)
    with programme._runtime.store.begin() as transaction:
        row = transaction.rehearsal(name)
        transaction.add_rehearsal(
            row._replace(name=other, outcomes=text, sha256=digest_of_text(text))
        )
    for actor in (ONE, TWO):
        programme.approve_night(other, actor=actor)


def _read_csv(browser: TestClient, query: str) -> list[dict[str, str]]:
    """Read the list as a file."""
    return list(csv.DictReader(io.StringIO(browser.get(f"/nights?format=csv&{query}").text)))
