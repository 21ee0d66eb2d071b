"""Does a fourth lifecycle take one file, and nothing else?

The file is ``tests/acceptance/mentor.py``: table, guards and policy. Engine, store, graph and
command line do not know it.

Source: design.md, "Rules that hold its shape", 1; programme.md, "The lifecycles".
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lazsa_flow import (
    Actor,
    Config,
    ConfigError,
    ConflictError,
    InputError,
    KeyReusedError,
    NoEdgeError,
    NotAllowedError,
    NotFoundError,
    Programme,
    RefusedError,
    VirtualClock,
)
from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.graph.chart import build_chart
from lazsa_flow.graph.dot import dot
from lazsa_flow.graph.mermaid import mermaid
from tests.acceptance.mentor import MENTOR, POLICY
from tests.factories import midnight, noon

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
MAY = date(2020, 5, 4)
SELLER = Actor("seller", "s1")
EMPLOYEE = Actor("employee", "emp-1")
COMPLIANCE = Actor("compliance", "com-1")
TICK = timedelta(microseconds=1)
MAIN = "from lazsa_flow.award.cli.app import main; main()"
DISTRIBUTION = {
    "METADATA": "Metadata-Version: 2.1\nName: mentor\nVersion: 1\n",
    "entry_points.txt": "[lazsa_flow.lifecycles]\nmentor = tests.acceptance.mentor:MENTOR\n",
}


@pytest.fixture
def clock() -> VirtualClock:
    """Noon of 4 May 2020 in Singapore."""
    return VirtualClock(noon(MAY))


@pytest.fixture
def programme(tmp_path: Path, clock: VirtualClock) -> Iterator[Programme]:
    """A programme of the award and the mentors."""
    config = Config.load(lifecycles=[AWARD, MENTOR])
    url = f"sqlite:///{tmp_path / 'lazsa.db'}"
    Programme.migrate(url, config=config, clock=clock)
    with Programme.open(url, config=config, clock=clock) as programme:
        yield programme
        programme.sweep()
        assert not [book for book in programme.books() if book.unexplained]
        programme.verify_journal()


def offer(programme: Programme, newcomers: int = 2, key: str | None = None) -> str:
    """Let the seller offer to mentor."""
    data = {"newcomers": newcomers}
    return programme.open_path("mentor", "s1", "SG", actor=SELLER, data=data, key=key).path


def test_offered_and_thanked(programme: Programme, clock: VirtualClock) -> None:
    """A path of it is opened, fired, swept by timer, and its journal verifies."""
    path = offer(programme)
    assert programme.find(path).state == "offered"
    assert programme.fire(path, "take_on", actor=EMPLOYEE).dest == "mentoring"
    ends = midnight(MAY + timedelta(days=90))
    clock.move_to(midnight(MAY + timedelta(days=45)))
    assert programme.sweep().reminded == 1
    clock.move_to(ends - TICK)
    assert programme.sweep().total == 0
    clock.move_to(ends)
    assert programme.sweep().moved == 1
    found = programme.find(path)
    assert found.state == "thanked"
    assert found.periods["mentoring"][0].ended_at == ends
    assert [row["trigger"] for row in programme.history(path)] == ["offer", "take_on", "thank"]
    assert {row["policy"] for row in programme.history(path)} == {"mentor/2020-1"}
    assert programme.verify_journal() == 3
    assert programme.states() == {"thanked": 1}
    (book,) = (book for book in programme.books() if book.due)
    assert (book.country, book.on, book.due, book.moved) == ("SG", date(2020, 4, 1), 1, 1)


def test_lapsed(programme: Programme, clock: VirtualClock) -> None:
    """Its timer takes effect at the due instant however late, and a command comes after it."""
    path = offer(programme)
    clock.move_to(noon(MAY + timedelta(days=20)))
    with pytest.raises(NoEdgeError):
        programme.fire(path, "take_on", actor=EMPLOYEE)
    assert programme.state_at(path, midnight(MAY + timedelta(days=14))) == "lapsed"


def test_offered_again(programme: Programme, clock: VirtualClock) -> None:
    """One open path a subject; a path whose end is overdue stands in nobody's way."""
    path = offer(programme)
    with pytest.raises(ConflictError):
        offer(programme)
    clock.move_to(noon(MAY + timedelta(days=20)))
    assert offer(programme) != path
    assert programme.find(path).state == "lapsed"


def test_second_step(programme: Programme, clock: VirtualClock, tmp_path: Path) -> None:
    """Where its timer's first step does not hold, the second fires, and the journal says why."""
    programme.import_facts(_sellers(tmp_path))
    path = offer(programme)
    programme.fire(path, "take_on", actor=EMPLOYEE)
    programme.open_case("s1", "case-1", actor=COMPLIANCE)
    clock.move_to(midnight(MAY + timedelta(days=90)))
    programme.sweep()
    row = programme.history(path)[-1]
    assert (row["trigger"], row["reason"]) == ("break_off", "open_case")
    (verdict,) = programme.verdicts(programme.find(path), row)
    assert str(verdict) == "no_case does not hold (1; required no compliance case open)"


