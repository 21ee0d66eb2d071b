"""The invoice of docs/examples: a lifecycle of somebody else's, in a package of its own.

Its tutorial shows nothing but what stands in its files; tests/acceptance/test_blocks.py runs it.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from tests.acceptance.shell import SCRIPT, eventually
from tests.acceptance.test_workers import running

ROOT: Final = Path(__file__).parents[2]
EXAMPLE: Final = ROOT / "docs" / "examples" / "invoice"
TUTORIAL: Final = (ROOT / "docs" / "tutorials" / "your-own-lifecycle.md").read_text("utf-8")
DISTRIBUTION: Final = {
    "METADATA": "Metadata-Version: 2.1\nName: invoice-flow\nVersion: 1.0\n",
    "entry_points.txt": "[lazsa_flow.lifecycles]\ninvoice = invoice_flow.lifecycle:INVOICE\n",
}
SESSION: Final = """
import sys
from typer.testing import CliRunner
from lazsa_flow.award.cli.app import app
for line in sys.stdin.read().splitlines():
    arguments = line.split("|")
    done = CliRunner().invoke(app, arguments)
    print("==", done.exit_code, arguments[0])
    print(done.output, done.exception or "")
"""


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}[^\n]*\n(.*?)\n```", TUTORIAL, re.DOTALL)


def test_the_lifecycle_is_short() -> None:
    """It is written in at most 120 lines of Python."""
    files = (EXAMPLE / "invoice_flow").rglob("*.py")
    assert sum(len(file.read_text("utf-8").splitlines()) for file in files) <= 120


def test_the_tutorial_shows_the_files() -> None:
    """Every block of code is a part of a file, and the lifecycle is shown whole."""
    lifecycle = (EXAMPLE / "invoice_flow" / "lifecycle.py").read_text("utf-8")
    tested = (EXAMPLE / "tests" / "test_invoice.py").read_text("utf-8")
    shown = [block for block in _blocks("python") if block in lifecycle]
    assert [block for block in _blocks("python") if block not in lifecycle + tested] == []
    assert _words("\n".join(shown)) == _words(lifecycle)
    templates = EXAMPLE / "invoice_flow" / "messages" / "en"
    [project] = _blocks("toml")
    assert project.strip() == (EXAMPLE / "pyproject.toml").read_text("utf-8").strip()
    written = sorted(file.read_text("utf-8").strip() for file in templates.iterdir())
    assert sorted(map(str.strip, _blocks("jinja"))) == written


def _words(text: str) -> list[str]:
    return text.split()


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path on which the package is found as if it were installed."""
    installed = tmp_path_factory.mktemp("site") / "invoice_flow-1.0.dist-info"
    installed.mkdir()
    for name, text in DISTRIBUTION.items():
        (installed / name).write_text(text, "utf-8")
    return os.pathsep.join(map(str, (installed.parent, EXAMPLE, ROOT)))


def _run(places: str, folder: Path, *argv: str, stdin: str = "") -> str:
    done = subprocess.run(
        [sys.executable, *argv],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": places, "NO_COLOR": "1", "COLUMNS": "200"},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_own_tests_pass(places: str, tmp_path: Path) -> None:
    """Library moves, sweeps, mails with the amount: the tests that ship with it."""
    argv = ("-m", "pytest", "-q", "-p", "no:cacheprovider", f"--rootdir={EXAMPLE}")
    assert "......" in _run(places, tmp_path, *argv, str(EXAMPLE / "tests"))


def test_the_command_line_of_the_tutorial(places: str, tmp_path: Path) -> None:
    """It is drawn, opened with data, paid from a file, refused by field, explained and verified."""
    payment = tmp_path / "payment.json"
    payment.write_text(json.dumps({"amount": 60.10, "payer": "Payer of Row Seven"}), "utf-8")
    commands = (
        ("migrate",),
        ("graph", "invoice", "--format", "mermaid"),
        ("open", "invoice", "c-1", "PH", "--as", "clerk:k-1", "--data", '{"total": 250.00}'),
        (
            *("open", "invoice", "c-1", "PH", "--as", "clerk:k-1"),
            *("--data", '{"number": "2026-001", "total": 250.00}'),
        ),
        ("fire", "invoice-1", "send", "--as", "clerk:k-1"),
        ("fire", "invoice-1", "pay", "--as", "bookkeeper:b-1", "--data-file", str(payment)),
        ("fire", "invoice-1", "pay", "--as", "bookkeeper:b-1", "--data", '{"amount": "-5"}'),
        ("sweep",),
        ("explain", "invoice-1"),
        ("notices", "preview", "invoice_overdue", "--country", "SG"),
        ("journal",),
        ("verify",),
    )
    said = _run(places, tmp_path, "-c", SESSION, stdin="\n".join(map("|".join, commands)))
    codes = "".join(re.findall(r"^== (\d+) ", said, re.MULTILINE))
    assert codes == "001000100000", said
    assert "settle by clock [paid_in_full]" in said
    assert "data of draft: number: got nothing, expected a value: the field is required" in said
    assert "data of pay: amount: got '-5', expected greater than 0" in said
    assert "paid_in_full: 60.10 (required: the total)" in said
    assert "189.90 is still to be paid" in said
    assert '"data": {"id": "invoice-1.3", "sha256": ' in said
    assert "Payer of Row Seven" not in said


def test_a_worker_of_its_own_settles_it(places: str, tmp_path: Path, redis_url: str) -> None:
    """Ticker and worker are processes; they find the package, and settle what has been paid."""
    url = f"sqlite:///{tmp_path / 'lazsa.db'}"
    commands = (
        ("migrate",),
        (
            *("open", "invoice", "c-1", "PH", "--as", "clerk:k-1"),
            *("--data", '{"number": "2026-001", "total": 250.00}'),
        ),
        ("fire", "invoice-1", "send", "--as", "clerk:k-1"),
        ("fire", "invoice-1", "pay", "--as", "bookkeeper:b-1", "--data", '{"amount": 250}'),
    )
    _run(places, tmp_path, "-c", SESSION, stdin="\n".join(map("|".join, commands)))
    assert _state(url) == "sent"
    words = ("--database", url, "--redis", redis_url)
    environment = {"PYTHONPATH": places, "LAZSA_DATABASE_URL": url}
    log, bell = tmp_path / "log", tmp_path / "bell"
    with (
        running(str(SCRIPT), "worker", *words, "--processes", "1", log=log, **environment),
        running(str(SCRIPT), "ticker", *words, log=bell, **environment),
    ):
        eventually("the invoice's end", lambda: _state(url) == "paid", seconds=60)


def _state(url: str) -> str:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        [(state,)] = connection.execute("SELECT state FROM lazsa_paths").fetchall()
    return str(state)
