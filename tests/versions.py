"""The other versions of Python that this machine has: the suite's fast half and the demo on each.

``./dev test-versions`` runs it. Each version gets an environment of its own in ``.venvs``; servers
and browsers are left to the full suite on the oldest version.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
OLDEST: Final = 11
NEWEST: Final = 14
"""The minor versions of Python 3 that are looked for."""


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
    home = ROOT / ".venvs" / version
    uv = Path(sys.executable).with_name("uv")
    own = home / "bin" / "python"
    subprocess.run([uv, "venv", "-q", "--allow-existing", "--python", python, home], check=True)
    what = ("-e", ".[test,all]", "-c", "constraints.txt")
    subprocess.run([uv, "pip", "install", "-q", "--python", own, *what], cwd=ROOT, check=True)
    tests = ["tests/unit", "tests/property"]
    subprocess.run(
        [own, "-m", "pytest", "-n", "2", "-p", "no:cacheprovider", *tests], cwd=ROOT, check=True
    )
    story = home / "story"
    shutil.rmtree(story, ignore_errors=True)
    demo: list[str | Path] = [own, "-W", "error", "-m", "lazsa_flow", "demo", "--out", story]
    subprocess.run(demo, cwd=ROOT, check=True)


def main() -> int:
    """Check every other version; return 0 where there is one and all hold."""
    pythons = find_pythons()
    if not pythons:
        print(f"No other Python from 3.{OLDEST} to 3.{NEWEST} was found.", file=sys.stderr)
        return 1
    failed = []
    for version, python in pythons.items():
        print(f"== Python {version}", flush=True)
        try:
            check_version(version, python)
        except subprocess.CalledProcessError:
            failed.append(version)
    print(f"Python {', '.join(pythons)}: " + (f"failed on {', '.join(failed)}" if failed else "ok"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
