"""Several databases, each a whole programme: asked at once, named, and never mixed up."""

from __future__ import annotations

import json
import shutil
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient
from typer.testing import CliRunner

from lazsa_flow import (
    ClosedError,
    DatabaseAnswer,
    InputError,
    NotFoundError,
    Programme,
    SeveralDatabases,
)
from lazsa_flow.award.cli.app import app
from lazsa_flow.cli import common
from lazsa_flow.cli.view import _behind_a_key
from lazsa_flow.clock import VirtualClock
from lazsa_flow.runner.settings import DATABASE, REDIS, Settings
from lazsa_flow.service.several import add_books
from lazsa_flow.viewer import viewer_of_several
from tests.factories import facts as make_facts
from tests.factories import noon, record_facts
from tests.integration.world import EMPLOYEE, START, World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NOW = noon(date(2020, 5, 4))


@pytest.fixture(scope="module")
def folder(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two databases: ``sg.db`` with two sellers whose cycle date is past, ``th.db`` with one."""
    made = tmp_path_factory.mktemp("several")
    for name, sellers in (("sg", ("s1", "s2")), ("th", ("t1",))):
        shutil.copy(migrated, made / f"{name}.db")
        world = World(f"sqlite:///{made / name}.db")
        with world.programme:
            for seller in sellers:
                world.nominate(seller)
            if name == "sg":
                world.go(NOW)
    return made


@pytest.fixture
def urls(folder: Path, tmp_path: Path) -> list[str]:
    """Copies of the two databases, and one that cannot be reached, with a password in its URL."""
    for name in ("sg", "th"):
        shutil.copy(folder / f"{name}.db", tmp_path / f"{name}.db")
    two = [f"sqlite:///{tmp_path / name}.db" for name in ("sg", "th")]
    return [*two, "away=postgresql://user:hidden-word@127.0.0.1:1/lazsa"]


@pytest.fixture
def several(urls: list[str]) -> Iterator[SeveralDatabases[Programme]]:
    """The programme on all of them."""
    opener = partial(Programme.open, clock=VirtualClock(NOW))
    with SeveralDatabases(urls, opener) as opened:
        yield opened


@pytest.fixture
def type_words(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """What types a command at the time of these stories."""
    monkeypatch.setattr(common, "make_clock", lambda: VirtualClock(NOW))
    return lambda *words, **variables: CliRunner().invoke(app, words, env=variables)


def options(urls: list[str]) -> list[str]:
    """Name databases on a command line."""
    return [word for url in urls for word in ("--database", url)]


def test_each_answers_for_itself(several: SeveralDatabases[Programme]) -> None:
    """Every answer has its database's name; the one that cannot be reached has its error."""
    assert several.names == ("sg", "th", "away")
    sg, th, away = several.states()
    assert (sg.database, sg.answer, sg.error) == ("sg", {"under_review": 2}, None)
    assert (th.answer, th.error) == ({"nominated": 1}, None)
    assert (away.database, away.answer) == ("away", None)
    assert away.error is not None
    assert "hidden-word" not in str(away.error) + repr(several.states())
    found = several.ask(lambda programme: programme.find("t1").ref)
    assert [each.answer for each in found] == [
        None,  # there is no such seller: it says so, and the others answer
        "award-1",
        None,
    ]
    assert several.service("th").find("t1").ref == "award-1"
    with pytest.raises(NotFoundError, match="away, sg, th"):
        several.service("ph")


def test_books_are_added_up(several: SeveralDatabases[Programme]) -> None:
    """The sum has a row for each country and cycle date, of those that answered."""
    answers = several.ledger()
    added = add_books(answers)
    for name in ("due", "moved", "refused", "parked", "unexplained"):
        found = [getattr(book, name) for each in answers for book in each.answer or ()]
        assert sum(getattr(book, name) for book in added) == sum(found)
    assert sum(book.due for book in added) >= 2
    places = [(book.on, book.country) for book in added]
    assert places == sorted(set(places))


def test_one_that_comes_back_is_asked_again(folder: Path, tmp_path: Path) -> None:
    """What could not be opened is opened by the next question."""
    url = f"sqlite:///{tmp_path / 'late.db'}"
    with SeveralDatabases(url, Programme.open) as opened:
        [answer] = opened.states()
        assert answer.error is not None
        shutil.copy(folder / "th.db", tmp_path / "late.db")
        assert opened.states() == [DatabaseAnswer("late", {"nominated": 1})]
    [answer] = opened.states()
    assert isinstance(answer.error, ClosedError)


def test_ledger(urls: list[str], type_words: Callable[..., Any]) -> None:
    """Rows and sums name the database; the one that is away is named, and the exit code is 1."""
    done = type_words("ledger", *options(urls))
    assert done.exit_code == 1
    assert "hidden-word" not in done.output
    assert "error: away: " in done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    assert {"sg", "th", "away", "all"} <= {row[0] for row in rows if row}
    sums = {row[0]: row[3:] for row in rows if row[1:2] == ["sum"]}
    assert sums.keys() == {"sg", "th"}
    total = next(row[2:] for row in rows if row[:2] == ["all", "all"])
    assert [int(each) for each in total] == [
        int(sg) + int(th) for sg, th in zip(sums["sg"], sums["th"], strict=True)
    ]
    done = type_words("ledger", "--csv", "--country", "SG", *options(urls))
    head, *lines = done.stdout.splitlines()
    assert (done.exit_code, head[:22]) == (1, "database,cycle,country")
    assert lines
    assert {line.split(",")[2] for line in lines} == {"SG"}
    done = type_words("ledger", "--json", *options(urls))
    assert done.exit_code == 1
    document = json.loads(done.stdout)
    assert [each["database"] for each in document["databases"]] == ["sg", "th", "away"]
    assert document["databases"][2]["books"] is None
    assert document["databases"][2]["error"]["error"] == "SchemaError"
    assert json.loads(done.stderr)["database"] == "away"
    assert sum(book["due"] for book in document["total"]) == int(total[0])
    done = type_words("ledger", "--json", LAZSA_DATABASE_URL=" , ".join(urls[:2]))
    assert done.exit_code == 0
    assert json.loads(done.stdout)["total"] == document["total"]


def test_one_named_database_is_as_ever(urls: list[str], type_words: Callable[..., Any]) -> None:
    """With one database nothing changes, whether it has a name or not."""
    named, plain = f"sg={urls[0]}", urls[0]
    for words in (["ledger", "--json"], ["list", "--json"], ["states"]):
        first = type_words(*words, "--database", plain)
        assert first.exit_code == 0
        assert first.stdout == type_words(*words, "--database", named).stdout


def test_doctor(urls: list[str], type_words: Callable[..., Any]) -> None:
    """Every finding names its database; one that is away is a fault, and the others are checked."""
    done = type_words("doctor", "--json", *options(urls))
    assert done.exit_code == 1
    assert "hidden-word" not in done.output
    checks = json.loads(done.stdout)
    found = {(each["database"], each["name"]): each["status"] for each in checks}
    assert found["sg", "references"] == found["th", "references"] == "ok"
    assert found["away", "database"] == "fault"
    assert found[None, "subjects"] == "ok"
    with World(urls[0]).programme as programme:
        programme.clock.move_to(NOW)  # type: ignore[attr-defined]
        record_facts(programme, [make_facts(seller="t1", as_of=date(2020, 3, 20))])
        programme.nominate("t1", actor=EMPLOYEE, statement="Helps.")
    done = type_words("doctor", *options(urls[:2]))
    assert done.exit_code == 1
    assert "all: subjects: t1 has an open path of award in sg and th" in done.stdout


@pytest.mark.parametrize(
    "words",
    [
        ["sweep"],
        ["list"],
        ["explain", "s1"],
        ["migrate"],
        ["run"],
        ["ledger", "close", "SG", "2020-04-01", "--as", "manager:m-1"],
        ["backup", "copy.db"],
        ["graph", "award"],
    ],
)
def test_other_commands_refuse_several(
    urls: list[str], type_words: Callable[..., Any], words: list[str]
) -> None:
    """A command for one database takes none of several, on the line or in one option."""
    for several in (options(urls[:2]), ["--database", " ".join(urls[:2])]):
        done = type_words(*words, *several)
        assert done.exit_code == 2
        assert "one database" in " ".join(done.stderr.replace("│", " ").split())
    done = type_words(*words, LAZSA_DATABASE_URL=",".join(urls))
    assert done.exit_code == 2
    assert "hidden-word" not in done.output


def test_library_and_workers_refuse_several(urls: list[str]) -> None:
    """A service or a process is of one database."""
    for call in (Programme.open, Programme.migrate):
        with pytest.raises(InputError, match="got 'several', expected one URL"):
            call(",".join(urls))
    broker = {REDIS: "redis://127.0.0.1:1"}
    with pytest.raises(InputError, match="LAZSA_DATABASE_URL: got 'several'"):
        Settings.read({DATABASE: " ".join(urls), **broker})
    assert Settings.read({DATABASE: f"sg={urls[0]}", **broker}).database == urls[0]


def test_viewer(several: SeveralDatabases[Programme]) -> None:
    """Overview and lists are of all; each database has its pages; one that is away is named."""
    app = viewer_of_several(several, authenticate=lambda _: True, fresh_s=0.0)
    asking = TestClient(Starlette(routes=[Mount("/watch", app)]), base_url="http://host.test")
    home = asking.get("/watch/")
    assert home.status_code == 200
    assert "hidden-word" not in home.text
    assert "cannot be reached" in home.text
    assert '<a href="/watch/db/sg/">sg</a>' in home.text
    assert "Due and Parked list the rows of all databases." in home.text
    assert asking.get("/watch/db/th/lifecycle/award").status_code == 200
    assert asking.get("/watch/db/th/due").status_code == 200
    assert asking.get("/watch/db/away/").status_code == 503
    assert asking.get("/watch/db/nowhere/").status_code == 404
    due = asking.get("/watch/due?until=2021-05-01").text
    assert "/watch/db/th/lifecycle/award#award-1" in due
    assert "<td>th</td>" in due
    assert "away cannot be reached" in due
    assert asking.get("/watch/due?until=never").status_code == 400
    assert asking.get("/watch/parked").status_code == 200
    health = asking.get("/watch/health").json()
    assert health["status"] == "unreached"
    assert health["databases"]["sg"]["status"] in ("ok", "late")
    assert health["due"] == sum(health["databases"][name]["due"] for name in ("sg", "th"))


def test_viewer_is_closed_to_others(several: SeveralDatabases[Programme]) -> None:
    """The host's word holds for the pages of each database, too."""
    app = viewer_of_several(several, authenticate=lambda _: False)
    asking = TestClient(app, base_url="http://host.test")
    for page in ("/", "/db/sg/", "/db/sg/due", "/due", "/health"):
        assert asking.get(page).status_code == 403


def test_view_puts_them_behind_one_key(several: SeveralDatabases[Programme]) -> None:
    """The page of ``lazsa-flow view`` is answered under its key alone, as are all below it."""
    app, key = _behind_a_key(several, 5.0)
    asking = TestClient(app, base_url="http://localhost")
    for page in ("/", "/db/sg/", "/db/sg/lifecycle/award"):
        assert asking.get(f"/{key}{page}").status_code == 200
        assert asking.get(f"/{key[:-1]}x{page}").status_code == 403


def test_on_postgresql(
    folder: Path, postgres: Callable[[], str], type_words: Callable[..., Any]
) -> None:
    """A database on a server and a file stand side by side."""
    url = postgres()
    Programme.migrate(url)
    with World(url).programme as programme:
        record_facts(programme, [make_facts(seller="t1", as_of=date(2020, 1, 20))])
        programme.nominate("t1", actor=EMPLOYEE, statement="Helps.")
        assert programme.clock.now() == START
    named = [f"ph={url}", f"sqlite:///{folder / 'th.db'}"]
    done = type_words("ledger", "--json", *options(named))
    assert done.exit_code == 0
    assert [each["database"] for each in json.loads(done.stdout)["databases"]] == ["ph", "th"]
    done = type_words("doctor", *options(named))
    assert "all: subjects: t1 has an open path of award in ph and th" in done.stdout
