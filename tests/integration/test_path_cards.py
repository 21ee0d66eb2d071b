"""Lists of the lifecycle page, as a server answers: every path, page after page, or in one file."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from lazsa_flow.viewer import viewer

if TYPE_CHECKING:
    from tests.integration.world import World

BASE = "/lifecycle/award"


@pytest.fixture
def asking(world: World) -> TestClient:
    """A client of the viewer of a world with seven nominees, two of them of Thailand."""
    for number in range(7):
        seller = f"s{number}" if number else "=1+1"
        world.facts(seller, country="TH" if number in (1, 4) else "SG")
        world.nominate(seller)
    app = viewer(world.programme, authenticate=lambda _: True, fresh_s=0.0)
    return TestClient(app, base_url="http://host.test", raise_server_exceptions=True)


def numbers(answer: dict[str, Any]) -> list[int]:
    """Return the numbers of the paths of a page."""
    return [int(each["path"].rpartition("-")[2]) for each in answer["paths"]]


def test_pages_follow_each_other(asking: TestClient) -> None:
    """Each path of the states is listed once, those opened last first; the last page says so."""
    seen: list[int] = []
    after = ""
    while True:
        place = f"&after={after}" if after else ""
        answer = asking.get(f"{BASE}/paths.json?state=nominated&limit=3{place}").json()
        seen += numbers(answer)
        if answer["after"] is None:
            break
        after = answer["after"]
    assert seen == [7, 6, 5, 4, 3, 2, 1]
    assert len(answer["paths"]) == 1


def test_a_country_and_states_are_filtered_by(asking: TestClient) -> None:
    """One country, one state or several; what is listed tells what blocks each exit."""
    answer = asking.get(f"{BASE}/paths.json?state=nominated&state=declined&country=TH").json()
    assert numbers(answer) == [5, 2]
    assert numbers(asking.get(f"{BASE}/paths.json?state=declined").json()) == []
    assert len(numbers(asking.get(f"{BASE}/paths.json").json())) == 7
    whole = asking.get(f"{BASE}/picture.json").json()
    listed = {each["path"]: each for each in whole["residents"]}
    assert all(listed[each["path"]] == each for each in answer["paths"])


def test_all_of_them_are_a_file(asking: TestClient) -> None:
    """The file has a line for each path, with its zone's times and no formula."""
    answer = asking.get(f"{BASE}/paths.csv?state=nominated")
    assert answer.headers["content-disposition"] == 'attachment; filename="award-nominated.csv"'
    rows = list(csv.DictReader(answer.text.splitlines()))
    assert [row["path"] for row in rows] == [f"award-{number}" for number in range(7, 0, -1)]
    assert rows[-1]["subject"] == "'=1+1"
    assert rows[0]["state"] == "nominated"
    assert rows[0]["next_at"] == "2020-03-02 00:00 +08:00 Singapore"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("state=knighted", 404),
        ("state=nominated&country=XX", 404),
        ("after=award-99x", 404),
        ("limit=0", 400),
        ("limit=501", 400),
        ("limit=-1", 400),
        ("limit=²", 400),
    ],
)
def test_what_is_wrong_is_told(asking: TestClient, query: str, status: int) -> None:
    """A name that there is not, and a limit that is none, are answered as such."""
    assert asking.get(f"{BASE}/paths.json?{query}").status_code == status
