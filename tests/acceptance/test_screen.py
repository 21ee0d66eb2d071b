"""Does ``lazsa-flow screen`` say the same as the criteria, told once more and in another way?

The oracle here reads the file by :mod:`csv` and reckons in whole numbers and months by hand; it
shares no line with the library.
"""

from __future__ import annotations

import csv
import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.acceptance.shell import SELLERS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.acceptance.shell import Shell

ON = date(2020, 4, 1)
UNKNOWN = (False, "not known")


def plus_nine_months(on: date) -> date:
    """Add nine calendar months; a day that the month lacks becomes its last."""
    year, month = divmod(on.year * 12 + on.month - 1 + 9, 12)
    for day in range(on.day, 27, -1):
        try:
            return date(year, month + 1, day)
        except ValueError:
            continue
    return date(year, month + 1, on.day)


def months_between(since: date, until: date) -> int:
    """Count whole calendar months, by trying them one after the other."""
    count = 0
    while True:
        year, month = divmod(since.year * 12 + since.month + count, 12)
        last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - date(year, month + 1, 1)).days
        if date(year, month + 1, min(since.day, last)) > until:
            return count
        count += 1


def oracle(row: dict[str, str]) -> dict[str, tuple[bool, Any]]:  # noqa: PLR0912 - a case each
    """Judge one row: by criterion, whether it is met, and what was measured."""
    found: dict[str, tuple[bool, Any]] = {}
    joined = row["joined_on"]
    if joined:
        since = date.fromisoformat(joined)
        found["tenure"] = (plus_nine_months(since) <= ON, months_between(since, ON))
    else:
        found["tenure"] = UNKNOWN
    points, complies = row["ncp_points"], row["policy_compliant"]
    if not points or not complies:
        found["compliance"] = UNKNOWN
    elif complies == "false":
        found["compliance"] = (False, "seller policies not complied with")
    else:
        found["compliance"] = (int(points) == 0, int(points))
    for name, column, bar in (
        ("gmv", "gmv_rate", "0.20"),
        ("chat_response", "chat_response_rate", "0.85"),
    ):
        text = row[column]
        found[name] = (Decimal(text) >= Decimal(bar), text) if text else UNKNOWN
    months = row["monthly_cancellation_rates"]
    if not months:
        found["cancellation"] = UNKNOWN
    elif rates := [rate for rate in months.split(";") if rate]:
        worst = max(rates, key=Decimal)
        found["cancellation"] = (Decimal(worst) <= Decimal("0.01"), worst)
    else:
        found["cancellation"] = (True, "no orders")
    if not row["is_lazstar"]:
        found["trainer_activities"] = UNKNOWN
    elif row["is_lazstar"] == "false":
        found["trainer_activities"] = (True, "no trainer")
    elif not row["activities"]:
        found["trainer_activities"] = UNKNOWN
    else:
        count = len(row["activities"].split(";"))
        found["trainer_activities"] = (count >= 4, count)
    return found


REQUIRED = {
    "tenure": "9 months",
    "compliance": "0 NCP points",
    "gmv": "0.20",
    "chat_response": "0.85",
    "cancellation": "0.01",
    "trainer_activities": "4 of 6",
}


def screened(shell: Shell, file: Path) -> list[dict[str, Any]]:
    """Screen a file; return one document a line."""
    done = shell("screen", file, "--on", str(ON), "--json")
    assert (done.code, done.err) == (0, "")
    return [json.loads(line) for line in done.out.splitlines()]


def test_oracle(bare: Shell) -> None:
    """``screen`` judges every seller as the criteria say, with measure and bar (criteria)."""
    with SELLERS.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    told = screened(bare, SELLERS)
    assert [line["seller_id"] for line in told] == [row["seller_id"] for row in rows]
    seen = set()
    for row, line in zip(rows, told, strict=True):
        wanted = oracle(row)
        found = {v["name"]: (v["held"], v["measured"]) for v in line["verdicts"]}
        assert found == wanted, row
        unmet = sorted(name for name, (held, _) in wanted.items() if not held)
        assert (line["unmet"], line["eligible"]) == (unmet, not unmet), row
        for verdict in line["verdicts"]:
            assert REQUIRED[verdict["name"]] in verdict["required"]
            reason = "met" if verdict["held"] else "not met"
            if verdict["measured"] == "not known":
                reason = "not known"
            assert verdict["reason"] == reason
            seen.add((verdict["name"], verdict["held"]))
    assert {(name, held) for name in REQUIRED for held in (True, False)} <= seen


