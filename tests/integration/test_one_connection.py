"""No call needs a second connection while it holds one: each is made on a pool of one."""

from __future__ import annotations

import inspect
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from lazsa_flow.award.programme import Programme
from lazsa_flow.award.store.store import AwardStore
from lazsa_flow.errors import ClosedError, InputError, LazsaError, UnavailableError
from lazsa_flow.runner.scheduler import wake_due_chunks
from lazsa_flow.store.connect import connect
from lazsa_flow.viewer import viewer
from tests.acceptance.test_cli import facts_file
from tests.arguments import FILES, arguments_of
from tests.factories import path
from tests.integration.world import World, convene

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path as FilePath

ONE = "?pool_size=1&pool_timeout=10"
OPENERS = {"open", "bind", "migrate", "close", "on_path", "restore"}
"""Not asked of a programme that is open, or only by its own commands."""
LAST = (
    *("withdraw_nomination", "fire", "suspend_cycle", "move_country"),
    *("erase", "readmit", "purge"),
)
"""What leaves little for the others to be asked of."""


OF_VALUES: dict[str, dict[str, Any]] = {
    "title": {"path": path()},
    "verdicts": {"path": path(), "row": {"policy": "award/2020-1", "verdicts": []}},
}
"""The arguments of methods that take values of the programme's own."""


