"""The viewer's overview and lists on a small programme: figures, filters, files, empty states."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from typing import TYPE_CHECKING, Any

from starlette.testclient import TestClient

from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.viewer import viewer
from tests.integration.world import APRIL

if TYPE_CHECKING:
    import pytest

    from tests.integration.world import World

PANEL = "/panel/SG/2020-04-01"
OPERATOR = Actor("operator", "op-1")


def client(world: World) -> TestClient:
    """Return a browser's view of the programme."""
    app = viewer(world.programme, authenticate=lambda _: True, fresh_s=0.0)
    return TestClient(app, headers={"accept": "text/html"})


def read_tiles(page: str) -> dict[str, tuple[str, str, str]]:
    """Return the overview's figures: tone, figure and address, by their titles."""
    found = re.findall(
        r'<a class="card tile (\w*)" href="([^"]*)"><span>([^<]*)</span><strong>([^<]*)', page
    )
    return {title: (tone, figure, to) for tone, to, title, figure in found}


def read_rows(page: str) -> list[list[str]]:
    """Return the cells of a page's last table, as text."""
    table = page.rpartition("<tbody>")[2].partition("</tbody>")[0]
    return [
        [re.sub(r"<button.*?</button>|<[^>]+>", "", cell).strip() for cell in cells]
        for cells in (
            re.findall(r"<td[^>]*>(.*?)</td>", row) for row in table.split("</tr>") if "<td" in row
        )
    ]


