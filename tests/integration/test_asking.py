"""Commands that cannot be undone: typed in process, on an ambassador's database.

Source: names.md, "One spelling for each new or renamed command".
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from lazsa_flow import ConflictError, InputError, NotFoundError
from lazsa_flow.award.cli.app import app
from lazsa_flow.cli import confirm
from lazsa_flow.clock import SystemClock
from tests.factories import noon
from tests.integration.test_dry_run import MANAGER, dump, park
from tests.integration.world import DUE

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

    from tests.integration.world import World

WORDS = {
    "retire": "fire award-1 retire --as seller:s1 --reason resigned",
    "compliance": "fire award-1 retire --as compliance:c-1 --reason code_of_conduct",
    "revoke": "fire award-1 revoke_standing --as compliance:c-1 --reason seller_violation",
    "erase": "erase s1 --as host:shop",
    "purge": "purge --as operator:op-1",
    "suspend": "cycle suspend SG 2021-04-01 --as manager:m-1",
    "lift": "cycle lift SG 2021-04-01 --as manager:m-1",
    "move": "seller move s1 TH --as host:shop",
    "unpark": "unpark --all --as operator:op-1",
    "retry": "outbox retry --all --as operator:op-1",
}
"""Each command that asks, as it is typed."""

NAMES = {
    "retire": "award-1 of seller s1: awarded → retired by retire (resigned); ends: award",
    "compliance": "retire (code_of_conduct); ends: award, good_standing",
    "revoke": "award-1 of seller s1: retired → retired by revoke_standing",
    "erase": "award-1 of seller s1: awarded → retired by retire (resigned); ends: award",
    "purge": "about s1: 4",
    "suspend": "award-1 of seller s1: stays awarded, new dates (suspended)",
    "lift": "award-1 of seller s1: stays awarded, new dates (suspension_lifted)",
    "move": "award-1 of seller s1: due_date 2021-03-31 16:00 UTC → 2021-03-31 17:00 UTC",
    "unpark": "award-1: due_date failed with ValueError",
    "retry": "to seller: failed with None",
}
"""Who and what each names beforehand."""


class Desk:
    """A command line at the world's own time."""

    def __init__(self, world: World, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.world, self.folder, self._patch = world, folder, patch
        self.url = f"sqlite:///{folder / 'lazsa.db'}"
        patch.setattr(SystemClock, "now", lambda _clock: world.clock.now())
        patch.setenv("LAZSA_DATABASE_URL", self.url)
        patch.setenv("COLUMNS", "200")

    def stage(self, name: str) -> None:
        """Bring the ambassador to where the command has something to do."""
        path = self.world.ambassador()
        if name == "purge":
            self.world.now(noon(DUE.replace(year=2023)))
        if name in ("unpark", "retry"):
            park(self.world, self.folder)
        if name == "lift":
            self.world.programme.suspend_cycle("SG", DUE, actor=MANAGER)
        if name == "revoke":
            self.world.resign(path)

    def type(self, *words: str, answer: str | None = None) -> Result:
        """Type a command, at a terminal if an answer is given."""
        self._patch.setattr(confirm, "_is_terminal", lambda: answer is not None)
        return CliRunner().invoke(app, " ".join(words).split(), input=answer)


@pytest.fixture
def desk(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A command line on the world's database."""
    return Desk(world, tmp_path, monkeypatch)


@pytest.mark.parametrize("name", WORDS)
def test_it_asks(desk: Desk, name: str) -> None:
    """It writes only with consent: by ``--yes``, or typed at a terminal; a dry run shows whom."""
    desk.stage(name)
    words, names, before = WORDS[name], NAMES[name], dump(desk.folder)
    refused = desk.type(words)
    assert isinstance(refused.exception, InputError)
    assert "--yes" in str(refused.exception)
    assert refused.stdout == ""
    shown = desk.type(words, "--dry-run")
    assert (shown.exit_code, names in shown.stdout) == (0, True), shown.stdout
    document = json.loads(desk.type(words, "--dry-run", "--yes", "--json").stdout)
    assert document.pop("dry_run") is True
    assert any(document.values())
    declined = desk.type(words, answer="n\n")
    assert (declined.exit_code, names in declined.stderr) == (1, True)
    assert dump(desk.folder) == before
    done = desk.type(words, "--yes")
    assert (done.exit_code, done.stderr) == (0, ""), done.exception
    assert dump(desk.folder) != before


def test_a_typed_yes(desk: Desk) -> None:
    """Consent at a terminal does it."""
    desk.stage("erase")
    done = desk.type(WORDS["erase"], answer="y\n")
    assert done.exit_code == 0
    assert "award-1: retire (resigned): awarded → retired" in done.stdout
    assert "4 texts were deleted." in done.stdout
    assert desk.world.last("award-1")["actor"] == "host:shop"


@pytest.mark.parametrize("flag", ["", "--dry-run", "--yes"])
@pytest.mark.parametrize(
    "words",
    [
        "erase nobody --as host:shop",
        "seller move nobody TH --as host:shop",
        "unpark award-99 --as operator:op-1",
        "fire award-99 retire --as seller:s1 --reason resigned",
        "fire s1 retire --as seller:s1 --reason resigned",
        "outbox retry award-1.9.1 --as operator:op-1",
        "case open nobody c-1 --as compliance:c-1",
        "reconnect step nobody join_group --as team:t-1 --country SG",
        "history award-99",
    ],
)
def test_nobody(desk: Desk, words: str, flag: str) -> None:
    """A mistyped id is an error, whether one is asked or not; never "0 texts"."""
    takes_flag = words.split(maxsplit=1)[0] in ("erase", "seller", "unpark", "fire", "outbox")
    done = desk.type(words, flag if takes_flag else "")
    assert isinstance(done.exception, NotFoundError), done.exception
    assert done.stdout == ""


def test_other_triggers_do_not_ask(desk: Desk) -> None:
    """What the table does not mark is fired at once; ``--dry-run`` works for it all the same."""
    path = desk.world.nominate()
    words = f"fire {path} withdraw --as seller:s1 --reason nominee"
    shown = desk.type(words, "--dry-run")
    assert "nominated → withdrawn by withdraw (nominee)" in shown.stdout
    assert desk.world.state(path) == "nominated"
    assert desk.type(words).exit_code == 0
    assert desk.world.state(path) == "withdrawn"


def test_all_of_none(desk: Desk) -> None:
    """``--all`` of nothing says so."""
    assert "No path is parked." in desk.type(WORDS["unpark"], "--yes").stdout
    assert "0 parked paths would go on." in desk.type(WORDS["unpark"], "--dry-run").stdout
    assert "Nothing would change." in desk.type(WORDS["purge"], "--dry-run").stdout


@pytest.mark.parametrize("flags", ["", "--grant --reject"])
def test_an_appeal_needs_a_word(desk: Desk, flags: str) -> None:
    """Without ``--grant`` or ``--reject``, or with both, no word on an appeal is recorded."""
    path = desk.world.candidate(score=1)
    desk.world.go(DUE.replace(year=2020))
    before = dump(desk.folder)
    done = desk.type("appeal", path, "--as manager:m-1", flags)
    assert isinstance(done.exception, InputError)
    assert dump(desk.folder) == before
    for number, flag in enumerate(("--reject", "--grant")):
        assert desk.type("appeal", path, f"--as manager:m-{number}", flag).exit_code == 0


def test_held(desk: Desk) -> None:
    """A dry run says what stands in the way, as the command does."""
    desk.stage("erase")
    desk.world.open_case()
    for flag in ("--dry-run", "--yes", ""):
        assert isinstance(desk.type(WORDS["erase"], flag).exception, ConflictError)


NO_DOCUMENT = {"demo", "graph", "init", "migrate", "preview", "run", "ticker", "view", "worker"}
"""Commands that are processes, or whose answer is a file or a picture."""


def test_json() -> None:
    """Every other command prints JSON with ``--json``."""

    def check(group: Any) -> None:
        for name, command in group.commands.items():
            if hasattr(command, "commands"):
                check(command)
            elif name not in NO_DOCUMENT:
                assert "--json" in {each for one in command.params for each in one.opts}, name

    check(get_command(app))