def _sellers(folder: Path) -> Path:
    """Write a host's file with seller s1."""
    file = folder / "sellers.csv"
    head = (ROOT / "lazsa_flow/defaults/sample/sellers.csv").read_text("utf-8").splitlines()[0]
    file.write_text(f"{head}\ns1,SG,2018-01-15,{MAY},0,true,1,0.3,0.9,,,false,\n", "utf-8")
    return file


def test_refused(programme: Programme) -> None:
    """Its guards and permits refuse as any other's, and nothing is written."""
    with pytest.raises(RefusedError, match=r"few_newcomers does not hold \(4; required 1 to 3"):
        offer(programme, newcomers=4)
    for actor in (Actor("seller", "s2"), EMPLOYEE):
        with pytest.raises(NotAllowedError):
            programme.open_path("mentor", "s1", "SG", actor=actor, data={"newcomers": 1})
    assert not programme.paths("s1")
    path = offer(programme)
    with pytest.raises(NotAllowedError, match="only employee"):
        programme.fire(path, "take_on", actor=SELLER)


def test_open_path(programme: Programme) -> None:
    """The general command opens no award, takes known names only, and has its key."""
    with pytest.raises(InputError, match="nominate, the command of this lifecycle"):
        programme.open_path("award", "s1", "SG", actor=SELLER)
    with pytest.raises(NotFoundError):
        programme.open_path("nothing", "s1", "SG", actor=SELLER)
    with pytest.raises(NotFoundError):
        programme.open_path("mentor", "s1", "XX", actor=SELLER)
    with pytest.raises(InputError, match="a cycle date of the country"):
        programme.open_path("mentor", "s1", "SG", actor=SELLER, cycle_on=MAY)
    path = offer(programme, key="one")
    assert offer(programme, key="one") == path
    with pytest.raises(KeyReusedError):
        offer(programme, newcomers=1, key="one")


def test_explained(programme: Programme) -> None:
    """It is explained in the words of its own guards, with the clock's exits and their dates."""
    path = offer(programme)
    told = programme.explain(path)
    assert told.policy == "mentor/2020-1"
    exits = {way.trigger: way for way in told.exits}
    assert list(exits) == ["take_on", "lapse"]
    assert exits["take_on"].ready
    assert (
        str(exits["take_on"].verdicts[0]) == "no_case holds (0; required no compliance case open)"
    )
    (timer,) = exits["lapse"].timers
    assert (timer.due_on, timer.due_at) == (
        MAY + timedelta(days=14),
        midnight(MAY + timedelta(days=14)),
    )


def test_drawn() -> None:
    """Both renderers draw it from its table."""
    drawing = build_chart(MENTOR)
    for text in (mermaid(drawing), dot(drawing)):
        for name in ("offered", "mentoring", "thanked", "take_on", "no_case", "break_off"):
            assert name in text


def test_beside_the_award(programme: Programme, tmp_path: Path) -> None:
    """It stands beside the award: a mentor may be nominated."""
    path = offer(programme)
    programme.import_facts(_sellers(tmp_path))
    award = programme.nominate("s1", actor=EMPLOYEE, statement="Mentors.").path
    assert [each.ref for each in programme.paths("s1")] == [path, award]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (POLICY.replace("14", '"14"'), "answer_days"),
        (POLICY + "shoes = 1\n", "shoes"),
        (POLICY.replace('"mentor"', '"award"'), "lifecycle"),
        ("newcomers =", "TOML"),
    ],
    ids=["value", "key", "other lifecycle", "no TOML"],
)
def test_wrong_policy(text: str, says: str) -> None:
    """A policy text that a table brings is checked as a file is, and the error names the table."""
    table = replace(MENTOR, default_policies=(text,))
    with pytest.raises(ConfigError, match=says) as refused:
        Config.load(lifecycles=[table])
    assert "mentor" in str(refused.value)


def test_own_policy(tmp_path: Path) -> None:
    """A deployment's directory adds policy versions to those that the table brings."""
    folder = tmp_path / "policies" / "mentor"
    folder.mkdir(parents=True)
    (folder / "2021-1.toml").write_text(POLICY.replace("2020-1", "2021-1"), "utf-8")
    found = Config.load(tmp_path, lifecycles=[MENTOR]).policies
    assert [(text.lifecycle, text.version) for text in found] == [
        ("mentor", "2020-1"),
        ("mentor", "2021-1"),
    ]


def test_installed(tmp_path: Path) -> None:
    """Installed, it is found by its entry point: the command line migrates, draws and explains."""
    installed = tmp_path / "site" / "mentor-1.dist-info"
    installed.mkdir(parents=True)
    for name, text in DISTRIBUTION.items():
        (installed / name).write_text(text, "utf-8")
    url = f"sqlite:///{tmp_path / 'lazsa.db'}"

    def run(*arguments: str) -> str:
        places = os.pathsep.join((str(installed.parent), str(ROOT)))
        done = subprocess.run(
            [sys.executable, "-c", MAIN, *arguments],
            env={**os.environ, "PYTHONPATH": places},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "Mentor of newcomers" in run("graph", "mentor", "--format", "dot")
    run("migrate", "--database", url)
    config = Config.load(lifecycles=[AWARD, MENTOR])
    with Programme.open(url, config=config, clock=VirtualClock(noon(MAY))) as programme:
        path = offer(programme)
    told = json.loads(run("explain", path, "--database", url, "--json"))
    assert (told["state"], told["policy"]) == ("offered", "mentor/2020-1")
