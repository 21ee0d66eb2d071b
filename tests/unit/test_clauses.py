"""Is every clause of the source documents done by a command or call, held by a test, and placed?

``tests/clauses.toml`` lists the clauses and ``docs/reference/clauses.md`` shows them.
"""

from __future__ import annotations

import importlib.util
import tomllib
from functools import cache
from typing import Any, Final

import pytest
from typer.main import get_command

from lazsa_flow import Programme
from lazsa_flow.award.cli.app import app
from tests.unit.test_rules import ROOT, is_defined, is_missing

CLAUSES: Final[list[dict[str, Any]]] = tomllib.loads(
    (ROOT / "tests" / "clauses.toml").read_text("utf-8")
)["clause"]
COUNTS: Final = {"Introduction": 15, "FAQ": 12, "FAQ, Reconnect": 12, "Turnover": 7}
"""How many clauses each document has."""


@cache
def commands() -> frozenset[str]:
    """Return every command of the command line, with its group."""

    def walk(group: Any, prefix: str = "") -> set[str]:
        found = set()
        for name, command in getattr(group, "commands", {}).items():
            if hasattr(command, "commands"):
                found |= walk(command, f"{prefix}{name} ")
            else:
                found.add(prefix + name)
        return found

    return frozenset(walk(get_command(app)))


def test_every_clause_is_listed() -> None:
    """None of the documents' clauses is missing, and none is listed twice."""
    documents = [clause["document"] for clause in CLAUSES]
    assert {each: documents.count(each) for each in documents} == COUNTS
    assert len({(each["document"], each["id"]) for each in CLAUSES}) == len(CLAUSES)


@pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause["id"])
def test_a_clause_is_done_held_and_placed(clause: dict[str, Any]) -> None:
    """What a clause names is there: commands, methods of the programme, tests, code."""
    assert clause["commands"]
    assert clause["calls"]
    assert [each for each in clause["commands"] if each not in commands()] == []
    assert [each for each in clause["calls"] if not callable(getattr(Programme, each, None))] == []
    assert clause["tests"]
    assert [each for each in clause["tests"] if is_missing(each)] == []
    assert clause["code"]
    assert [each for each in clause["code"] if not is_defined(each)] == []


def test_page_is_fresh() -> None:
    """docs/reference/clauses.md says what tests/clauses.toml says now."""
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    generate: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    page = ROOT / "docs" / "reference" / "clauses.md"
    assert page.read_text("utf-8") == generate.clauses()
