"""Lists of books, notices, policies, cases, appeals, members: filters, pages, commands, CSV."""

from __future__ import annotations

import csv
import io
import re
import shlex
import shutil
from datetime import date, timedelta
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient
from typer.main import get_command

from lazsa_flow.award.cli.app import app
from lazsa_flow.award.viewer_members import MEMBERS
from lazsa_flow.errors import DeliveryError
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.store.delivery_list import DeliveryFilter
from lazsa_flow.viewer import viewer
from lazsa_flow.viewer.addresses import Addresses
from lazsa_flow.viewer.books_page import BOOKS
from lazsa_flow.viewer.deliveries_page import DELIVERIES
from lazsa_flow.viewer.fresh_cache import FreshCache
from lazsa_flow.viewer.list_page import ListQuery, PageContext
from lazsa_flow.viewer.outbox_page import OUTBOX
from tests.integration.test_relay import Post
from tests.integration.world import APRIL, COMPLIANCE, World, convene

if TYPE_CHECKING:
    from pathlib import Path

    from lazsa_flow.viewer.list_page import ListPage

LISTS = (
    *("/books", "/outbox", "/deliveries", "/policies", "/cases?state=", "/appeals?filed=no"),
    *("/members", "/members?group=add", "/members?group=invited", "/members?group=out", "/bars"),
)


