"""``lazsa-flow approval`` and ``--request``: asked for by one person, carried out by another."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from lazsa_flow import Config, LazsaError, Programme
from lazsa_flow.award.cli.app import app
from tests.policy_texts import changed_policy

if TYPE_CHECKING:
    from pathlib import Path

ONE, TWO = (("--as", f"operator:o-{number}") for number in (1, 2))


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Return the URL of a database in which nothing has happened."""
    url = f"sqlite:///{tmp_path / 'lazsa.db'}"
    Programme.migrate(url, config=Config.load())
    return url


def run(url: str, *words: str, refused: bool = False) -> str:
    """Run a command; return what it printed, or the error that refused it."""
    done = CliRunner().invoke(app, [*words, "--database", url])
    assert isinstance(done.exception, LazsaError) == refused, done.output
    return str(done.exception) if refused else done.output


def run_json(url: str, *words: str) -> Any:
    """Run a command with ``--json``; return the document."""
    return json.loads(run(url, *words, "--json"))


def test_a_pause_is_lifted_by_two(url: str) -> None:
    """Each step is a command; another person's approval lifts the pause at once."""
    run(url, "pause", "--reason", "wrong figures", *ONE)
    asked = run(url, "resume", "--reason", "checked", "--request", *ONE)
    assert "Request 1, resume: waits for an approval" in asked
    assert "lazsa-flow approval give 1 --as ROLE:ID" in asked
    given = '{"reason": "checked twice"}'
    second = run_json(url, "approval", "request", "resume", "--with", given, *ONE)
    assert (second["number"], second["arguments"]) == (2, {"reason": "checked twice"})
    assert "wrong figures" in run(url, "pauses")
    listed = run(url, "approval", "list")
    assert "resume" in listed
    assert "operator:o-1" in listed

    assert "is the same person" in run(url, "approval", "give", "1", *ONE, refused=True)
    done = run_json(url, "approval", "give", "1", *TWO)
    assert (done["outcome"], done["ended_by"]) == ("carried_out", "operator:o-2")
    assert run_json(url, "pauses") == []
    assert "not paused" in run(url, "approval", "give", "2", *TWO, refused=True)
    refused = run(url, "approval", "refuse", "2", "--reason", "done already", *TWO)
    assert "refused, by operator:o-2: done already" in refused
    assert "No request waits for an approval." in run(url, "approval", "list")
    assert [each["outcome"] for each in run_json(url, "approval", "list", "--all")] == [
        "carried_out",
        "refused",
    ]


def test_a_policy_and_an_erasure_are_requested(url: str, tmp_path: Path) -> None:
    """What the commands would do is requested with all their options; nothing is asked for."""
    file = tmp_path / "2026-9.toml"
    file.write_text(changed_policy("2026-9"), "utf-8")
    run(url, "policy", "release", str(file), "--request", "--as", "manager:m-1")
    shown = run(url, "approval", "show", "1")
    assert "Request 1: release_policy" in shown
    assert 'version = "2026-9"' in shown
    assert "2026-9" not in run(url, "policy", "list", "award")
    run(url, "approval", "give", "1", "--as", "manager:m-2")
    assert "2026-9" in run(url, "policy", "list", "award")
    assert "no person" in run(url, "erase", "nobody", "--request", "--as", "host:h-1", refused=True)

    run(url, "policy", "release", str(file), "--request", "--as", "manager:m-1", refused=True)
    run(url, "pause", "--reason", "x", *ONE)
    run(url, "resume", "--request", *ONE)
    withdrawn = run(url, "approval", "withdraw", "2", "--reason", "wrong country", *ONE)
    assert "withdrawn, by operator:o-1: wrong country" in withdrawn


def test_arguments_are_a_json_object(url: str) -> None:
    """Anything else is named, with what was expected."""
    for text in ("[1]", "resume", ""):
        said = run(url, "approval", "request", "resume", "--with", text, *ONE, refused=True)
        assert "a JSON object of arguments by name" in said