def read_csv(asking: TestClient, page: str) -> list[list[str]]:
    """Return the rows of a list as CSV."""
    answer = asking.get(f"{page}{'&' if '?' in page else '?'}format=csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert 'attachment; filename="' in answer.headers["content-disposition"]
    return list(csv.reader(io.StringIO(answer.text)))


def test_the_overview_is_red_where_something_is_wrong(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Late, parked, paused and a missing quorum show up; each figure leads to what it counts."""
    world.candidate("s1", cards=2)
    world.go(date(2020, 3, 31))
    asking = client(world)
    tiles = read_tiles(asking.get("/").text)
    assert tiles["Late"] == ("", "0", "/due?late=yes")
    assert tiles["Quorum missing"] == ("bad", "1", "/panels")
    assert tiles["Next cycle date"][1] == "1 Apr"

    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    world.now(APRIL)
    tiles = read_tiles(asking.get("/").text)
    assert (tiles["Late"][0], tiles["Due now"][1]) == ("bad", tiles["Late"][1])
    with monkeypatch.context() as patch:
        patch.setattr("lazsa_flow.engine.batch.group.DecisionGroup.take", fail)
        while not world.programme.parked():
            world.sweep()
            world.now(world.programme.next_due() or APRIL)
    assert read_tiles(asking.get("/").text)["Parked"] == ("bad", "1", "/parked")
    [parked] = read_rows(asking.get("/parked").text)
    assert parked[1] == f"lazsa-flow unpark {parked[0]} --as operator:YOU"
    world.programme.pause(country="SG", reason="facts", actor=OPERATOR)
    page = asking.get("/").text
    assert read_tiles(page)["Paused"] == ("warn", "1", "/health")
    assert ">paused</span>" in page
    assert "Paused" in asking.get("/health").text
    for _, _, to in read_tiles(page).values():
        assert asking.get(to).status_code == 200


def test_what_waits_for_somebody(world: World) -> None:
    """Reviewers with missing cards and open cases are counted, with a link to them."""
    world.candidate("s1", cards=1)
    world.open_case("s1")
    page = client(world).get("/").text
    assert 'href="/reviewers/SG/2020-04-01">Reviewers of SG with missing cards' in page
    assert ">Open compliance cases</a>" in page


def test_a_panel_is_sorted_filtered_and_summed_up(world: World) -> None:
    """Totals are of all candidates; a reviewer's name leads to whom they have to judge."""
    paths = [world.nominate("s1"), world.nominate("s2")]
    world.go(date(2020, 3, 20)).panel(paths[0], 3).panel(paths[1], 1)
    asking = client(world)
    page = asking.get(PANEL).text
    assert "2 candidates. 1 of 2 are short of a quorum." in page
    assert [row[0] for row in read_rows(asking.get(f"{PANEL}?sort=cards").text)] == paths[::-1]
    assert [row[0] for row in read_rows(asking.get(f"{PANEL}?sort=-cards").text)] == paths
    [short] = read_rows(asking.get(f"{PANEL}?quorum=short").text)
    assert short[0] == paths[1]
    assert short[5] == "2 reviewers, 2 teams"
    reviewer = short[6].split(", ")[0]
    assert f"{PANEL}?reviewer={reviewer}" in page
    assert [row[0] for row in read_rows(asking.get(f"{PANEL}?reviewer={reviewer}").text)] == [
        paths[1]
    ]
    heads, *rows = read_csv(asking, PANEL)
    assert (heads[0], len(rows)) == ("path", 2)
    missing = [int(row[4]) for row in read_rows(asking.get("/reviewers/SG/2020-04-01").text)]
    assert missing == sorted(missing, reverse=True)
    assert (missing[0], missing[-1]) == (2, 0)


def test_a_wrong_date_says_which_dates_there_are(world: World) -> None:
    """A panel of no cycle date names those before and after, and leads to the present one."""
    page = client(world).get("/panel/SG/2020-05-05").text
    assert "2020-05-05 is no cycle date of SG: the one before is 2020-04-01" in page
    assert '<a href="/panel/SG/2020-04-01">The panel of 2020-04-01</a>' in page


def test_due_is_by_the_end_of_a_date(world: World) -> None:
    """Like the command, the list has what is due on the date itself, with its zone and delay."""
    path = world.nominate("s1")
    asking = client(world)
    assert "Next date: 24 February 2020." in asking.get("/due").text
    assert read_rows(asking.get("/due?until=2020-02-23").text) == []
    [row] = read_rows(asking.get("/due?until=2020-02-24&timer=nomination_reminder").text) or [[]]
    assert row[:1] == ["2020-02-24 00:00 +08:00 Singapore"]
    world.now(date(2020, 2, 25))
    late = read_rows(asking.get("/due?late=yes&country=SG").text)
    assert late[0][1].startswith("1 day")
    assert read_rows(asking.get("/due?search=s1&until=2021-01-01").text)[0][3] == path
    assert read_rows(asking.get("/due?search=s9").text) == []
    assert len(read_csv(asking, "/due?until=2020-04-01")) > 2
    world.sweep()


def test_paths_are_filtered_by_all_that_is_known_of_them(world: World) -> None:
    """State, reason, cycle date, guard and name narrow the list; the next page goes on after it."""
    first, second = world.nominate("s1"), world.nominate("s2")
    asking = client(world)
    assert "2 paths." in asking.get("/paths?state=nominated&country=SG").text
    assert [row[0] for row in read_rows(asking.get("/paths").text)] == [second, first]
    assert [row[0] for row in read_rows(asking.get(f"/paths?after={second}").text)] == [first]
    assert [row[0] for row in read_rows(asking.get("/paths?search=s1").text)] == [first]
    assert [row[0] for row in read_rows(asking.get(f"/paths?search={second}").text)] == [second]
    assert "There are no paths." in asking.get("/paths?reason=not_selected").text
    assert len(read_rows(asking.get("/paths?unmet=quorum&cycle=2020-04-01").text)) == 2
    assert asking.get("/paths?state=knighted").status_code == 400


def test_an_error_is_a_page_for_a_browser(world: World) -> None:
    """It says what is wrong, keeps the navigation, and has a title."""
    asking = client(world)
    for page, status, said in (
        ("/nowhere", 404, "There is nothing here"),
        ("/lifecycle/knighthood", 404, "no lifecycle &#x27;knighthood&#x27;"),
        ("/due?until=soon", 400, "a date that exists"),
        ("/due?after=x", 400, "the place at which a page of this list ended"),
    ):
        answer = asking.get(page)
        assert answer.status_code == status
        assert said in answer.text
        assert '<nav aria-label="Pages"><a href="/">Overview</a>' in answer.text
    refused = TestClient(viewer(world.programme, authenticate=lambda _: False))
    assert "Not admitted" in refused.get("/", headers={"accept": "text/html"}).text