def public_methods() -> dict[str, Callable[..., Any]]:
    """Return every public method of the programme, in the order in which they are called."""
    found = dict(inspect.getmembers(Programme, inspect.isfunction))
    names = [name for name in found if name[0] != "_" and name not in OPENERS]
    names = [n for n in names if inspect.isfunction(inspect.getattr_static(Programme, n))]
    return {
        name: found[name]
        for name in sorted(names, key=lambda n: (LAST.index(n) if n in LAST else -1, n))
    }


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(
    request: pytest.FixtureRequest, migrated: FilePath, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A world on a pool of one connection: an ambassador, and a nominee under review."""
    url = _make_url(request, migrated, tmp_path_factory)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAZSA_SECRET", "one-secret-for-the-tests")
        world = World(url + ONE)
    with world.programme:
        if request.param == "postgresql":
            convene(world.programme)
        world.ambassador("s1")
        world.now(date(2020, 8, 10)).nominate("s2")
        world.go(date(2020, 9, 20))
        yield world


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def closed(
    request: pytest.FixtureRequest, migrated: FilePath, tmp_path_factory: pytest.TempPathFactory
) -> World:
    """A world whose programme has been used and closed."""
    url, folder = _make_url(request, migrated, tmp_path_factory), tmp_path_factory.mktemp("closed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAZSA_SECRET", "one-secret-for-the-tests")
        patch.chdir(folder)  # where notices are written
        world = World(url)
        if request.param == "postgresql":
            convene(world.programme)
        world.nominate()
        world.programme.relay()
    world.programme.close()
    return world


def _make_url(
    request: pytest.FixtureRequest, migrated: FilePath, folders: pytest.TempPathFactory
) -> str:
    """Return the URL of an empty programme on the store that a fixture's parameter names."""
    if request.param == "postgresql":
        url: str = request.getfixturevalue("postgres")()
        Programme.migrate(url)
        return url
    shutil.copy(migrated, file := folders.mktemp("store") / "lazsa.db")
    return f"sqlite:///{file}"


def _arguments(world: World, name: str, method: Callable[..., Any]) -> dict[str, Any]:
    if name == "verdicts":
        return {"path": world.path("award-1"), "row": world.last("award-1")}
    if name == "rehearse":
        return {"on": date(2020, 10, 1)}
    if name == "compare_policies":
        return {"a": "2020-1", "b": "2020-1", "on": date(2020, 10, 1), "as_if_in_force": True}
    if name == "title":
        return {"path": world.path("award-1")}
    return arguments_of(name, method)


def _use(found: Any) -> None:
    """Use what a method returned to its end."""
    if inspect.isgenerator(found):
        list(found)
    elif hasattr(found, "drain"):
        with found as relay:
            relay.drain()


def test_every_method_is_content_with_one_connection(
    world: World, tmp_path: FilePath, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is asked of a programme or told it, methods to come included, takes one."""
    monkeypatch.chdir(tmp_path)  # where notices are written
    facts = facts_file(tmp_path / "facts.csv", date(2020, 9, 1), s4="0.3")
    refused = {}
    for name, method in public_methods().items():
        given = _arguments(world, name, method)
        if "file" in inspect.signature(method).parameters:
            given["file"] = facts if name == "import_facts" else tmp_path / f"{name}.file"
            if name.startswith("import_") and name != "import_facts":
                given["file"].write_text(FILES.get(name, ""))
        try:
            _use(getattr(world.programme, name)(**given))
        except LazsaError as error:
            refused[name] = error
    assert not [name for name, e in refused.items() if isinstance(e, UnavailableError)]
    assert len(refused) < len(public_methods()) / 3, refused  # the others reach the end


@pytest.mark.parametrize("name", public_methods())
def test_a_closed_programme_refuses_every_method(
    closed: World, tmp_path: FilePath, name: str
) -> None:
    """After ``close()`` nothing is answered or done, methods to come included."""
    method = public_methods()[name]
    given = OF_VALUES[name] if name in OF_VALUES else _arguments(closed, name, method)
    if "file" in inspect.signature(method).parameters:
        given["file"] = tmp_path / "file"
        if name.startswith("import_"):
            facts_file(given["file"], date(2020, 9, 1), s4="0.3")
    with pytest.raises(ClosedError, match="is closed"):
        _use(getattr(closed.programme, name)(**given))


def test_the_ticker_and_the_viewer_are_content_with_one_connection(world: World) -> None:
    """What runs beside a service shares its pool, and holds no connection while it asks."""
    with world.programme._runtime.store.leading() as leads:
        assert leads
        wake_due_chunks(world.programme, lambda chunks: None)
    with TestClient(viewer(world.programme, authenticate=lambda request: True)) as client:
        for page in ("/", "/due", "/panel/SG/2020-04-01", "/parked", "/health"):
            assert client.get(page).status_code == 200
        for page in ("", "/picture.json", "/story.json?name=s1"):
            assert client.get(f"/lifecycle/award{page}").status_code == 200


def test_forty_threads_at_once_wait_for_their_turn(world: World) -> None:
    """More callers than connections: each is served, and none waits for another's second one."""
    programme, together = world.programme, Barrier(40)
    asked: tuple[Callable[[str], object], ...] = (
        *(programme.explain, programme.find, programme.portraits, programme.badge),
        lambda seller: programme.panel("SG", date(2020, 10, 1)),
        lambda seller: programme.find_all(country="SG", limit=2),
    )

    def ask(number: int) -> None:
        together.wait()
        asked[number % len(asked)]("s1")

    with ThreadPoolExecutor(40) as pool:
        list(pool.map(ask, range(40)))


def test_a_pool_without_a_free_connection_is_unavailable(tmp_path: FilePath) -> None:
    """A call that gets no connection in time says so as one that finds no database does."""
    store = AwardStore(f"sqlite:///{tmp_path / 'lazsa.db'}?pool_size=1&pool_timeout=0.1")
    with store.begin(write=False), pytest.raises(UnavailableError, match="came free within"):
        store.next_due()
    store.close()


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("pool_size=0", "a whole number from 1"),
        ("pool_size=two", "a whole number from 1"),
        ("pool_size=2&pool_size=3", "a whole number from 1"),
        ("pool_timeout=0", "seconds, more than 0"),
        ("pool_timeout=nan", "seconds, more than 0"),
    ],
)
def test_an_option_that_cannot_be_is_refused(option: str, expected: str) -> None:
    """A URL's option with a wrong value is named with what it may be."""
    with pytest.raises(InputError, match=expected):
        connect(f"sqlite:///lazsa.db?{option}")
