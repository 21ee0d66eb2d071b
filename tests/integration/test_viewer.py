"""The viewer: it shows the programme to whom the host lets in, and changes nothing."""

from __future__ import annotations

import re
import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from lazsa_flow.cli.view import _behind_a_key
from lazsa_flow.errors import ExtraError, InputError, UnavailableError
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.viewer import viewer
from lazsa_flow.viewer.extra_pages import find_extra_pages
from lazsa_flow.viewer.gallery import Gallery
from tests.acceptance.shell import eventually
from tests.integration.world import APRIL

if TYPE_CHECKING:
    import httpx2
    from starlette.requests import HTTPConnection

from tests.integration.world import World

PAGES = (
    "/",
    "/lifecycle/award",
    "/lifecycle/award/picture.json",
    "/lifecycle/award/story.json?name=s1",
    "/due",
    "/panel/SG/2020-04-01",
    "/parked",
    *("/books", "/outbox", "/deliveries", "/policies", "/rehearsal", "/nights"),
    *("/cases", "/appeals", "/members", "/bars"),
    "/health",
)
HOSTILE = "<script>hacked=1</script>"


def open_to_all(_asking: HTTPConnection) -> bool:
    """Let everybody in, as a host in a closed room may."""
    return True


def client(world: World, **options: Any) -> TestClient:
    """Return a client of the viewer, mounted at ``/watch`` in a host's app."""
    app = viewer(world.programme, **{"authenticate": open_to_all, "fresh_s": 0.0, **options})
    host = Starlette(routes=[Mount("/watch", app)])
    return TestClient(host, base_url="http://host.test", raise_server_exceptions=True)


