"""What a terminal would obey is shown instead, wherever we write."""

from __future__ import annotations

import json
import logging
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from rich.table import Table
from typer.testing import CliRunner

from lazsa_flow.award.cli.app import app
from lazsa_flow.cli.common import console, print_json
from lazsa_flow.logs import EventFormatter
from lazsa_flow.terminal_text import escape_controls

if TYPE_CHECKING:
    from collections.abc import Callable

HOSTILE = "a\x1b]0;pwn\x07\x9b2J\u202eb\u2066\ud800é"
SHOWN = r"a\u001b]0;pwn\u0007\u009b2J\u202eb\u2066\ud800é"


def test_lines_and_letters_stay() -> None:
    """Line ends, tabs and letters of any script, joined ones too, are left as they are."""
    text = "ร้าน\t👩\u200d💻\nçé\u00a0"
    assert escape_controls(text) == text
    assert escape_controls(HOSTILE) == SHOWN
    assert escape_controls("a\rb") == r"a\u000db"


@pytest.mark.parametrize(
    "write",
    [
        lambda: console().print(HOSTILE),
        lambda: console().print(Table(HOSTILE, title="x")),
        lambda: console().print(Table("x" * 60, title=HOSTILE)),
        lambda: print_json({"name": HOSTILE}),
    ],
)
def test_output_shows_it(write: Callable[[], None], capsys: pytest.CaptureFixture[str]) -> None:
    """Texts, tables and JSON documents hold what data holds, escaped."""
    write()
    assert SHOWN in capsys.readouterr().out.replace("\n", "")


def test_json_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    """An escaped document reads as what it was made of."""
    print_json({"name": HOSTILE})
    assert json.loads(capsys.readouterr().out) == {"name": HOSTILE}


def test_a_log_line_shows_it() -> None:
    """Lines for people hold it escaped, as JSON lines do."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(EventFormatter(json=False))
    record = logging.LogRecord("x", logging.WARNING, "", 0, f"said {HOSTILE}", None, None)
    handler.handle(record)
    assert SHOWN in stream.getvalue()


@pytest.mark.parametrize(
    "words", [["nomi\u202enate"], ["sweep", "--n\x1bow"], ["view", "x\x1b[2J"]]
)
def test_an_error_of_usage_shows_it(words: list[str]) -> None:
    """What was typed comes back without what a terminal would obey."""
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 2
    assert escape_controls(done.output) == done.output
