"""A country team's lists: what each filter finds, how pages follow, and why a list is empty."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from lazsa_flow.award.cli.app import app
from lazsa_flow.clock import SystemClock
from lazsa_flow.errors import InputError, NotFoundError
from tests.integration.world import APRIL, EMPLOYEE, OCTOBER, World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lazsa_flow.service.list_rows import Listed, Page

FORMULA = "=HYPERLINK(1)"
LONG = "f" * 32


@pytest.fixture(scope="module")
def world(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Noon of 1 April 2020: s1 awarded, s2 declined for gmv, and s3 to s5 nominated since."""
    folder = tmp_path_factory.mktemp("lists")
    (folder / "lazsa.db").write_bytes(migrated.read_bytes())
    opened = World(f"sqlite:///{folder / 'lazsa.db'}")

    opened.facts("s1").facts("s2", gmv_rate=None)
    for seller in ("s1", "s2"):
        opened.nominate(seller)
    opened.go(date(2020, 3, 20))
    for number in (1, 2):
        opened.panel(f"award-{number}")
    opened.go(APRIL)
    opened.facts(LONG).facts(FORMULA, gmv_rate=None).facts("idle")
    opened.nominate(LONG)
    opened.nominate(FORMULA)
    opened.programme.nominate("s2", actor=EMPLOYEE)
    yield opened
    opened.programme.close()


def refs(page: Page[Listed]) -> list[str | None]:
    """Return the paths of a page."""
    return [row.path for row in page]


def test_filters(world: World) -> None:
    """Each filter finds just the paths that it names; together they all hold."""
    find = world.programme.find_all
    assert refs(find()) == ["award-5", "award-4", "award-3", "award-2", "award-1"]
    assert refs(find(state="awarded")) == ["award-1"]
    assert refs(find(country="TH")) == []
    assert refs(find(lifecycle="trainer")) == []
    assert refs(find(cycle=OCTOBER, country="SG")) == ["award-5", "award-4", "award-3"]
    assert refs(find(reason="not_selected")) == ["award-2"]
    assert refs(find(reason="code_of_conduct")) == []
    assert refs(find(unmet="gmv", state="declined")) == ["award-2"]
    assert refs(find(unmet="nomination_complete")) == ["award-5"]
    assert refs(find(unmet="quorum", state="awarded")) == ["award-1"]
    assert refs(find(since=world.clock.now())) == ["award-5", "award-4", "award-3"]
    assert refs(find(facts=["stale"], state="nominated")) == ["award-5", "award-4", "award-3"]
    assert refs(find(facts=["current"])) == []


def test_a_row_says_what_stands(world: World) -> None:
    """A row names the reason, the bars and how the facts are on the date judged."""
    (declined,) = world.programme.find_all(state="declined")
    assert declined.reason == "not_selected"
    assert declined.unmet == ("gmv",)
    assert (declined.facts, declined.facts_as_of) == ("incomplete", date(2020, 3, 20))


def test_missing_reviewer(world: World) -> None:
    """Of a reviewer who sits on the panel, the paths are listed that wait for their card."""
    find = world.programme.find_all
    world_2020: dict[str, Any] = {"missing_reviewer": "rev-law"}
    assert refs(find(**world_2020)) == ["award-1"]  # due in October 2021 on a panel of theirs
    assert refs(find(missing_reviewer="rev-unknown")) == []


def test_pages_follow(world: World) -> None:
    """Pages of two name every path once, and the last one says that it is."""
    found: list[str | None] = []
    page = world.programme.find_all(limit=2)
    while True:
        found += refs(page)
        if page.after is None:
            break
        page = world.programme.find_all(limit=2, after=page.after)
    assert found == refs(world.programme.find_all())


def test_sellers(world: World) -> None:
    """Sellers are listed whether they have a path or not."""
    page = world.programme.find_sellers(country="SG")
    assert {row.subject: row.path for row in page} == {
        FORMULA: "award-4",
        LONG: "award-3",
        "idle": None,
        "s1": "award-1",
        "s2": "award-5",
    }
    assert [row.subject for row in world.programme.find_sellers(without_path=True)] == ["idle"]
    first = world.programme.find_sellers(limit=2)
    rest = world.programme.find_sellers(after=first.after)
    assert [*first, *rest] == list(page)