SOUND = {
    "seller_id": "s",
    "country": "SG",
    "joined_on": "2019-07-01",
    "as_of": "2020-03-31",
    "ncp_points": "0",
    "policy_compliant": "true",
    "gmv_usd": "1000.00",
    "gmv_rate": "0.20",
    "chat_response_rate": "0.85",
    "monthly_cancellation_rates": ";".join(["0.01"] * 9),
    "retention_rate": "",
    "is_lazstar": "true",
    "activities": "writing;speaking;community;help",
}
EIGHT = ";".join(["0.0000"] * 8)
BEYOND = [
    ("tenure", {"joined_on": "2019-07-02"}),
    ("compliance", {"ncp_points": "1"}),
    ("compliance", {"policy_compliant": "false"}),
    ("gmv", {"gmv_rate": "0.199999999999"}),
    ("chat_response", {"chat_response_rate": "0.849999999999"}),
    ("cancellation", {"monthly_cancellation_rates": f"{EIGHT};0.010000000001"}),
    ("cancellation", {"monthly_cancellation_rates": f"0.010000000001;{EIGHT}"}),
    ("trainer_activities", {"activities": "writing;speaking;community"}),
]
EMPTY = [
    ("tenure", "joined_on"),
    ("compliance", "ncp_points"),
    ("compliance", "policy_compliant"),
    ("gmv", "gmv_rate"),
    ("chat_response", "chat_response_rate"),
    ("cancellation", "monthly_cancellation_rates"),
    ("trainer_activities", "is_lazstar"),
    ("trainer_activities", "activities"),
]


@pytest.fixture
def boundaries(bare: Shell) -> dict[str, dict[str, Any]]:
    """What ``screen`` says of sellers on each bar, one step beyond it, and with a field empty."""
    rows = {"on": SOUND, "no-gmv-usd": {**SOUND, "gmv_usd": ""}}
    rows["ended-month"] = {**SOUND, "joined_on": "2019-05-31"}
    rows["idle-months"] = {**SOUND, "monthly_cancellation_rates": ";" * 8}
    rows |= {f"beyond-{n}": {**SOUND, **change} for n, (_, change) in enumerate(BEYOND)}
    rows |= {f"empty-{n}": {**SOUND, column: ""} for n, (_, column) in enumerate(EMPTY)}
    file = bare.directory / "boundaries.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, tuple(SOUND))
        writer.writeheader()
        writer.writerows({**row, "seller_id": seller} for seller, row in rows.items())
    return {line["seller_id"]: line for line in screened(bare, file)}


def test_boundaries(boundaries: dict[str, dict[str, Any]]) -> None:
    """On each bar is met, one step beyond is not, and what is empty is unmet (criteria).

    On the bar: exactly nine months, 0.85, 0.01 in every month, 0.20, four activities.
    """
    for seller in ("on", "no-gmv-usd", "ended-month", "idle-months"):
        assert boundaries[seller]["eligible"], boundaries[seller]
    for number, (name, _) in enumerate(BEYOND):
        assert boundaries[f"beyond-{number}"]["unmet"] == [name]
    for number, (name, _) in enumerate(EMPTY):
        line = boundaries[f"empty-{number}"]
        assert line["unmet"] == [name]
        (verdict,) = (v for v in line["verdicts"] if not v["held"])
        assert (verdict["measured"], verdict["reason"]) == ("not known", "not known")


def test_no_line_of_a_bad_file(bare: Shell) -> None:
    """A file with one bad row is refused before a line is printed (design, tests)."""
    file = bare.directory / "bad.csv"
    rows = [SOUND, {**SOUND, "seller_id": "t", "chat_response_rate": "85"}]
    file.write_text("\n".join([",".join(SOUND), *(",".join(row.values()) for row in rows)]) + "\n")
    done = bare("screen", file, "--on", str(ON), "--json")
    assert (done.code, done.out) == (1, "")
    assert "bad.csv:3: chat_response_rate: got '85'" in done.err


def test_people(bare: Shell) -> None:
    """For people there is a table and a sum; markup in an id is printed as it stands."""
    file = bare.directory / "one.csv"
    row = {**SOUND, "seller_id": "[bold]x[/bold]"}
    file.write_text(",".join(SOUND) + "\n" + ",".join(row.values()) + "\n")
    done = bare("screen", file, "--on", str(ON))
    assert done.code == 0
    assert "[bold]x[/bold]" in done.out
    assert "1 of 1 sellers meet every criterion on 2020-04-01." in done.out


@pytest.mark.parametrize("on", ["20200401", "2020-W14-3", "now", "2027-02-29", ""])
def test_bad_date(bare: Shell, on: str) -> None:
    """A date is YYYY-MM-DD and exists (design, rule 6)."""
    done = bare("screen", SELLERS, "--on", on)
    assert (done.code, done.out) == (1, "")
    assert "--on" in done.err
    assert "YYYY-MM-DD" in done.err
