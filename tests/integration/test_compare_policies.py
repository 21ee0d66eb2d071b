"""``policy compare``: whose outcome two policies change on a date, and by which guard."""

from __future__ import annotations

import csv
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from typer.testing import CliRunner

from lazsa_flow import Actor, InputError, Programme, VirtualClock
from lazsa_flow.award.cli.app import app
from tests.factories import CYCLE, facts, record_facts, utc
from tests.policy_texts import changed_policy

if TYPE_CHECKING:
    from collections.abc import Iterator

REAL: Final = Path(__file__).resolve().parents[3] / "shared" / "data" / "sellers.csv"
NOW: Final = utc(2026, 6, 1, 4)
CRITERIA: Final[dict[str, Any]] = {"facts": "held", "panel": "approves", "as_if_in_force": True}
EMPLOYEE: Final = Actor("employee", "e-1")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a database with four nominees of two countries who differ in their figures."""
    url = f"sqlite:///{tmp_path_factory.mktemp('compare') / 'programme.db'}"
    sellers: dict[str, dict[str, Any]] = {
        "fine": {"chat_response_rate": Decimal("0.99")},
        "quiet": {"chat_response_rate": Decimal("0.90")},
        "poor": {"chat_response_rate": Decimal("0.99"), "gmv_rate": Decimal("0.10")},
        "far": {
            "chat_response_rate": Decimal("0.99"),
            "gmv_rate": Decimal("0.10"),
            "country": "TH",
        },
    }
    clock = VirtualClock(NOW)
    Programme.migrate(url, clock=clock)
    with Programme.open(url, clock=clock) as programme:
        dated = date(2026, 5, 25)
        record_facts(
            programme,
            [facts(seller=name, as_of=dated, **values) for name, values in sellers.items()],
        )
        for name in sellers:
            programme.nominate(name, actor=EMPLOYEE, statement="Helps others.")
    return url


@pytest.fixture
def programme(database: str) -> Iterator[Programme]:
    """Return the programme on it."""
    with Programme.open(database, clock=VirtualClock(NOW)) as programme:
        yield programme


def test_whose_outcome_changes_both_ways(programme: Programme) -> None:
    """A higher bar loses the award to whom it stops, a lower one wins it, by guard and country."""
    other = changed_policy("2026-2", chat_response_rate='"0.95"', gmv_rate='"0.05"')
    found = programme.compare_policies("2020-1", other, on=CYCLE, **CRITERIA)
    assert [(each.subject, each.direction, each.guards) for each in found.changes] == [
        ("quiet", "lost", ("chat_response",)),
        ("poor", "won", ("gmv",)),
        ("far", "won", ("gmv",)),
    ]
    assert (found.changes[0].before, found.changes[0].after) == ("award", "decline")
    assert found.guards == {"lost": {"chat_response": 1}, "won": {"gmv": 2}}
    totals = {each.country: each for each in found.totals}
    counted = [(each.due, each.reached_before, each.reached_after) for each in found.totals]
    assert counted == [(3, 2, 2), (1, 0, 1)]
    assert (totals["SG"].lost, totals["SG"].won, totals["TH"].won) == (1, 1, 1)
    back = programme.compare_policies(other, "2020-1", on=CYCLE, **CRITERIA)
    assert back.guards == {"lost": {"gmv": 2}, "won": {"chat_response": 1}}
    same = programme.compare_policies("award", "2020-1", on=CYCLE, **CRITERIA)
    assert same.changes == ()
    assert sum(each.due for each in same.totals) == 4


def test_without_as_if_a_policy_governs_its_own_cycles(programme: Programme) -> None:
    """Where the date is none of its cycles, that is said, with the first one that is."""
    other = changed_policy("2026-2", gmv_rate='"0.05"')
    found = programme.compare_policies("2020-1", other, on=CYCLE)
    assert (found.changes, found.totals) == ((), ())
    would = "would govern from the cycle of 2027-04-01 (ID, MY, PH, SG, TH, VN) if it were released"
    would += " now"
    assert found.notes == (
        f"award/2026-2 does not govern {CYCLE}: award/2026-2 {would}",
        "Nothing changes on 2026-10-01: the same version governs it either way",
    )
    later = programme.compare_policies(
        "2020-1", other, on=date(2027, 4, 1), facts="held", panel="approves"
    )
    assert not later.notes
    assert later.totals


def test_an_earlier_version_is_compared_with_the_one_in_force(
    tmp_path: Path, database: str
) -> None:
    """A version that another has replaced is run as if it governed the date again."""
    copy = tmp_path / "copy.db"
    with Programme.open(database, clock=VirtualClock(NOW)) as programme:
        programme.backup(copy)
    with Programme.open(f"sqlite:///{copy}", clock=VirtualClock(NOW)) as programme:
        low = changed_policy("2026-2", gmv_rate='"0.05"')
        programme.release_policy("award", "2026-2", low, actor=Actor("manager", "m"))
        on = date(2027, 4, 1)
        found = programme.compare_policies("award/2020-1", "2026-2", on=on, **CRITERIA)
        first, second = found.policies
        assert (first.governs, first.governs_from["SG"]) == ((), CYCLE)
        assert set(second.governs) == {"ID", "MY", "PH", "SG", "TH", "VN"}
        assert {each.direction for each in found.changes} <= {"won"}


def test_policies_of_two_lifecycles_are_refused(programme: Programme) -> None:
    """Only two policies of one lifecycle can be compared."""
    with pytest.raises(InputError, match="b: got 'trainer/2020-1', expected a policy of award"):
        programme.compare_policies("2020-1", "trainer/2020-1", on=CYCLE)


def test_the_command_prints_it(database: str, tmp_path: Path) -> None:
    """A table of totals, the guards and each change; CSV and JSON have each change."""
    file = tmp_path / "2026-2.toml"
    file.write_text(changed_policy("2026-2", chat_response_rate='"0.95"'), "utf-8")
    words = ["policy", "compare", "2020-1", str(file), "--on", str(CYCLE)]
    options = ["--now", "2026-06-01T04:00Z", "--database", database]

    def run(*more: str) -> str:
        result = CliRunner().invoke(app, [*words, *options, *more], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    criteria = ("--as-if-in-force", "--facts", "held", "--panel", "approves")
    shown = run(*criteria)
    assert "Lost by guard: chat_response 1." in shown
    assert "Assumed: award/2026-2 is taken to govern 2026-10-01" in shown
    [row] = list(csv.DictReader(run(*criteria, "--csv").splitlines()))
    assert (row["subject"], row["direction"], row["guards"]) == ("quiet", "lost", "chat_response")
    document = json.loads(run(*criteria, "--json"))
    assert document["guards"] == {"lost": {"chat_response": 1}, "won": {}}
    assert document["b"]["governs_from"]["SG"] == "2027-04-01"
    assert "Nothing changes on 2026-10-01" in run()


@pytest.mark.skipif(not REAL.exists(), reason="the real file is not here")
def test_the_real_sellers(tmp_path: Path) -> None:
    """Of the 591 who meet the criteria, a higher bar loses as many as a count of the file says."""
    with REAL.open(encoding="utf-8") as source:
        rows = list(csv.DictReader(source))
    file, clock = tmp_path / "facts.csv", VirtualClock(utc(2020, 2, 15, 4))
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows({**row, "as_of": "2020-02-15"} for row in rows)
    names = tmp_path / "nominations.csv"
    with names.open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(["seller_id", "source", "nominator_id", "statement"])
        lines.writerows([row["seller_id"], "employee", "e-1", "Helps others."] for row in rows)
    url = f"sqlite:///{tmp_path / 'programme.db'}"
    Programme.migrate(url, clock=clock)
    with Programme.open(url, clock=clock) as programme:
        programme.import_facts(file)
        programme.import_nominations(names)
        clock.move_to(utc(2020, 3, 3, 4))
        other = changed_policy("2020-2", chat_response_rate='"0.95"')
        found = programme.compare_policies("2020-1", other, on=date(2020, 4, 1), **CRITERIA)
    totals = [(each.reached_before, each.lost, each.won) for each in found.totals]
    assert tuple(map(sum, zip(*totals, strict=True))) == (591, 89, 0)
