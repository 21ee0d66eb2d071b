"""Every command that answers, asked for JSON: one document of one shape, an error's too.

Source: docs/reference/json.md.
"""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.award.cli.app import main
from lazsa_flow.clock import SystemClock
from tests.integration.test_commands_and_methods import commands
from tests.integration.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROCESSES = {"run", "worker", "ticker", "view"}
"""They answer nothing until they are stopped."""
ANSWERING = {words: command for words, command in commands() if words not in PROCESSES}
VALUES = {
    "COUNTRY": "SG",
    "CYCLE": "2020-04-01",
    "INSTANT": "2020-04-01T00:00+08:00",
    "ROLE:ID": "host:h",
    "PATH": "award-1",
}
"""What is typed for a parameter of this metavar; for any other it is a word."""
OFFSET = re.compile(r'\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d"')
"""An instant that is not written in UTC with Z."""


def typed(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Type a command line; return exit code, standard output and standard error."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["lazsa-flow", *words])
        with pytest.raises(SystemExit) as ended:
            main()
    said = capsys.readouterr()
    code = ended.value.code
    return (code if isinstance(code, int) else 0), said.out, said.err


def required(command: Any, file: Path) -> list[str]:
    """Return words for what a command must be given."""
    words: list[str] = []
    for each in command.params:
        if not each.required:
            continue
        metavar = str(each.metavar or each.name).strip("[]….").upper()
        value = VALUES.get(metavar, "x")
        if "FILE" in metavar:
            value = str(file)
        if each.param_type_name == "option":
            words.append(each.opts[0])
        words.append(value)
    return words


def last_document(text: str) -> dict[str, Any]:
    """Return the one JSON document of standard error; warnings and pauses may stand before it."""
    lines = [line for line in text.splitlines() if line.startswith('{"error"')]
    assert len(lines) == 1, text
    document: dict[str, Any] = json.loads(lines[0])
    return document


@pytest.mark.parametrize("words", sorted(ANSWERING))
def test_a_wrong_option_is_a_document(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is wrong with the words themselves is told as JSON, with exit code 2."""
    code, out, err = typed(capsys, *words.split(), "--json", "--no-such-option")
    assert (code, out) == (2, "")
    assert last_document(err)["error"] == "UsageError"


def asks_a_database(words: str) -> bool:
    """Tell whether a command can only answer from a database that is there."""
    options = {each for one in ANSWERING[words].params for each in one.opts}
    return "--database" in options and words not in ("doctor", "migrate", "restore")


ASKING = {"prove": ["--journal"]}
"""Options without which a command asks no database."""


@pytest.mark.parametrize("words", [*filter(asks_a_database, sorted(ANSWERING))])
def test_an_error_is_a_document(
    words: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A command that cannot work says so in the same shape: kind and message."""
    command = ANSWERING[words]
    (file := tmp_path / "file.csv").write_text("x\n")
    given = [*required(command, file), *ASKING.get(words, ())]
    nowhere = f"sqlite:///{tmp_path}/none/lazsa.db"
    code, out, err = typed(capsys, *words.split(), *given, "--database", nowhere, "--json")
    assert code in (1, 2)
    assert out == ""
    assert {"error", "message"} <= last_document(err).keys()


@pytest.fixture(scope="module")
def world(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An ambassador, a nominee and somebody of whom facts are known."""
    folder = tmp_path_factory.mktemp("json")
    (folder / "lazsa.db").write_bytes(migrated.read_bytes())
    opened = World(f"sqlite:///{folder / 'lazsa.db'}")
    opened.ambassador()
    opened.nominate("s2")
    opened.facts("s3")
    yield opened
    opened.programme.close()


ANSWERS = [
    *("badge s1", "entitlements s1", "fame SG", "members SG", "outcome award-1", "contact s1"),
    *("states", "state-at award-1 2020-04-01T00:00+08:00", "journal", "history award-1"),
    *("show s1", "explain s1", "due", "due --count", "due --until 2021-04-01 --country SG"),
    *("ledger", "list", "list --sellers", "list --country VN", "today SG", "facts gaps SG"),
    *("reviewers SG 2020-10-01", "stats SG 2020-04-01", "case list", "pauses", "parked"),
    *("outbox", "outbox --parked", "outbox sent", "panel gaps", "panel list SG 2020-10-01"),
    *("policy list", "policy show award", "country list", "country show SG", "config check"),
    *("doctor", "verify", "notices preview awarded", "graph award", "sweep"),
    *("nominate s3 --as employee:e-9 --statement Helps.", "case open s1 c-1 --as compliance:c"),
    *("consent s1 --give --as seller:s1", "trainer shown s1 teaching --as employee:e-1"),
    *("nomination withdraw award-2 --as employee:emp-1", "case close s1 c-1 --as compliance:c"),
    *("fire award-1 retire --as seller:s1 --reason resigned --dry-run", "migrate"),
    *("pause --country PH --reason test --as operator:o", "resume --country PH --as operator:o"),
]
"""What is typed on that world, one after the other."""


def test_answers_are_documents(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Standard output is one document, whose instants are all in UTC with Z."""
    monkeypatch.setattr(SystemClock, "now", lambda _clock: world.clock.now())
    monkeypatch.setenv("LAZSA_DATABASE_URL", str(world.programme._runtime.store._engine.url))
    for words in ANSWERS:
        code, out, err = typed(capsys, *words.split(), "--json")
        assert code == 0 or words == "doctor", (words, err)
        assert isinstance(json.loads(out), (dict, list)), words
        assert not OFFSET.search(out), words
