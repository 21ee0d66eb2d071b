"""``lazsa-flow rehearse --save`` and ``night``: what they print, and what they refuse."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from lazsa_flow import ConflictError, InputError, Programme, VirtualClock
from lazsa_flow.award.cli.app import app
from lazsa_flow.cli import common
from tests.factories import CYCLE, facts, record_facts, utc
from tests.integration.world import EMPLOYEE

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the URL of a database with a nominee."""
    made, clock = f"sqlite:///{tmp_path / 'lazsa.db'}", VirtualClock(utc(2026, 6, 1, 4))
    monkeypatch.setattr(common, "make_clock", lambda: clock)
    Programme.migrate(made, clock=clock)
    with Programme.open(made, clock=clock) as programme:
        record_facts(programme, [facts(seller="s-1")])
        programme.nominate("s-1", actor=EMPLOYEE, statement="Helps.")
    return made


def run(url: str, *words: str) -> Any:
    """Run a command; return what it printed, or the error that it ended with."""
    result = CliRunner().invoke(app, [*words, "--database", url])
    return result.output if result.exception is None else result.exception


def test_a_night_is_saved_shown_and_approved(url: str) -> None:
    """The words of the commands say what was saved, and who must still approve."""
    assert run(url, "night", "list") == "No rehearsal was saved.\n"
    rehearse = ("rehearse", "--on", str(CYCLE), "--save", "october", "--as", "operator:o-1")
    first = json.loads(run(url, *rehearse, "--key", "k", "--json"))
    assert [each["path"] for each in first["outcomes"]] == ["award-1"]
    assert json.loads(run(url, *rehearse, "--key", "k", "--json")) == {"saved": first["saved"]}
    assert "SG       carry_over" in run(url, *rehearse, "--key", "k")
    assert isinstance(run(url, *rehearse, "--key", "k", "--journal", "-"), ConflictError)

    assert "october" in run(url, "night", "list")
    shown = run(url, "night", "show", "october")
    assert "rehearsal of 2026-10-01 for all countries" in shown
    assert "Approval: not approved." in shown
    approve = ("night", "approve", "october", "--as")
    assert "one more person must" in run(url, *approve, "manager:m-1")
    assert "is the same person" in str(run(url, *approve, "manager:M-1"))
    found = json.loads(run(url, *approve, "manager:m-2", "--json"))
    assert found["approved"]
    assert [each["actor"] for each in found["approvals"]] == ["manager:m-1", "manager:m-2"]
    whole = json.loads(run(url, "night", "show", "october", "--json"))
    assert whole["outcomes"]["award-1"]["outcome"] == "carry_over"
    assert [each["approved"] for each in json.loads(run(url, "night", "list", "--json"))] == [True]
    assert "Saved as second; two persons must" in run(
        url, "rehearse", "--on", str(CYCLE), "--save", "second", "--as", "manager:m-1"
    )


@pytest.mark.parametrize(
    "words",
    [
        ("--save", "x"),
        ("--as", "operator:o-1"),
        ("--key", "k"),
        ("--save", "x", "--as", "operator:o-1", "--policy", "2020-1"),
    ],
    ids=lambda each: each[-2],
)
def test_options_of_save_go_together(url: str, words: tuple[str, ...]) -> None:
    """An option that would do nothing by itself is refused."""
    refused = run(url, "rehearse", "--on", str(CYCLE), *words)
    assert isinstance(refused, InputError)
    assert words[0] in str(refused)
