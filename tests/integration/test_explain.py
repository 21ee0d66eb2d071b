"""``explain`` as its readers need it, by the library and by the command line."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from lazsa_flow.award.cli import app
from lazsa_flow.award.programme import Programme
from lazsa_flow.cli import common
from tests.integration.world import APRIL, DUE, EMPLOYEE, World, convene

if TYPE_CHECKING:
    from pathlib import Path


class Typed:
    """A world with a command line on it, by the same clock."""

    def __init__(self, world: World, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world, self.url = world, url
        monkeypatch.setattr(common, "make_clock", lambda: world.clock)

    def __call__(self, *words: str) -> str:
        """Type a command; return what it prints."""
        done = CliRunner().invoke(app.app, [*words, "--database", self.url])
        assert done.exit_code == 0, done
        return done.output

    def json(self, *words: str) -> Any:
        """Type a command; return the JSON that it prints."""
        return json.loads(self(*words, "--json"))


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Return a world that can be typed to."""
    url = f"sqlite:///{tmp_path / 'explained.db'}"
    Programme.migrate(url)
    world = World(url)
    convene(world.programme)
    return Typed(world, url, monkeypatch)


def bars_of(told: Any, trigger: str) -> dict[str, Any]:
    """Return the guards of one edge on the way, by name."""
    (step,) = [each for each in told["outlook"]["steps"] if each["trigger"] == trigger]
    return {guard["name"]: guard for guard in step["guards"]}


def test_an_approved_nominee_is_told_the_order(typed: Typed) -> None:
    """The steps are one ordered list; nothing that the award precedes is called ready."""
    world = typed.world
    path = world.candidate()
    told = typed("explain", path)
    assert "cycle_date, on 2020-04-01 00:00 +08:00 Singapore, in this order:" in told
    assert "1. award → awarded — would fire now" in told
    assert "2. carry_over → under_review — only if award does not" in told
    assert "decline (not_selected) → declined — otherwise" in told
    data = typed.json("explain", path)
    assert [one["trigger"] for one in data["exits"] if one["timers"] and one["ready"]] == ["award"]
    assert data["decisions"][0]["fires"] == "award"
    ready = [one.trigger for one in world.programme.explain(path).exits if one.ready]
    assert "decline" not in ready
    world.open_case()
    decision = typed.json("explain", path)["decisions"][0]
    assert decision["fires"] == "carry_over"
    assert decision["steps"][0]["unmet"] == ["no_open_case"]
    told = typed("explain", path)
    assert "met: none" not in told
    assert "postponable: open_case holds (required: at least one must hold of" in told


def test_a_nominee_is_told_the_award_before_review_opens(typed: Typed) -> None:
    """``explain PATH award`` of a nominee tells every bar of the award, and what must come."""
    world = typed.world
    world.facts(as_of=date(2020, 2, 1), gmv_rate=Decimal("0.15"))
    path = world.nominate()
    assert "Nothing leads on" not in typed("explain", path, "award")
    told = typed.json("explain", path, "award")
    gmv = bars_of(told, "award")["gmv"]
    assert (gmv["figure"], gmv["margin"], gmv["as_of"]) == ("0.15", "-0.05", "2020-02-01")
    assert gmv["age_days"] == 60
    assert gmv["needs"] == {
        "what": "facts with gmv_rate",
        "from": "2020-02-16",
        "until": "2020-04-01",
    }
    assert told["outlook"]["due_on"] == "2020-04-01"
    assert "quorum" in told["outlook"]["unmet"]
    assert {"tenure", "compliance", "cancellation", "trainer_activities", "no_open_case"} <= set(
        bars_of(told, "award")
    )


def test_an_ambassador_is_told_the_renewal_months_before(typed: Typed) -> None:
    """From the day of the award it is told what stands between it and the renewal."""
    world = typed.world
    path = world.ambassador()
    world.open_case()
    told = typed.json("explain", path)
    assert (told["state"], told["outlook"]["goal"]) == ("awarded", "renewed")
    assert told["outlook"]["due_on"] == str(DUE)
    bars = bars_of(told, "renew")
    assert not bars["no_open_case"]["held"]
    assert bars["gmv"]["age_days"] == (DUE - date(2020, 3, 20)).days
    assert bars["quorum"]["needs"]["from"] == "2021-03-02"


def test_a_renewed_ambassador_is_told_what_the_next_due_date_does(typed: Typed) -> None:
    """A renewed award has a due date as a new one has, and it is told what that will fire."""
    path = typed.world.renewing()
    typed.world.go(DUE)
    told = typed.json("explain", path)
    assert told["state"] == "renewed"
    assert [step["trigger"] for step in told["decisions"][0]["steps"]] == ["fall_due"]


def test_a_seller_without_a_path_is_explained(typed: Typed) -> None:
    """Facts and no path: every bar of the next award, as if the seller were nominated now."""
    world = typed.world
    world.facts("s9", as_of=date(2020, 2, 1), joined_on=date(2019, 9, 1))
    told = typed.json("explain", "s9")
    assert (told["path"], told["subject"], told["state"]) == (None, "s9", None)
    tenure = bars_of(told, "award")["tenure"]
    assert tenure["reason"] == "stale"
    assert told["outlook"]["due_on"] == str(APRIL)
    assert "s9 has no award path" in typed("explain", "s9")
    told_too = world.programme.explain("s9", lifecycle="trainer")
    assert told_too.outlook is not None
    assert told_too.outlook.goal == "lazstar"


def test_one_who_has_ended_is_told_of_a_new_candidacy(typed: Typed) -> None:
    """After the end of a path the way is that of a new one, from its nomination on."""
    path = typed.world.retired()
    told = typed.json("explain", path)
    assert [each["trigger"] for each in told["outlook"]["steps"]] == [
        "nominate",
        "open_review",
        "award",
    ]
    assert told["outlook"]["due_on"] == "2021-10-01"
    assert told["path"] == path


def test_a_tenure_that_time_completes_has_a_date(typed: Typed) -> None:
    """Where the clock alone decides it is told from when; elsewhere the first cycle date."""
    world = typed.world
    rates = (*([Decimal("0.004")] * 8), Decimal("0.02"))
    joined = date(2019, 12, 1)
    world.facts(as_of=date(2020, 3, 1), joined_on=joined, monthly_cancellation_rates=rates)
    path = world.nominate(actor=EMPLOYEE)
    world.go(date(2020, 3, 20))
    bars = bars_of(typed.json("explain", path, "award"), "award")
    assert (bars["tenure"]["earliest"], bars["tenure"]["possible_on"]) == (
        "2020-09-01",
        "2020-10-01",
    )
    assert bars["cancellation"]["earliest"] is None
    assert bars["cancellation"]["possible_on"] == "2021-04-01"
    told = typed("explain", path, "award")
    assert told.count("could hold from") == told.count("could hold from 2020-09-01")
