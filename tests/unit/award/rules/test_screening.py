"""Screening: the five bars and the trainer rule, on facts as given."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from lazsa_flow.award.imports.facts import FACTS_COLUMNS, read_facts
from lazsa_flow.award.policy import AwardPolicy, CriteriaPolicy
from lazsa_flow.award.rules.facts import Facts
from lazsa_flow.award.rules.screening import screen_seller
from lazsa_flow.lifecycle.policy import read_toml

CYCLE = date(2020, 4, 1)
COUNTRIES = ("ID", "MY", "SG", "PH", "TH", "VN")
NAMES = ("tenure", "compliance", "gmv", "chat_response", "cancellation", "trainer_activities")
SHARED = Path(__file__).parents[4] / "shared" / "data" / "sellers.csv"

GOOD = Facts(
    seller="s1",
    country="VN",
    as_of=date(2020, 3, 1),
    joined_on=date(2019, 7, 1),
    ncp_points=0,
    policy_compliant=True,
    gmv_usd=Decimal(100),
    gmv_rate=Decimal("0.20"),
    chat_response_rate=Decimal("0.85"),
    monthly_cancellation_rates=(Decimal("0.01"),) * 9,
    is_lazstar=True,
    activities=frozenset({"writing", "speaking", "community", "help"}),
)


@pytest.fixture(scope="module")
def bars() -> CriteriaPolicy:
    """Read the bars of the policy that ships."""
    text = (files("lazsa_flow") / "defaults/policies/award/2020-1.toml").read_text("utf-8")
    return read_toml(AwardPolicy, text, where="2020-1.toml").criteria


def test_every_bar_exactly_reached(bars: CriteriaPolicy) -> None:
    """Exactly nine months, 0.20, 0.85, 0.01 and 4 of 6 meet the bars (programme.md, Criteria)."""
    screening = screen_seller(GOOD, CYCLE, bars)
    assert screening.eligible
    assert screening.unmet == ()
    assert tuple(verdict.name for verdict in screening.verdicts) == NAMES
    assert {verdict.reason for verdict in screening.verdicts} == {"met"}


ONE_BAD_MONTH = (Decimal(0),) * 8 + (Decimal("0.010001"),)


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"joined_on": date(2019, 7, 2)}, "tenure"),
        ({"ncp_points": 1}, "compliance"),
        ({"policy_compliant": False}, "compliance"),
        ({"gmv_rate": Decimal("0.1999")}, "gmv"),
        ({"chat_response_rate": Decimal("0.849999")}, "chat_response"),
        ({"monthly_cancellation_rates": ONE_BAD_MONTH}, "cancellation"),
        ({"activities": frozenset({"writing", "help", "referral"})}, "trainer_activities"),
    ],
)
def test_one_step_beyond_a_bar(bars: CriteriaPolicy, changed: dict[str, Any], name: str) -> None:
    """One step beyond any bar is not met, and it alone (programme.md, Criteria)."""
    screening = screen_seller(replace(GOOD, **changed), CYCLE, bars)
    assert not screening.eligible
    assert screening.unmet == (name,)
    assert {v.name: v.reason for v in screening.verdicts if not v.held} == {name: "not met"}


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("joined_on", "tenure"),
        ("ncp_points", "compliance"),
        ("policy_compliant", "compliance"),
        ("gmv_rate", "gmv"),
        ("chat_response_rate", "chat_response"),
        ("monthly_cancellation_rates", "cancellation"),
        ("is_lazstar", "trainer_activities"),
        ("activities", "trainer_activities"),
    ],
)
def test_not_known_never_meets_a_bar(bars: CriteriaPolicy, field: str, name: str) -> None:
    """A fact that is not known is unmet for the reason `not known` (programme.md, Criteria)."""
    nothing: dict[str, Any] = {field: None}
    screening = screen_seller(replace(GOOD, **nothing), CYCLE, bars)
    assert {v.name: v.reason for v in screening.verdicts if not v.held} == {name: "not known"}


def test_months_without_orders_are_no_breach(bars: CriteriaPolicy) -> None:
    """A month without orders is no breach (programme.md, Criteria)."""
    assert screen_seller(
        replace(GOOD, monthly_cancellation_rates=(None,) * 9), CYCLE, bars
    ).eligible


def test_no_trainer_needs_no_activities(bars: CriteriaPolicy) -> None:
    """Only a LazStar trainer is asked for activities (programme.md, Criteria)."""
    assert screen_seller(replace(GOOD, is_lazstar=False, activities=None), CYCLE, bars).eligible


@pytest.mark.parametrize("as_of", [date(2018, 1, 1), date(2021, 1, 1)])
def test_the_file_is_judged_as_given(bars: CriteriaPolicy, as_of: date) -> None:
    """Neither stale facts nor facts dated later are set aside (programme.md, Criteria)."""
    assert screen_seller(replace(GOOD, as_of=as_of), CYCLE, bars).eligible


@pytest.mark.parametrize(
    ("rate", "reason"),
    [("0.30", "met"), ("0.2999", "not met"), (None, "not known")],
)
def test_retention_once_a_bar_is_set(bars: CriteriaPolicy, rate: str | None, reason: str) -> None:
    """Retention is judged only once a policy sets its bar (programme.md, Criteria)."""
    facts = replace(GOOD, retention_rate=None if rate is None else Decimal(rate))
    assert "retention" not in {v.name for v in screen_seller(facts, CYCLE, bars).verdicts}
    set_bar = bars.model_copy(update={"retention_rate": Decimal("0.30")})
    found = {v.name: v.reason for v in screen_seller(facts, CYCLE, set_bar).verdicts}
    assert found["retention"] == reason
    assert len(found) == 7


def test_as_json(bars: CriteriaPolicy) -> None:
    """A screening is written as JSON with every verdict, unmet names sorted, dates as text."""
    facts = replace(GOOD, joined_on=date(2019, 8, 31), chat_response_rate=None)
    written = json.loads(json.dumps(screen_seller(facts, CYCLE, bars).to_json()))
    assert list(written) == ["seller_id", "eligible", "unmet", "verdicts"]
    assert (written["seller_id"], written["eligible"]) == ("s1", False)
    assert written["unmet"] == ["chat_response", "tenure"]
    by_name = {verdict.pop("name"): verdict for verdict in written["verdicts"]}
    assert by_name["tenure"] == {
        "held": False,
        "measured": 7,
        "required": "9 months as a seller",
        "reason": "not met",
        "earliest": "2020-05-31",
    }
    assert by_name["chat_response"]["reason"] == "not known"
    assert by_name["gmv"] == {
        "held": True,
        "measured": "0.20",
        "required": "gmv_rate of at least 0.20",
        "reason": "met",
        "earliest": None,
    }


def oracle(row: dict[str, str], cycle: date) -> list[str]:
    """Judge a row by the words of programme.md, without any of the library's code."""
    unmet = []
    if row["joined_on"]:
        year, month, day = map(int, row["joined_on"].split("-"))
        year, month = (year, month + 9) if month <= 3 else (year + 1, month - 3)
        last = [31, 29 if year % 4 == 0 else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
        if date(year, month, min(day, last)) > cycle:
            unmet.append("tenure")
    else:
        unmet.append("tenure")
    if row["ncp_points"] != "0" or row["policy_compliant"] != "true":
        unmet.append("compliance")
    if not row["gmv_rate"] or Decimal(row["gmv_rate"]) < Decimal("0.2"):
        unmet.append("gmv")
    if not row["chat_response_rate"] or Decimal(row["chat_response_rate"]) < Decimal("0.85"):
        unmet.append("chat_response")
    months = row["monthly_cancellation_rates"]
    if not months or any(Decimal(m) > Decimal("0.01") for m in months.split(";") if m):
        unmet.append("cancellation")
    active = len(row["activities"].split(";")) if row["activities"] else 0
    if row["is_lazstar"] == "" or (row["is_lazstar"] == "true" and active < 4):
        unmet.append("trainer_activities")
    return sorted(unmet)


def generated(path: Path) -> Path:
    """Write sellers at, above and below every bar, and with every field empty in turn."""
    base = {
        "country": "SG",
        "joined_on": "2019-07-01",
        "as_of": "2020-03-01",
        "ncp_points": "0",
        "policy_compliant": "true",
        "gmv_usd": "10",
        "gmv_rate": "0.2",
        "chat_response_rate": "0.85",
        "monthly_cancellation_rates": "0.01;;0;0;0;0;0;0;0.01",
        "retention_rate": "",
        "is_lazstar": "true",
        "activities": "writing;speaking;help;referral",
    }
    changes = [
        *({name: ""} for name in base if name not in ("country", "as_of")),
        *({"joined_on": on} for on in ("2019-07-02", "2019-05-31", "2019-12-31", "2015-01-01")),
        *({"ncp_points": points} for points in ("1", "12")),
        {"policy_compliant": "false"},
        *({"gmv_rate": rate} for rate in ("0.1999", "3.5")),
        *({"chat_response_rate": rate} for rate in ("0.8499", "1")),
        {"monthly_cancellation_rates": "0;0;0;0;0.0101;0;0;0;0"},
        {"activities": "writing;speaking;help"},
        {"is_lazstar": "false", "activities": ""},
        {},
    ]
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, FACTS_COLUMNS)
        writer.writeheader()
        for number, change in enumerate(changes):
            writer.writerow({"seller_id": f"s{number}"} | base | change)
    return path


@pytest.mark.parametrize("origin", ["shared", "generated"])
@pytest.mark.parametrize("cycle", [CYCLE, date(2020, 10, 1)])
def test_a_file_against_an_oracle(
    tmp_path: Path, bars: CriteriaPolicy, origin: str, cycle: date
) -> None:
    """Screening a file agrees with the bars written out plainly (programme.md, Criteria)."""
    real = origin == "shared" and SHARED.exists()
    path = SHARED if real else generated(tmp_path / "sellers.csv")
    with path.open(newline="", encoding="utf-8") as file:
        expected = {row["seller_id"]: oracle(row, cycle) for row in csv.DictReader(file)}
    found = {
        screening.seller: list(screening.unmet)
        for screening in (
            screen_seller(facts, cycle, bars) for facts in read_facts(path, COUNTRIES)
        )
    }
    assert found == expected
    assert [] in found.values()
    assert any(found.values())
