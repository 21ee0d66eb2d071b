"""Pages written by people: the glossary and the programme say what they must."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from docs.pages import programme

ROOT = Path(__file__).parents[2]
GLOSSARY_LIMIT = 30


def test_the_programme_names_every_rule_with_code_and_test() -> None:
    """Each rule of tests/rules.toml is on reference/programme.md once, with its code and tests."""
    lines = (ROOT / "docs" / "reference" / "programme.md").read_text("utf-8").splitlines()
    by_rule = {match[1]: line for line in lines if (match := re.match(r'- <a id="([^"]+)"', line))}
    rules = [rule for section in programme.list_sections() for rule in section["rule"]]
    assert sorted(by_rule) == sorted(rule["id"] for rule in rules)
    for rule in rules:
        line = by_rule[rule["id"]]
        assert rule["says"] in line
        for place in (*rule.get("code", ()), *rule.get("tests", ())):
            assert f"](../../{place.partition('::')[0]} " in line, rule["id"]
    assert sum(line.startswith("- <a id=") for line in lines) == len(rules)


def test_every_topic_has_rules() -> None:
    """A topic of docs/pages/programme.toml whose rules were renamed is not left empty."""
    assert "\n\n\n" not in programme.render()
    headings = re.findall(r"^### .*\n\n(?:[^-<#|].*\n\n)?(.)", programme.render(), re.MULTILINE)
    assert set(headings) <= {"-", "|"}
    sections = tomllib.loads(programme.FRAME.read_text("utf-8"))["section"]
    assert [each["title"] for each in sections] == [
        each["title"] for each in programme.list_sections()
    ]


def test_the_glossary_is_short() -> None:
    """At most 30 terms, each once, in alphabetical order, each explained in full sentences."""
    text = (ROOT / "docs" / "reference" / "glossary.md").read_text("utf-8")
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    terms = [term for term, _ in rows[1:]]
    assert len(terms) <= GLOSSARY_LIMIT
    assert terms == sorted(set(terms))
    assert all(meaning[0].isupper() and meaning.endswith(".") for _, meaning in rows[1:])
