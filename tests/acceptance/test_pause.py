"""The brake in an operator's hands: typed, obeyed, shown, and lifted."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.factories import midnight, noon

if TYPE_CHECKING:
    from tests.acceptance.shell import Shell

CLOSES = date(2026, 9, 1)
FACTS = (
    "seller_id,country,joined_on,as_of,ncp_points,policy_compliant,gmv_usd,gmv_rate,"
    "chat_response_rate,monthly_cancellation_rates,retention_rate,is_lazstar,activities"
)
OPERATOR = ("--as", "operator:o-1")


@pytest.fixture
def late(shell: Shell) -> Shell:
    """A shell in which the review of two sellers, of two countries, should have opened."""
    shell.now = noon(CLOSES - timedelta(days=5))
    months = ";".join(["0.004"] * 9)
    rows = [
        f"{seller},{country},2018-01-15,2026-08-20,0,true,1.00,0.35,0.93,{months},,false,"
        for seller, country in (("s1", "SG"), ("s2", "PH"))
    ]
    file = shell.directory / "facts.csv"
    file.write_text("\n".join([FACTS, *rows, ""]))
    assert shell("import", "facts", file).code == 0
    file = shell.directory / "nominations.csv"
    head = "seller_id,source,nominator_id,statement"
    file.write_text(
        "\n".join([head, *(f"{each},employee,e-1,Helps." for each in ("s1", "s2")), ""])
    )
    assert shell("import", "nominations", file).code == 0
    shell.now = midnight(CLOSES) + timedelta(hours=6)
    return shell


def test_a_country_is_paused_and_resumed(late: Shell) -> None:
    """Its timers wait, all else fires; every view says who paused, since when and why."""
    paused = late("pause", "--country", "PH", "--reason", "wrong facts", *OPERATOR)
    said = "PH, since 2026-08-31 22:00 UTC by operator:o-1: wrong facts"
    assert (paused.code, paused.out) == (0, f"Paused: {said}\n")
    swept = late("sweep", "--json")
    assert (swept.json["moved"], swept.json["paused"]) == (1, ["PH"])
    for view in (("due",), ("ledger",), ("sweep",)):
        assert f"Paused: {said}" in late(*view).err
    assert {each["paused"] for each in late("due", "--json").json} == {True}
    (check,) = (each for each in late("doctor", "--json").json if each["name"] == "pauses")
    assert (check["status"], said in check["found"]) == ("warning", True)
    refused = late("fire", "award-2", "withdraw", "--reason", "nominee", "--as", "seller:s2")
    assert refused.code == 1
    assert "award-2: its timer review_opens is overdue" in refused.err
    wrong = late("resume", *OPERATOR)
    assert (wrong.code, "in force: PH" in wrong.err) == (1, True)
    assert late("resume", "--country", "PH", *OPERATOR, "--json").json == {"pauses": []}
    assert late("sweep", "--json").json["moved"] == 1


def test_a_pause_needs_a_reason_and_an_operator(late: Shell) -> None:
    """Who finds it paused must be able to learn why; and not everybody may."""
    assert late("pause", *OPERATOR).code == 2
    refused = late("pause", "--reason", "x", "--as", "manager:m-1")
    assert (refused.code, "may not pause" in refused.err) == (1, True)
    mistyped = late("pause", "--cycle", "2026-10-02", "--reason", "x", *OPERATOR)
    assert (mistyped.code, "cycle" in mistyped.err) == (1, True)


def test_a_sweep_of_a_past_instant_asks_first(late: Shell) -> None:
    """It says what it would take, by country and trigger; an instant to come is refused."""
    instant = f"{CLOSES}T00:00:00+08:00"
    asked = late("sweep", "--now", instant)
    assert asked.code == 1
    assert "no terminal to ask on" in asked.err
    dry = late("sweep", "--now", instant, "--dry-run", "--json").json
    decided = [each for each in dry["due"] if each["triggers"]]  # the others are reminders
    assert [(each["country"], each["triggers"], each["count"]) for each in decided] == [
        ("PH", ["open_review"], 1),
        ("SG", ["open_review"], 1),
    ]
    for year in ("2027", "2036", "9999"):
        ahead = late("sweep", "--now", f"{year}-10-01T00:00:00+08:00", "--yes")
        assert (ahead.code, "not later than now" in ahead.err) == (1, True)
    assert late("sweep", "--now", f"{CLOSES}T00:00:00+09:00", "--yes", "--json").json["moved"] == 0
    assert late("sweep", "--now", instant, "--yes", "--json").json["moved"] == 2
    [path] = late("show", "s1", "--json").json
    assert path["history"][-1]["recorded_at"] == "2026-08-31T22:00:00.000000Z"
