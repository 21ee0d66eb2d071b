"""Looking: at a database as of another instant, at a picture, at the words of a notice."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from lazsa_flow.award.cli.app import app
from lazsa_flow.award.programme import Programme
from lazsa_flow.cli import common
from lazsa_flow.cli.application import Application, running
from lazsa_flow.cli.several import open_several
from lazsa_flow.clock import SystemClock, VirtualClock
from lazsa_flow.viewer import viewer
from tests.factories import noon

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.world import World

LATER = "2020-04-02T00:00:00Z"


@pytest.fixture
def url(world: World) -> str:
    """A database with a nominee of 2020, whom nobody has looked at since."""
    world.nominate("s1")
    return str(world.programme._runtime.store._engine.url)


def type_words(*words: str, **variables: str) -> Any:
    """Type a command."""
    return CliRunner().invoke(app, words, env=variables)


def test_graph_reads_the_environment(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """``graph`` takes its figures, and a story, from the database that LAZSA_DATABASE_URL names."""
    monkeypatch.setattr(common, "make_clock", lambda: VirtualClock(noon(date(2020, 3, 1))))
    drawn = type_words("graph", "award", "--path", "s1", LAZSA_DATABASE_URL=url)
    assert 'state "Nominated<br/>nominated#32;#40;1#41;" as s0' in drawn.stdout
    assert "    class s0 visited" in drawn.stdout
    for words in (("--path", "s1"), ("--now", LATER)):
        refused = type_words("graph", "award", *words)
        assert refused.exit_code == 1
        assert "expected --database too" in str(refused.exception or refused.stderr)


def test_graph_without_a_schema(tmp_path: Path) -> None:
    """Without a schema in the environment's database the figures are left out, and it is told."""
    nowhere = f"sqlite:///{tmp_path / 'none.db'}"
    drawn = type_words("graph", "award", LAZSA_DATABASE_URL=nowhere)
    assert drawn.stdout == type_words("graph", "award").stdout
    assert "Drawn without figures: the database has no lazsa_flow schema" in drawn.stderr
    for words, variables in (
        (("--database", nowhere), {}),
        (("--path", "s1"), {"LAZSA_DATABASE_URL": nowhere}),
    ):
        assert type_words("graph", "award", *words, **variables).exit_code == 1


def test_a_picture_on_another_date(url: str) -> None:
    """``graph --now`` shows the figures as of that instant."""
    words = ("graph", "award", "--format", "html", "--database", url, "--now")
    then, before = (type_words(*words, at).stdout for at in (LATER, "2020-03-01T00:00+08:00"))
    assert '"asked_at":"2020-04-02T00:00:00+00:00"' in then
    assert '"asked_at":"2020-02-29T16:00:00+00:00"' in before
    refused = type_words(*words, "yesterday")
    assert refused.exit_code == 1
    assert "--now: got 'yesterday'" in str(refused.exception or refused.stderr)


def test_every_page_says_which_instant_it_shows(url: str) -> None:
    """A viewer whose clock stands still says where; one on the machine's clock says nothing."""
    said = "As of 2020-04-02 00:00 UTC"
    for clock, count in ((VirtualClock(noon(date(2020, 4, 2)).replace(hour=0)), 1), (None, 0)):
        with Programme.open(url, clock=clock) as programme:
            client = TestClient(viewer(programme, authenticate=lambda asking: True))
            for page in ("/", "/due", "/parked", "/panel/SG/2020-04-01"):
                assert client.get(page).text.count(said) == count, page


def test_a_clock_that_stands_still(url: str) -> None:
    """``--now`` opens one database or several on a clock of that instant."""
    at = common.read_now(LATER)
    with running(Application("", load=lambda: Programme)):
        with common.open_service(url, None, now=at) as service:
            assert service.clock.now() == at
        with open_several([f"sg={url}"], None, now=at) as several:
            assert several.service("sg").clock.now() == at
        with common.open_service(url, None) as service:
            assert isinstance(service.clock, SystemClock)


def test_a_preview_needs_no_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """``notices preview`` reads words and countries from the configuration, in English."""
    monkeypatch.chdir(tmp_path)
    nowhere = {"LAZSA_DATABASE_URL": f"sqlite:///{tmp_path / 'none.db'}"}
    english = type_words("notices", "preview", "awarded", **nowhere)
    assert english.exit_code == 0, english.output
    assert "Congratulations" in english.stdout
    assert english.stdout == type_words("notices", "preview", "awarded", "--locale", "en").stdout
    indonesian = type_words("notices", "preview", "awarded", "--country", "ID").stdout
    assert indonesian == type_words("notices", "preview", "awarded", "--locale", "id").stdout
    assert indonesian != english.stdout
    asked = type_words("notices", "preview", "awarded", "--database", url)
    assert asked.stdout == english.stdout
    assert type_words("notices", "preview", "awarded", "--country", "XX").exit_code == 1
    assert not (tmp_path / "none.db").exists()
