"""The wheel that is built, installed into an environment of its own, as a host installs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zipfile import ZipFile

import pytest

from tests.acceptance.shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

UV: Final = Path(sys.executable).with_name("uv")
INVOICE: Final = ROOT / "docs" / "examples" / "invoice"
BESIDE: Final = ("fastapi", "django", "django-stubs", "pytest")
"""What the examples of docs/examples need beside the wheel."""


def _run(*argv: str | Path, cwd: Path) -> str:
    """Run a command that must succeed, without this checkout on its path; return what it prints."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        list(map(str, argv)),
        cwd=cwd,
        env={**kept, "NO_COLOR": "1", "UV_LINK_MODE": "copy"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    _run(UV, "build", "--wheel", "-q", "-o", folder, ROOT, cwd=folder)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Iterator[Path]:
    """An environment that holds the wheel, and what the examples need beside it."""
    home = wheel.parent / "home"
    _run(UV, "venv", "-q", home / ".venv", "--python", sys.executable, cwd=wheel.parent)
    invoice = wheel.parent / "invoice"
    shutil.copytree(INVOICE, invoice)
    wanted = (
        f"lazsa-flow[all] @ {wheel.as_uri()}",
        f"invoice-flow @ {invoice.as_uri()}",
        *BESIDE,
    )
    _run(
        *(UV, "pip", "install", "-q", "--python", home / ".venv/bin/python"),
        *("-c", ROOT / "constraints.txt", *wanted),
        cwd=home,
    )
    yield home
    shutil.rmtree(home)


def test_what_the_wheel_says_of_itself(wheel: Path) -> None:
    """The wheel has its licence, its authors, the versions tested and the marker for checkers."""
    with ZipFile(wheel) as file:
        names = set(file.namelist())
        [metadata] = [name for name in names if name.endswith(".dist-info/METADATA")]
        text = file.read(metadata).decode()
    assert "lazsa_flow/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert "License-Expression: MIT" in text
    assert "Author: The lazsa_flow authors" in text
    for minor in ("3.11", "3.12", "3.13"):
        assert f"Classifier: Programming Language :: Python :: {minor}" in text
    assert f"Version: {distribution('lazsa-flow').version}\n" in text


def test_a_hosts_types_are_checked_against_the_wheel(installed: Path) -> None:
    """``mypy --strict`` finds the library's types in the wheel, and no fault in the examples."""
    shutil.copytree(ROOT / "docs" / "examples", installed / "examples")
    wrong = installed / "wrong.py"
    wrong.write_text("from lazsa_flow import Programme\nProgramme.open(1).nominate(2, actor=3)\n")
    check = (
        *(sys.executable, "-m", "mypy", "--strict", "--cache-dir", installed / "types"),
        *("--python-executable", installed / ".venv/bin/python"),
    )
    _run(*check, "examples", cwd=installed)
    with pytest.raises(AssertionError, match='Argument 1 to "open"'):
        _run(*check, wrong, cwd=installed)


def test_the_demo_runs_from_the_wheel(installed: Path) -> None:
    """The demo of the installed wheel runs, and its journal verifies."""
    script = installed / ".venv/bin/lazsa-flow"
    said = _run(script, "demo", "--years", "1", "--out", "story", cwd=installed)
    assert "The journal verifies." in " ".join(said.split())
    assert (installed / "story" / "journal.jsonl").is_file()


def test_a_package_with_a_lifecycle_runs_beside_the_wheel(installed: Path) -> None:
    """The invoice, installed beside the wheel, is found, drawn, and passes its own tests."""
    home = installed / ".venv" / "bin"
    assert "settle" in _run(home / "lazsa-flow", "graph", "invoice", cwd=installed)
    own = installed / "own"
    shutil.copytree(INVOICE / "tests", own)
    assert "passed" in _run(home / "python", "-m", "pytest", "--rootdir", own, own, cwd=own)
