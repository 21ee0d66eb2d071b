"""Conventions of the command line: options, exit codes and tables are the same in every command."""

from __future__ import annotations

import ast
import io
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import typer.main

from lazsa_flow.award.cli.app import app, main
from lazsa_flow.cli import tables
from lazsa_flow.cli.safe_console import SafeConsole

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).resolve().parents[3]
COMMAND_LINES: Final = (ROOT / "lazsa_flow" / "cli", ROOT / "lazsa_flow" / "award" / "cli")
MEANINGS: Final = {
    "--now": {"INSTANT": "As of this instant, as 2026-10-01T00:00+08:00"},
    "--until": {"DATE": "Also timers due by the end of this date"},
    "--on": {"DATE": "Cycle date, such as 2026-10-01"},
    "--out": {
        "FILE": "Write the result here: into this file",
        "DIR": "Write the result here: into this folder",
    },
}
"""What these options take, and how their help begins then, wherever they stand."""
SHORT: Final = {"--out": "-o"}
"""The letter that stands for an option, wherever it stands."""


def _commands(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every command with its whole name."""
    for word, each in getattr(command, "commands", {}).items():
        yield from _commands(each, f"{name} {word}".strip())
    if not hasattr(command, "commands"):
        yield name, command


def test_an_option_means_the_same_in_every_command() -> None:
    """Instants, dates and outputs are given by the same options with the same words."""
    seen = set()
    for name, command in _commands(typer.main.get_command(app)):
        for option in command.params:
            for each in set(option.opts) & MEANINGS.keys():
                assert option.metavar in MEANINGS[each], (name, each)
                begins = MEANINGS[each][option.metavar]
                assert option.help.startswith(begins), (name, each, option.help)
                assert set(option.opts) == {each, SHORT.get(each, each)}, (name, option.opts)
                seen.add(each)
    assert seen == MEANINGS.keys()


def _codes(file: Path) -> Iterator[str]:
    """Yield what a module gives as exit codes."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("typer.Exit", "sys.exit"):
            yield ast.unparse(node.args[0]) if node.args else "0"


def test_exit_codes_are_those_of_the_page(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """0 is done, 1 is refused or found wrong, 2 is a wrong command line; no command has another."""
    page = (ROOT / "docs" / "reference" / "commands.md").read_text("utf-8")
    table = page.partition("## Exit codes")[2].partition("\nThese")[0]
    assert re.findall(r"^\| (\d) \|", table, re.MULTILINE) == ["0", "1", "2"]
    monkeypatch.chdir(tmp_path)
    for words, code in ((["--version"], 0), (["states"], 1), (["show"], 2), (["nonsense"], 2)):
        monkeypatch.setattr(sys, "argv", ["lazsa-flow", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        assert (ended.value.code or 0) == code, words
    assert "lazsa-flow migrate" in capsys.readouterr().err  # the next command to type
    given = {
        code for folder in COMMAND_LINES for file in folder.glob("*.py") for code in _codes(file)
    }
    literal = {int(code) for code in given if code.isdigit()}
    assert literal <= {0, 1, 2}


def test_tables_are_made_in_one_place_and_have_no_box(monkeypatch: pytest.MonkeyPatch) -> None:
    """Into a file or pipe a table is plain text: no lines are drawn, no colour, no id is cut."""
    found = [
        file.name
        for folder in COMMAND_LINES
        for file in folder.glob("*.py")
        if re.search(r"(?<!sa\.)\bTable\(", file.read_text("utf-8"))
    ]
    assert found == ["tables.py"]
    table = tables.new_table("Seller", "State", title="All", footer=True)
    identifier = "f" * 64
    table.add_row(identifier, "awarded")
    monkeypatch.setenv("NO_COLOR", "1")
    screen = SafeConsole()
    screen.file = out = io.StringIO()
    screen.width = 2000
    screen.print(table)
    assert identifier in out.getvalue()
    assert out.getvalue().isascii()
    assert "\x1b" not in out.getvalue()
