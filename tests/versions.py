"""Other versions: the suite's fast half and the demo on every Python here, and on other libraries.

``./dev test-versions`` runs it, or some of it by name: a version of Python, ``lowest`` for the
oldest libraries that ``pyproject.toml`` allows, ``newest`` for the newest there are. Each gets an
environment of its own in ``.venvs``; servers and browsers are left to the full suite, which runs on
the oldest Python and the locked libraries.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.distribution.locks import ROOT, UV, read_pins

if TYPE_CHECKING:
    from collections.abc import Sequence

OLDEST: Final = 11
NEWEST: Final = 14
"""The minor versions of Python 3 that are looked for."""
LOCK: Final = ("--no-deps", "-r", "tests/locks/test.txt")
RESOLUTIONS: Final = {"lowest": "lowest-direct", "newest": "highest"}
"""What uv calls the libraries that are tried: the oldest and the newest that are allowed."""
OF_THE_LOCK: Final = ("--deselect", "tests/unit/test_docs.py::test_no_page_is_stale")
"""The generated pages are what the locked libraries make of the commands."""


def find_pythons() -> dict[str, Path]:
    """Return the interpreters found, by their full version, one for each minor version.

    Looked for on ``PATH`` and where pyenv and uv keep theirs; the version that runs this is left
    out, for the whole suite runs on it.
    """
    found: dict[str, Path] = {}
    for minor in range(OLDEST, NEWEST + 1):
        if minor == sys.version_info.minor:
            continue
        for candidate in _candidates(f"3.{minor}"):
            version = _version_of(candidate)
            if version.startswith(f"3.{minor}."):
                found[version] = candidate
                break
    return found


def _candidates(version: str) -> list[Path]:
    """Return where an interpreter of a minor version may be."""
    home = Path.home()
    pyenv = Path(os.environ.get("PYENV_ROOT", home / ".pyenv")) / "versions"
    uv = Path(os.environ.get("UV_PYTHON_INSTALL_DIR", home / ".local/share/uv/python"))
    kept = [*pyenv.glob(f"{version}.*/bin/python"), *uv.glob(f"*-{version}.*/bin/python3")]
    run_on_path = shutil.which(f"python{version}")
    return [*([Path(run_on_path)] if run_on_path else []), *sorted(kept, reverse=True)]


def _version_of(python: Path) -> str:
    """Return an interpreter's version; nothing where it does not run, as a shim may not."""
    code = "import platform; print(platform.python_version())"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def check_version(version: str, python: Path) -> None:
    """Run unit tests, properties and the demo on one interpreter, warnings as errors.

    Raises:
        CalledProcessError: A step failed.
    """
    home = _make_environment(version, python)
    _install(home, *LOCK)
    _install(home, "--no-deps", "-e", ".")
    _run_tests(home)


def check_resolution(name: str) -> None:
    """Run unit tests, properties and the demo on the oldest or newest libraries that are allowed.

    The tests are run by the locked pytest; their other tools are the newest that fit.

    Raises:
        CalledProcessError: A step failed.
    """
    home = _make_environment(name, Path(sys.executable))
    _install(home, "--resolution", RESOLUTIONS[name], "-e", ".[all]")
    freeze: list[str | Path] = [UV, "pip", "freeze", "--exclude-editable", "--python", home]
    done = subprocess.run(freeze, cwd=ROOT, check=True, capture_output=True, text=True)
    (home / "libraries.txt").write_text(done.stdout)
    _install(home, "-e", ".[all,test]", "-c", home / "libraries.txt", *_locked_runner())
    _run_tests(home, *OF_THE_LOCK)


def _locked_runner() -> list[str]:
    """Return pytest and its plug-ins as requirements, each of the version that is locked."""
    pins = read_pins(ROOT / "tests/locks/test.txt")
    return [f"{name}=={max(pins[name])}" for name in pins if name.startswith("pytest")]


def _make_environment(name: str, python: Path) -> Path:
    """Make an environment anew, and return where it is."""
    home = ROOT / ".venvs" / name
    subprocess.run([UV, "venv", "-q", "--clear", "--python", python, home], check=True)
    return home


def _install(home: Path, *what: str | Path) -> None:
    command: list[str | Path] = [UV, "pip", "install", "-q", "--python", home, *what]
    subprocess.run(command, cwd=ROOT, check=True)


def _run_tests(home: Path, *but: str) -> None:
    """Run unit tests but some, properties and the demo, warnings as errors."""
    own = home / "bin" / "python"
    subprocess.run([UV, "pip", "check", "-q", "--python", home], check=True)
    # anyio's plug-in, which no test of ours uses, warns where pytest is newer than it is
    plugins = ["-p", "no:cacheprovider", "-p", "no:anyio"]
    tests = ["tests/unit", "tests/property", *but]
    subprocess.run([own, "-m", "pytest", "-n", "2", *plugins, *tests], cwd=ROOT, check=True)
    story = home / "story"
    shutil.rmtree(story, ignore_errors=True)
    demo: list[str | Path] = [own, "-W", "error", "-m", "lazsa_flow", "demo", "--out", story]
    subprocess.run(demo, cwd=ROOT, check=True)


def main(words: Sequence[str] = ()) -> int:
    """Check every other version, or those that are named; return 0 where all hold."""
    pythons = find_pythons()
    names = [each for each in (*pythons, *RESOLUTIONS) if not words or each in words]
    if not pythons and not words:
        print(f"No other Python from 3.{OLDEST} to 3.{NEWEST} was found.", file=sys.stderr)
        return 1
    if unknown := sorted({*words} - {*names}):
        known = ", ".join((*pythons, *RESOLUTIONS))
        print(f"not here: {', '.join(unknown)}; expected some of {known}", file=sys.stderr)
        return 2
    failed = []
    for name in names:
        print(f"== {name}", flush=True)
        try:
            if name in pythons:
                check_version(name, pythons[name])
            else:
                check_resolution(name)
        except subprocess.CalledProcessError:
            failed.append(name)
    print(f"{', '.join(names)}: " + (f"failed on {', '.join(failed)}" if failed else "ok"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