EMPTY: list[tuple[dict[str, Any], str]] = [
    ({"country": "ID"}, "There are no paths in ID."),
    ({"state": "retired"}, "There are no paths that are retired."),
    (
        {"country": "SG", "cycle": date(2027, 5, 5)},
        "2027-05-05 is no cycle date of SG: the one before is 2027-04-01, the next 2027-10-01.",
    ),
    ({"cycle": date(2027, 5, 5)}, "2027-05-05 is no cycle date of any country."),
    (
        {"state": "declined", "unmet": "tenure"},
        "There are 1 paths that are declined, none of them with tenure unmet.",
    ),
    ({"after": "award-1"}, "There are no more."),
]


@pytest.mark.parametrize(("filters", "why"), EMPTY)
def test_an_empty_list_says_why(world: World, filters: dict[str, Any], why: str) -> None:
    """Nobody has to guess whether nothing matches or the question was wrong."""
    page = world.programme.find_all(**filters)
    assert (len(page), page.why_empty) == (0, why)


@pytest.mark.parametrize(
    "wrong",
    [{"state": "sitting"}, {"country": "XX"}, {"lifecycle": "x"}, {"unmet": "x"}, {"reason": "x"}],
)
def test_what_there_is_not(world: World, wrong: dict[str, Any]) -> None:
    """A filter that names what does not exist is an error, not an empty list."""
    with pytest.raises(NotFoundError):
        world.programme.find_all(**wrong)


def test_wrong_arguments(world: World) -> None:
    """Facts of no such kind, and pages that are too long, are refused."""
    for wrong in ({"facts": ["old"]}, {"limit": 1001}):
        with pytest.raises(InputError):
            world.programme.find_all(**wrong)


class Typed:
    """Types ``list`` on the world's database, at its time."""

    def __init__(self, world: World, patch: pytest.MonkeyPatch) -> None:
        url = str(world.programme._runtime.store._engine.url)
        patch.setattr(SystemClock, "now", lambda _clock: world.clock.now())
        patch.setenv("LAZSA_DATABASE_URL", url)
        patch.setenv("COLUMNS", "80")

    def __call__(self, *words: str) -> str:
        """Type it, and return what it prints."""
        done = CliRunner().invoke(app, ["list", *words])
        assert done.exit_code == 0, done.exception
        return done.stdout


@pytest.fixture
def typed(world: World, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Return what types ``list``."""
    return Typed(world, monkeypatch)


def test_a_table_fits_the_terminal(typed: Typed) -> None:
    """At 80 columns no line is longer, no id is cut, and what is left out is named."""
    shown = typed("--state", "nominated")
    assert max(map(len, shown.splitlines())) <= 80
    assert LONG in shown
    assert FORMULA in shown
    assert "…" not in shown
    assert "Not shown, for lack of width: " in shown


def test_csv_holds_no_formula(typed: Typed) -> None:
    """A cell that a spreadsheet would compute is quoted; every column is there."""
    rows = list(csv.DictReader(io.StringIO(typed("--state", "nominated", "--csv"))))
    assert [row["subject"] for row in rows] == ["s2", f"'{FORMULA}", LONG]
    assert rows[0]["since"] == "2020-04-01 12:00 +08:00 Singapore"


def test_json(typed: Typed) -> None:
    """The same rows as data: instants with Z, dates as dates, an empty array where none match."""
    (row,) = json.loads(typed("--state", "awarded", "--json"))
    assert (row["path"], row["cycle_on"]) == ("award-1", "2021-04-01")
    assert row["since"] == "2020-03-31T16:00:00.000000Z"
    assert json.loads(typed("--country", "ID", "--json")) == []


def test_the_command_says_why_it_is_empty(typed: Typed) -> None:
    """The sentence stands where the table would."""
    assert "2027-05-05 is no cycle date of SG" in typed("--country", "SG", "--cycle", "2027-05-05")
    assert "There are more: --after award-4" in typed("--limit", "2")
    assert "idle" in typed("--without-path")
