"""``lazsa-flow prove``: what it prints, and its exit code."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from typer.testing import CliRunner

from lazsa_flow import ProofRules, Property
from lazsa_flow.award.cli.app import app
from lazsa_flow.award.lifecycles.entry import ENTRY
from tests.chaos.population import fill_backlog

if TYPE_CHECKING:
    from pathlib import Path

STRICT = ProofRules(
    (Property("never_refused", "Nobody is refused.", on_move=lambda _, m: m.dest != "refused"),)
)

NOBODY = ProofRules(
    (Property("nobody_is_nominated", "Nobody is.", on_move=lambda _, m: m.trigger != "nominate"),)
)
KIND = replace(
    ENTRY,
    edges=tuple(
        replace(each, sources=("under_review",)) if each.trigger == "refuse" else each
        for each in ENTRY.edges
    ),
)


def test_a_lifecycle_is_proved_without_a_database() -> None:
    """Text says what holds, JSON lists every property; the exit code is 0."""
    result = CliRunner().invoke(app, ["prove", "entry"])
    assert result.exit_code == 0, result.output
    assert "entry: 16 properties hold" in result.output
    document = json.loads(CliRunner().invoke(app, ["prove", "trainer", "--json"]).output)
    assert document["holds"] is True
    assert all(each["holds"] for each in document["lifecycles"][0]["properties"])


def test_a_failure_is_drawn_and_ends_with_1(tmp_path: Path) -> None:
    """A host's property that fails is printed with its way, written as a picture, and left out."""
    rules = ["--rules", f"{__name__}:STRICT"]
    result = CliRunner().invoke(app, ["prove", "entry", *rules, "--pictures", str(tmp_path)])
    assert result.exit_code == 1
    assert "refuse (criteria_unmet) by onboarding, submitted to refused" in result.output
    assert (tmp_path / "entry-never_refused.svg").read_text("utf-8").startswith("<svg")
    left_out = CliRunner().invoke(app, ["prove", "entry", *rules, "--without", "never_refused"])
    assert left_out.exit_code == 0


def test_what_does_not_exist_is_named() -> None:
    """An unknown lifecycle, rules that cannot be loaded, and options without a lifecycle."""
    for words, named in (
        (["loan"], "loan"),
        (["entry", "--rules", "no.such:RULES"], "no.such:RULES"),
        (["entry", "--without", "no_such"], "no_such"),
        (["--without", "no_such"], "a lifecycle too"),
        (["--rules", "no.such:RULES"], "a lifecycle too"),
        (["--against", "no.such:TABLE"], "a lifecycle too"),
        (["entry", "--against", f"{__name__}:STRICT"], "a Lifecycle as package.module:NAME"),
    ):
        result = CliRunner().invoke(app, ["prove", *words])
        assert result.exit_code == 1
        assert named in str(result.exception)


def test_two_tables_are_compared() -> None:
    """What one allows and the other does not is printed with the way to an example."""
    result = CliRunner().invoke(app, ["prove", "entry", "--against", f"{__name__}:KIND"])
    assert result.exit_code == 0, result.output
    assert "only the first allows: refuse (criteria_unmet) by onboarding" in result.output
    assert "only the second" not in result.output
    same = ["prove", "entry", "--against", "lazsa_flow.award.lifecycles.entry:ENTRY"]
    assert "Both tables allow the same." in CliRunner().invoke(app, same).output
    document = json.loads(CliRunner().invoke(app, [*same[:3], f"{__name__}:KIND", "--json"]).output)
    assert document["same"] is False
    assert {each["allowed_by"] for each in document["differences"]} == {"first"}


def test_a_journal_is_proved_by_command(tmp_path: Path) -> None:
    """What was recorded keeps to the properties; what it breaks is printed and drawn."""
    url = f"sqlite:///{tmp_path}/w.db"
    fill_backlog(url, 3)
    words = ["prove", "award", "--journal", "--database", url]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    assert "award: the journal keeps to 31 properties (3 rows of 3 paths" in result.output
    assert "Not shown by a journal: what can never happen" in result.output
    broken = [*words, "--rules", f"{__name__}:NOBODY", "--pictures", str(tmp_path)]
    result = CliRunner().invoke(app, broken)
    assert result.exit_code == 1
    assert "It fails at award-1 seq 1." in result.output
    assert "1. award-1 seq 1: nominate by employee, new to nominated" in result.output
    assert (tmp_path / "award-nobody_is_nominated-award-1-1.svg").is_file()
    document = json.loads(CliRunner().invoke(app, [*broken, "--json"]).output)
    assert document["holds"] is False
    assert [each["path"] for each in document["lifecycles"][0]["failures"]] == [
        "award-1",
        "award-2",
        "award-3",
    ]
    everything = json.loads(CliRunner().invoke(app, ["prove", *words[2:], "--json"]).output)
    assert {each["lifecycle"] for each in everything["lifecycles"]} == {"award", "entry", "trainer"}
    against = [*words, "--against", "lazsa_flow.award.lifecycles.entry:ENTRY"]
    assert "two tables are compared" in str(CliRunner().invoke(app, against).exception)
