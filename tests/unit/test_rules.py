"""Does every rule of the programme have a test that holds it, a place, and a break?

``tests/rules.toml`` lists the rules and ``docs/reference/rules.md`` shows them.
"""

from __future__ import annotations

import ast
import importlib.util
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SECTIONS = tomllib.loads((ROOT / "tests" / "rules.toml").read_text("utf-8"))["section"]
RULES = [rule for section in SECTIONS for rule in section["rule"]]
PROGRAMME = (
    "Who and where",
    "Nomination and the award cycle",
    "The panel",
    "Criteria",
    "Tenure, renewal, retirement",
    "Reconnect",
    "Perks",
    "The year between",
    "The lifecycles",
    "The books",
    "Versions and data",
    "Lists of a country team",
    "Foresight",
)
"""The sections of programme.md that state rules, in its order, and what the lists promise."""


@cache
def _tests_of(file: Path) -> frozenset[str]:
    """Return the tests of a file: ``function`` and ``Class::function``."""
    found = set()
    for node in ast.parse(file.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            members = (each for each in node.body if isinstance(each, ast.FunctionDef))
            found |= {f"{node.name}::{each.name}" for each in members}
    return frozenset(name for name in found if name.rpartition("::")[2].startswith("test_"))


def is_missing(test: str) -> bool:
    """Tell whether a named test, or scenario, is not there."""
    name, _, function = test.partition("::")
    file = ROOT / name
    if not name.startswith("tests/") or not file.is_file():
        return True
    if file.suffix == ".toml":
        return bool(function) or file.parent.name != "scenarios"
    return function not in _tests_of(file)


def test_every_named_test_exists() -> None:
    """A rule names tests that are there, under these very names (tests/rules.toml)."""
    missing = [(r["id"], test) for r in RULES for test in r.get("tests", ()) if is_missing(test)]
    assert missing == []


def test_every_rule_is_held() -> None:
    """A rule names a test, each once, or says what it waits for, and never both."""
    for rule in RULES:
        tests = rule.get("tests", [])
        assert bool(tests) != bool(rule.get("later")), rule["id"]
        assert len(tests) == len(set(tests)), rule["id"]
        assert set(rule) <= {"id", "says", "tests", "later", "code", "breaks"}, rule["id"]


def test_every_place_in_the_code_exists() -> None:
    """A rule's ``code`` names files of the package, with what is defined in them."""
    named = [(rule["id"], place) for rule in RULES for place in rule.get("code", ())]
    assert [each for each in named if not is_defined(each[1])] == []


def test_every_break_fits() -> None:
    """What a break replaces stands once in its file, and is not what it puts there.

    Every rule that is held names a place and a break.
    """
    for rule in RULES:
        assert "later" in rule or (rule.get("code") and rule.get("breaks")), rule["id"]
        for each in rule.get("breaks", ()):
            text = (ROOT / each["file"]).read_text("utf-8")
            assert text.count(each["old"]) == 1, (rule["id"], each["old"])
            assert each["old"] != each["new"], rule["id"]


def is_defined(place: str) -> bool:
    """Tell whether ``file`` or ``file::name`` is there: a function, a class or a value."""
    name, _, member = place.partition("::")
    file = ROOT / name
    if not name.startswith("lazsa_flow/") or not file.is_file():
        return False
    text = file.read_text("utf-8")
    patterns = [
        rf"^\s*(?:async def|def|class)?\s*{re.escape(part)}\b" for part in member.split(".")
    ]
    return not member or all(re.search(pattern, text, re.MULTILINE) for pattern in patterns)


def test_every_section_is_there() -> None:
    """Each section of programme.md has its rules; no rule's id or sentence comes twice."""
    assert tuple(section["title"] for section in SECTIONS) == PROGRAMME
    assert len({rule["id"] for rule in RULES}) == len({r["says"] for r in RULES}) == len(RULES)
    assert all(rule["says"].endswith((".", ")")) for rule in RULES)
    assert len(RULES) >= 120


@pytest.mark.parametrize(
    "test",
    [
        "tests/unit/test_rules.py::test_that_is_not_there",
        "tests/unit/test_rules.py",
        "tests/unit/test_rules.py::RULES",
        "tests/scenarios/never_told.toml",
        "lazsa_flow/errors.py::test_errors",
    ],
)
def test_a_missing_test_is_noticed(test: str) -> None:
    """The check itself tells what is not there."""
    assert is_missing(test)


def test_page_is_fresh() -> None:
    """docs/reference/rules.md says what tests/rules.toml says now (design.md, rule 1)."""
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    generate: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    page = ROOT / "docs" / "reference" / "rules.md"
    assert page.read_text("utf-8") == generate.rules()