def text(page: str) -> str:
    """Return what a page of ours shows: its text without elements."""
    return re.sub(r"<style.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL)


def test_there_is_no_default_that_lets_everyone_in(world: World) -> None:
    """Without the host's word on who may look there is no viewer."""
    with pytest.raises(TypeError, match="authenticate"):
        viewer(world.programme)  # type: ignore[call-arg]


@pytest.mark.parametrize("said", [False, None, 1, "yes"])
@pytest.mark.parametrize("page", PAGES)
def test_whom_the_host_does_not_admit_sees_nothing(world: World, page: str, said: Any) -> None:
    """Every page asks the host; only a plain yes opens it."""
    world.nominate("s1")
    answer = client(world, authenticate=lambda asking: said).get("/watch" + page)
    assert (answer.status_code, answer.text) == (403, "Forbidden\n")


def test_the_host_may_take_its_time(world: World) -> None:
    """A coroutine function is awaited, and sees the request."""
    seen: list[str] = []

    async def by_header(asking: HTTPConnection) -> bool:
        seen.append(asking.url.path)
        return asking.headers.get("x-who") == "manager"

    asking = client(world, authenticate=by_header)
    assert asking.get("/watch/health").status_code == 403
    assert asking.get("/watch/health", headers={"x-who": "manager"}).status_code == 200
    assert seen == ["/watch/health", "/watch/health"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_it_is_read_only(world: World, method: str) -> None:
    """Whatever would write is refused before the host is asked."""

    def never(_asking: HTTPConnection) -> bool:
        raise AssertionError

    answer = client(world, authenticate=never).request(method, "/watch/due")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_no_socket_is_opened(world: World) -> None:
    """A websocket is closed at once."""
    with (
        pytest.raises(WebSocketDisconnect),
        client(world).websocket_connect("/watch/lifecycle/award"),
    ):
        pass


@pytest.mark.parametrize("page", PAGES)
def test_the_policy_is_strict(world: World, page: str) -> None:
    """Each answer forbids all but its own scripts and styles, by a nonce that is never the same."""
    world.nominate("s1")
    asking = client(world)
    policies = []
    for _ in range(2):
        answer = asking.get("/watch" + page)
        assert answer.status_code == 200
        policy = answer.headers["content-security-policy"]
        policies.append(policy)
        assert policy.startswith("default-src 'none'; ")
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        for nonce in re.findall(r'<(?:script|style) nonce="([^"]*)"', answer.text):
            assert f"'nonce-{nonce}'" in policy
    assert policies[0] != policies[1]


HOSTILE_PARTS = (
    *(
        "%00",
        "%ff",
        "%ed%a0%80",
        "%0d%0aset-cookie:%20x=1",
        "%F0%9F%98%80",
        "..%2f..%2fetc",
        "%E2%80%AE",
    ),
    *(
        "0001-01-01",
        "9999-12-31",
        "-1",
        "award-0",
        "award-99999999999999999999",
        "x" * 3000,
        "'",
        "%25s",
    ),
)


@pytest.mark.parametrize("part", HOSTILE_PARTS, ids=range(len(HOSTILE_PARTS)))
def test_every_answer_has_the_headers_and_none_is_a_fault(world: World, part: str) -> None:
    """Whatever stands in an address, the answer is a 200, 400 or 404 with all the headers."""
    asking = TestClient(viewer(world.programme, authenticate=open_to_all))
    for page in (
        f"/{part}",
        f"/due?until={part}",
        f"/lifecycle/{part}",
        f"/lifecycle/{part}/picture.json",
        f"/lifecycle/award/story.json?name={part}",
        f"/lifecycle/{part}/story.json?name={part}",
        f"/panel/{part}/2020-04-01",
        f"/panel/SG/{part}",
        f"/parked?{part}={part}",
        f"/health/{part}",
    ):
        answer = asking.get(page)
        assert answer.status_code in (200, 400, 404), page
        check_headers(answer)


def check_headers(answer: httpx2.Response) -> None:
    """Check what forbids the browser all that a page does not need."""
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; ")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["cache-control"] == "no-store"


def test_a_fault_is_an_answer_with_the_headers_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault of ours is a 500 that shows nothing; a database that is away is a 503."""
    asking = client(world)
    for error, status in ((ZeroDivisionError("secret"), 500), (UnavailableError("away"), 503)):

        def fail(*_: Any, error: Exception = error, **_named: Any) -> None:
            raise error

        monkeypatch.setattr(world.programme._runtime.store, "find_parked", fail)
        answer = asking.get("/watch/parked")
        assert answer.status_code == status
        assert "secret" not in answer.text
        check_headers(answer)


def test_who_cannot_be_vouched_for_stays_out(world: World) -> None:
    """Where the host's callable raises, nobody is let in."""

    def broken(_asking: HTTPConnection) -> bool:
        raise AssertionError("no middleware")

    answer = client(world, authenticate=broken).get("/watch/")
    assert answer.status_code == 403
    check_headers(answer)


def test_the_command_answers_with_the_headers_too(world: World) -> None:
    """Of ``lazsa-flow view``, an unknown host, a wrong key and no key are told with them."""
    app, key = _behind_a_key(world.programme, 5.0)
    for base, page, status in (
        ("http://127.0.0.1", f"/{key}/", 200),
        ("http://127.0.0.1", "/", 404),
        ("http://127.0.0.1", "/%00/due", 403),
        ("http://127.0.0.1", "/%E2%82%AC/due", 403),
        ("http://elsewhere.test", f"/{key}/", 400),
    ):
        answer = TestClient(app, base_url=base).get(page)
        assert answer.status_code == status
        check_headers(answer)


def test_the_overview_leads_everywhere(world: World) -> None:
    """Every address in the overview is under the mount, and is answered."""
    asking = client(world)
    links = re.findall(r'href="([^"]+)"', asking.get("/watch/").text)
    assert "/watch/lifecycle/trainer" in links
    assert "/watch/panel/SG/2020-04-01" in links
    assert all(link.startswith("/watch/") for link in links)
    for link in {link for link in links if "/panel/" not in link or "/SG/" in link}:
        assert asking.get(link).status_code == 200


def test_the_live_page_knows_where_to_ask(world: World) -> None:
    """The page asks the viewer where it is mounted, and carries the figures of now."""
    world.nominate("s1")
    answer = client(world, fresh_s=3.0).get("/watch/lifecycle/award")
    assert 'data-live="/watch/lifecycle/award" data-every-ms="3000"' in answer.text
    assert '"subject":"s1"' in answer.text


def test_new_figures_and_stories_are_asked_for(world: World) -> None:
    """What happens after the page was opened is in its next picture; a seller's paths are told."""
    asking = client(world)

    def listed() -> list[Any]:
        residents = asking.get("/watch/lifecycle/award/picture.json").json()["residents"]
        assert isinstance(residents, list)
        return residents

    assert listed() == []
    path = world.nominate("s1")
    [found] = eventually("the new figures", listed)
    assert found["path"] == path
    [told] = asking.get("/watch/lifecycle/award/story.json?name=s1").json()
    assert told["resident"] == found
    assert [scene["trigger"] for scene in told["story"]] == ["nominate"]


def test_the_due_list(world: World) -> None:
    """What pends until a date is listed, earliest first, each with a way to its story."""
    path = world.nominate("s1")
    asking = client(world)
    assert "Nothing is due. Next date: 24 February 2020." in asking.get("/watch/due").text
    answer = asking.get("/watch/due?until=2020-04-01").text
    assert f'<a href="/watch/lifecycle/award#{path}">{path}</a>' in answer
    assert text(answer).index("review_opens") < text(answer).index("cycle_date")


def test_the_panel(world: World) -> None:
    """Whom the panel has to judge is listed, with what is missing."""
    world.candidate("s1", cards=2)
    shown = text(client(world).get("/watch/panel/SG/2020-04-01").text)
    assert "2 cards of 2 teams" in shown
    assert "1 reviewers, 1 teams" in shown


def test_the_panel_is_shown_page_by_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long panel has pages, each with a link to the next one but for the last."""
    monkeypatch.setattr("lazsa_flow.viewer.list_query.PAGE_ROWS", 1)
    first, second = world.nominate("s1"), world.nominate("s2")
    world.go(date(2020, 3, 20))
    page = client(world).get("/watch/panel/SG/2020-04-01").text
    assert first in text(page)
    assert second not in text(page)
    following = f"/watch/panel/SG/2020-04-01?after={first}"
    assert f'href="{following}"' in page
    page = client(world).get(following).text
    assert second in text(page)
    assert "after=" not in page


def test_what_is_parked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path set aside is listed with the error's name, and the health tells it."""
    world.candidate("s1")
    world.go(date(2020, 3, 31))  # the reviewers are reminded
    asking = client(world)

    def broken(*_: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr("lazsa_flow.engine.batch.group.DecisionGroup.take", broken)
        world.now(APRIL).sweep()
        assert asking.get("/watch/health").json()["failing"] == 1
        while not world.programme.parked():
            world.now(world.programme.next_due() or APRIL).sweep()
    shown = text(asking.get("/watch/parked").text)
    assert "cycle_date" in shown
    assert "ZeroDivisionError" in shown
    health = asking.get("/watch/health").json()
    assert (health["status"], health["parked"]) == ("parked", 1)


def test_the_health(world: World) -> None:
    """A programme is well, late where a due timer has waited, or paused."""
    world.nominate("s1")
    asking = client(world)
    assert asking.get("/watch/health").json() == {
        "status": "ok",
        "paused": [],
        "due": 0,
        "failing": 0,
        "parked": 0,
        "next_due": "2020-02-23T16:00:00.000000Z",
        "outbox": 1,
        "outbox_since": "2020-02-10T04:00:00.000000Z",
    }
    world.now(APRIL)
    assert asking.get("/watch/health").json()["status"] == "late"
    world.sweep()
    assert asking.get("/watch/health").json()["status"] == "ok"
    world.programme.pause(country="SG", reason="facts", actor=Actor("operator", "op-1"))
    health = asking.get("/watch/health").json()
    assert (health["status"], health["paused"]) == ("paused", ["SG"])
    assert "Paused: SG, since 2020-04-01" in asking.get("/watch/due").text


@pytest.mark.parametrize(
    ("page", "status", "said"),
    [
        ("/lifecycle/knighthood", 404, "no lifecycle 'knighthood'"),
        ("/lifecycle/award/story.json?name=nobody", 404, "no seller or path 'nobody'"),
        ("/panel/XX/2020-04-01", 404, "no country 'XX'"),
        ("/panel/SG/soon", 400, "a date that exists"),
        ("/due?until=soon", 400, "a date that exists"),
        ("/elsewhere", 404, "Not Found"),
    ],
)
def test_what_is_not_there(world: World, page: str, status: int, said: str) -> None:
    """An address that leads nowhere is told in a line of plain text."""
    answer = client(world).get("/watch" + page)
    assert answer.status_code == status
    assert said in answer.text
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("page", ["/due?until=2020-05-01", "/panel/SG/2020-04-01"])
def test_a_hostile_name_is_text(world: World, page: str) -> None:
    """A seller's id that is markup is shown, and never read."""
    world.nominate(HOSTILE)
    answer = client(world).get("/watch" + page).text
    assert "&lt;script&gt;hacked=1&lt;/script&gt;" in answer
    assert HOSTILE not in answer


def test_many_viewers_ask_the_database_once(world: World) -> None:
    """A picture is asked for again only when it is no longer fresh."""
    seconds = [100.0]
    gallery = Gallery(world.programme, 5.0, clock=lambda: seconds[0])
    first = gallery.picture("award")
    seconds[0] += 4.9
    assert gallery.picture("award") is first
    assert gallery.picture("trainer") is not first
    seconds[0] += 0.2
    assert gallery.picture("award") is not first


def test_a_picture_that_took_long_stays_fresh_for_longer(world: World) -> None:
    """Whoever looks costs the database a tenth of its time at most."""
    seconds = iter((0.0, 2.0, 19.9, 20.1, 20.2))
    gallery = Gallery(world.programme, 1.0, clock=lambda: next(seconds))
    first = gallery.picture("award")
    assert gallery.picture("award") is first
    assert gallery.picture("award") is not first


def test_without_the_extra_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without starlette the import tells the extra that brings it."""
    for name in [name for name in sys.modules if name.startswith("lazsa_flow.viewer")]:
        monkeypatch.delitem(sys.modules, name)
    for name in [name for name in sys.modules if name.startswith("starlette")]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ExtraError, match=r"pip install 'lazsa-flow\[viewer\]'"):
        __import__("lazsa_flow.viewer")


@pytest.mark.parametrize("fresh_s", [-1, float("nan"), float("inf"), 10**9, "5", None])
def test_how_fresh_a_page_is_must_be_a_time(fresh_s: Any) -> None:
    """A number of seconds that no page could keep to is refused as the app is made."""
    with pytest.raises(InputError, match="viewer: fresh_s: got"):
        viewer(None, authenticate=lambda request: True, fresh_s=fresh_s)  # type: ignore[arg-type]


def test_a_service_without_pages_of_its_own_has_the_general_ones(world: World) -> None:
    """The award's service brings the page of its panels; a service that brings none has none."""
    assert [each.route for each in find_extra_pages(world.programme)] == [
        "/panels",
        "/panel/{country}/{cycle_on}",
        "/reviewers/{country}/{cycle_on}",
        *("/cases", "/appeals", "/members", "/bars"),
    ]
    assert find_extra_pages(object()) == ()
