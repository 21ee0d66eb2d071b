"""The chart as Mermaid text."""

from __future__ import annotations

import html
import re
from typing import Final

import pytest

from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.graph.chart import build_chart
from lazsa_flow.graph.mermaid import escape_mermaid_name, mermaid
from tests.factories import table
from tests.unit.graph.hostile import HOSTILE, hostile_table

_NAME: Final = r"(?:[A-Za-z0-9_]|#[0-9]+;)+"
_NAMES: Final = rf"{_NAME}(?:, {_NAME})*"
_WHO: Final = rf"{_NAME}(?:/{_NAME})*(?: \({_NAMES}\))?"
_GUARDS: Final = rf"(?: \[{_NAMES}\])?"
_LABEL: Final = rf"{_NAME}{_GUARDS}<br/>{_NAME} by {_WHO}(?:, {_WHO})*{_GUARDS}"
_END: Final = r"(?:s[0-9]+|\[\*\])"
LINE: Final = re.compile(
    "|".join(
        (
            r"stateDiagram-v2",
            r"    direction TB",
            r"    classDef [a-z_]+ [a-z:#0-9,-]+",
            rf'    state "{_NAME}<br/>{_NAME}" as s[0-9]+',
            r"    class s[0-9]+ [a-z_]+",
            rf"    {_END} --> s[0-9]+ : {_LABEL}",
            r"    s[0-9]+ --> \[\*\]",
        )
    )
)
"""Every line that may stand in our Mermaid text; nothing else may."""


def _shown(text: str) -> str:
    """Return what Mermaid shows for a label: it turns ``#60;`` into ``&#60;``."""
    return html.unescape(re.sub(r"#([0-9]+);", r"&#\1;", text))


def test_the_award_keeps_to_the_grammar() -> None:
    """Every line of the award's diagram is of a kind that we know."""
    assert all(LINE.fullmatch(line) for line in mermaid(build_chart(AWARD)).splitlines())


def test_a_small_diagram_in_full() -> None:
    """States, classes and arrows are written once each, final states lead to the end."""
    text = mermaid(build_chart(table()))
    assert [line.strip() for line in text.splitlines() if "classDef" not in line] == [
        "stateDiagram-v2",
        "direction TB",
        'state "Ajar<br/>ajar" as s0',
        'state "Shut<br/>shut" as s1',
        "class s0 waiting",
        "class s0 happy",
        "class s1 success",
        "class s1 happy",
        "[*] --> s0 : Open<br/>open by seller",
        "s0 --> s1 : Close [Ready]<br/>close by clock [ready]",
        "s0 --> s1 : Lock<br/>lock by seller (leaving)",
        "s1 --> [*]",
    ]
    assert text.endswith("\n")


def test_titles_are_read_in_the_locale_of_the_chart() -> None:
    """People read titles; the code name that a command takes stands in the second line."""
    lines = mermaid(build_chart(AWARD, locale="id")).splitlines()
    assert '    state "Anggota#32;Reconnect<br/>reconnect" as s6' in lines
    [joining] = [line for line in lines if "<br/>join_reconnect by team" in line]
    assert "Bergabung#32;dengan#32;Reconnect [" in joining
    assert "Langkah#32;ke#32;Reconnect#32;selesai" in joining


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_breaks_no_line(name: str) -> None:
    """Whatever a name holds, the diagram has the lines it would have with a tame one."""
    lines = mermaid(build_chart(hostile_table(name))).split("\n")
    tame = mermaid(build_chart(hostile_table("tame"))).split("\n")
    assert lines.pop() == ""
    assert len(lines) == len(tame) - 1
    for line, usual in zip(lines, tame, strict=False):
        assert LINE.fullmatch(line), line
        assert line.split('"')[0].split(" : ")[0] == usual.split('"')[0].split(" : ")[0]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_shown_as_it_is(name: str) -> None:
    """A name is neither lost nor run: decoded, it is the name, with one space for each break."""
    shown = _shown(escape_mermaid_name(name))
    assert shown.split() == _printable(name).split() or shown == "(no name)"
    assert (shown == "(no name)") == (not _printable(name).strip())


def _printable(name: str) -> str:
    return "".join(char if char.isprintable() else " " for char in name)


def test_no_markup_is_left() -> None:
    """Of the characters that HTML, Mermaid or Markdown act on, none is left in an escaped name."""
    for name in HOSTILE:
        assert not set("<>&\"'`*%{}[]()\\/|~^$:!=\n\r") & set(escape_mermaid_name(name))
        assert " " not in escape_mermaid_name(name)