@pytest.fixture(scope="module")
def world(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Three sellers: awarded with a case, retired for conduct, declined; a notice is set aside."""
    file = tmp_path_factory.mktemp("lists") / "lazsa.db"
    shutil.copy(migrated, file)
    world = World(f"sqlite:///{file}")
    convene(world.programme)
    paths = [world.nominate(seller) for seller in ("s2", "s3", "s4")]
    world.go(date(2020, 3, 10))
    for path, score in zip(paths, (4, 4, 1), strict=True):
        for number in range(3):
            world.score(path, number, score)
    post = Post(world).open()
    post.channel.faults = [DeliveryError("smtp_550", permanent=True)]
    post.at(APRIL + timedelta(days=1))
    world.programme.open_case("s2", "case-1", actor=COMPLIANCE)
    world.programme.fire(paths[1], "retire", actor=COMPLIANCE, reason="code_of_conduct")
    return world


def open_viewer(world: World) -> TestClient:
    """Return a browser that is let in, and has seen nothing yet."""
    return TestClient(viewer(world.programme, authenticate=lambda asking: True, fresh_s=0))


@pytest.fixture
def client(world: World) -> TestClient:
    """A browser that is let in."""
    return open_viewer(world)


def rows_of(client: TestClient, address: str) -> list[dict[str, str]]:
    """Return a list's rows as CSV has them."""
    answer = client.get(address + ("&" if "?" in address else "?") + "format=csv")
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


def _list_rest(context: Any) -> list[str]:
    """Return the words that a group of commands has left to its command."""
    return [*getattr(context, "_protected_args", ()), *context.args]


def parse_command(line: str) -> None:
    """Let the command line's own parser read a command, without running it."""
    name: str | None
    name, *words = shlex.split(line)
    assert name == "lazsa-flow"
    command: Any = get_command(app)
    context = command.make_context(name, list(words))
    while hasattr(command, "resolve_command") and (rest := _list_rest(context)):
        name, command, words = command.resolve_command(context, rest)
        assert command is not None, line
        context = command.make_context(name, list(words), parent=context)


def test_every_command_to_copy_is_one(client: TestClient) -> None:
    """Each command that a page shows is a command of the command line, with all it needs."""
    lines = {
        unescape(line)
        for page in LISTS
        for line in re.findall(r"<code>(.*?)</code>", client.get(page).text)
    }
    assert len(lines) > 10
    for line in lines:
        parse_command(line)


def test_every_choice_is_a_link(client: TestClient) -> None:
    """Each value of each filter leads to the list that it selects, and none of these fails."""
    for page in LISTS:
        links = set(re.findall(r'<a href="([^"]+)"', client.get(page).text))
        own = page.partition("?")[0]
        filters = {each for each in map(unescape, links) if re.fullmatch(rf"{own}\?\w+=\w+", each)}
        for each in filters:
            assert client.get(each).status_code == 200, each


def test_books(client: TestClient, world: World) -> None:
    """The books are the ledger's; what is unexplained, and of which country, can be chosen."""
    books = rows_of(client, "/books")
    assert len(books) == len(world.programme.ledger())
    [sg] = rows_of(client, "/books?country=SG&cycle=2020-04-01&show=due")
    assert (sg["due"], sg["moved"], sg["unexplained"], sg["books"]) == ("3", "3", "0", "open")
    assert rows_of(client, "/books?show=unexplained") == []
    by_due = [int(row["due"]) for row in rows_of(client, "/books?sort=-due")]
    assert by_due == sorted(by_due, reverse=True)
    assert "ledger close SG 2020-04-01" in client.get("/books").text


def test_outbox(client: TestClient, world: World) -> None:
    """What waits is all listed, set aside first; each filter selects what it says."""
    waiting = {each.key: each for each in world.programme.outbox()}
    rows = rows_of(client, "/outbox")
    assert {row["key"] for row in rows} == set(waiting)
    parked = {key for key, each in waiting.items() if each.parked}
    assert parked
    assert {row["key"] for row in rows[: len(parked)]} == parked
    assert {row["key"] for row in rows_of(client, "/outbox?state=parked")} == parked
    others = rows_of(client, "/outbox?state=held") + rows_of(client, "/outbox?state=ready")
    assert {row["key"] for row in others} == set(waiting) - parked
    page = client.get("/outbox?state=parked&failures=1").text
    for key in parked:
        assert f"lazsa-flow outbox retry {key} --as operator:YOU" in page
    assert rows_of(client, "/outbox?state=parked&failures=2") == []
    path = waiting[min(parked)].path
    assert {row["path"] for row in rows_of(client, f"/outbox?search={path}")} == {path}


def test_deliveries(client: TestClient, world: World) -> None:
    """What was delivered is listed, newest first, by kind, channel, date and subject."""
    counted = sum(world.programme.deliveries().values())
    rows = rows_of(client, "/deliveries")
    assert len(rows) == counted > 6
    kinds = {row["kind"] for row in rows}
    for kind in kinds:
        found = rows_of(client, f"/deliveries?kind={kind}&channel=own&country=SG")
        assert len(found) == sum(row["kind"] == kind for row in rows)
    assert {row["subject"] for row in rows_of(client, "/deliveries?search=s2")} == {"s2"}
    assert rows_of(client, "/deliveries?since=2030-01-01") == []
    assert len(rows_of(client, "/deliveries?until=2030-01-01&since=2020-01-01")) == counted
    assert rows_of(client, "/deliveries?channel=other") == []


def test_a_stretch_of_deliveries(world: World) -> None:
    """A filter looks at no more than a stretch, and the next page goes on where it ended."""
    store = world.programme._runtime.store
    everything = DeliveryFilter(until=world.clock.now() + timedelta(days=1))
    rows, ended = store.find_deliveries(everything, after=None, limit=100, stretch=3)
    assert ended is None  # without a filter each row that is looked at is one that is shown
    rare = DeliveryFilter(until=everything.until, kind=rows[-1].kind)
    found, looks = [], 0
    place = None
    while looks == 0 or place is not None:
        part, place = store.find_deliveries(rare, after=place, limit=100, stretch=3)
        found += part
        looks += 1
    assert looks > 2
    assert found == [row for row in rows if row.kind == rare.kind]


@pytest.mark.parametrize("page", [BOOKS, OUTBOX, DELIVERIES, MEMBERS], ids=lambda p: p.noun)
def test_pages_make_up_the_list(world: World, page: ListPage) -> None:
    """Page by page nothing is missing and nothing stands twice."""
    context = PageContext(world.programme, Addresses(""), world.clock.now(), FreshCache(0))
    filters = {"group": "invited"} if page is MEMBERS else {}
    whole = page.find(context, ListQuery(filters, limit=1000)).rows
    walked: list[str] = []
    after = None
    for _ in range(len(whole) + 1):
        found = page.find(context, ListQuery(filters, after=after, limit=2))
        walked += [row.key for row in found.rows]
        if not found.more:
            break
        after = found.rows[-1].key
    assert walked == [row.key for row in whole]
    assert walked


@pytest.mark.parametrize("page", ["/outbox", "/deliveries"])
@pytest.mark.parametrize("after", ["x", "0~x", "yesterday~key", "2~2020-01-01T00:00:00Z~k"])
def test_a_place_that_is_none(client: TestClient, page: str, after: str) -> None:
    """A place that no page has given is refused by its name."""
    answer = client.get(page, params={"after": after})
    assert answer.status_code == 400
    assert "after" in answer.text or "instant" in answer.text


def test_policies(client: TestClient, world: World) -> None:
    """The version in force is marked; suspended cycles and countries stand above."""
    world.programme.suspend_cycle("SG", date(2021, 4, 1), actor=Actor("manager", "m-1"))
    rows = rows_of(client, "/policies")
    assert {row["state"] for row in rows} == {"in force"}
    assert rows_of(client, "/policies?state=coming") == []
    page = client.get("/policies").text
    assert "lazsa-flow cycle lift SG 2021-04-01" in page
    assert "Asia/Singapore" in page


def test_who_is_to_be_taken_out(tmp_path: Path, migrated: Path) -> None:
    """Who has left is listed with the command that records that they were taken out."""
    shutil.copy(migrated, tmp_path / "lazsa.db")
    world = World(f"sqlite:///{tmp_path / 'lazsa.db'}")
    path = world.former_member()
    client = open_viewer(world)
    [row] = rows_of(client, "/members?group=out")
    assert (row["path"], row["standing"], row["reason"]) == (path, "take out", "left")
    command = "lazsa-flow reconnect taken-out s1 --as team:YOU --country SG"
    assert command in client.get("/members?group=out").text
    parse_command(command)
    world.programme.record_taken_out("s1", actor=Actor("team", "team-SG", "SG"))
    assert rows_of(client, "/members?group=out") == []
    [left] = rows_of(client, "/members?group=left")
    assert (left["path"], left["standing"]) == (path, "may come back")
    world.programme.close()


def test_cases_and_bars(client: TestClient) -> None:
    """Open cases come with the command that closes them; a bar says until when."""
    [case] = rows_of(client, "/cases")
    assert (case["seller"], case["case"], case["state"]) == ("s2", "case-1", "open")
    assert rows_of(client, "/cases?country=PH") == []
    assert rows_of(client, "/cases?search=nobody") == []
    assert "lazsa-flow case close s2 case-1 --as compliance:YOU" in client.get("/cases").text
    [bar] = rows_of(client, "/bars?state=barred")
    assert (bar["seller"], bar["reason"]) == ("s3", "code_of_conduct")
    assert bar["no_nomination_until"] > bar["since"]
    assert rows_of(client, "/bars?state=over") == []


def test_appeals(client: TestClient, world: World) -> None:
    """A decision that can be appealed is listed; once a voice is given, who gave it."""
    assert rows_of(client, "/appeals") == []
    [can] = rows_of(client, "/appeals?filed=no")
    assert can["seller"] == "s4"
    world.programme.appeal(can["path"], actor=Actor("manager", "m-7"), grant=True)
    client = open_viewer(world)
    [filed] = rows_of(client, "/appeals")
    assert (filed["grant"], filed["who_has_voted"]) == ("1 of 2", "m-7 (grant)")
    assert int(filed["days_left"]) > 20
    assert rows_of(client, "/appeals?filed=no") == []
