"""Whatever standard output can encode, the command line speaks, and its JSON stays JSON."""

from __future__ import annotations

import io
import json
import sys

import pytest

from lazsa_flow.cli.common import console, print_json
from lazsa_flow.cli.output import degrade_unencodable

TEXT = "award → renewed … 1–2 × é ü 名 😀 \ud800"


def written(monkeypatch: pytest.MonkeyPatch, encoding: str, errors: str = "strict") -> io.BytesIO:
    """Put streams of an encoding in place of the standard ones; return what they write to."""
    raw = io.BytesIO()
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, io.TextIOWrapper(raw, encoding, errors, write_through=True))
    degrade_unencodable()
    return raw


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "cp1252", "ascii", "shift_jis"])
def test_text_degrades(monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    """A line for people is written whole, on both streams; an arrow becomes ``->``."""
    raw = written(monkeypatch, encoding)
    console().print(TEXT, soft_wrap=True)
    console(stderr=True).print(TEXT, soft_wrap=True)
    lines = raw.getvalue().decode(encoding).splitlines()
    assert len(lines) == 2
    assert all("award" in line and "\\ud800" in line for line in lines)
    if encoding in ("latin-1", "ascii"):
        assert lines[0].startswith("award -> renewed ... 1-2 ")


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "cp1252", "ascii", "shift_jis"])
def test_json_stays_whole(monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    """A JSON document says the same in every encoding."""
    raw = written(monkeypatch, encoding)
    print_json({TEXT: [TEXT]})
    assert json.loads(raw.getvalue().decode(encoding)) == {TEXT: [TEXT]}


def test_other_streams_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host's own stream is left as it is."""
    monkeypatch.setattr(sys, "stdout", stream := io.StringIO())
    degrade_unencodable()
    print_json("→")
    assert stream.getvalue() == '"→"\n'


def test_a_table_in_a_file_is_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no terminal is, a row of a table is one line, and an id in it is whole."""
    from rich.table import Table

    monkeypatch.delenv("COLUMNS", raising=False)
    raw = written(monkeypatch, "utf-8")
    table = Table("Path", "Seller", "Waiting for")
    table.add_row("award-1", "s" * 64, "; ".join(["a sentence that is long"] * 6))
    console().print(table)
    lines = raw.getvalue().decode().splitlines()
    assert len(lines) == 5
    assert "s" * 64 in lines[3]
    assert max(map(len, lines)) < 300
